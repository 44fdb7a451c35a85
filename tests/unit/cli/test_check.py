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


def test_success_of_the_step_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(TRIAL.write(tmp_path)), "--out", str(tmp_path / "check.json")]) == 0
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


def test_success_names_the_page_and_the_next_command_to_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(TRIAL.write(tmp_path))]) == 0
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last == [f"{tmp_path}/results/small/check.html", "Next:", ".venv/bin/postinfusion", "run", "small"]
    assert "0 errors, 0 warnings" in (tmp_path / "results" / "small" / "check.html").read_text(encoding="utf-8")


def test_every_problem_stands_on_the_page_below_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_file("scores.csv", "A1,MADRS,30", "A1,MADRS,<b>n/a</b>").with_plan(
        "kind: parallel", "kind: paralel"
    )
    out = tmp_path / "elsewhere" / "check.json"
    assert main(["check", str(trial.write(tmp_path)), "--out", str(out)]) == 1
    told, page = capsys.readouterr().err, out.with_name("check.html").read_text(encoding="utf-8")
    assert told.rstrip().endswith("elsewhere/check.html")
    assert not out.exists()
    assert page.index("<h2>config/trials/small.yaml</h2>") < page.index("<h2>scores.csv</h2>")
    assert '<span class="kind error">Error</span><span class="place">row 2</span>' in page
    assert "&lt;b&gt;n/a&lt;/b&gt;" in page
    assert "<b>" not in page


def test_the_page_needs_nothing_beside_itself(tmp_path: Path):
    assert main(["check", str(TRIAL.write(tmp_path))]) == 0
    page = (tmp_path / "results" / "small" / "check.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert "<script" not in page
    assert str(tmp_path) not in page


def test_missing_answers_are_counted_in_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("measure: MADRS", 'measure: "ANSWER: one of MADRS"')
    assert main(["check", str(trial.write(tmp_path))]) == 1
    told = capsys.readouterr().err.splitlines()
    assert "measure: write your answer in place of ANSWER: one of MADRS" in told[1]
    assert told[-1].startswith("1 error, 0 warnings. 1 of 1 answer is still missing. Nothing was analysed")
