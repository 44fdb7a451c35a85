"""The work that checks of many small trials share."""

from __future__ import annotations

import pytest

from spec.shared_work import SharedWork


@pytest.fixture(scope="session")
def done_before() -> SharedWork:
    """Give what earlier tests of this process read."""
    return SharedWork()


@pytest.fixture
def sound_files_are_read_once(done_before: SharedWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a check not read again what is the same in plan and content as in an earlier test."""
    done_before.install(monkeypatch)
