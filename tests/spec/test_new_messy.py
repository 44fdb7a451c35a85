"""From the files that trials really have to a checked plan: several files, arms elsewhere, dates only, pounds."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.plan import yaml_text
from postinfusion.plan.answers import MARK
from spec import messy_exports

NAME = "mytrial"
ASKED = {"reference arm": "the arm that", "primary endpoint": "the primary endpoint", "primary time": "the visit that"}
GIVEN = {
    "one_file_each": {"primary endpoint": "madrs", "primary time": "Week 4"},
    "redcap_events": {"primary time": "Week 4"},
    "redcap_arms": {"reference arm": "Arm 2", "primary time": "Week 4"},
    "dates_only": {"primary time": "Day 28"},
    "pounds": {"reference arm": "Arm P", "primary time": "Day 28"},
    "workbook": {"primary time": "4 Wochen"},
    "case_series": {"primary time": "Day 28"},
}
ARMS = {"case_series": [20]}
MISSING = {"case_series": 1}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drafted(home: Path, export: str) -> Path:
    """Draft the plan of an export and answer what it asks."""
    paths = messy_exports.write(home / "incoming", export)
    assert main(["new", *map(str, paths), "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    assert text.count(MARK) == len(GIVEN[export]) + 1
    for topic, value in GIVEN[export].items():
        text, number = re.subn(rf'"{MARK} {ASKED[topic]}[^"]*"', value, text)
        assert number == 1, topic
    plan.write_text(text, encoding="utf-8")
    return plan


def derived(home: Path, plan: Path) -> dict[str, pd.DataFrame]:
    """Derive the analysis datasets of the trial."""
    out = home / "adam"
    assert main(["derive", str(plan), "--data", str(home / "data" / NAME), "--out", str(out)]) == 0
    return {name: pd.read_parquet(out / f"{name}.parquet") for name in ("adsl", "adqs")}


@pytest.mark.parametrize("export", GIVEN)
def test_what_a_trial_really_has_becomes_a_checked_plan(export: str, home: Path, capsys: pytest.CaptureFixture[str]):
    plan = drafted(home, export)
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    found = derived(home, plan)
    assert len(found["adsl"]) == messy_exports.PEOPLE
    assert found["adsl"]["TRTP"].value_counts().to_list() == ARMS.get(export, [10, 10])
    madrs = found["adqs"][found["adqs"]["PARAMCD"] == "MADRS"]
    assert madrs["AVAL"].notna().sum() == 4 * messy_exports.PEOPLE - MISSING.get(export, 0)
    assert (madrs["ABLFL"] == "Y").sum() == messy_exports.PEOPLE


def test_scores_of_every_file_meet_at_the_visits_of_one_schedule(home: Path):
    scores = derived(home, drafted(home, "one_file_each"))["adqs"]
    at_week_4 = scores[scores["AVISIT"] == "Week 4"].groupby("PARAMCD")["USUBJID"].nunique()
    assert len(at_week_4) == 4
    assert (at_week_4 == messy_exports.PEOPLE).all()


def test_the_arm_and_the_age_may_stand_at_different_events(home: Path):
    plan = drafted(home, "redcap_events")
    people = derived(home, plan)["adsl"]
    assert people["AGE"].between(20, 40).all()
    assert "participants.screening:" in plan.read_text(encoding="utf-8")


def test_weights_in_pounds_become_kilograms_at_their_visits(home: Path):
    derived(home, drafted(home, "pounds"))
    vitals = pd.read_parquet(home / "adam" / "advs.parquet")
    weights = vitals[vitals["PARAMCD"] == "WEIGHT"]
    assert len(weights) == 2 * messy_exports.PEOPLE
    assert weights["AVAL"].between(35, 70).all()


def test_all_files_of_the_synthetic_trial_are_recognised(home: Path, capsys: pytest.CaptureFixture[str]):
    files = sorted((Path(__file__).parents[2] / "data" / "ketamine_ed").glob("*.csv"))
    assert main(["new", *map(str, files), "--name", NAME]) == 0
    assert "\nNot used  vitals.csv: moaas, cadss, bprs_positive\n" in capsys.readouterr().out
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    for topic, value in {"the arm": "Arm M", "the primary endpoint": "madrs", "the visit": "24 h"}.items():
        text = re.sub(rf'"{MARK} {topic}[^"]*"', value, text)
    plan.write_text(text, encoding="utf-8")
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    found = yaml_text.read(text, NAME).tree
    assert isinstance(found, dict)
    assert len(found["sources"]) == len(files)
    scores = {(one["measure"], one.get("score", "total")) for one in found["endpoints"].values()}
    assert {("EDE-Q", "global"), ("TMT", "A"), ("TMT", "B"), ("C-SSRS", "ideation"), ("MADRS", "total")} <= scores


def test_what_nothing_reads_is_named_beside_its_file(home: Path):
    messy_exports.dates_only().assign(shoe_size=40).to_csv(home / "all.csv", index=False)
    assert main(["new", "all.csv", "--name", NAME]) == 0
    assert "# not read: shoe_size" in (home / "config" / "trials" / f"{NAME}.yaml").read_text(encoding="utf-8")


def test_a_date_that_nothing_reads_is_never_declared_by_a_guess(home: Path, capsys: pytest.CaptureFixture[str]):
    frame = messy_exports.dates_only()
    frame["discharge_letter_date"] = frame["assessment_date"]
    frame.to_csv(home / "all.csv", index=False)
    assert main(["new", "all.csv", "--name", NAME]) == 0
    assert "not_identifying" not in (home / "config" / "trials" / f"{NAME}.yaml").read_text(encoding="utf-8")
    capsys.readouterr()
    frame["kxq"] = frame["assessment_date"]
    frame.to_csv(home / "other.csv", index=False)
    assert main(["new", "other.csv", "--name", "other"]) == 1
    assert '("kxq") looks like a calendar date' in capsys.readouterr().err
    assert main(["new", "other.csv", "--name", "other", "--not-identifying", "kxq"]) == 0


@pytest.mark.parametrize("name", ["dob", "birth_date", "Geburtsdatum", "date_of_birth"])
def test_a_date_of_birth_always_stops(name: str, home: Path, capsys: pytest.CaptureFixture[str]):
    frame = messy_exports.dates_only()
    frame[name] = [f"19{60 + place % 30}-05-{1 + place % 28:02d}" for place in range(len(frame))]
    frame.to_csv(home / "all.csv", index=False)
    assert main(["new", "all.csv", "--name", NAME]) == 1
    assert f'("{name}") looks like a date of birth' in capsys.readouterr().err
