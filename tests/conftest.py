"""Settings that every test shares."""

from __future__ import annotations

from hypothesis import settings

# How fast an example runs depends on what else the machine does; it is no property of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
