"""A drafted plan says which results decide which claims, so that a first report opens with verdicts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.cli import main
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.plan import yaml_text
from postinfusion.plan.answers import MARK
from postinfusion.sources.read import canonical_tables

NAME = "mytrial"
VISITS = ("baseline", "24 h", "week 4", "week 12")
ANSWERS = {"the primary endpoint": "madrs", "the visit that": "24 h"}
LASTING = [{"analysis": "madrs-over-time", "time": "28 d"}, {"analysis": "madrs-over-time", "time": "84 d"}]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def visited(visits: tuple[str, ...] = VISITS, arms: tuple[str, ...] = ("Ketamine", "Midazolam"), **scales: int):
    """Give twenty participants and for each scale a highest value, from which the first of two arms falls further."""
    rng, rows = np.random.default_rng(3), []
    for number in range(20):
        arm, responds = number % len(arms), rng.normal(0, 0.08)
        for place, visit in enumerate(visits):
            drop = 0.2 + (place > 0) * (responds + (0.1 if arm else 0.35)) + rng.normal(0, 0.03)
            values = {scale: round(high * (1 - min(max(drop, 0), 1)), 1) for scale, high in scales.items()}
            rows.append({"id": f"S{number:03d}", "arm": arms[arm], "visit": visit, **values})
    return pd.DataFrame(rows)


def drafted(home: Path, frame: pd.DataFrame) -> dict[str, Any]:
    """Draft a plan, answer what it asks, and give what it says."""
    frame.to_csv(home / "scores.csv", index=False)
    assert main(["new", "scores.csv", "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    for question, given in ANSWERS.items():
        text = re.sub(rf'"{MARK} {question}[^"]*"', given, text)
    plan.write_text(text, encoding="utf-8")
    content: dict[str, Any] = yaml_text.read(text, NAME).tree
    return content


def test_each_claim_is_decided_by_a_scale_of_its_construct_at_its_time(home: Path, capsys: pytest.CaptureFixture[str]):
    claims = drafted(home, visited(phq9=26, madrs=50, gad7=20, vas_craving=90, edeq_global=6))["claims"]
    assert "what decides E1, E2, E6, E3, E4, E11" in capsys.readouterr().out
    assert claims["treatment"] == "ketamine"
    assert claims["judged"] == {
        "E1": {"decides": [{"analysis": "madrs-over-time", "time": "24 h"}], "family": "mood"},
        "E2": {"decides": [{"analysis": "gad-7-over-time", "time": "24 h"}], "family": "anxiety"},
        "E6": {"decides": LASTING, "family": "mood"},
        "E3": {"decides": [{"analysis": "craving-vas-over-time", "time": "24 h"}], "family": "craving"},
        "E4": {"decides": [{"analysis": "ede-q-over-time", "time": "28 d"}], "family": "eating-disorder-symptoms"},
        "E11": {"decides": [{"analysis": "craving-vas-over-time", "time": "24 h"}], "family": "craving"},
    }
    told = main(["check", NAME]), "".join(capsys.readouterr())
    assert told[0] == 0, told[1]
    assert "another thing than this claim" not in told[1]


def test_what_was_not_assessed_at_its_time_is_said_to_be_not_testable(home: Path):
    judged = drafted(home, visited(("baseline", "week 4", "week 12"), madrs=50))["claims"]["judged"]
    assert judged["E1"] == {"not_testable": "MADRS has no visit near 24 h"}
    assert judged["E6"]["decides"][0]["visit"] == "Week 4"


def test_an_effect_lasts_only_where_both_its_times_were_assessed(home: Path):
    judged = drafted(home, visited(("baseline", "24 h", "week 4"), madrs=50))["claims"]["judged"]
    assert judged["E6"] == {"not_testable": "MADRS has no visit near 84 d"}


def test_one_endpoint_by_visit_is_judged_by_the_primary_analysis(home: Path):
    content = drafted(home, visited(madrs=50))
    assert content["analyses"]["primary"]["method"] == "mmrm"
    assert content["claims"]["judged"]["E1"]["decides"] == [{"analysis": "primary", "visit": "24 h"}]


def test_an_arm_that_is_called_ket_received_ketamine(home: Path):
    assert drafted(home, visited(arms=("KET", "MDZ"), madrs=50))["claims"]["treatment"] == "ketamine"


@pytest.mark.parametrize("start", ["ketamine_start", "Ketamin_Beginn", "esketamine infusion date"])
def test_what_the_columns_of_the_only_infusion_are_called_is_what_was_infused(start: str, home: Path):
    rng = np.random.default_rng(4)
    rows = [
        {
            "record_id": f"P{number:02d}",
            start: f"2024-03-{number + 5:02d} 09:30",
            "ketamine_dose_mg": round(rng.uniform(25, 40), 1),
            **{f"madrs_{visit}": int(rng.integers(8, 40)) for visit in ("baseline", "24h", "day7", "day28")},
        }
        for number in range(1, 13)
    ]
    plan = drafted(home, pd.DataFrame(rows))
    columns = plan["sources"]["infusions"]["columns"]
    assert (columns["start"], columns["dose_mg"]) == (start, "ketamine_dose_mg")
    assert plan["design"]["time_zero"] == "first-infusion"
    assert plan["claims"]["treatment"] == ("esketamine" if start.startswith("es") else "ketamine")


def test_side_effects_that_are_recorded_by_their_names_are_judged(home: Path, capsys: pytest.CaptureFixture[str]):
    people = [f"S{number:03d}" for number in range(20)]
    events = pd.DataFrame(
        {"id": people, "term": ["Übelkeit", "Dissoziation"] * 10, "serious": "no", "severity": "mild"}
    )
    events.to_csv(home / "adverse_events.csv", index=False)
    visited(arms=("Ketamine",), madrs=50, phq9=26).to_csv(home / "scores.csv", index=False)
    assert main(["new", "scores.csv", "adverse_events.csv", "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    assert 'S3: {decides: [{analysis: harms, term: "Übelkeit"}]}' in text
    assert "S8: {decides: [{analysis: harms, term: Dissoziation}]}" in text
    for question, given in ANSWERS.items():
        text = re.sub(rf'"{MARK} {question}[^"]*"', given, text)
    plan.write_text(text, encoding="utf-8")
    assert main(["check", NAME]) == 0, capsys.readouterr().err


def test_an_answer_that_cannot_be_judged_is_told_at_the_question_and_by_the_check(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    visited(madrs=50, gad7=20).to_csv(home / "scores.csv", index=False)
    assert main(["new", "scores.csv", "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    assert "madrs looks back 7 d and cannot be judged at 24 h; gad-7 looks back 14 d" in text
    for question, given in ANSWERS.items():
        text = re.sub(rf'"{MARK} {question}[^"]*"', given, text)
    told = []
    for visit in ("24 h", "Week 4"):
        plan.write_text(re.sub(r"(form: change.*\n      visit: ).*", rf"\g<1>{visit}", text), encoding="utf-8")
        assert main(["check", NAME]) == 0
        told.append("the verdict will be not testable: at 24 h" in "".join(capsys.readouterr()))
    assert told == [True, False]


def test_where_nobody_says_ketamine_no_claim_about_it_is_drafted(home: Path):
    assert "claims" not in drafted(home, visited(arms=("A1", "Placebo"), madrs=50))
    assert "No arm is called after ketamine" in (home / "config" / "trials" / f"{NAME}.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("arms", "verdict"),
    [(("Ketamine", "Midazolam"), "supported"), (("Esketamine",), "compatible (uncontrolled)")],
)
def test_the_first_results_give_a_verdict(arms: tuple[str, ...], verdict: str, home: Path):
    drafted(home, visited(arms=arms, madrs=50))
    file = home / "config" / "trials" / f"{NAME}.yaml"
    text = file.read_text(encoding="utf-8")
    assert "# E1: answers of MADRS look back 7 d, so that it is not testable unless recall and" in text
    file.write_text(text.replace("{measure: MADRS", '{measure: MADRS, recall: 24 h, recall_source: "form"'), "utf-8")
    plan = read.plan(file)
    assert plan.claims.asks_the_catalogue
    adam = derive(plan, NAME, canonical_tables(plan, home / "data" / NAME).tables)
    key = plan.claims.judged["E1"].decides[0].analysis
    ard = analyse(plan, NAME, key, adam).results
    claims = select(synthesise(plan, NAME, ard), term="claim", stat_name="verdict", variable="E1")
    assert claims["stat_text"].to_list() == [verdict]
