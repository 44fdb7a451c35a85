"""The command check: what it writes, and how it finds a trial."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()


def test_a_trial_is_found_by_its_name_from_any_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    TRIAL.write(tmp_path)
    below = tmp_path / "some" / "where"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert main(["check", "small"]) == 0


def test_success_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(TRIAL.write(tmp_path))]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("small           check    4 files, 2 participants, 0 errors, 0 warnings ")
    assert shown.count("\n") == 1


def test_the_written_file_is_the_same_twice_and_knows_no_folder(tmp_path: Path):
    written = []
    for part in ("one", "two"):
        out = tmp_path / part / "check.json"
        assert main(["check", str(TRIAL.write(tmp_path / part)), "--out", str(out)]) == 0
        written.append(out.read_text(encoding="utf-8"))
    assert written[0] == written[1]
    assert str(tmp_path) not in written[0]


def test_the_written_file_says_what_was_found(tmp_path: Path):
    trial = TRIAL.with_plan("from: 32 h, until: 10 d", "from: 5 d, until: 10 d")
    assert main(["check", str(trial.write(tmp_path)), "--out", str(tmp_path / "check.json")]) == 0
    found = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert (found["trial"], found["n_files"], found["n_participants"]) == ("small", 4, 2)
    assert found["rows"]["assessments"] == 4
    assert [problem["severity"] for problem in found["problems"]] == ["warning"]
    assert {len(digest) for digest in found["sha256"].values()} == {64}


def test_data_can_lie_elsewhere(tmp_path: Path):
    plan = TRIAL.write(tmp_path)
    elsewhere = tmp_path / "else where"
    (tmp_path / "data" / "small").rename(elsewhere)
    assert main(["check", str(plan)]) == 1
    assert main(["check", str(plan), "--data", str(elsewhere)]) == 0
