"""The engine executes and allocates no more than benchmarks/micro/thresholds.json allows; and the check sees when it does."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks/micro"))
import micro

THRESHOLDS = json.loads(micro.THRESHOLDS.read_text())
NOTED = {what: {name: THRESHOLDS["rows"][name][what]["measured"] for name in micro.ROWS} for what in ["instructions", "allocations"]}


def complaints(name, what, factor, versions=THRESHOLDS["versions"]):
    measured = {kind: dict(values) for kind, values in NOTED.items()}
    measured[what][name] *= factor
    return micro.complaints(measured, THRESHOLDS, versions)


def test_the_engine_keeps_within_its_bounds():
    micro.compile_programs()
    found = micro.complaints({"instructions": micro.instructions(), "allocations": micro.allocations()}, THRESHOLDS, micro.versions())
    assert not found, "\n".join(["", *found])


def test_what_was_measured_is_within_its_bounds():
    assert complaints("superstep", "instructions", 1) == []


@pytest.mark.parametrize("what", ["instructions", "allocations"])
@pytest.mark.parametrize("name", ["superstep", "durable superstep", "graph"])
def test_what_costs_more_is_named_with_what_to_do(name, what):
    [sentence] = complaints(name, what, 1.2)
    assert sentence.startswith(f"{name}: ") and f" {what}, bound " in sentence
    assert "run `make bench-micro-update` and say why in the commit" in sentence


def test_a_bound_far_above_what_is_measured_is_to_be_tightened():
    [sentence] = complaints("superstep", "instructions", 0.8)
    assert "20% less than" in sentence and "to tighten it" in sentence


def test_other_versions_of_what_is_below_allow_more_and_are_named():
    versions = {**THRESHOLDS["versions"], "glibc": "9.9"}
    assert complaints("superstep", "instructions", 1.1, versions) == []
    [sentence] = complaints("superstep", "instructions", 1.2, versions)
    assert "glibc 9.9 instead of" in sentence


def test_a_row_without_a_bound_is_named():
    rows = {name: values for name, values in THRESHOLDS["rows"].items() if name != "event"}
    found = micro.complaints(NOTED, {**THRESHOLDS, "rows": rows}, THRESHOLDS["versions"])
    assert [sentence.split(":")[0] for sentence in found] == ["event", "event"]
