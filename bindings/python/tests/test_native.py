"""An executor in C, a function of a small shared library, and executors in Python in the same run."""

from __future__ import annotations

import asyncio
import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from samples import run

from libworkflow import (
    LATEST,
    Executor,
    InMemoryCheckpointStorage,
    NativeExecutor,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowExecutor,
    WorkflowRunnerException,
    executor,
    handler,
)
from libworkflow._library import lib

SOURCE = r"""
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <workflow.h>

wf_status_t twice(void *data, wf_context_t *context, const char *json, size_t length) {
    char text[32];
    long factor = data == NULL ? 2 : *(long *)data;
    snprintf(text, sizeof text, "%ld", factor * atol(json));
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

wf_status_t refuse(void *data, wf_context_t *context, const char *json, size_t length) {
    return wf_context_fail(context, "Refusal", "C has had enough", WF_NUL);
}

static void *later(void *context) {
    usleep(20000);
    wf_context_output(context, "\"from a thread\"", WF_NUL, NULL);
    wf_context_finish(context, WF_OK, NULL);
    return NULL;
}

wf_status_t wait(void *data, wf_context_t *context, const char *json, size_t length) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, later, context) != 0) return WF_E_EXECUTOR;
    pthread_detach(thread);
    return WF_PENDING;
}

static long total;

wf_status_t add(void *data, wf_context_t *context, const char *json, size_t length) {
    char text[32];
    snprintf(text, sizeof text, "%ld", total += atol(json));
    return wf_context_output(context, text, WF_NUL, NULL);
}

wf_status_t save(void *data, wf_context_t *context, const char *json, size_t length) {
    char text[32];
    snprintf(text, sizeof text, "%ld", total);
    return wf_context_save(context, text, WF_NUL, NULL);
}

wf_status_t restore(void *data, wf_context_t *context, const char *json, size_t length) {
    total = atol(json);
    return WF_OK;
}

void forget(void) { total = 0; }
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Built as a user builds it, against the library that this process has loaded."""
    package = Path(__file__).parents[1]
    include = package.parents[1] / "include"
    compiler = shutil.which("cc")
    if compiler is None or not (package / "libworkflow").exists() or not include.exists():
        pytest.skip("there is no C compiler, or no header: the tests stand alone")
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "plugin.c").write_text(SOURCE)
    command = [
        compiler,
        "-shared",
        "-fPIC",
        "-Wall",
        f"-I{include}",
        "plugin.c",
        "-o",
        "plugin.so",
        lib._name,
        "-lpthread",
    ]
    subprocess.run(command, check=True, cwd=folder)
    return ctypes.CDLL(str(folder / "plugin.so"))


class Start(Executor):
    @handler
    async def begin(self, n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n + 1)


@executor(id="end")
async def end(n: int, ctx: WorkflowContext[Any, list[Any]]) -> None:
    await ctx.yield_output([n, ctx.get_source_executor_id()])


def test_c_and_python_in_one_run(plugin: Any) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        start, native = Start("start"), NativeExecutor("twice", plugin.twice, input=int, output=int)
        builder = WorkflowBuilder(name="mixed", start_executor=start, checkpoint_storage=storage)
        workflow = builder.add_chain([start, native, end]).build()
        result = await workflow.run(20)
        assert result.get_outputs() == [[42, "twice"]]
        assert [event.executor_id for event in result if event.type == "executor_completed"] == [
            "start",
            "twice",
            "end",
        ]
        middle = (await storage.list_checkpoint_ids())[1]  # before C is called
        assert (await workflow.run(checkpoint_id=middle)).get_outputs() == [[42, "twice"]]

    run(main())


def test_data_and_a_native_start(plugin: Any) -> None:
    factor = ctypes.c_long(7)
    for data in (factor, ctypes.pointer(factor), ctypes.addressof(factor)):
        native = NativeExecutor("times", plugin.twice, input=int, output=int, data=data)
        assert (
            run(WorkflowBuilder(start_executor=native).add_edge(native, end).build().run(3)).get_outputs()[0][0] == 21
        )
    with pytest.raises(RuntimeError, match="cannot handle input of type 'str'"):
        run(WorkflowBuilder(start_executor=native).add_edge(native, end).build().run("x"))
    again = NativeExecutor("address", ctypes.cast(plugin.twice, ctypes.c_void_p).value, input=int)
    assert run(WorkflowBuilder(start_executor=again).add_edge(again, end).build().run(3)).get_outputs()[0][0] == 6


def test_c_fails(plugin: Any) -> None:
    native = NativeExecutor("refuse", plugin.refuse)
    with pytest.raises(WorkflowRunnerException, match="C has had enough"):
        run(WorkflowBuilder(start_executor=native).build().run(1))


@pytest.mark.parametrize("inside", [False, True])
def test_c_finishes_later_on_a_thread_of_its_own(plugin: Any, inside: bool) -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=NativeExecutor("wait", plugin.wait, workflow_output=str)).build()
        if inside:
            box = WorkflowExecutor(workflow, "box", allow_direct_output=True)
            workflow = WorkflowBuilder(start_executor=box).build()
        results = await asyncio.gather(*(workflow.run(1) for _ in range(5)))
        assert [result.get_outputs() for result in results] == [["from a thread"]] * 5

    run(main())


def test_what_c_keeps_is_in_the_checkpoints(plugin: Any) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        hooks = {"save": plugin.save, "restore": plugin.restore}
        native = NativeExecutor("add", plugin.add, input=int, workflow_output=int, **hooks)
        workflow = WorkflowBuilder(name="sum", start_executor=native, checkpoint_storage=storage).build()
        plugin.forget()
        assert (await workflow.run(3)).get_outputs() == [3]
        latest = await storage.get_latest(workflow_name="sum")
        assert latest is not None and latest.state["_executor_state"] == {"add": 3}
        plugin.forget()
        await workflow.run(checkpoint_id=LATEST)
        assert (await workflow.run(4)).get_outputs() == [7]

    run(main())


def test_what_is_no_function_of_c(plugin: Any) -> None:
    for wrong in (print, "twice", None, True):
        with pytest.raises(TypeError, match="invoke must be a C function"):
            NativeExecutor("n", wrong)
    with pytest.raises(ValueError, match="invoke is NULL"):
        NativeExecutor("n", 0)
    with pytest.raises(TypeError, match="data must be an address"):
        NativeExecutor("n", plugin.twice, data="text")
    with pytest.raises(ValueError, match="id of an executor"):
        NativeExecutor("", plugin.twice)
