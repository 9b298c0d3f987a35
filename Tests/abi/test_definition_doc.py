"""The definition that docs/definition.md shows is one."""

import ctypes
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bindings/python/libworkflow"))
import _abi  # noqa: E402


def test_the_example_is_a_definition() -> None:
    library = ctypes.CDLL(str(ROOT / "build/lib/libworkflow.so"))
    _abi.declare(library)
    [text] = re.findall(r"```json\n(.*?)```", (ROOT / "docs/definition.md").read_text(), re.DOTALL)
    builder, workflow, error = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()

    def check(status: int) -> None:
        assert status == _abi.WF_OK, library.wf_error_message(error, None).decode()

    check(library.wf_builder_parse(text.encode(), _abi.WF_NUL, ctypes.byref(builder), ctypes.byref(error)))
    executor = _abi.wf_executor_t(invoke=_abi.wf_executor_fn(lambda *_: 0))
    condition = _abi.wf_condition_fn(lambda *_: 0)
    selector = _abi.wf_selector_fn(lambda *_: 0)
    described = json.loads(text)
    for one in described["executors"]:
        check(library.wf_builder_add_executor(builder, one["id"].encode(), ctypes.byref(executor), ctypes.byref(error)))
    for one in described["conditions"]:
        code = _abi.wf_condition_t(name=one["name"].encode(), evaluate=condition)
        check(library.wf_builder_add_condition(builder, ctypes.byref(code), ctypes.byref(error)))
    for one in described["selectors"]:
        code = _abi.wf_selector_t(name=one["name"].encode(), select=selector)
        check(library.wf_builder_add_selector(builder, ctypes.byref(code), ctypes.byref(error)))
    check(library.wf_builder_build(builder, ctypes.byref(workflow), ctypes.byref(error)))
    written = ctypes.c_void_p()
    check(library.wf_workflow_definition(workflow, ctypes.byref(written), None, ctypes.byref(error)))
    assert json.loads(ctypes.string_at(written)) == described
    library.wf_free(written)
    library.wf_workflow_free(workflow)
    library.wf_builder_free(builder)
