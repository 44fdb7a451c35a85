import pandas as pd
import pytest

from displays import trials
from postinfusion.present import formats
from postinfusion.present.display import label_of
from postinfusion.present.results import results_of

PLAN = trials.infused()
ARD = trials.results(PLAN)


def test_a_statistic_is_found_by_its_visit_without_its_time():
    results = results_of(PLAN, ARD, "madrs-mmrm")
    rows = ARD[(ARD["analysis_id"] == "madrs-mmrm") & (ARD["term"] == "marginal-mean") & (ARD["visit"] == "24 h")]
    expected = rows[(rows["arm"] == "Ketamine") & (rows["stat_name"] == "estimate")]["stat"].iloc[0]
    assert results.value("estimate", term="marginal-mean", visit="24 h", arm="Ketamine") == expected


def test_an_empty_key_does_not_match_a_filled_one():
    assert results_of(PLAN, ARD, "madrs-mmrm").value("estimate", term="marginal-mean", visit="24 h") is None


def test_measures_of_one_analysis_are_kept_apart():
    results = results_of(PLAN, ARD, "body")
    key = {"variable": "AVAL", "visit": "24 h", "arm": "Ketamine", "subgroup": "diagnosis",
           "subgroup_level": "Bulimia nervosa"}  # fmt: skip
    weight, bmi = (results.of_parameter(name).value("mean", **key) for name in ("WEIGHT", "BMI"))
    assert weight != bmi
    assert results.of_parameter("BMI").total() == 96


def test_comparisons_follow_the_plan():
    plan = trials.three_arms()
    pairs = results_of(plan, trials.results(plan), "madrs-mmrm").comparisons
    assert pairs == tuple((arm, "Placebo") for arm in plan.design.arm_names[1:])


@pytest.mark.parametrize("name", ["estimate", "conf_low"])
def test_a_suppressed_value_is_told_from_one_that_is_not_estimable(name):
    ard = ARD.copy()
    found = (ard["analysis_id"] == "madrs-mmrm") & (ard["visit"] == "24 h") & (ard["stat_name"] == name)
    ard.loc[found, "stat"] = float("nan")
    ard.loc[found, "error"] = "suppressed"
    results = results_of(PLAN, ard, "madrs-mmrm")
    assert results.text(name, term="marginal-mean", visit="24 h", arm="Ketamine") == formats.SUPPRESSED
    assert label_of(results, "MMRMT01").footnotes[-1].startswith("supp.: suppressed")
    assert not results.errors()


@pytest.mark.parametrize(("name", "is_told"), [("risk_ratio", False), ("risk_difference", True)])
def test_a_ratio_to_an_arm_in_which_nobody_had_an_event_is_no_failure(name, is_told):
    of_difference = (ARD["analysis_id"] == "harms") & (ARD["stat_name"] == "risk_difference")
    rows = ARD[of_difference].assign(stat=float("nan"), stat_name=name, error="nobody had an event")
    results = results_of(PLAN, pd.concat([ARD[~of_difference], rows]), "harms")
    assert len(rows) > 0
    assert (results.errors() == ["nobody had an event"]) == is_told
