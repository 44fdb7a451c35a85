"""Windows tile the schedule, with the limits that the plan gives and midway where it gives none."""

from __future__ import annotations

from itertools import pairwise

import pytest

from postinfusion.plan.design import LAST
from postinfusion.plan.parse import parse
from postinfusion.plan.windows import Window, windows
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()


def windows_of(*visits: str, infusions: str = "[]") -> tuple[Window, ...]:
    """Give the windows of a schedule."""
    plan = TRIAL.plan.partition("schedule:")[0]
    plan += f"  infusions: {infusions}\nschedule:\n" + "".join(f"  - {visit}\n" for visit in visits)
    plan += "populations:\n  randomised: {rule: allocated}\nanalyses:\n  flow: {method: disposition}\n"
    return windows(parse(plan, "plan.yaml"))


def test_limits_that_are_left_out_lie_midway():
    found = windows_of("{visit: B, at: 0 h}", "{visit: W1, at: 7 d}", "{visit: W2, at: 14 d}", "{visit: W4, at: 28 d}")
    assert [(window.start, window.until) for window in found] == [
        (-14 * 24, 0),
        (3.5 * 24, 10.5 * 24),
        (10.5 * 24, 21 * 24),
        (21 * 24, 35 * 24),
    ]
    assert all(earlier.until == later.start for earlier, later in pairwise(found[1:]))


def test_a_limit_that_is_left_out_is_that_of_the_neighbour():
    found = windows_of("{visit: B, at: 0 h}", "{visit: W1, at: 7 d, until: 9 d}", "{visit: W2, at: 14 d}")
    assert found[2].start == 9 * 24
    found = windows_of("{visit: B, at: 0 h}", "{visit: W1, at: 7 d}", "{visit: W2, at: 14 d, from: 12 d}")
    assert found[1].until == 12 * 24


def test_a_window_ends_with_the_first_infusion_planned_at_or_after_its_visit():
    found = windows_of(
        "{visit: B, at: 0 h}", "{visit: D3, at: 3 d}", "{visit: D7, at: 7 d}", "{visit: D9, at: 9 d}",
        infusions="[0 h, 4 d, 7 d]",
    )  # fmt: skip
    assert [window.before_infusion for window in found] == [None, 2, 3, None]


def test_a_baseline_alone_has_a_window():
    assert windows_of("{visit: B, at: -1 d, from: -3 d}") == (Window("B", -24, -72, 0),)


@pytest.mark.parametrize("at", ["0 h", "-2 h", "-3 d"])
def test_the_baseline_ends_with_time_zero(at: str):
    assert windows_of(f"{{visit: B, at: {at}}}", "{visit: W1, at: 7 d}")[0].until == 0


def test_times_of_a_visit_count_from_its_infusion():
    found = windows_of(
        "{visit: B, at: 0 h}",
        "{visit: Third, after: infusion 3, at: 24 h, from: 12 h, until: 2 d}",
        "{visit: End, after: last infusion, at: 7 d}",
        infusions="[0 h, 4 d, 7 d, 11 d]",
    )
    assert (found[1].after, found[1].nominal, found[1].start, found[1].until) == (3, 24, 12, 48)
    assert found[1].as_planned() == Window("Third", 192, 180, 216, 4, 3, 0.0)
    assert (found[2].after, found[2].nominal, found[2].before_infusion) == (LAST, 168, None)


def test_a_limit_between_visits_that_count_from_different_infusions_lies_midway_as_planned():
    found = windows_of(
        "{visit: B, at: 0 h}",
        "{visit: Day 8, at: 8 d}",
        "{visit: End, after: last infusion, at: 3 d}",
        infusions="[0 h, 7 d]",
    )
    assert found[1].until == 9 * 24
    assert found[2].start == 2 * 24
    assert found[2].until == 4 * 24


def test_nominal_times_are_those_of_the_planned_infusions():
    visits = "  - {visit: B, at: 0 h}\n  - {visit: End, after: last infusion, at: 7 d}\n"
    text = TRIAL.plan.partition("schedule:")[0] + "  infusions: [0 h, 4 d]\nschedule:\n" + visits
    text += "populations:\n  randomised: {rule: allocated}\nanalyses:\n  flow: {method: disposition}\n"
    assert parse(text, "plan.yaml").nominal_hours == {"B": 0, "End": 11 * 24}
