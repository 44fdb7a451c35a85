"""One finished run of the tiny trial, in a folder with a space in its name, and copies of it to edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow.tiny_trial import Repository, new_repository


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The tiny trial after its first run; not to be changed."""
    repository = new_repository(tmp_path_factory.mktemp("a folder") / "the clone")
    told = repository.snakemake()
    assert told.returncode == 0, told.stdout + told.stderr
    return repository


@pytest.fixture
def repository(finished: Repository, tmp_path: Path) -> Repository:
    """The tiny trial after its first run, to edit; it lies elsewhere than where it ran."""
    return finished.copy(tmp_path / "moved here")
