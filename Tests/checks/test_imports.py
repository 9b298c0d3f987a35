"""The sources keep the rules of imports.py, and imports.py finds those who do not."""

from pathlib import Path

import pytest
from imports import violations

SOURCES = Path(__file__).parents[2] / "Sources"


def test_the_sources_keep_the_rules():
    assert any(SOURCES.rglob("*.swift"))
    assert violations(SOURCES) == []


@pytest.mark.parametrize(
    "file, code, complaint",
    [
        ("WorkflowModel/Graph.swift", "import Glibc", "imports Glibc"),
        ("WorkflowModel/Graph.swift", "public import WorkflowKernel", "imports WorkflowKernel"),
        ("WorkflowKernel/Kernel.swift", "import WorkflowJSON", "imports WorkflowJSON"),
        ("WorkflowJSON/JSON.swift", "private import Foundation", "imports Foundation"),
        ("WorkflowStorage/Files.swift", "@preconcurrency import Dispatch", "imports Dispatch"),
        ("WorkflowStorage/Files.swift", "import CJansson", "imports CJansson"),
        ("WorkflowRuntime/Run.swift", "import func WorkflowABI.wf_free", "imports WorkflowABI"),
        ("WorkflowRuntime/Run.swift", "import _Concurrency", "imports _Concurrency"),
        ("WorkflowRuntime/Run.swift", "import WorkflowTestSupport", "imports WorkflowTestSupport"),
        ("WorkflowABI/Run+C.swift", "import CJansson", "only Jansson+C.swift may"),
        ("WorkflowStorage/Files.swift", "let mutex = pthread_mutex_t()", "`pthread_mutex_t` may stand in"),
        ("WorkflowABI/Run+C.swift", "Unmanaged.passRetained(run)", "`Unmanaged` may stand in"),
        ("WorkflowRuntime/Run.swift", '@_cdecl("wf_free")', "`@_cdecl` may stand in"),
        ("WorkflowRuntime/Run.swift", "func next() async {}", "`async` may stand in no target"),
        ("WorkflowCloud/Cloud.swift", "let cloud = 1", "unknown target"),
    ],
)
def test_finds(file, code, complaint, tmp_path):
    put(tmp_path, file, code)
    assert [complaint in violation for violation in violations(tmp_path)] == [True]


@pytest.mark.parametrize(
    "file, code",
    [
        ("WorkflowABI/Jansson+C.swift", "import CJansson"),
        ("WorkflowABI/Support/Handle.swift", "Unmanaged.passRetained(run)"),
        ("WorkflowRuntime/Inbox.swift", "pthread_mutex_lock(mutex)"),
        ("WorkflowModel/Graph.swift", "// import Foundation is what we do not do; no Task, no await\n/* async */"),
        ("WorkflowTestSupport/Threads.swift", "pthread_join(Unmanaged.passRetained(thread))"),
        ("WorkflowModel/Text.swift", 'let text = "await \\" Unmanaged"'),
    ],
)
def test_accepts(file, code, tmp_path):
    put(tmp_path, file, code)
    assert violations(tmp_path) == []


def put(folder: Path, file: str, code: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True)
    path.write_text(code + "\n")
