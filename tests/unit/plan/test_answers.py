"""What a drafted plan leaves to the researcher, and how it is counted down."""

from __future__ import annotations

import pytest

from postinfusion.plan.parse import reading
from unit.plan.test_shorthand import SHORT

LONG = "one of 24 h, Day 7, and here a text that is longer than the name of any visit may be, as questions are"
ASKING = SHORT.replace("reference_arm: M", 'reference_arm: "ANSWER: K or M"  # question 1 of 3').replace(
    "{endpoint: madrs, visit: 24 h}",
    '{endpoint: "ANSWER: one of madrs", visit: "ANSWER: ' + LONG + '"}',
)


def test_each_missing_answer_is_one_error_with_its_line_and_what_to_write():
    found = reading(ASKING, "plan")
    assert [(problem.place, problem.text) for problem in found.errors] == [
        ("line 14", "design, reference_arm: write your answer in place of ANSWER: K or M"),
        ("line 28", "estimands, primary, variable, endpoint: write your answer in place of ANSWER: one of madrs"),
        (
            "line 28",
            f"estimands, primary, variable, visit: write your answer in place of ANSWER: {LONG}",
        ),
    ]
    assert str(found.answers) == "3 of 3 answers are still missing."


def test_answers_are_counted_down():
    found = reading(ASKING.replace('"ANSWER: K or M"', "M").replace('"ANSWER: one of madrs"', "madrs"), "plan")
    assert len(found.errors) == 1
    assert str(found.answers) == "1 of 3 answers is still missing."


def test_a_mistake_elsewhere_is_told_beside_the_missing_answers():
    found = reading(ASKING.replace("time_zero: first-infusion", "time_zero: first"), "plan")
    assert len(found.errors) == 4
    assert "time_zero" in found.errors[-1].text


@pytest.mark.parametrize("place", ["at: 24 h", "code: M", "kind: parallel", "measure: MADRS", "method: disposition"])
def test_a_question_anywhere_in_the_plan_is_told_alone(place: str):
    key, value = place.split(": ")
    found = reading(SHORT.replace(place, f'{key}: "ANSWER: {value}"'), "plan")
    assert [problem.text.rpartition(": ")[2] for problem in found.errors] == [value]


def test_a_plan_without_questions_waits_for_nothing():
    assert str(reading(SHORT, "plan").answers) == ""


def test_a_question_that_another_part_repeats_is_told_once():
    found = reading(ASKING.replace("one of madrs", LONG), "plan")
    assert len(found.errors) == 3


def test_a_model_that_takes_its_endpoint_from_an_unanswered_question_is_looked_at():
    asked = SHORT.replace("{endpoint: madrs, visit: 24 h}", '{endpoint: "ANSWER: one", visit: "ANSWER: which"}')
    found = reading(
        asked.replace("{estimand: primary, method", "{estimand: primary, population: nobody, method"), "plan"
    )
    assert [problem.text.partition(":")[0] for problem in found.errors] == [
        "estimands, primary, variable, endpoint",
        "estimands, primary, variable, visit",
        "analyses, madrs-mmrm, population",
    ]
