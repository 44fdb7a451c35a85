"""The rules about time in a plan: visits in order, windows that tile, results at times that are observed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from postinfusion.errors import Problem, counted
from postinfusion.plan import trajectory_rules
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.design import LAST
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import windows


def check(plan: Plan) -> Iterator[Problem]:
    """Check the schedule; windows only where visits are in order, times of analyses only where all are right."""
    if plan.left_out.touches("schedule"):
        return
    found = list(_anchors(plan)) or list(_visits(plan)) or list(_windows(plan))
    yield from found
    if all(problem.severity == "warning" for problem in found):
        for key, analysis in plan.analyses.items():
            if isinstance(analysis, Trajectory):
                yield from trajectory_rules.unobserved(plan, ("analyses", key), analysis)


def _anchors(plan: Plan) -> Iterator[Problem]:
    """Check the infusions that visits count from: planned, so that figures know where the visits lie."""
    planned = len(plan.design.infusions)
    for position, visit in enumerate(plan.schedule):
        way: Path = ("schedule", position, "after")
        if visit.after is not None and not (plan.design.has_infusions or plan.left_out.touches("design", "time_zero")):
            yield plan.places.problem(way, "visits after an infusion need time_zero: first-infusion. Remove it.")
        elif visit.is_anchored and position == 0:
            yield plan.places.problem(way, "the baseline counts from the first infusion. Remove this key.")
        elif visit.is_anchored and not (planned or plan.left_out.touches("design", "infusions")):
            text = "infusions of the design must say when infusions are planned: figures place the visit by them."
            yield plan.places.problem(way, f"{text} Add it.")
        elif visit.after is not None and visit.after > max(planned, 1):
            text = f"the design plans {counted(planned, 'infusion')} only. Correct the number, or add infusions there."
            yield plan.places.problem(way, text)


def _visits(plan: Plan) -> Iterator[Problem]:
    """Check the visits: unique, in the order of time, the baseline first."""
    visits, problem = plan.schedule, plan.places.problem
    nominal = [plan.planned_start(visit) + visit.at for visit in visits]
    for position, visit in enumerate(visits):
        if visit.visit in plan.visit_names[:position]:
            yield problem(("schedule", position, "visit"), "this visit stands there twice. Rename or remove one.")
    if visits[0].at > 0:
        text = f"the first visit is the baseline; {_written(plan, 0, 'at', visits[0].at)} is after time zero."
        yield problem(("schedule", 0, "at"), text)
    for position, (earlier, later) in enumerate(pairwise(nominal), start=1):
        if later <= max(earlier, 0):
            before = f"{visits[position - 1].visit} ({_written(plan, position - 1, 'at', visits[position - 1].at)})"
            here = _written(plan, position, "at", visits[position].at)
            text = (
                f"{here} is not after {before}. Put the visits in order, or delete a visit at which no endpoint is "
                "measured."
            )
            yield problem(("schedule", position, "at"), text)


def _windows(plan: Plan) -> Iterator[Problem]:
    """Check that each window has a length, holds its visit, and meets the next one."""
    found, problem = windows(plan), plan.places.problem
    for position, window in enumerate(found):
        start, until = _written(plan, position, "from", window.start), _written(plan, position, "until", window.until)
        if window.start >= window.until:
            yield problem(("schedule", position), f"from {start} is not before until {until}. Swap them.")
        elif not window.start <= window.nominal <= window.until:
            yield problem(
                ("schedule", position),
                f"at {_written(plan, position, 'at', window.nominal)} is outside {start} to {until}.",
            )
    for position, (earlier, later) in enumerate(pairwise(found[1:]), start=2):
        if earlier.after != later.after:
            continue  # how they meet depends on when each participant had these infusions
        ends, starts = (
            _written(plan, position - 1, "until", earlier.until),
            _written(plan, position, "from", later.start),
        )
        if earlier.start < earlier.until > later.start < later.until:
            text = f"from {starts} overlaps with {earlier.visit}, which ends at {ends}. Let it begin there."
            yield problem(("schedule", position), text)
        elif earlier.until < later.start:
            text = f"assessments from {ends} to {starts} count neither for {earlier.visit} nor for this visit."
            yield problem(("schedule", position), text, "warning")


def _written(plan: Plan, position: int, key: str, hours: float) -> str:
    """Give a time of a visit as the plan writes it; where it leaves the time out, the hours that it stands for."""
    document = plan.places.document.tree
    visits = document.get("schedule") if isinstance(document, dict) else None
    visit = visits[position] if isinstance(visits, list) and position < len(visits) else None
    written = visit.get(key) if isinstance(visit, dict) else None
    time = written if isinstance(written, str) else hours_as_text(hours)
    after = plan.schedule[position].after if plan.schedule[position].is_anchored else None
    if after is None:
        return time
    return f"{time} after {'the last infusion' if after == LAST else f'infusion {after}'}"
