"""Settings that every test shares, and which tests begin."""

from __future__ import annotations

import pytest
from hypothesis import settings

# How fast an example runs depends on what else the machine does; it is no property of the code.
# The same examples at each run: a change is judged by what it does, not by its luck. Look for new failures with
# `pytest --hypothesis-profile=explore`.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile("house")

SLOWEST = "workflow"
"""The folder of the tests that take longest."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slowest tests begin, so that no process is left with them while the other has nothing more to do."""
    items.sort(key=lambda item: item.path.parent.name != SLOWEST)
