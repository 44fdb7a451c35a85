"""A German export as a clinic has it: what it holds is recognised, and the whole way to the report works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from postinfusion.cli import main
from postinfusion.plan import yaml_text
from postinfusion.plan.answers import MARK
from spec import german_export

NAME = "mytrial"
ANSWERS = {"the primary endpoint": "madrs", "the visit that": "Day 7"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drafted(home: Path, *names: str) -> Any:
    """Draft the plan of some files of the export, answer what it asks, and give what it says."""
    tables = german_export.files()
    chosen = {name: tables[name] for name in names or tables}
    assert main(["new", *map(str, german_export.write(home / "raw", chosen)), "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    for question, given in ANSWERS.items():
        text = re.sub(rf'"{MARK} {question}[^"]*"', given, text)
    plan.write_text(text, encoding="utf-8")
    return yaml_text.read(text, NAME).tree


def test_a_day_of_inclusion_stops_no_draft_and_is_said_to_be_left_out(home: Path, capsys: pytest.CaptureFixture[str]):
    drafted(home, "export")
    assert "Not used  export.csv: Einschluss" in capsys.readouterr().out
    assert main(["check", NAME]) == 0, capsys.readouterr().err


def test_times_of_one_day_are_told_by_the_columns_of_their_hours(home: Path, capsys: pytest.CaptureFixture[str]):
    drafted(home, "export")
    file = home / "data" / NAME / "export.csv"
    text = file.read_text(encoding="utf-8").replace(";09:30;10:10;", ";09:30;08:10;", 1)
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", NAME]) == 1
    told = capsys.readouterr().err
    assert "Infusion_Datum with Infusion_Beginn, Infusion_Datum with Infusion_Ende: the second of these times" in told
