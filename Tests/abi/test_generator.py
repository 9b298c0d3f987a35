"""The header generator on a tree of two functions: what it writes, and what it refuses in which words."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools import ROOT

TYPES = """\
#ifndef WORKFLOW_TYPES_H
#define WORKFLOW_TYPES_H
#include <stdint.h>
#define WF_THING_INIT { (uint32_t)sizeof(wf_thing_t), NULL }
typedef int32_t wf_status_t;
enum wf_status { WF_OK = 0, WF_E_INVALID = -1 };
typedef struct wf_run { uint64_t reserved; } wf_run_t;
typedef void (*wf_finalizer_fn)(void *user_data);
typedef struct wf_thing { uint32_t struct_size; wf_finalizer_fn finalizer; } wf_thing_t;
#endif
"""

COMPILED = """\
SWIFT_EXTERN void wf_run_free(struct wf_run * _Nullable run) SWIFT_NOEXCEPT;
SWIFT_EXTERN wf_status_t wf_run_send(wf_run_t * _Nullable run, char const * _Nullable const * _Nullable out_, \
NSUInteger count, wf_thing_t const * _Nullable thing) SWIFT_NOEXCEPT SWIFT_WARN_UNUSED_RESULT;
"""

SOURCE = """\
/// Sends some names. This sentence makes the paragraph long enough to be broken somewhere before its very end.
///
/// A "second" paragraph.
///
/// - Parameters:
///   - run: Borrowed.
///   - out: Copied.
///     In two lines.
///   - count: How many.
///   - thing: Consumed.
/// - Returns: `WF_OK`, or
///   - `WF_E_INVALID`: no names.
@_cdecl("wf_run_send")
public func wf_run_send() {}

/// Releases a run.
/// - Parameter run: Consumed.
@_cdecl("wf_run_free")
public func wf_run_free() {}
"""

SENT = """\
/** Sends some names. This sentence makes the paragraph long enough to be broken somewhere before its very
 * end.
 *
 * A "second" paragraph.
 *
 * @param run Borrowed.
 * @param out Copied. In two lines.
 * @param count How many.
 * @param thing Consumed.
 * @return `WF_OK`, or
 *   - `WF_E_INVALID`: no names.
 */
WF_API wf_status_t wf_run_send(wf_run_t *run, const char *const *out, size_t count, const wf_thing_t *thing);

/** Releases a run.
 *
 * @param run Consumed.
 */
WF_API void wf_run_free(wf_run_t *run);
"""


@pytest.fixture
def tree(tmp_path):
    files = {
        "include/workflow_types.h": TYPES,
        "compiled.h": COMPILED,
        "Sources/WorkflowABI/Run+C.swift": SOURCE,
        "Sources/WorkflowABI/Jansson+C.swift": "",
        "bindings/abi/version.txt": "library 1.2.3\nabi 7\n",
        "bindings/abi/sections.txt": "run: A run.\njansson: Values.\n",
        "bindings/abi/guide.txt": "The guide.\n",
        "bindings/abi/guide_jansson.txt": "The other guide.\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def generate(tree: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, ROOT / "bindings/abi/generate.py", "--root", tree]
    command += ["--compiler-header", tree / "compiled.h", *options]
    return subprocess.run(command, capture_output=True, text=True)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_writes_the_header(tree):
    assert generate(tree).returncode == 0
    header = (tree / "include/workflow.h").read_text()
    assert SENT in header
    assert header.startswith("/* The guide.\n")
    assert "#define WF_VERSION_NUMBER 1002003\n#define WF_ABI_VERSION 7\n" in header


def test_the_functions_of_a_noun_may_stand_in_parts(tree):
    assert generate(tree).returncode == 0
    whole = (tree / "include/workflow.h").read_text()
    first = SOURCE.index("/// Releases")
    (tree / SWIFT).write_text(SOURCE[:first])
    part = tree / "Sources/WorkflowABI/Run+End+C.swift"
    part.write_text(SOURCE[first:])
    assert "Run+End+C.swift: bindings/abi/sections.txt has in the line for `run` no [End]" in generate(tree).stderr
    replace(tree / "bindings/abi/sections.txt", "run: ", "run [End]: ")
    assert generate(tree).returncode == 0
    assert (tree / "include/workflow.h").read_text() == whole


def test_writes_the_export_map_and_the_ledger(tree):
    (tree / "bindings/abi/symbols.txt").write_text("wf_run_free 0.9.0\n")
    assert generate(tree).returncode == 0
    assert "WORKFLOW_7 {\n    global:\n        wf_run_send;\n" in (tree / "bindings/abi/exports.map").read_text()
    assert (tree / "bindings/abi/symbols.txt").read_text() == "wf_run_free 0.9.0\nwf_run_send 1.2.3\n"


def test_writes_the_ctypes_module(tree):
    assert generate(tree).returncode == 0
    module = {}
    exec((tree / "bindings/python/libworkflow/_abi.py").read_text(), module)
    assert (module["WF_E_INVALID"], module["WF_ABI_VERSION"]) == (-1, 7)
    made = module["__getattr__"]("wf_thing_t")
    assert made().struct_size == 16 and made is module["wf_thing_t"]
    result, arguments = module["prototype"]("wf_run_send")
    assert result is module["c_int32"]
    assert arguments[1] is module["POINTER"](module["c_char_p"])
    assert arguments[3] is module["POINTER"](made)


def test_check_accepts_what_was_written_and_shows_what_differs(tree):
    generate(tree)
    assert generate(tree, "--check").returncode == 0
    replace(tree / "Sources/WorkflowABI/Run+C.swift", "Releases a run.", "Frees a run.")
    check = generate(tree, "--check")
    assert check.returncode == 1
    assert "-/** Releases a run.\n" in check.stdout and "+/** Frees a run.\n" in check.stdout
    assert "Releases a run." in (tree / "include/workflow.h").read_text()


SWIFT, COMPILER, C = "Sources/WorkflowABI/Run+C.swift", "compiled.h", "include/workflow_types.h"


@pytest.mark.parametrize(
    "file, old, new, message",
    [
        (SWIFT, "/// Releases a run.\n/// - Parameter run: Consumed.\n", "", "wf_run_free: has no `///` comment."),
        (SWIFT, "/// - Parameter run: Consumed.\n", "", "wf_run_free: the parameter `run` is not documented."),
        (SWIFT, "Parameter run:", "Parameter cat:", "wf_run_free: documents the parameter `cat`, which it does not"),
        (SWIFT, "///   - count: How many.", "///   - how many", "wf_run_send: expected `- name: text`"),
        (SWIFT, "- Returns: `WF_OK`, or\n///   -", "- Note:", "wf_run_send: answers a status, but its comment has no"),
        (SWIFT, "Releases a run.", "Releases */ a run.", "wf_run_free: a comment for C cannot hold"),
        (SWIFT, 'wf_run_free")', 'wf_run_gone")', "wf_run_gone: stands in Run+C.swift, but the compiler does not"),
        (SWIFT, '@_cdecl("wf_run_free")', "", "wf_run_free: the compiler exports it, but no"),
        (COMPILER, "NSUInteger", "NSInteger", "wf_run_send: `Int` has no fixed width in C"),
        (COMPILER, "NSUInteger", "BOOL", "wf_run_send: `Bool` has no fixed width in C"),
        (COMPILER, "NSUInteger count", "NSUInteger new", "`new` is a keyword of C or C++"),
        (COMPILER, "wf_thing_t const", "wf_other_t const", "wf_run_send: `thing` has the type `wf_other_t const *`"),
        (COMPILER, "wf_thing_t const", "json_t", "wf_run_send: mentions json_t"),
        (COMPILER, "run) SWIFT_NOEXCEPT", "run) SURPRISE", "a prototype of an unknown shape"),
        (C, "WF_OK = 0", "WF_OK = 1 << 3", "enum wf_status: expected `WF_NAME = number`, found `WF_OK = 1 << 3`"),
        (C, "typedef int32_t", "typedef unsigned int", "does not understand `typedef unsigned int wf_status_t`"),
        (C, "uint32_t struct_size;", "uint32_t size[3];", "cannot read `uint32_t size[3]`"),
        (C, "#include", "#pragma pack(1)\n#include", "does not expect the directive `#pragma pack(1)`"),
        (C, "#include", "#define WF_TWO 2\n#include", "does not know what the macro WF_TWO is in Python"),
        ("bindings/abi/guide.txt", "The guide.", "long " * 30, "guide.txt:1: longer than"),
        ("bindings/abi/version.txt", "abi 7", "abi seven", "version.txt: expected the two lines"),
        ("bindings/abi/sections.txt", "run: A run.\n", "", "sections.txt has no line for `run`"),
    ],
)
def test_refuses(tree, file, old, new, message):
    replace(tree / file, old, new)
    refused = generate(tree)
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tree / "include/workflow.h").exists()


def test_refuses_to_lose_a_symbol(tree):
    (tree / "bindings/abi/symbols.txt").write_text("wf_run_wake 0.9.0\n")
    refused = generate(tree)
    assert refused.returncode == 1
    assert "wf_run_wake: symbols.txt says that it exists since 0.9.0, and now it is gone." in refused.stderr


def test_says_how_to_get_the_compilers_header(tree):
    (tree / "compiled.h").unlink()
    assert "run `make lib` first" in generate(tree).stderr
