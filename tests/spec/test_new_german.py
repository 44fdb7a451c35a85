"""A German export as a clinic has it: what it holds is recognised, and the whole way to the report works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
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
    """Draft the plan of some files of the export."""
    tables = german_export.files()
    return drafted_of(home, {name: tables[name] for name in names or tables})


def drafted_of(home: Path, chosen: dict[str, pd.DataFrame]) -> Any:
    """Draft the plan of some tables, answer what it asks, and give what it says."""
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


def test_files_that_cannot_be_read_and_columns_that_identify_are_told_at_once(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    tables = german_export.files()
    tables["export"]["Geburtsdatum"] = "01.02.1990"
    paths = german_export.write(home / "raw", tables)
    (home / "raw" / "broken.csv").write_text("a;b\n1;2\n1;2;3;4\n", encoding="utf-8")
    (home / "raw" / "empty.csv").write_text("", encoding="utf-8")
    capsys.readouterr()
    assert main(["new", *map(str, [*paths, home / "raw" / "broken.csv", home / "raw" / "empty.csv"])]) == 1
    told = capsys.readouterr().err
    assert "the header has 2 columns, but here are 4" in told
    assert "the file is empty" in told
    assert '("Geburtsdatum") looks like a date of birth' in told
    assert not (home / "data").exists()


def test_vital_signs_in_rows_are_drafted_by_visit(home: Path, capsys: pytest.CaptureFixture[str]):
    tables = german_export.files()
    ids = tables["export"]["Patientencode"]
    signs = {"RR systolisch": 120, "RR diastolisch": 78, "Puls": 70}
    rows = [
        {"Patientencode": one, "Visite": visit, "Vitalparameter": sign, "Messwert": value + place % 9}
        for place, one in enumerate(ids)
        for visit in ("Baseline", "Tag7")
        for sign, value in signs.items()
    ]
    chosen = {"export": tables["export"], "vitalparameter": pd.DataFrame(rows)}
    found = drafted_of(home, chosen)
    assert found["sources"]["vitals"]["values"]["measure"] == dict(zip(signs, ("SBP", "DBP", "HR"), strict=True))
    assert [one["measure"] for one in found["analyses"]["vital-signs"]["measures"]] == ["SBP", "DBP", "HR"]
    assert main(["check", NAME]) == 0, capsys.readouterr().err


def test_claims_of_each_diagnosis_of_dizziness_and_of_stable_weight_are_drafted(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    found = drafted(home, "export", "nebenwirkungen")
    judged = found["claims"]["judged"]
    overall, *each = judged["E20"]["decides"]
    assert overall == {"analysis": "primary", "visit": "Day 7"}
    assert {one["subgroup_level"] for one in each} == {*german_export.files()["export"]["Diagnose"]}
    assert {one["analysis"] for one in each} == {"madrs-groups"}
    assert found["analyses"]["side-effects"]["groups"] == {"dizziness and disorientation": ["Schwindel"]}
    assert judged["S5"]["decides"][0]["time"] == "4 h"
    assert "margin" in judged["E13"]["not_testable"]
    text = (home / "config" / "trials" / f"{NAME}.yaml").read_text(encoding="utf-8")
    assert 'bmi-equivalence: {method: equivalence, endpoint: bmi, visit: "Woche 12", by: diagnosis}' in text
    assert "prespecified: false}" in text
    assert main(["check", NAME]) == 0, capsys.readouterr().err


def test_a_rare_diagnosis_and_events_without_an_end_have_no_claim_of_their_own(home: Path):
    tables = german_export.files()
    tables["export"].loc[1:7, "Diagnose"] = "Bulimia nervosa"
    tables["nebenwirkungen"] = tables["nebenwirkungen"].drop(columns="Ende")
    found = drafted_of(home, {name: tables[name] for name in ("export", "nebenwirkungen")})
    assert not {"E20", "S5"} & {*found["claims"]["judged"]}
    assert not {"madrs-groups", "side-effects"} & {*found["analyses"]}


def test_a_task_in_seconds_with_a_limit_is_drafted_as_one(home: Path, capsys: pytest.CaptureFixture[str]):
    found = drafted(home, "export", "tmt")
    assert found["endpoints"]["regelwechsel"]["cap"] == "240"
    assert found["analyses"]["regelwechsel-ratio"]["method"] == "timed-task"
    assert main(["check", NAME]) == 0, capsys.readouterr().err


def test_a_diary_of_binges_is_said_to_need_a_sum_for_each_visit(home: Path, capsys: pytest.CaptureFixture[str]):
    drafted(home, "export", "essanfall_tagebuch")
    assert "Note   essanfall_tagebuch.csv looks like a diary of episodes and is not read" in capsys.readouterr().out


def test_episodes_of_28_days_are_counts(home: Path, capsys: pytest.CaptureFixture[str]):
    export = german_export.files()["export"]
    for visit, most in {"Baseline": 20, "Woche4": 14, "Woche12": 12}.items():
        export[f"EDEQ_Essanfälle_{visit}"] = [number % most for number in range(german_export.PEOPLE)]
    found = drafted_of(home, {"export": export})
    key = next(key for key, one in found["endpoints"].items() if one.get("score") == "obe_episodes")
    assert (found["endpoints"][key]["kind"], found["endpoints"][key]["days"]) == ("count", "28")
    assert found["analyses"][f"{key}-rate"] == {"method": "counts", "endpoint": key}
    assert f"{key}-over-time" not in found["analyses"]
    assert main(["check", NAME]) == 0, capsys.readouterr().err
