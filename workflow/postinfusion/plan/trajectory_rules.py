"""The rules of models over continuous time: where they bend, report, and which infusions they need."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from postinfusion.errors import Problem
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import windows


def unobserved(plan: Plan, way: Path, analysis: Trajectory) -> Iterator[Problem]:
    """Check that a course over time is asked for, and bends, where there are observations.

    Parameters
    ----------
    plan, way, analysis
        The plan, its schedule in order; where the analysis stands in it; the analysis.
    """
    end = windows(plan)[-1].as_planned().until
    limits = f"the last window of the schedule ends at {_in_days(end)}"
    asked: list[tuple[Path, float]] = [
        (("report_at", position), hours) for position, hours in enumerate(analysis.report_at)
    ]
    asked += [(("band", "until"), analysis.band.until)] if analysis.band.until is not None else []
    for inner, hours in asked:
        if hours > end:
            text = f"nothing is observed then, {limits}: the estimate is extrapolated. Name an earlier time."
            yield plan.places.problem((*way, *inner), f"{_in_days(hours)}: {text}", "warning")
    kind = analysis.shape
    what = "a knot of a spline" if kind == "spline" else "a bend of a line"
    for position, hours in enumerate(analysis.knots):
        if not 0 < hours < end:
            text = f"{what} lies after time zero and within the schedule; {limits}. Move it."
            yield plan.places.problem((*way, "basis", kind, position), f"{_in_days(hours)}: {text}")
    if any(later <= earlier for earlier, later in pairwise(analysis.knots)):
        yield plan.places.problem((*way, "basis", kind), "knots must be in the order of time, each once. Sort them.")
    yield from _infusions(plan, way, analysis)


def _infusions(plan: Plan, way: Path, analysis: Trajectory) -> Iterator[Problem]:
    """Check that the infusions that a model counts are there, and that what conditions on them decides nothing."""
    if not analysis.needs_infusions or plan.left_out.touches("design"):
        return
    key = "basis" if analysis.counts_infusions else "since"
    if not plan.design.has_infusions:
        text = "the time since an infusion, or their number, needs time_zero: first-infusion. Choose another basis."
        yield plan.places.problem((*way, key), text)
    elif not plan.design.infusions and (analysis.counts_infusions or analysis.infusions == "planned"):
        text = (
            "infusions of the design must say when infusions are planned: means and differences are those of who has "
            "them as planned. Add it."
        )
        yield plan.places.problem((*way, key), text)
    if analysis.estimand and analysis.is_exploratory(plan.design.kind):
        text = (
            "the infusions that were really given follow from what happened after randomisation: such a model is "
            "exploratory and answers no estimand. Remove it, or write infusions: planned."
        )
        yield plan.places.problem((*way, "estimand"), text)


def _in_days(hours: float) -> str:
    """Give a time in days from two days on."""
    return f"{hours / 24:g} d" if hours >= 48 else hours_as_text(hours)
