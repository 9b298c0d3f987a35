"""The Python package of this tree, and the workflow of the golden documents, built once."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bindings/python"))

from puppet import Puppet  # noqa: E402


@pytest.fixture(scope="session")
def session_puppet():
    puppet = Puppet()
    yield puppet
    puppet.close()


@pytest.fixture
def puppet(session_puppet):
    """Fails nothing and has found nothing yet; its host code must have no trouble."""
    session_puppet.failures, session_puppet.forgives = 0, False
    session_puppet.recalled.clear()
    session_puppet.broken.clear()
    yield session_puppet
    assert session_puppet.broken == []
