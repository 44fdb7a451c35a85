"""Windows that count from different infusions and overlap are warned of; windows that only meet are not."""

from __future__ import annotations

import pytest

from postinfusion.plan import overlapping_windows
from postinfusion.plan.parse import parse
from spec.small_trial import SmallTrial

BASELINE = "{visit: B, at: 0 h}"


def told(*visits: str, infusions: str = "[0 h, 7 d]") -> list[str]:
    """Give what is told of a schedule."""
    plan = SmallTrial().plan.partition("schedule:")[0]
    plan += f"  infusions: {infusions}\nschedule:\n" + "".join(f"  - {visit}\n" for visit in (BASELINE, *visits))
    plan += "populations:\n  randomised: {rule: allocated}\nanalyses:\n  flow: {method: disposition}\n"
    found = list(overlapping_windows.check(parse(plan, "plan.yaml")))
    assert all(problem.severity == "warning" for problem in found)
    return [problem.text for problem in found]


def test_windows_of_different_anchors_that_overlap_are_told_with_their_hours():
    (text,) = told(
        "{visit: D8, at: 8 d, from: 7 d, until: 10 d}",
        "{visit: 48 h after 2, at: 48 h, after: infusion 2, from: 24 h, until: 96 h}",
    )
    assert text.startswith(
        'schedule, visit "48 h after 2": its window overlaps with that of D8, which counts from another infusion: '
    )
    assert "from 8 d to 10 d after time zero" in text


@pytest.mark.parametrize(
    "visits",
    [
        (
            "{visit: D3, at: 3 d, until: 7 d}",
            "{visit: 24 h after 2, at: 24 h, after: infusion 2, from: 0 h, until: 3 d}",
        ),
        ("{visit: D1, at: 1 d}", "{visit: D3, at: 3 d}", "{visit: 24 h after 2, at: 24 h, after: infusion 2}"),
        (
            "{visit: D5, at: 5 d, until: 9 d}",
            "{visit: 24 h after 2, at: 24 h, after: infusion 2, from: 0 h, until: 3 d}",
        ),
        ("{visit: D8, at: 8 d}", "{visit: D14, at: 14 d}"),
    ],
)
def test_windows_that_meet_or_that_an_infusion_ends_or_of_one_anchor_are_not_told(visits: tuple[str, ...]):
    assert told(*visits) == []


def test_without_planned_infusions_nothing_is_told():
    assert told("{visit: D8, at: 8 d}", infusions="[]") == []
