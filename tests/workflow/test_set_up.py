"""The set-up says in one line what it lacks, and a set-up that failed never looks like one that did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workflow.tiny_trial import REPOSITORY

NEEDED = ("requirements.txt", "pyproject.toml", "workflow/setup.sh")
TOOLS = ("sh", "cksum", "cat", "sed", "date", "rm", "tail", "head")
NOWHERE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "0",
    "PIP_TIMEOUT": "1",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a folder with all that the set-up reads."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(REPOSITORY / name, tmp_path / name)
    return tmp_path


def set_up(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up as the Makefile does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    return subprocess.run(
        ["/bin/sh", "workflow/setup.sh"],
        cwd=home, env=environment | variables, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_without_a_suitable_python_one_line_tells_the_remedy(home: Path) -> None:
    tools = home / "bin"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name) or name)
    for name in ("python3", "python3.11"):  # too old, or without venv
        (tools / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    told = set_up(home, PATH=str(tools))
    assert (told.returncode, told.stdout) == (1, "")
    assert len(told.stderr.splitlines()) == 1
    for part in ("3.11, 3.12 or 3.13", "python3-venv", "brew install", "make PYTHON="):
        assert part in told.stderr
    assert not (home / ".venv").exists()


def test_without_a_network_the_set_up_fails_with_a_remedy_and_is_tried_again(home: Path) -> None:
    for _ in range(2):
        told = set_up(home, PYTHON=sys.executable, **NOWHERE)
        assert told.returncode == 1
        assert "failed." in told.stderr
        assert "The environment could not be set up (all of it: .venv/set-up.log)" in told.stderr
        assert not (home / ".venv" / "set-up").exists()
