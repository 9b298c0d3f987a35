"""A pytest plugin that lets the tests of `agent_framework` run against `libworkflow`.

`import agent_framework`, and any module below it, gives a module with the names of libworkflow. A name that libworkflow
does not have is a class that cannot be made: the tests can be collected, and those that use it fail.
"""

from __future__ import annotations

import asyncio
import importlib.abc
import importlib.machinery
import inspect
import sys
import types
from typing import Any

import pytest

import libworkflow
from libworkflow import _output


class RequestInfoMixin:
    """An `Executor` can do without it whatever it did."""


# Names that the tests need and that are not in libworkflow itself.
EXTRA = {"OutputDesignation": _output.OutputDesignation, "RequestInfoMixin": RequestInfoMixin}


class Alias(types.ModuleType):
    """Any module of `agent_framework`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = EXTRA[name] if name in EXTRA else getattr(libworkflow, name, None)
        return absent(name) if found is None else found


def absent(name: str) -> type:
    """Stands for a name that libworkflow does not have."""

    def refuse(self: object, *_: Any, **__: Any) -> None:
        raise NotImplementedError(f"libworkflow has no {name}")

    return type(name, (), {"__init__": refuse, "__class_getitem__": classmethod(lambda cls, _: cls)})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of some packages."""

    def __init__(self, *packages: str) -> None:
        self.packages = packages

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        is_ours = fullname.split(".")[0] in self.packages
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if is_ours else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return Alias(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""


sys.meta_path.insert(0, Finder("agent_framework"))
sys.meta_path.append(Finder("opentelemetry", "pydantic"))  # imported by files of which no test here needs them


@pytest.fixture
def enable_instrumentation() -> bool:
    """Stands in for one of their conftest."""
    return False


@pytest.fixture
def span_exporter(enable_instrumentation: bool) -> None:
    """Stands in for one of their conftest."""
    pytest.fail("libworkflow has no OpenTelemetry")


def pytest_pyfunc_call(pyfuncitem: Any) -> Any:
    """Runs async tests, each on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
