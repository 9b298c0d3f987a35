"""docs/behaviour.md names tests that exist, and behaviour.py notices when it does not."""

from pathlib import Path

import pytest
from behaviour import PAGE, NamedTests, pinned_rows, problems, references

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tests():
    return NamedTests(ROOT)


@pytest.fixture(scope="module")
def page():
    return (ROOT / PAGE).read_text()


def test_the_page_names_tests_that_exist(page, tests):
    assert len(references(page)) > 300 and len(pinned_rows(page)) > 200
    assert problems(page, tests) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("`RoutingTests/chain`", "`RoutingTests/chains`", "`RoutingTests/chains` is not there"),
        ("`RoutingTests/chain`", "`RoutingTests/play`", "`RoutingTests/play` is not there"),
        ("test_failing_hooks`", "test_failing_hook`", "test_failing_hook` is not there"),
        ("`test_outside.c/halted`", "`test_outside.c/halts`", "`test_outside.c/halts` is not there"),
        ("`RoutingTests/chain`", "a test", "no test in the row: | sent in a superstep"),
        ("| W14 | messages", "| W13 | messages", "14 stands in 0 rows"),
        ("| W14 | messages", "| W13 | messages", "13 stands in 2 rows"),
        ("`test_sync.c/a_sync_that_fails` |\n| W12", "`test_sync.c/a_sync_that_fails` |\n| W10", "10 stands in 2 rows"),
        ("::test_w23_a_stream", "::test_w22_a_stream_left_early_leaves_nothing_running`, `", "no test of 23"),
        ("W33, what a message costs,", "What a message costs", "33 stands in 0 rows"),
        ("### .NET, W1 to W31", "### .NET", "there is no heading '.NET, W1 to W31'"),
    ],
)  # fmt: skip
def test_finds(page, tests, old, new, complaint):
    assert old in page
    assert any(complaint in problem for problem in problems(page.replace(old, new), tests))
