"""What the windows of the schedule do not hold: values that count for no visit, and events far before time zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from postinfusion.errors import Problem, counted
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan

YEAR = 365.25 * 24
DAY = 24.0


def uncovered(plan: Plan, endpoints: Mapping[str, Endpoint], adam: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Give a warning for each endpoint some of whose values no window holds, and for events long before time zero.

    Such values enter models over continuous time only. Most often their dates are wrong, or a window is too narrow.

    Parameters
    ----------
    plan
        The plan.
    endpoints
        Its endpoints, by key.
    adam
        ADaM datasets by name.
    """
    records = [adam[name] for name in ("ADQS", "ADVS") if name in adam]
    for key, endpoint in endpoints.items():
        for frame in records:
            found = frame[(frame["PARAMCD"] == endpoint.parameter) & frame["AVAL"].notna()]
            outside = found[(found["AVISIT"] == "") & found["AHRFIRST"].notna()]
            if len(outside):
                yield plan.places.problem(("endpoints", key), _outside(outside, len(found)), "warning")
    events = plan.sources.get("adverse_events")
    has_own_flag = events is not None and "emergent" in events.columns
    if events and not has_own_flag and (early := int((adam["ADAE"]["ASTHR"] < -YEAR).sum())):
        text = f"{counted(early, 'event')} began more than a year before time zero. Look for wrong dates."
        yield Problem(events.file, "", text, "warning")


def _outside(outside: pd.DataFrame, total: int) -> str:
    """Say how many values no window holds, and between which days."""
    days = outside["AHRFIRST"] / DAY
    return (
        f"{len(outside):,} of {total:,} values fall into no visit's window (day {days.min():.1f} to {days.max():.1f} "
        "since time zero). Look for wrong dates, or widen a window."
    )
