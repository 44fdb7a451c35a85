"""Diagnoses are never pooled for body mass index: every method refuses, goes by diagnosis, or takes one of them."""

import pytest

from mixed_groups_trial import adam, wanted
from postinfusion.analyses.run import analyse
from postinfusion.plan.pooling_rules import check
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES

POOLING = {
    "mmrm": {"visits": ["24 h", "Day 4"]},
    "ancova": {"visit": "24 h"},
    "trajectory": {"report_at": ["24 h", "4 d"]},
    "summary": {},
    "time-to-event": {"event": {"threshold": 22, "side": "at-least"}, "report_at": ["4 d"]},
}


def found(**changes: object) -> Results:
    """Give the results of one analysis of body mass index."""
    plan = wanted(analyses={"asked": changes}, claims={})
    return results_of(plan, analyse(plan, "small", "asked", adam()).results, "asked")


@pytest.mark.parametrize("method", POOLING)
def test_a_method_that_pools_is_refused_with_what_to_do_instead(method):
    results = found(method=method, endpoint="bmi", **POOLING[method])
    assert "several or unknown diagnoses is not pooled" in results.failure
    assert "by: diagnosis" in results.failure


@pytest.mark.parametrize("method", POOLING)
def test_a_plan_that_stratifies_by_diagnosis_is_refused_before_any_data(method):
    analyses = {"asked": {"method": method, "endpoint": "bmi", **POOLING[method]}}
    plan = wanted(analyses=analyses, claims={})
    stratified = plan.model_copy(update={"design": plan.design.model_copy(update={"strata": ("diagnosis",)})})
    assert not list(check(plan))
    assert "never pooled over diagnoses" in next(iter(check(stratified))).text


def test_one_diagnosis_is_timed_and_the_others_are_counted_as_left_out():
    results = found(method="time-to-event", endpoint="bmi", among={"diagnosis": ["AN"]}, **POOLING["time-to-event"])
    assert not results.failure
    assert results.total() == 24
    assert sum(results.value("n", term="left-out", arm=arm) for arm in results.arms) == 24
    assert any("Only participants with diagnosis AN" in note for note in TABLES["TTET01"](results).label.footnotes)


def test_weight_of_several_diagnoses_is_warned_of_only():
    plan = wanted(
        analyses={
            "asked": {
                "method": "time-to-event",
                "endpoint": "weight",
                "event": {"outside": "3 %"},
                "report_at": ["4 d"],
            }
        },
        endpoints={"weight": {"measure": "WEIGHT", "label": "Weight", "unit": "kg", "better": "none"}},
        claims={},
    )
    results = results_of(plan, analyse(plan, "small", "asked", adam()).results, "asked")
    assert any("2 diagnoses are analysed together" in text for text in results.warnings())


def test_weight_without_groups_leaves_body_mass_index_out():
    assert "never pooled" in " ".join(found(method="weight", endpoints=["bmi"]).errors())
    assert "never pooled" in " ".join(found(method="weight", endpoints=["bmi"], by="sex").errors())
    assert not found(method="weight", endpoints=["bmi"], by="diagnosis").errors()


def test_body_mass_index_at_baseline_is_shown_by_diagnosis():
    table = TABLES["DMT01"](found(method="demographics", variables=["age", "bmi"]))
    labels = [row.label for row in table.parts[0].rows]
    assert ["BMI (kg/m²): AN" in labels, "BMI (kg/m²): BN" in labels, "BMI (kg/m²)" in labels] == [True, True, False]
