"""One finished run of the tiny trial, in a folder with a space in its name, and copies of it to edit."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from workflow.tiny_trial import Repository, new_repository


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The tiny trial after its first run, once for all processes of the tests; only to be copied."""
    home = tmp_path_factory.getbasetemp()
    shared = home.parent if "PYTEST_XDIST_WORKER" in os.environ else home
    repository = Repository(shared / "a folder" / "the clone")
    with (shared / "the clone.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits for the run of the first
        if not repository.home.exists():
            new_repository(repository.home)
            told = repository.snakemake()
            assert told.returncode == 0, told.stdout + told.stderr
    return repository


@pytest.fixture(scope="session")
def finished(made: Repository, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The tiny trial after its first run, for each process of the tests; not to be changed."""
    return made.copy(tmp_path_factory.mktemp("a folder") / "the clone")


@pytest.fixture
def repository(made: Repository, tmp_path: Path) -> Repository:
    """The tiny trial after its first run, to edit; it lies elsewhere than where it ran."""
    return made.copy(tmp_path / "moved here")
