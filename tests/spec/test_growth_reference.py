"""A reference of body mass index for age that the user supplies reaches the tables of weight; mistakes in it are told.

The reference and the trial are synthetic: numbers near those of adolescents, of no published reference.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.analyses.weight_by_index import STABILITY_BY_INDEX
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.derive.weight import standard_score
from postinfusion.io import read
from postinfusion.present.results import results_of
from postinfusion.present.tables import wtt01, wtt02, wtt03
from postinfusion.report.table_html import table_html
from postinfusion.sources.read import canonical_tables, readable_tables
from spec.small_trial import SmallTrial

TABLES = {"weight": wtt01.table, "weight-stable": wtt02.table, "z-equivalence": wtt03.table}
AGES = (156.0, 180.5, 216.5)
CURVES = {"male": (-2.0, 18.5, 0.11), "female": (-2.2, 19.0, 0.13)}
GAIN = 0.01  # of the median, in kg/m² per month
HEIGHT = 160.0
KILOGRAMS = {"A1": (45.0, 46.1), "A2": (42.0, 40.9), "A3": (49.0, 50.0), "A4": (47.0, 47.2), "A5": (44.0, 45.5),
             "A6": (46.0, 46.4), "A7": (43.0, 43.9), "A8": (48.0, 47.5)}  # fmt: skip
MONTHS = 190.0


def sex_of(name: str) -> str:
    return "female" if int(name[1]) % 2 else "male"


def median(sex: str, months: float) -> float:
    return CURVES[sex][1] + GAIN * (months - AGES[0])


def of_cdc() -> str:
    """Give the reference in the form of the CDC: one file, sexes 1 and 2, percentiles behind L, M and S."""
    lines = ["Sex,Agemos,L,M,S,P3,P50"]
    for code, sex in ((1, "male"), (2, "female")):
        power, _, spread = CURVES[sex]
        lines += [f"{code},{age},{power},{median(sex, age)},{spread},15,{median(sex, age)}" for age in AGES]
    return "\n".join(lines) + "\n"


def of_who(sex: str) -> str:
    """Give the reference of one sex in the form of the WHO: months, then L, M and S, between tabs."""
    power, _, spread = CURVES[sex]
    lines = ["Month\tL\tM\tS\tSD0", *(f"{age}\t{power}\t{median(sex, age)}\t{spread}\t0" for age in AGES)]
    return "\n".join(lines) + "\n"


PEOPLE = "who,group,centre,height,sex,years,months\n" + "".join(
    f"{name},{'K' if place < 4 else 'M'},north,{HEIGHT},{sex_of(name)},15,{MONTHS}\n"
    for place, name in enumerate(KILOGRAMS)
)
WEIGHTS = "who,kg,when\n" + "".join(
    f"{name},{kg},2031-01-{day}\n"
    for name, both in KILOGRAMS.items()
    for kg, day in zip(both, ("06T09:00", "12T10:00"), strict=True)
)
INFUSIONS = "who,number,began,ended\n" + "".join(f"{name},1,2031-01-06T10:00,2031-01-06T10:40\n" for name in KILOGRAMS)
SCORES = "who,scale,points,when\n" + "".join(f"{name},MADRS,30,2031-01-06T09:00\n" for name in KILOGRAMS)
CDC = (
    "  growth_reference: {file: cdc.csv, columns: {sex: Sex, age_months: Agemos}, "
    "values: {sex: {1: male, 2: female}}}\n"
)
WHO = "".join(
    f"  {name}: {{file: {sex}.txt, columns: {{age_months: Month}}, constants: {{sex: {sex}}}}}\n"
    for name, sex in (("growth_reference", "female"), ("growth_reference.boys", "male"))
)
TRIAL = (
    SmallTrial()
    .with_text("people.csv", PEOPLE)
    .with_text("weights.csv", WEIGHTS)
    .with_text("infusions.csv", INFUSIONS)
    .with_text("scores.csv", SCORES)
    .with_text("events.csv", "who,event,began,ended\nA1,nausea,2031-01-06T11:00,2031-01-06T12:30\n")
    .with_text("cdc.csv", of_cdc())
    .with_plan("site: centre}}", "site: centre, height_cm: height, age: years, age_months: months}}")
    .with_plan(
        "  adverse_events:",
        "  weights: {file: weights.csv, columns: {id: who, weight_kg: kg, taken: when}}\n" + CDC + "  adverse_events:",
    )
    .with_plan(
        "endpoints:\n",
        "endpoints:\n  weight: {measure: WEIGHT, label: Body weight, unit: kg, better: none, decimals: 1}\n"
        "  bmi: {measure: BMI, label: Body mass index, unit: kg/m², better: none, decimals: 1}\n"
        "  bmi-z: {measure: BMIZ, label: BMI-for-age z score, better: none, decimals: 2, margin: 0.5, "
        "margin_source: invented}\n"
        "  mbmi: {measure: PMBMI, label: Median BMI, unit: '%', better: none, decimals: 1}\n",
    )
    .with_plan("  madrs-mmrm: {estimand: primary, endpoint: madrs, method: mmrm, visits: [24 h, Day 7]}\n", (
        "  madrs-mmrm: {estimand: primary, endpoint: madrs, method: mmrm, visits: [24 h, Day 7]}\n"
        "  weight: {method: weight, endpoints: [weight, bmi, bmi-z, mbmi]}\n"
        "  weight-stable: {method: weight-stability, endpoint: weight, index: bmi, visits: [Day 7]}\n"
        "  z-equivalence: {method: equivalence, endpoint: bmi-z, model: ancova, visit: Day 7}\n"
    ))
)  # fmt: skip
OF_WHO = TRIAL.with_plan(CDC, WHO).with_text("male.txt", of_who("male")).with_text("female.txt", of_who("female"))


def expected(name: str, at: int) -> tuple[float, float]:
    """Give z score and per cent of the median at a weighing, by hand."""
    months = MONTHS + (-1.0 if at == 0 else 144.0) / (24 * 365.25 / 12)
    power, _, spread = CURVES[sex_of(name)]
    ratio = KILOGRAMS[name][at] / (HEIGHT / 100) ** 2 / median(sex_of(name), months)
    z = standard_score(np.array([ratio]), np.array([power]), np.array([spread]))[0]
    return float(z), 100 * ratio


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    """Give the results of the analyses of weight, and the text of their tables."""
    folder = tmp_path_factory.mktemp("growth")
    plan = read.plan(TRIAL.write(folder))
    adam = derive(plan, "small", canonical_tables(plan, folder / "data" / "small").tables)
    ard = pd.concat([analyse(plan, "small", key, adam).results for key in TABLES], ignore_index=True)
    texts = {key: table_html(table(results_of(plan, ard, key))) for key, table in TABLES.items()}
    return ard, texts


@pytest.mark.parametrize(("parameter", "which"), [("BMIZ", 0), ("PMBMI", 1)])
def test_the_mean_of_an_arm_is_that_of_the_scores_by_hand(shown, parameter, which):
    key = {"analysis_id": "weight", "parameter": parameter, "variable": "AVAL", "arm": "Ketamine", "stat_name": "mean"}
    for visit, at in (("Baseline", 0), ("Day 7", 1)):
        by_hand = np.mean([expected(name, at)[which] for name in list(KILOGRAMS)[:4]])
        assert statistic(shown[0], visit=visit, **key) == pytest.approx(by_hand)


def test_the_tables_of_weight_show_the_scores_and_the_test_of_no_difference(shown):
    ard, texts = shown
    mean = np.mean([expected(name, 1)[1] for name in list(KILOGRAMS)[:4]])
    assert "BMI-for-age z score" in texts["weight"]
    assert f"{mean:.2f}" in texts["weight"]
    assert "BMI-for-age z score" in texts["z-equivalence"]
    key = {"analysis_id": "z-equivalence", "term": "equivalence", "stat_name": "p_value"}
    assert 0 < statistic(ard, **key) < 1


def test_the_category_of_a_participant_under_18_is_that_of_the_percentile(shown):
    low = [name for name in KILOGRAMS if NormalDist().cdf(expected(name, 1)[0]) < 0.05]
    rows = select(shown[0], analysis_id="weight-stable", variable=STABILITY_BY_INDEX, stat_name="n")
    assert low == ["A2"]  # by the limit of adults seven of the eight would be underweight
    counts = rows.groupby("level")["stat"].sum()
    assert counts["stable, underweight"] + counts["not stable, underweight"] == len(low)


def test_the_files_of_the_who_give_the_same_scores_as_that_of_the_cdc(tmp_path):
    found = []
    for name, trial in (("cdc", TRIAL), ("who", OF_WHO)):
        plan = read.plan(trial.write(tmp_path / name))
        tables = canonical_tables(plan, tmp_path / name / "data" / "small").tables
        found.append(derive(plan, "small", tables)["ADVS"].set_index(["USUBJID", "AVISIT", "PARAMCD"])["AVAL"])
    pd.testing.assert_series_equal(*found)


MISTAKES = {
    "no exact age": (TRIAL.with_plan(", age_months: months", ""), "exact age in months (age_months)"),
    "no reference": (TRIAL.with_plan(CDC, ""), "a source growth_reference with L, M and S by age and sex"),
    "another spelling of sex": (
        TRIAL.with_plan("{1: male, 2: female}", "{1: M, 2: F}"), "has no such sex, only F, M"
    ),
    "a column is absent": (TRIAL.with_file("cdc.csv", ",S,", ",Sigma,"), "S"),
    "a word among the numbers": (TRIAL.with_file("cdc.csv", "1,156.0,-2.0", "1,156.0,minus two"), "L"),
    "the table of weight for age": (TRIAL.with_file("cdc.csv", "-2.0,18.5", "-2.0,118.5"), "M"),
    "the same age twice": (TRIAL.with_file("cdc.csv", "1,180.5", "1,156.0"), "stand in more than one row"),
    "ages in years": (
        TRIAL.with_file("cdc.csv", "156.0", "13.0").with_file("cdc.csv", "180.5", "15.0")
        .with_file("cdc.csv", "216.5", "18.0"), "look like years",
    ),
    "participants beyond the ages of the reference": (
        TRIAL.with_file("cdc.csv", "216.5", "185.0"), "has ages from 156 to 185 months only",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told(mistake: str, tmp_path: Path):
    trial, message = MISTAKES[mistake]
    found = readable_tables(read.plan(trial.write(tmp_path)), tmp_path / "data" / "small")
    assert message in "\n".join(map(str, found.problems))


def test_a_sound_reference_gives_no_problem(tmp_path: Path):
    found = readable_tables(read.plan(TRIAL.write(tmp_path)), tmp_path / "data" / "small")
    assert not [problem for problem in found.problems if "cdc" in str(problem) or "age" in str(problem)]
