"""The version stands in bindings/abi/version.txt; header, library and Python module say the same."""

import ctypes
import json

from test_layout import abi, ask_c
from tools import LIBRARY, version


def library():
    loaded = ctypes.CDLL(str(LIBRARY))
    abi().declare(loaded)
    return loaded


def test_library():
    major, minor, patch = map(int, version("library").split("."))
    assert library().wf_version() == version("library").encode()
    assert library().wf_version_number() == major * 1_000_000 + minor * 1_000 + patch
    assert library().wf_abi_version() == int(version("abi"))


def test_header(tmp_path):
    questions = ["WF_VERSION_NUMBER", "WF_VERSION_MAJOR * 1000000 + WF_VERSION_MINOR * 1000 + WF_VERSION_PATCH"]
    number = library().wf_version_number()
    assert ask_c([*questions, "WF_ABI_VERSION"], tmp_path) == [number, number, int(version("abi"))]


def test_python_module():
    assert abi().WF_VERSION == version("library")
    assert abi().WF_ABI_VERSION == int(version("abi"))


def test_build_info_is_a_json_object():
    assert isinstance(json.loads(library().wf_build_info()), dict)
