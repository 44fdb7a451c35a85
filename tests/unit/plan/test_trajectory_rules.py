"""What the check of a plan says of models over continuous time."""

import pytest

from postinfusion.plan import rules
from small_trial import plan

ESTIMAND = {
    "population": "randomised",
    "treatment": {"arm": "Ketamine", "against": "Midazolam"},
    "variable": {"endpoint": "madrs", "visit": "24 h"},
}
DESIGN = {
    "kind": "parallel",
    "time_zero": "first-infusion",
    "arms": [{"name": "Ketamine"}, {"name": "Midazolam", "role": "reference"}],
    "infusions": ["0 h", "4 d"],
}


def problems(design=None, *, estimand="", **keys):
    course = {"method": "trajectory", "endpoint": "madrs", "report_at": ["24 h", "28 d"], "estimand": estimand} | keys
    found = rules.check(
        plan(analyses={"course": course}, estimands={"primary": ESTIMAND}, design=DESIGN | (design or {}))
    )
    return [problem.text for problem in found if problem.severity == "error"]


@pytest.mark.parametrize("basis", ["linear", "log", "decay", "accumulation", "cumulative", {"piecewise": ["24 h"]}])
def test_every_basis_is_fine_where_the_infusions_are_planned(basis):
    assert problems(basis=basis) == []


@pytest.mark.parametrize(
    "keys", [{"since": "last-infusion"}, {"basis": "cumulative"}, {"basis": {"accumulation": "8 d"}}]
)
def test_what_conditions_on_infusions_given_answers_no_estimand(keys):
    found = problems(estimand="primary", **keys)
    assert len(found) == 1
    assert "exploratory and answers no estimand" in found[0]
    assert problems(estimand="primary", infusions="planned", **keys) == []


def test_a_single_arm_may_answer_its_question_by_the_time_since_the_last_infusion():
    alone = {"kind": "single-arm", "arms": [{"name": "Ketamine"}]}
    found = problems(alone, since="last-infusion", estimand="primary")
    assert not any("exploratory" in text for text in found)


@pytest.mark.parametrize("keys", [{"basis": "cumulative"}, {"since": "last-infusion", "infusions": "planned"}])
def test_planned_infusions_are_needed_where_they_count(keys):
    assert any("must say when infusions are planned" in text for text in problems({"infusions": []}, **keys))


def test_the_time_since_an_infusion_needs_infusions():
    found = problems({"time_zero": "first-dose", "infusions": []}, since="last-infusion")
    assert any("needs time_zero: first-infusion" in text for text in found)


def test_a_bend_beyond_the_schedule_is_refused_and_bends_stand_in_order():
    assert any("a bend of a line lies after time zero" in text for text in problems(basis={"piecewise": ["900 d"]}))
    assert any("order of time" in text for text in problems(basis={"piecewise": ["7 d", "24 h"]}))


def test_a_band_beyond_the_schedule_is_a_warning():
    course = {"method": "trajectory", "endpoint": "madrs", "report_at": ["24 h"], "band": {"until": "400 d"}}
    found = rules.check(plan(analyses={"course": course}))
    assert any("extrapolated" in problem.text and problem.severity == "warning" for problem in found)
