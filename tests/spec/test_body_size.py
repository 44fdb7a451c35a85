"""Weights and heights that cannot be, or cannot give what the plan asks, are told with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

WEIGHTS = "who,kg,when\nA1,52,2031-01-06T09:00\nA1,53,2031-01-13T09:00\nA2,61,2031-01-07T09:00\n"
TRIAL = (
    SmallTrial()
    .with_text("weights.csv", WEIGHTS)
    .with_text("people.csv", "who,group,centre,height\nA1,K,north,165\nA2,M,south,172\n")
    .with_plan("site: centre}}", "site: centre, height_cm: height}}")
    .with_plan(
        "  adverse_events:",
        "  weights: {file: weights.csv, columns: {id: who, weight_kg: kg, taken: when}}\n  adverse_events:",
    )
    .with_plan("endpoints:\n", "endpoints:\n  bmi: {measure: BMI, label: Body mass index, better: none}\n")
)
POUNDS = TRIAL.with_file("weights.csv", "A1,52", "A1,114.6").with_file("weights.csv", "A1,53", "A1,116.8")
POUNDS = POUNDS.with_file("weights.csv", "A2,61", "A2,134.5")

REFUSED = {
    "no height": (
        TRIAL.with_plan(", height_cm: height", ""),
        (
            'no file measures "BMI". There are weights but no heights. Map height_cm of participants or of weights, or '
            "analyse WEIGHT."
        ),
    ),
    "pounds": (POUNDS, "which looks like pounds. Say which: constants: {weight_unit: lb}, or kg."),
    "an index that cannot be": (
        TRIAL.with_file("weights.csv", "A1,53", "A1,253"),
        "row 3  kg: gives a body mass index outside 8 to 80 kg/m². Correct weight or height.",
    ),
    "a weight in pounds beside one in kilograms": (
        TRIAL.with_file("weights.csv", "A1,53", "A1,116.8"),
        "row 3  kg: is 1.9 to 2.5 times another weight of the same participant, as pounds among kilograms are.",
    ),
    "a participant in pounds among others in kilograms": (
        TRIAL.with_text(
            "weights.csv",
            WEIGHTS + "A3,57,2031-01-06T09:00\nA4,58,2031-01-06T09:00\nA5,121.3,2031-01-06T09:00\n",
        ).with_text(
            "people.csv",
            "who,group,centre,height\nA1,K,north,165\nA2,M,south,172\nA3,M,south,172\nA4,M,south,172\nA5,K,south,170\n",
        ),
        "row 7  kg: gives a body mass index about 2.2 times that of the other participants, as pounds among kilograms",
    ),
    "heights in metres": (
        TRIAL.with_file("people.csv", "165", "1.65").with_file("people.csv", "172", "1.72"),
        "the values reach from 1.65 to 1.72, which looks like m. Say so: constants: {height_unit: m}.",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_each_mistake_is_told_with_its_remedy(mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, message = REFUSED[mistake]
    assert main(["check", str(trial.write(tmp_path))]) == 1
    assert message in capsys.readouterr().err


def test_a_participant_far_above_others_of_whom_some_are_obese_may_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    people = "who,group,centre,height\nA1,K,north,165\nA2,M,south,172\nA3,M,south,160\n"
    weights = WEIGHTS + "A3,130,2031-01-06T09:00\nA4,95,2031-01-06T09:00\nA5,65,2031-01-06T09:00\n"
    trial = TRIAL.with_text("weights.csv", weights).with_text("people.csv", people + "A4,K,south,165\nA5,K,south,165\n")
    assert main(["check", str(trial.write(tmp_path))]) == 0
    assert "2.2 times" not in capsys.readouterr().err


def test_declared_pounds_are_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    said = POUNDS.with_plan("taken: when}}\n  adverse", "taken: when}, constants: {weight_unit: lb}}\n  adverse")
    assert main(["check", str(said.write(tmp_path))]) == 0, capsys.readouterr().err
