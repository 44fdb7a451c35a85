"""Windows of visits that count from different infusions, and where they overlap."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import Window, windows


def check(plan: Plan) -> Iterator[Problem]:
    """Warn of windows that count from different infusions and overlap when all infusions are given as planned.

    In the data each record counts for one visit, that whose nominal time is nearer: see ``derive.visits.window_of``.
    """
    if not plan.design.infusions:
        return
    spans = [(window, *_as_planned(plan, window)) for window in windows(plan)]
    for position, (later, start, until) in enumerate(spans):
        for earlier, other_start, other_until in spans[1:position]:
            if earlier.after != later.after and max(start, other_start) < min(until, other_until):
                text = (
                    f"its window overlaps with that of {earlier.visit}, which counts from another infusion: with "
                    f"infusions as planned, from {hours_as_text(max(start, other_start))} to "
                    f"{hours_as_text(min(until, other_until))} after time zero. A value there counts for the visit "
                    "whose time is nearer. Where that is not meant, write from and until of both."
                )
                yield plan.places.problem(("schedule", position), text, "warning")


def _as_planned(plan: Plan, window: Window) -> tuple[float, float]:
    """Give where a window begins and ends in hours since time zero, when all infusions are given as planned."""
    planned = window.as_planned()
    following = window.before_infusion
    ends = planned.until if following is None else min(planned.until, plan.design.infusions[following - 1])
    return planned.start, ends
