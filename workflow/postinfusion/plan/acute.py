"""Which visits and analyses need the hour: those within a day of an infusion, and those named by hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import Window, windows

DAY = 24.0
FIRST_HOURS = 32.0
_IN_HOURS = re.compile(r"\d\s*(h|hrs?|hours?|std\.?|stunden?)\b|\b(hours?|hrs?|h|stunde)\s*\d", re.IGNORECASE)


@dataclass(frozen=True)
class UseOfHours:
    """What of an analysis needs hours.

    Attributes
    ----------
    endpoint
        Key of its endpoint.
    times
        The visits, or times since time zero, that need them.
    is_named
        The plan names these visits or times, rather than all of the schedule.
    is_continuous
        The analysis is over continuous time, whatever visit is recorded.
    """

    endpoint: str
    times: tuple[str, ...]
    is_named: bool = True
    is_continuous: bool = False


def acute_visits(plan: Plan) -> tuple[str, ...]:
    """Give the visits that days cannot tell: within 24 hours of what they count from, shorter than a day, or in hours.

    A visit whose name speaks of hours is one where it starts within 32 hours: the day after an infusion is 10 to 38
    hours after it. The same visit named Day 1 claims no more than its day.
    """
    return tuple(window.visit for window in windows(plan)[1:] if _needs_hours(window))


def uses_of_hours(plan: Plan) -> dict[str, UseOfHours]:
    """Give the analyses that need hours, by key.

    A visit is named where the analysis, or the estimand that it answers, says so itself; an analysis of all visits of
    the schedule does not name them, for its endpoint may not be assessed at each.
    """
    acute = acute_visits(plan)
    found = {}
    for key, analysis in plan.analyses.items():
        named = _named(plan, key)
        endpoint = str(getattr(analysis, "endpoint", ""))
        if isinstance(analysis, Trajectory) and (times := _times(analysis)):
            found[key] = UseOfHours(endpoint, times, is_continuous=True)
        elif visits := tuple(visit for visit in named if visit in acute):
            found[key] = UseOfHours(endpoint, visits)
        elif analysis.by_visit and not named and acute:
            found[key] = UseOfHours(endpoint, acute, is_named=False)
    return found


def _needs_hours(window: Window) -> bool:
    """Say whether a visit after an infusion cannot be told by its day."""
    if window.nominal <= 0:
        return False
    is_in_hours = window.start < FIRST_HOURS and _IN_HOURS.search(window.visit) is not None
    return window.nominal < DAY or window.until - window.start < DAY or is_in_hours


def _named(plan: Plan, key: str) -> tuple[str, ...]:
    """Give the visits that an analysis or its estimand names."""
    analysis = plan.analyses[key]
    named = (names for _, kind, names in names_in(analysis) if kind is Names.LATER_VISIT)
    visits = tuple(visit for names in named for visit in names)
    estimand = plan.estimands.get(getattr(analysis, "estimand", ""))
    return visits if estimand is None else (*visits, estimand.variable.visit)


def _times(analysis: Trajectory) -> tuple[str, ...]:
    """Give the times within the first day that a course over time reports or bends at."""
    asked = (*analysis.report_at, *analysis.knots)
    return tuple(dict.fromkeys(hours_as_text(hours) for hours in asked if 0 < hours < DAY))
