"""A second randomisation and maintenance: each stage by itself, selection named, nothing concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.claim_evidence import _conditions_on_the_course
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError, PlanError
from postinfusion.plan.claims import Point
from postinfusion.plan.parse import parse
from postinfusion.plan.plan import Plan
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from postinfusion.sources.read import canonical_tables

ROOT = Path(__file__).resolve().parents[3]
NAME = "two_stage_bed"
FILE = ROOT / "config" / "trials" / f"{NAME}.yaml"
DATA = ROOT / "data" / NAME


def plan(*changes: tuple[str, str]) -> Plan:
    """Give the shipped plan with some of its lines changed."""
    text = FILE.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return parse(text, FILE.name)


@cache
def tables() -> Mapping[str, pd.DataFrame]:
    """Give the canonical tables of the trial."""
    return canonical_tables(plan(), DATA).tables


@cache
def adam() -> dict[str, pd.DataFrame]:
    """Give the analysis datasets of the trial."""
    return derive(plan(), NAME, dict(tables()))


@cache
def results(analysis: str) -> pd.DataFrame:
    """Give the results of one analysis."""
    return analyse(plan(), NAME, analysis, adam()).results


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "visits: [24 h, Day 7, Day 14], cov",
            "visits: [24 h, Day 14, Day 28], cov",
            "some participants have another arm",
        ),
        ("second: Day 28", "second: Day 14", "is not after Day 14"),
        ("first: Day 14", "first: Day 21", "comes after Day 14"),
        ("kind: re-randomised ", "kind: parallel ", "only kind: re-randomised"),
        ("of_arms: [Midazolam]", "of_arms: [Placebo]", "is not an arm"),
        ("entered: maintained ", "entered: safety ", "not a population with rule supplied"),
        ("{method: disposition}", "{method: trajectory, endpoint: madrs, report_at: [7 d]}", "beyond Day 14"),
    ],
)
def test_what_does_not_fit_two_stages_is_refused(before: str, after: str, told: str):
    with pytest.raises(PlanError) as refused:
        plan((before, after))
    assert told in str(refused.value)


def test_records_of_the_second_stage_have_its_arm_and_the_boundary_belongs_to_the_first():
    records = adam()["ADQS"].merge(adam()["ADSL"][["USUBJID", "TRT01P", "TRT02P"]], on="USUBJID")
    later = records[records["APERIOD"] == 2]
    assert (later["TRTP"] == later["TRT02P"]).all()
    assert set(later["AVISIT"]) == {"Day 21", "Day 28", "Day 56", "Day 84"}
    assert (records.loc[records["APERIOD"] == 1, "TRTP"] == records.loc[records["APERIOD"] == 1, "TRT01P"]).all()


def test_a_second_arm_in_somebody_who_could_not_have_one_is_refused():
    people = tables()["participants"]
    wrong = people.assign(arm_2=people["arm_2"].mask(people["arm"] == "Ketamine", "Ketamine"))
    with pytest.raises(DataError, match="participants of other arms than Midazolam"):
        derive(plan(), NAME, {**tables(), "participants": wrong})


def test_only_who_was_randomised_again_is_in_the_second_stage():
    found = results("madrs-stages")
    again = int((pd.read_csv(DATA / "participants.csv")["treatment_2"].notna()).sum())
    counted = select(found, variable="second-stage", stat_name="n")["stat"].sum()
    analysed = select(found, term="observed", visit="Day 28", stat_name="n")["stat"].sum()
    assert counted == again >= analysed > 0
    assert set(select(found, term="difference")["visit"]) == {"Day 14"}


def test_observed_values_after_the_second_randomisation_are_of_the_others_and_this_is_said():
    found = results("madrs-by-visit")
    again = (adam()["ADSL"]["TRT02P"] != "").sum()
    assert select(found, visit="Day 21", variable="AVAL", arm="", stat_name="n")["stat"].iloc[0] <= 96 - again
    notes = " ".join(TABLES["CFBT01"](results_of(plan(), found, "madrs-by-visit")).label.footnotes)
    assert "not randomised again" in notes
    assert "selected" in notes


def test_events_count_under_the_treatment_at_their_onset_and_are_not_compared():
    found = results("harms")
    assert not len(found[found["comparator"] != ""])
    totals = select(found, variable="denominator", stat_name="n_total").set_index("arm")["stat"]
    assert totals["Ketamine"] + totals["Midazolam"] > totals[""]


def test_who_entered_maintenance_is_counted_and_no_result_of_it_can_support_a_claim():
    people = pd.read_csv(DATA / "participants.csv")
    counted = select(results("madrs-phases"), variable="phase", level="entered maintenance", stat_name="n")
    entered = counted[counted["term"] == ""].set_index("arm")["stat"]
    assert entered[""] == (people["maintained"] == "yes").sum()
    for visit, is_exploratory in (("Day 84", True), ("Day 56", True), ("Day 28", False)):
        assert _conditions_on_the_course(plan(), Point(analysis="madrs-mmrm", visit=visit)) is is_exploratory
    assert not len(results("madrs-phases").query("comparator != ''"))
    notes = " ".join(TABLES["PHST01"](results_of(plan(), results("madrs-phases"), "madrs-phases")).label.footnotes)
    assert "selected" in notes
    assert "still treated" in notes


def test_the_association_of_expectation_with_change_is_the_coefficient_of_least_squares():
    found = select(results("madrs-guess"), term="expectation-association", visit="Day 14")
    seen = adam()["ADQS"].query("AVISIT == 'Day 14' and ANL01FL == 'Y'").merge(
        adam()["ADSL"][["USUBJID", "TRT01P", "EXPECTATION"]], on="USUBJID"
    )  # fmt: skip
    design = np.column_stack([np.ones(len(seen)), seen["TRT01P"] == "Ketamine", seen["BASE"], seen["EXPECTATION"]])
    expected = np.linalg.lstsq(design.astype(float), seen["CHG"].to_numpy(dtype=float), rcond=None)[0][3]
    assert found.set_index("stat_name")["stat"]["estimate"] == pytest.approx(expected, rel=1e-8)
    assert found.set_index("stat_name")["stat"]["n"] == len(seen)


def test_the_table_of_both_stages_names_the_weight_and_the_selection():
    made = TABLES["STGT01"](results_of(plan(), results("madrs-stages"), "madrs-stages"))
    assert made.parts[0].caption.endswith("weight of stage 1: 0.60")
    assert [row.label for row in made.parts[0].rows][1:] == [
        "Stage 1", "Stage 2", "Stages together", "Combination of the p values (z)"]  # fmt: skip
    assert "selected participants only: MADRS above 21" in made.label.footnotes[0]
