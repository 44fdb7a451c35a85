"""The windows of the schedule: from which hour to which an assessment counts for a visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from postinfusion.plan.design import LAST, Visit
from postinfusion.plan.plan import Plan

BASELINE_REACH = 14 * 24.0
"""Hours before time zero from which a value can be the baseline, where the plan does not say."""


@dataclass(frozen=True)
class Window:
    """The window of one visit, in hours since the infusion that the visit counts from, else since time zero.

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
    after
        Number of the infusion that the times count from, ``LAST`` for each participant's last; None: time zero.
    planned
        Planned start of that infusion in hours since time zero.
    """

    visit: str
    nominal: float
    start: float
    until: float
    before_infusion: int | None = None
    after: int | None = None
    planned: float = 0.0

    def as_planned(self) -> Window:
        """Give the window in hours since time zero, as if all infusions were given when they were planned."""
        nominal, start, until = (hours + self.planned for hours in (self.nominal, self.start, self.until))
        return replace(self, nominal=nominal, start=start, until=until, planned=0.0)


def windows(plan: Plan) -> tuple[Window, ...]:
    """Give the windows of the visits of a plan, the baseline first.

    Notes
    -----
    A limit that the plan leaves out is that of the neighbour, where the neighbour has one, and otherwise lies midway
    between the two nominal times. The baseline reaches back 14 days and ends with time zero; the last window reaches
    as far beyond its nominal time as half the distance to the visit before. Between visits that count from different
    infusions, neighbours are compared at their planned times.
    """
    visits = tuple(_since_time_zero(plan, visit) for visit in plan.schedule)
    ends = [_end(earlier, later) for earlier, later in pairwise(visits)]
    last = visits[-1].until if visits[-1].until is not None else _end_of_last(visits)
    untils = [0.0, *ends[1:], last][: len(visits)]
    starts = [_start(visit, before) for visit, before in zip(visits, [None, *visits[:-1]], strict=True)]
    return tuple(
        _window(plan, visit, start, until, is_baseline=position == 0)
        for position, (visit, start, until) in enumerate(zip(plan.schedule, starts, untils, strict=True))
    )


def _since_time_zero(plan: Plan, visit: Visit) -> Visit:
    """Give a visit with its times since time zero, as planned."""
    planned = plan.planned_start(visit)
    limits = {name: getattr(visit, name) for name in ("start", "until")}
    shifted = {name: hours + planned for name, hours in limits.items() if hours is not None}
    return visit.model_copy(update={"at": visit.at + planned, **shifted})


def _window(plan: Plan, visit: Visit, start: float, until: float, *, is_baseline: bool) -> Window:
    """Give the window of a visit from its limits since time zero, as planned."""
    planned = plan.planned_start(visit)
    following = None if is_baseline else _next_infusion(plan, visit)
    after = visit.after if visit.is_anchored else None
    return Window(visit.visit, visit.at, start - planned, until - planned, following, after, planned)


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
    """Give the number of the first planned infusion at or after a visit; none follows the last one."""
    if visit.after == LAST:
        return None
    nominal = plan.planned_start(visit) + visit.at
    later = (number for number, start in enumerate(plan.design.infusions, start=1) if start >= nominal)
    return next(later, None)
