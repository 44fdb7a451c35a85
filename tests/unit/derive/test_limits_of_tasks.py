"""Times that are only limits: at the cap of a task, or delivered with a mark that they are at least as long."""

import pandas as pd
import pytest

from postinfusion.derive.scores import CENSORED, assessed
from small_trial import assessments, plan

PLAN = plan()


def times(*rows, **columns):
    """Give scores of the Trail Making Test from score, value and mark."""
    frame = assessments([("A", 0.0, value) for _, value, _ in rows], measure="TMT", **columns)
    return frame.assign(score=[score for score, _, _ in rows], qualifier=[mark for _, _, mark in rows])


def censored(frame):
    """Give which scores are censored, by name."""
    found = assessed(PLAN, frame).frame
    return {name: bool(mark > 0) for name, mark in zip(found["score"], found[CENSORED], strict=True)}


@pytest.mark.parametrize("mark", [">", "≥", ">="])
def test_a_time_delivered_as_at_least_its_value_is_censored_below_the_cap_too(mark):
    assert censored(times(("A", 40.0, None), ("B", 250.0, mark))) == {"A": False, "B": True, "B-A": True, "B/A": True}


def test_a_mark_does_not_part_the_scores_of_one_assessment():
    found = assessed(PLAN, times(("A", 40.0, None), ("B", 250.0, ">"))).frame
    assert found.set_index("score")["value"]["B-A"] == 210.0


def test_a_time_at_the_cap_is_censored_without_a_mark():
    assert censored(times(("A", 40.0, None), ("B", 300.0, None)))["B-A"]


def test_other_marks_say_nothing_of_a_limit():
    assert not any(censored(times(("A", 40.0, "*"), ("B", 250.0, "<"))).values())


def test_a_marked_item_makes_the_scores_of_it_censored():
    items = times(("total", 40.0, None), ("total", 250.0, ">")).assign(item=[1.0, 2.0])
    assert censored(items) == {"A": False, "B": True, "B-A": True, "B/A": True}


def test_the_time_of_a_task_that_no_catalogue_knows_keeps_its_mark():
    frame = assessments([("A", 0.0, 95.0), ("A", 24.0, 120.0)], measure="Maze").assign(qualifier=[None, ">"])
    found = assessed(PLAN, frame).frame
    assert (found[CENSORED] > 0).tolist() == [False, True]


def test_without_marks_and_caps_nothing_is_added():
    frame = assessments([("A", 0.0, 95.0)], measure="Maze")
    assert CENSORED not in assessed(PLAN, frame).frame
    assert isinstance(assessed(PLAN, frame).frame, pd.DataFrame)
