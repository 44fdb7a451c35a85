"""Rows of a crossover trial belong to the period that the data tell, with its baseline and its treatment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError
from postinfusion.io import read
from postinfusion.plan.design import Design
from postinfusion.plan.plan import Plan
from postinfusion.sources.read import canonical_tables

REPOSITORY = Path(__file__).resolve().parents[3]


@cache
def plan() -> Plan:
    """Give the plan of the shipped crossover trial."""
    return read.plan(REPOSITORY / "config" / "trials" / "crossover_an.yaml")


@cache
def tables() -> dict[str, pd.DataFrame]:
    """Give its canonical tables."""
    return canonical_tables(plan(), REPOSITORY / "data" / "crossover_an").tables


@cache
def adam() -> dict[str, pd.DataFrame]:
    """Give its datasets."""
    return derive(plan(), "crossover_an", tables())


def with_crossover(**changed: object) -> Plan:
    """Give the plan with other keys of its crossover."""
    design = plan().design
    crossover = design.crossover.model_copy(update=changed)
    return plan().model_copy(update={"design": Design.model_copy(design, update={"crossover": crossover})})


def test_a_value_before_an_infusion_is_the_baseline_of_the_period_that_follows():
    records = adam()["ADQS"]
    baselines = records[records["ABLFL"] == "Y"]
    assert (baselines["APERHR"] <= 0).all()
    assert baselines.groupby(["USUBJID", "PARAMCD", "APERIOD"]).size().eq(1).all()
    later = baselines[baselines["APERIOD"] > 1]
    assert (later["AHRFIRST"] > 100).all()


def test_changes_are_from_the_baseline_of_the_own_period():
    records = adam()["ADQS"]
    key = ["USUBJID", "PARAMCD", "APERIOD"]
    base = records[records["ABLFL"] == "Y"].set_index(key)["AVAL"]
    after = records[records["AVISIT"].isin(["2 h", "24 h", "72 h"])]
    own = base.reindex(pd.MultiIndex.from_frame(after[key])).to_numpy()
    assert (after["CHG"].to_numpy() == after["AVAL"].to_numpy() - own).all()
    assert after["BASETYPE"].eq("PERIOD").all()


def test_each_visit_is_represented_once_in_each_period():
    records = adam()["ADQS"]
    chosen = records[records["ANL01FL"] == "Y"]
    assert not chosen.duplicated(["USUBJID", "PARAMCD", "APERIOD", "AVISIT"]).any()
    assert chosen.duplicated(["USUBJID", "PARAMCD", "AVISIT"]).any()


def test_treatments_are_those_of_the_sequence_by_period():
    people = adam()["ADSL"].set_index("USUBJID")
    records = adam()["ADQS"]
    for period in (1, 2, 3):
        of_period = records[records["APERIOD"] == period]
        assert (of_period["TRTP"] == of_period["USUBJID"].map(people[f"TRT0{period}P"])).all()
    assert people["TRTSEQP"].nunique() == 6
    second = records[records["APERIOD"] == 2]
    assert (second["TRTPREV"] == second["USUBJID"].map(people["TRT01A"])).all()
    assert records.loc[records["APERIOD"] == 1, "TRTPREV"].eq("").all()


def test_an_event_belongs_to_the_treatment_after_which_it_began():
    events, starts = adam()["ADAE"], adam()["ADEX"].set_index(["USUBJID", "APERIOD"])["AHRFIRST"]
    begun = starts.reindex(pd.MultiIndex.from_frame(events[["USUBJID", "APERIOD"]])).to_numpy()
    assert (events["ASTHR"].to_numpy() >= begun).all()
    assert events["TRTA"].ne("").all()


def test_a_second_session_in_a_period_begins_no_new_one():
    infused = tables()["infusions"]
    extra = infused[infused["number"] == 1].assign(number=2, start=lambda rows: rows["start"] + 48)
    moved = infused.assign(number=infused["number"].where(infused["number"] == 1, infused["number"] + 1))
    changed = {**tables(), "infusions": pd.concat([moved, extra], ignore_index=True).drop(columns="crossover_period")}
    found = derive(with_crossover(first_infusions=(1, 3, 4)), "x", changed)["ADEX"]
    by_number = found.groupby("INFNUM")["APERIOD"].unique().map(list)
    assert by_number.to_dict() == {1: [1], 2: [1], 3: [2], 4: [3]}


def test_the_order_received_tells_the_treatments_where_no_sequence_is_declared():
    found = derive(with_crossover(sequences={}), "x", tables())["ADSL"]
    expected = adam()["ADSL"]
    assert (found["TRT01P"] == expected["TRT01P"]).all()
    assert (found["TRTSEQA"] == expected["TRTSEQA"]).all()


def test_two_treatments_in_one_period_are_refused():
    infused = tables()["infusions"]
    mixed = {**tables(), "infusions": infused.assign(crossover_period=1)}
    with pytest.raises(DataError, match="more than one treatment"):
        derive(plan(), "x", mixed)


def test_periods_that_nothing_tells_are_refused():
    with pytest.raises(DataError, match="no column crossover_period"):
        derive(plan(), "x", {**tables(), "infusions": tables()["infusions"].drop(columns="crossover_period")})


def test_a_sequence_that_the_plan_does_not_have_is_refused_without_naming_anybody():
    people = tables()["participants"].assign(crossover_sequence="7")
    with pytest.raises(DataError, match="24 participants have a sequence that is none of 1, 2"):
        derive(plan(), "x", {**tables(), "participants": people})
