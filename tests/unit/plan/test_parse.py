"""A plan is read into frozen models that know where their parts stand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from postinfusion.errors import PlanError
from postinfusion.plan import rules
from postinfusion.plan.parse import parse
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()


def test_units_become_hours_and_proportions():
    plan = parse(TRIAL.plan.replace("method: mmrm", "method: mmrm, confidence: 90 %"), "small.yaml")
    assert plan.nominal_hours == {"Baseline": 0, "24 h": 24, "Day 7": 168}
    assert plan.analyses["madrs-mmrm"].confidence == pytest.approx(0.9)


def test_two_readings_of_one_plan_are_equal_whatever_lines_it_stands_on():
    assert parse(TRIAL.plan, "a.yaml") == parse("# a comment\n\n" + TRIAL.plan, "b.yaml")


def test_a_plan_cannot_be_changed():
    with pytest.raises(ValidationError):
        parse(TRIAL.plan, "small.yaml").title = "another"


def test_a_part_knows_its_line_and_its_name():
    places = parse(TRIAL.plan, "small.yaml").places
    problem = places.problem(("schedule", 1, "until"), "is early.")
    assert str(problem) == 'small.yaml: line 19: schedule, visit "24 h", until: is early.'
    assert places.problem(("design", "arms", 0, "code"), "x").text == 'design, arm "Ketamine", code: x'
    assert places.line(("analyses", "flow", "no such key")) == 33


def test_a_misspelt_key_is_not_told_as_missing_too():
    with pytest.raises(PlanError) as refused:
        parse(TRIAL.plan.replace("  time_zero:", "  time_sero:"), "small.yaml")
    assert [problem.text.split(":")[0] for problem in refused.value.problems] == ["design, time_sero"]


def test_names_of_a_refused_part_are_not_told_as_unknown():
    with pytest.raises(PlanError) as refused:
        parse(TRIAL.plan.replace("label: MADRS, better: lower", "label: MADRS, better: down"), "small.yaml")
    assert len(refused.value.problems) == 1


def test_the_rules_find_nothing_in_a_sound_plan():
    assert rules.check(parse(TRIAL.plan, "small.yaml")) == ()


def test_a_wrong_shape_of_a_choice_of_shapes_is_told_once():
    course = "  course: {endpoint: madrs, method: trajectory, basis: {splin: [2 h]}, report_at: [2 h]}\n"
    plan = TRIAL.with_plan("  flow: {method: disposition}\n", course).plan
    with pytest.raises(PlanError, match="Did you mean spline") as refused:
        parse(plan, "small.yaml")
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("text", ["---\n", "- a\n- b\n", "only words\n"])
def test_a_file_without_keys_is_refused(text: str):
    with pytest.raises(PlanError, match="a plan has keys"):
        parse(text, "small.yaml")
