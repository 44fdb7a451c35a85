"""The windows of the schedule: from which hour to which an assessment counts for a visit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from postinfusion.plan.design import Visit
from postinfusion.plan.plan import Plan

BASELINE_REACH = 14 * 24.0
"""Hours before time zero from which a value can be the baseline, where the plan does not say."""


@dataclass(frozen=True)
class Window:
    """The window of one visit, in hours since time zero.

    Attributes
    ----------
    visit
        Name of the visit.
    nominal
        Planned time of the visit.
    start, until
        The window holds ``start <= hours < until``; that of the baseline also holds its end, time zero.
    before_infusion
        Number of the planned infusion that ends the window of a participant when it starts before ``until``: the first
        one planned at or after the nominal time. None for the baseline, and where no infusion follows.
    """

    visit: str
    nominal: float
    start: float
    until: float
    before_infusion: int | None = None


def windows(plan: Plan) -> tuple[Window, ...]:
    """Give the windows of the visits of a plan, the baseline first.

    Notes
    -----
    A limit that the plan leaves out is that of the neighbour, where the neighbour has one, and otherwise lies midway
    between the two nominal times. The baseline reaches back 14 days and ends with time zero; the last window reaches
    as far beyond its nominal time as half the distance to the visit before.
    """
    visits = plan.schedule
    ends = [_end(earlier, later) for earlier, later in pairwise(visits)]
    last = visits[-1].until if visits[-1].until is not None else _end_of_last(visits)
    untils = [0.0, *ends[1:], last][: len(visits)]
    starts = [_start(visit, before) for visit, before in zip(visits, [None, *visits[:-1]], strict=True)]
    return tuple(
        Window(visit.visit, visit.at, start, until, _next_infusion(plan, visit) if position else None)
        for position, (visit, start, until) in enumerate(zip(visits, starts, untils, strict=True))
    )


def _start(visit: Visit, before: Visit | None) -> float:
    """Give the start of a window."""
    if visit.start is not None:
        return visit.start
    if before is None:
        return -BASELINE_REACH
    return before.until if before.until is not None and before.until > 0 else _midway(before, visit)


def _end(visit: Visit, after: Visit) -> float:
    """Give the end of a window that another follows."""
    if visit.until is not None:
        return visit.until
    return after.start if after.start is not None else _midway(visit, after)


def _end_of_last(visits: tuple[Visit, ...]) -> float:
    """Give the end of the last window where the plan leaves it out."""
    before = max(visits[-2].at, 0.0) if len(visits) > 1 else 0.0
    return visits[-1].at + (visits[-1].at - before) / 2


def _midway(earlier: Visit, later: Visit) -> float:
    """Give the time midway between two visits; the baseline counts as time zero."""
    return (max(earlier.at, 0.0) + later.at) / 2


def _next_infusion(plan: Plan, visit: Visit) -> int | None:
    """Give the number of the first planned infusion at or after a visit."""
    later = (number for number, start in enumerate(plan.design.infusions, start=1) if start >= visit.at)
    return next(later, None)
