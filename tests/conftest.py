"""Settings that every test shares."""

from __future__ import annotations

from hypothesis import settings

# How fast an example runs depends on what else the machine does; it is no property of the code.
# The same examples at each run: a change is judged by what it does, not by its luck. Look for new failures with
# `pytest --hypothesis-profile=explore`.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile("house")
