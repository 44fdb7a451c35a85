"""Descriptive analyses of a small trial, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.describe import describe_number, mean_interval, standardised_difference
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.participation import participation_rows
from postinfusion.analyses.populations import members
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import table
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.vocabulary import in_order
from small_trial import START, assessments, infusions, participants, plan

ANALYSES = {
    "flow": {"method": "disposition"},
    "who": {"method": "demographics", "variables": ["sex", "age", "madrs", "height_cm"]},
    "by-visit": {"method": "summary", "endpoint": "madrs"},
    "missing": {"method": "missingness", "endpoint": "madrs"},
    "harms": {"method": "adverse-events"},
    "at-24h": {"method": "ancova", "endpoint": "madrs", "visit": "24 h"},
    "courses": {"method": "courses", "endpoint": "madrs"},
    "absent": {"method": "summary", "endpoint": "absent"},
}
ENDPOINTS = {
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower"},
    "absent": {"measure": "GAD-7", "label": "GAD-7", "better": "lower"},
}
PLAN = plan(analyses=ANALYSES, endpoints=ENDPOINTS)


@pytest.fixture(scope="module")
def adam() -> dict[str, pd.DataFrame]:
    people = participants(["Ketamine", "Ketamine", "Ketamine", "Midazolam", "Midazolam"])
    people = people.assign(sex=["F", "F", "M", "F", ""], age=[20.0, 30.0, 95.0, 40.0, np.nan])
    scores = [("A", -1.0, 30.0), ("A", 24.0, 20.0), ("A", 90.0, 18.0), ("A", 672.0, 10.0)]
    scores += [("B", -1.0, 32.0), ("B", 24.0, 30.0)]
    scores += [("C", -1.0, 28.0), ("C", 90.0, 26.0)]
    scores += [("D", -1.0, 31.0), ("D", 24.0, 29.0)]
    tables = {
        "participants": people,
        "infusions": infusions([("A", 1, 0.0), ("A", 2, 96.0), ("B", 1, 0.0), ("C", 1, 0.0), ("D", 1, 0.0)]),
        "assessments": assessments(scores),
        "disposition": pd.DataFrame(
            {
                "id": list("ABCDE"),
                "status": ["completed", "discontinued", "completed", "discontinued", "discontinued"],
                "reason": ["", "lack of effect", "", "adverse event", ""],
                "left": START + np.array([700.0, 50.0, 700.0, 30.0, 0.0]),
                "left_date_only": False,
                "died": [False, False, False, True, False],
            }
        ),
        "screening": pd.DataFrame(
            {
                "screening": [f"X{number}" for number in range(8)],
                "id": [*"ABCDE", "", "", ""],
                "eligible": [True] * 6 + [False] * 2,
                "reason": [""] * 5 + ["declined", "too young", ""],
            }
        ),
        "adverse_events": pd.DataFrame(
            {
                "id": ["A", "A", "B", "D", "A"],
                "term": ["nausea", "nausea", "dizziness", "nausea", "headache"],
                "body_system": ["stomach", "stomach", "nerves", "stomach", "nerves"],
                "onset": START + np.array([1.0, 97.0, 1.0, 1.0, -9.0]),
                "onset_date_only": False,
                "serious": [False, False, False, True, True],
                "severity": ["mild", "severe", "mild", "mild", "severe"],
            }
        ),
    }
    return derive(PLAN, "small", tables)


def ard(adam, analysis_id):
    return analyse(PLAN, "small", analysis_id, adam).results


def count(results, **key):
    return int(statistic(results, stat_name="n", **key))


def count_or_gap(results, **key):
    return statistic(results, stat_name="n", **key)


def test_every_step_of_the_flow_is_counted_with_its_zeros(adam):
    found = select(ard(adam, "flow"), variable="flow")
    assert count(found, level="randomised", arm="") == 5
    assert count(found, level="treated", arm="Midazolam") == 1
    assert count(found, level="completed", arm="Midazolam") == 0
    assert count(found, level="discontinued", term="lack of effect", arm="Ketamine") == 1
    assert count(found, level="discontinued", term="lack of effect", arm="Midazolam") == 0
    assert count(found, level="died", arm="Midazolam") == 1


def test_who_was_eligible_but_did_not_enter_counts_as_excluded_with_the_reason(adam):
    found = select(ard(adam, "flow"), variable="flow", arm="")
    assert count(found, level="screened") == 8
    assert count(found, level="excluded", term="") == 3
    assert count(found, level="excluded", term="declined") == 1
    assert count(found, level="excluded", term="reason not recorded") == 1


def test_infusions_are_counted_by_their_number(adam):
    found = select(ard(adam, "flow"), variable="infusion", arm="Ketamine")
    assert count(found, level="1") == 3
    assert statistic(found, level="2", stat_name="proportion") == pytest.approx(1 / 3)


def test_numbers_are_described_and_categories_counted(adam):
    found = ard(adam, "who")
    assert count(found, variable="sex", level="F", arm="Ketamine") == 2
    assert count(found, variable="sex", level="(missing)", arm="Midazolam") == 1
    assert statistic(found, variable="madrs", arm="Ketamine", stat_name="mean") == 30.0
    assert statistic(found, variable="age", arm="Midazolam", stat_name="n_missing") == 1


def test_ages_are_capped_at_90(adam):
    assert statistic(ard(adam, "who"), variable="age", arm="Ketamine", stat_name="max") == 90.0


def test_a_variable_that_the_data_do_not_hold_is_a_row_of_error(adam):
    assert select(ard(adam, "who"), variable="height_cm")["error"].tolist() == ["the data hold no values of height_cm"]


def test_change_is_summarised_by_visit_and_arm(adam):
    found = select(ard(adam, "by-visit"), variable="CHG", visit="24 h", arm="Ketamine")
    assert count(found) == 2
    assert statistic(found, stat_name="mean") == pytest.approx(-6.0)


def test_the_mean_of_one_value_has_no_interval(adam):
    found = select(ard(adam, "by-visit"), variable="CHG", visit="24 h", arm="Midazolam")
    assert np.isnan(statistic(found, stat_name="conf_low"))


def test_missing_assessments_have_their_reason(adam):
    found = select(ard(adam, "missing"), variable="assessment")
    assert count(found, visit="24 h", arm="Ketamine", level="intermittent") == 1  # C came later
    assert count(found, visit="Day 4", arm="Ketamine", level="discontinued", term="lack of effect") == 1  # B left
    assert count(found, visit="Week 4", arm="Ketamine", level="intermittent") == 1  # C completed
    assert count(found, visit="24 h", arm="Midazolam", level="discontinued", term="") == 1  # E left at once


def test_statuses_of_a_visit_add_up_to_the_population(adam):
    found = select(ard(adam, "missing"), variable="assessment", stat_name="n", arm="")
    assert found.groupby("visit")["stat"].sum().unique().tolist() == [5.0]


def test_who_cannot_enter_a_model_is_counted(adam):
    analysis, population = PLAN.analyses["at-24h"], members(PLAN, adam["ADSL"], "randomised")
    entered = model_records(PLAN, analysis, adam, population)
    found = table(participation_rows(PLAN, analysis, adam, population, entered))
    found = select(found, arm="", variable="model")
    counts = {level: count(found, level=level) for level in found["level"]}
    assert counts == {
        "randomised": 5,
        "outside the population of the model": 0,
        "no baseline": 1,
        "nothing to analyse after baseline": 1,  # C was not seen at 24 h
        "in the model": 3,
    }


def test_participants_count_once_and_events_each_time(adam):
    found = select(ard(adam, "harms"), variable="class-term", level="stomach", term="nausea")
    assert count(found, arm="Ketamine", comparator="") == 1
    assert statistic(found, arm="Ketamine", comparator="", stat_name="n_events") == 2
    assert statistic(found, arm="Ketamine", stat_name="risk_difference") == pytest.approx(1 / 3 - 1)


def test_events_before_the_first_infusion_do_not_count(adam):
    found = ard(adam, "harms")
    assert select(found, term="headache").empty
    assert count(found, variable="overview", level="serious", arm="Ketamine", comparator="") == 0


def test_what_the_data_do_not_record_is_not_counted_as_zero(adam):
    found = select(ard(adam, "harms"), variable="overview", stat_name="n", comparator="", arm="Ketamine")
    reasons = dict(zip(found["level"], found["error"], strict=True))
    assert reasons["stopped"] == "not recorded: stopping because of an event (no value in action)"
    assert np.isnan(count_or_gap(found, level="stopped"))
    assert [reasons[level] for level in ("any", "serious", "severe", "died")] == [""] * 4


def test_events_with_term_and_onset_only_record_neither_seriousness_nor_deaths(adam):
    events = adam["ADAE"].assign(AESER="", AESEV="", AEOUT="")
    found = ard(adam | {"ADAE": events, "ADSL": adam["ADSL"].drop(columns="DTHFL")}, "harms")
    gaps = select(found, variable="overview", stat_name="n", arm="")
    reasons = dict(zip(gaps["level"], gaps["error"], strict=True))
    assert reasons["serious"] == "not recorded: seriousness (no value in serious)"
    assert reasons["died"].startswith("not recorded: deaths")
    assert gaps["stat"].notna().tolist() == [level in ("any", "suicidal") for level in gaps["level"]]


def test_without_a_disposition_nobody_is_said_to_have_left(adam):
    silent = adam["ADSL"].drop(columns=["EOSSTT", "DCSREAS", "EOSHR"])
    found = select(ard(adam | {"ADSL": silent}, "missing"), variable="assessment", arm="")
    assert "discontinued" not in set(found["level"])
    assert count(found, visit="Week 4", level="no later assessment") == 4


def test_assessments_at_nominal_times_are_counted(adam):
    own = select(ard(adam, "courses"), variable="time")
    assert dict(zip(own["level"], own["stat"], strict=True)) == {"": 10.0, "nominal": 0.0}
    scheduled = adam["ADQS"].assign(ATMF="N")
    nominal = select(ard(adam | {"ADQS": scheduled}, "courses"), variable="time", level="nominal")
    assert nominal["stat"].tolist() == [10.0]


def test_diagnoses_stand_in_the_order_that_the_field_uses():
    assert in_order(["OSFED", "BN", "AN", "other", "BED"]) == ["AN", "BN", "BED", "OSFED", "other"]


def test_deaths_of_the_disposition_count_without_an_event(adam):
    assert count(ard(adam, "harms"), variable="overview", level="died", arm="Midazolam", comparator="") == 1


def test_courses_hold_assessments_and_infusions(adam):
    found = analyse(PLAN, "small", "courses", adam).individual
    assert found["KIND"].value_counts().to_dict() == {"assessment": 10, "infusion": 5}


def test_an_endpoint_without_data_is_a_row_of_error_and_not_a_crash(adam):
    found = ard(adam, "absent")
    assert found["error"].tolist() == ["the data hold no values of GAD-7"]


def test_every_row_names_trial_analysis_population_and_method(adam):
    found = ard(adam, "by-visit")
    names = found[["trial", "analysis_id", "population", "method"]].drop_duplicates().to_numpy().tolist()
    assert names == [["small", "by-visit", "randomised", "summary"]]


def test_quartiles_interpolate_as_r_does_by_default():
    found = describe_number(pd.Series([1.0, 2.0, 3.0, 4.0]))
    assert (found["q1"], found["median"], found["q3"]) == (1.75, 2.5, 3.25)


def test_the_interval_of_a_mean_is_that_of_t():
    statistics = describe_number(pd.Series([1.0, 2.0, 3.0]))
    assert mean_interval(statistics)["conf_high"] == pytest.approx(2 + 4.302652729911275 / np.sqrt(3))


def test_a_standardised_difference_of_constant_values_is_not_estimable():
    assert np.isnan(standardised_difference(pd.Series([1.0, 1.0]), pd.Series([1.0, 1.0])))
