"""Tables that are read and that nothing of the plan uses are told."""

from pathlib import Path

import pytest

from postinfusion.plan.parse import parse
from postinfusion.sources.read import readable_tables
from spec.small_trial import SmallTrial

ASSESSMENTS = "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}"
WEIGHTS = f"{ASSESSMENTS}\n  weights: {{file: w.csv, columns: {{id: who, visit: visit, weight_kg: kg}}}}"
VITALS = f"{ASSESSMENTS}\n  vitals: {{file: w.csv, columns: {{id: who, visit: visit}}, wide: {{SBP: kg}}}}"
AROUND = f"{ASSESSMENTS}\n  vitals: {{file: w.csv, columns: {{id: who, infusion: number}}, wide: {{SBP: kg}}}}"
TOLD = "are read, but no endpoint uses them. Add one under endpoints, or remove the source."


def problems(source: str, folder: Path, endpoint: str = "") -> list[str]:
    trial = SmallTrial().with_plan(ASSESSMENTS, source)
    trial = trial.with_text("w.csv", "who,visit,number,kg\nA1,Baseline,1,60\nA1,24 h,1,60\nA2,Day 7,1,70\n")
    if endpoint:
        trial = trial.with_plan("\nendpoints:\n", f"\nendpoints:\n  weight: {endpoint}\n")
    plan = parse(trial.write(folder).read_text(), "small.yaml")
    return [one.text for one in readable_tables(plan, folder / "data" / "small").problems if TOLD in one.text]


@pytest.mark.parametrize(
    ("source", "name"),
    [(WEIGHTS, "sources, weights: weights"), (VITALS, "sources, vitals: vital signs")],
)
def test_what_no_endpoint_uses_is_told(source: str, name: str, tmp_path: Path):
    assert problems(source, tmp_path) == [f"{name} {TOLD}"]


def test_signs_around_an_infusion_are_no_endpoint(tmp_path: Path):
    assert problems(AROUND, tmp_path) == []


def test_weights_that_an_endpoint_uses_are_not_told(tmp_path: Path):
    endpoint = "{measure: WEIGHT, label: Weight, unit: kg, better: none}"
    assert problems(WEIGHTS, tmp_path, endpoint) == []


@pytest.mark.parametrize(("measure", "times"), [("TMT B", 0), ("TMTX", 1)])
def test_a_measure_that_names_its_score_is_no_misspelt_measure(measure: str, times: int, tmp_path: Path):
    wide = f"{{file: w.csv, columns: {{id: who, visit: visit}}, wide: {{TMT A: kg, {measure}: other}}}}"
    trial = SmallTrial().with_plan(ASSESSMENTS, f"{ASSESSMENTS}\n  assessments.tmt: {wide}")
    trial = trial.with_plan("\nendpoints:\n", "\nendpoints:\n  tmt-a: {measure: TMT, score: A}\n")
    trial = trial.with_text("w.csv", "who,visit,kg,other\nA1,Baseline,40,60\nA1,24 h,41,60\nA2,Day 7,42,70\n")
    plan = parse(trial.write(tmp_path).read_text(), "small.yaml")
    told = [one.text for one in readable_tables(plan, tmp_path / "data" / "small").problems]
    assert sum("is no endpoint's measure" in text for text in told) == times
