"""Vital signs in rows of one value each are vital signs, and no endpoints."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from postinfusion.plan import yaml_text
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.sign_rows import meant
from postinfusion.sources.recognition.survey import survey

IDS = [f"P{number:02d}" for number in range(1, 9)]
VALUES = {"MADRS": "24", "SYSBP": "121", "DIABP": "79", "PULSE": "66", "TEMP": "36.6", "WEIGHT": "54"}


def rows(visits: tuple[str, ...] = ("Baseline", "Day 7"), **values: str) -> pd.DataFrame:
    found = [(one, visit, name, value) for one in IDS for visit in visits for name, value in values.items()]
    return pd.DataFrame(found, columns=["subject", "VISIT", "VSTESTCD", "VSORRES"])


def drafted(frame: pd.DataFrame) -> Any:
    people = pd.DataFrame({"subject": IDS, "arm": ["Ketamine", "Midazolam"] * 4})
    samples = [Sample(f"{name}.csv", one, len(one)) for name, one in {"people": people, "values": frame}.items()]
    return yaml_text.read(draft(survey(samples), "mytrial").text(), "mytrial").tree


@pytest.mark.parametrize(
    ("written", "sign"),
    [("SYSBP", "SBP"), ("Systolic Blood Pressure (mmHg)", "SBP"), ("Puls", "HR"), ("Herzfrequenz [/min]", "HR"),
     ("RESP", "RR"), ("Sauerstoffsättigung (%)", "SpO2"), ("MADRS", ""), ("HAM-D", ""), ("Temperament", "")],
)  # fmt: skip
def test_the_name_in_a_row_says_which_vital_sign_it_is(written: str, sign: str):
    assert meant(written) == sign


def test_scores_weights_and_vital_signs_of_one_file_go_apart():
    found = drafted(rows(**VALUES))
    vitals = found["sources"]["vitals"]
    assert vitals["where"] == {"VSTESTCD": ["SYSBP", "DIABP", "PULSE", "TEMP"]}
    assert vitals["values"]["measure"] == {"SYSBP": "SBP", "DIABP": "DBP", "PULSE": "HR"}
    assert found["sources"]["assessments"]["where"] == {"VSTESTCD": ["MADRS"]}
    assert found["sources"]["weights"]["where"] == {"VSTESTCD": ["WEIGHT"]}
    assert [one["measure"] for one in found["endpoints"].values()] == ["MADRS", "WEIGHT"]
    analysis = found["analyses"]["vital-signs"]
    assert analysis["method"] == "vital-signs"
    assert [one["measure"] for one in analysis["measures"]] == ["SBP", "DBP", "HR", "TEMP"]


def test_signs_that_stand_twice_at_a_visit_are_left_out_whole():
    frame = rows(**VALUES)
    found = drafted(pd.concat([frame, frame[frame["VSTESTCD"] == "SYSBP"]]))
    assert "vitals" not in found["sources"]
    assert "vital-signs" not in found["analyses"]


def test_signs_around_an_infusion_have_no_analysis_by_visit():
    frame = rows(**VALUES).assign(minute=[*(["0"] * 6), *(["30"] * 6)] * len(IDS))
    found = drafted(frame)
    assert found["sources"]["vitals"]["columns"]["minute"] == "minute"
    assert "vital-signs" not in found["analyses"]


def test_values_that_no_heart_rate_has_are_no_heart_rate():
    found = drafted(rows(MADRS="24", HR="2.5"))
    assert "vitals" not in found["sources"]
    assert "hr" in found["endpoints"]
