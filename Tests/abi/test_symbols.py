"""What the release library exports is what the header declares, the export map lists and the ledger remembers."""

import re

from tools import INCLUDE, LIBRARY, ROOT, ledger, run, version


def exported() -> dict:
    """Each symbol the library offers to others, with its version node."""
    rows = run("nm", "--dynamic", "--extern-only", "--defined-only", "--with-symbol-versions", LIBRARY).splitlines()
    symbols = [row.split()[-1].split("@@") for row in rows if " A " not in row]
    return {name: "".join(node) for name, *node in symbols}


def declared() -> set:
    text = (INCLUDE / "workflow.h").read_text() + (INCLUDE / "workflow_jansson.h").read_text()
    return set(re.findall(r"^WF_API .*?\b(wf_\w+)\(", text, re.MULTILINE))


def test_exported_is_declared():
    assert set(exported()) == declared()


def test_every_symbol_has_its_version():
    assert set(exported().values()) == {f"WORKFLOW_{version('abi')}"}


def test_declared_is_in_the_ledger():
    assert set(ledger()) == declared()


def test_export_map():
    text = (ROOT / "bindings/abi/exports.map").read_text()
    assert set(re.findall(r"\b(wf_\w+);", text)) == set(ledger())


def test_every_function_is_called_from_inside_callbacks():
    program = (ROOT / "Tests/abi/c/everything.h").read_text()
    assert set(ledger()) - set(re.findall(r"\b(wf_\w+)\(", program)) == set()
