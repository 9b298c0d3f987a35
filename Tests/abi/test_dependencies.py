"""The library is self-contained, small, and holds nothing that would start threads or take signals."""

import re

import pytest
from tools import LIBRARY, ROOT, UNSTRIPPED, run, version

ALLOWED = ["libc.so.", "libm.so.", "libgcc_s.so.", "ld-linux", "libjansson.so."]
MEGABYTE = 1_000_000


def dynamic(tag: str) -> list:
    return re.findall(rf"\({tag}\).*\[(.*)\]", run("readelf", "--dynamic", "--wide", LIBRARY))


def test_needs_only_what_every_system_has_and_jansson():
    strangers = [name for name in dynamic("NEEDED") if not any(name.startswith(allowed) for allowed in ALLOWED)]
    assert strangers == []


def test_asks_for_nothing_that_only_dropped_code_would_call():
    """arc4random would need glibc 2.36, where 2.34 is enough: see --defsym in the Makefile."""
    wanted = run("nm", "--dynamic", "--undefined-only", LIBRARY)
    assert "malloc" in wanted and "arc4random" not in wanted


def test_soname():
    soname = f"libworkflow.so.{version('abi')}"
    assert dynamic("SONAME") == [soname]
    assert (LIBRARY.parent / soname).resolve() == LIBRARY.resolve()


def test_stays_loaded():
    assert "NODELETE" in run("readelf", "--dynamic", LIBRARY)


def test_has_no_search_path_of_the_build_machine():
    assert dynamic("RUNPATH") + dynamic("RPATH") in ([], ["$ORIGIN"])


def test_size():
    assert LIBRARY.stat().st_size <= 8 * MEGABYTE


def sizes_of(section: str, file) -> list:
    listing = run("readelf", "--section-headers", "--wide", file)
    return [int(size, 16) for size in re.findall(rf"\s{section} +PROGBITS +\w+ \w+ (\w+)", listing)]


@pytest.mark.parametrize("records", ["swift5_protocols", "swift5_protocol_conformances", "swift5_type_metadata"])
def test_holds_all_that_the_runtime_looks_up(records):
    """Functions nobody calls are left out, but a conformance that is missing makes `as?` answer nil at run time."""
    of_the_standard_library = sum(sizes_of(records, ROOT / "build/swift/libswiftCore.a"))
    assert of_the_standard_library > 0
    assert sum(sizes_of(records, UNSTRIPPED)) > of_the_standard_library, "the linker dropped records of the standard library"


@pytest.mark.parametrize(
    "what, pattern",
    [
        ("Swift Concurrency", r"\bswift_(task|asyncLet|continuation)_\w+"),
        ("Dispatch", r"\b_?dispatch_\w+"),
        ("the regex engine, 1.4 MB (a String method such as contains(String) brings it)", r"\$s\w*12_RegexParser\w+"),
        ("std::random_device, whose arc4random the Makefile puts nowhere", r"\w*13random_device\w+"),
        ("Foundation", r"\$s\d*(10Foundation|20FoundationEssentials)\w+"),
    ],
)
def test_does_not_hold(what, pattern):
    """Looks into the unstripped library, where every symbol still has its name, used or defined."""
    names = run("nm", UNSTRIPPED)
    assert "swift_retain" in names, "this is not the unstripped library"
    assert re.findall(pattern, names) == []
