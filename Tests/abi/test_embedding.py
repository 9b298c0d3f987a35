"""Loading the library leaves no trace in the process: signals, threads, files, locale, output."""

import pytest
from tools import LIBRARY, STRICT, run


@pytest.fixture(scope="module")
def embed(tmp_path_factory):
    program = tmp_path_factory.mktemp("embed") / "embed"
    run("gcc", "-std=c11", *STRICT, LIBRARY.parents[2] / "Tests/abi/c/embed.c", "-o", program, "-ldl")
    return program


def test_the_library_changes_nothing(embed):
    assert run(embed, LIBRARY) == ""


GUILTY = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
static void *sleeper(void *nothing) { pause(); return nothing; }
__attribute__((constructor)) static void load(void) {
    pthread_t thread;
    sigset_t set;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (open("/dev/null", O_RDONLY) < 0) return;
    pthread_create(&thread, NULL, sleeper, NULL);
}
"""


def test_a_guilty_library_is_found(embed, tmp_path):
    (tmp_path / "guilty.c").write_text(GUILTY)
    run("gcc", "-shared", "-fPIC", "-Wl,-z,nodelete", tmp_path / "guilty.c", "-o", tmp_path / "guilty.so", "-pthread")
    with pytest.raises(AssertionError) as failure:
        run(embed, tmp_path / "guilty.so")
    for trace in ["signal 13", "signal 17", "made 1 threads", "left 1 files open"]:
        assert trace in str(failure.value)
