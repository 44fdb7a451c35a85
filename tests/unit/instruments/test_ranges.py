"""Answers of which none is the lowest: when that is chance, and when the export counts from one more."""

from __future__ import annotations

import numpy as np
import pytest

from postinfusion.instruments import catalogue, ranges
from postinfusion.instruments.ranges import Range

PEOPLE = 12
FORMS = 3


def items(scale: str = "PHQ-9", number: int = 1) -> Range:
    found = catalogue.find(scale)
    assert found is not None
    allowed = ranges.of_item(found, number)
    assert allowed is not None
    return allowed


def answers(*shares: float, people: int = PEOPLE) -> tuple[np.ndarray, np.ndarray]:
    """Give answers 0, 1, 2, … in these shares, drawn by the forms of nine items of so many people."""
    number = people * FORMS * 9
    drawn = np.random.default_rng(4).choice(len(shares), size=number, p=shares).astype("float64")
    return drawn, np.repeat(np.arange(people), FORMS * 9)


def must(values: np.ndarray, people: np.ndarray, allowed: Range | None = None) -> bool:
    return ranges.lowest_must_have_been_used(allowed or items(), values, people)


def test_a_line_of_answers_that_breaks_off_above_the_lowest_is_shifted():
    assert must(*answers(0, 0.4, 0.35, 0.25))


def test_one_answer_at_the_lowest_shows_that_the_export_has_it():
    values, people = answers(0, 0.4, 0.35, 0.25)
    values[7] = 0
    assert not must(values, people)


def test_severe_illness_leaves_out_the_lowest_and_seldom_gives_the_next():
    assert not must(*answers(0, 0.05, 0.25, 0.7))


def test_many_answers_of_few_people_are_few_answers():
    assert must(*answers(0, 0.5, 0.3, 0.2, people=7))
    assert not must(*answers(0, 0.5, 0.3, 0.2, people=6))


@pytest.mark.parametrize(("number", "refused"), [(65, False), (66, True)])
def test_the_limit_is_where_less_than_one_in_a_thousand_samples_would_have_none(number: int, *, refused: bool):
    assert (0.9**number < 0.001) is refused
    assert must(np.ones(number), np.arange(number)) is refused


def test_a_list_of_what_is_present_may_hold_the_upper_of_two_answers_only():
    assert not must(np.ones(200), np.arange(200), items("C-SSRS"))


def test_counts_have_no_lowest_answer_that_must_occur():
    assert not must(np.ones(200), np.arange(200), items("EDE-Q 6.0", 13))
