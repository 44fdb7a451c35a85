"""From the files of a researcher to a report: new, the answers, run."""

from __future__ import annotations

import re
from pathlib import Path

from spec import messy_exports
from workflow.tiny_trial import new_repository

EXPORT = "pounds"
ANSWERS = {"the arm that": "Arm P", "the visit that": "Day 28"}


def test_a_drafted_plan_runs_to_a_report(tmp_path: Path) -> None:
    trial = new_repository(tmp_path / "clone")
    paths = messy_exports.write(tmp_path / "incoming", EXPORT)
    told = trial.postinfusion("new", *map(str, paths), "--name", "mine")
    assert told.returncode == 0, told.stderr
    plan = trial.home / "config" / "trials" / "mine.yaml"
    text = plan.read_text(encoding="utf-8")
    for topic, value in ANSWERS.items():
        text = re.sub(rf'"ANSWER: {topic}[^"]*"', value, text)
    plan.write_text(text, encoding="utf-8")
    told = trial.postinfusion("run", "mine")
    assert told.returncode == 0, told.stdout + told.stderr
    assert (trial.home / "results" / "mine" / "report" / "report.html").is_file()
