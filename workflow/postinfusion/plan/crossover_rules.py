"""The rules of crossover trials: what the design must say, and which analyses are defined in it."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, listed, nearest
from postinfusion.plan.analyses import CrossoverModel, Response
from postinfusion.plan.crossover_design import Crossover
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import DesignKind, Method

DEFINED = (
    Method.CROSSOVER, Method.DISPOSITION, Method.DEMOGRAPHICS, Method.SUMMARY, Method.WEIGHT, Method.WINDOWS,
    Method.ADVERSE_EVENTS, Method.MISSINGNESS, Method.COURSES, Method.RESPONSE, Method.VARIANCE_RATIO,
)  # fmt: skip
"""Methods that know that a participant has several treatments."""


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which a plan does not fit a crossover trial, and what only such a trial can have."""
    design, problem = plan.design, plan.places.problem
    if plan.left_out.touches("design"):
        return
    if design.kind is not DesignKind.CROSSOVER:
        if design.crossover is not None:
            yield problem(("design", "crossover"), "only kind: crossover has periods. Write that kind, or remove this.")
        for key, analysis in plan.analyses.items():
            if analysis.method is Method.CROSSOVER:
                text = "crossover needs design, kind: crossover, where each participant has several treatments."
                yield problem(("analyses", key, "method"), f"{text} Choose mmrm or ancova.")
        return
    if design.crossover is None:
        text = "a crossover trial needs the key crossover: how many periods, when they begin, the washout. Add it."
        yield problem(("design",), text)
        return
    yield from _sequences(plan, design.crossover)
    yield from _schedule(plan)
    yield from _methods(plan)
    yield from _carry_over(plan, design.crossover)


def _sequences(plan: Plan, crossover: Crossover) -> Iterator[Problem]:
    """Check the arms of the sequences, and that infusions can tell the periods."""
    way: Path = ("design", "crossover")
    names = plan.design.arm_names
    for key, arms in crossover.sequences.items():
        for arm in dict.fromkeys(name for name in arms if name not in names):
            text = f'"{arm}" is not an arm. {nearest(arm, names) or f"There are: {listed(names)}."}'
            yield plan.places.problem((*way, "sequences", key), text)
    has_infusions = "infusions" in plan.sources or "infusions" in plan.left_out
    if not has_infusions and not crossover.starts:
        text = "without a source of infusions the periods need starts: [0 h, 7 d, …]. Add them."
        yield plan.places.problem(way, text)
    if not has_infusions and not crossover.sequences:
        text = "without a source of infusions the treatments need sequences: {code: [arm, arm, …]}. Add them."
        yield plan.places.problem(way, text)


def _schedule(plan: Plan) -> Iterator[Problem]:
    """Check that visits can count from the start of each period."""
    if plan.left_out.touches("schedule"):
        return
    crossover, first = plan.design.crossover, plan.schedule[0]
    washout = crossover.washout if crossover else 0.0
    if first.start is None or -first.start > washout:
        text = "each period has a baseline: say how far it reaches back, less than the washout, as in from: -1 d."
        yield plan.places.problem(("schedule", 0), text)
    for position, visit in enumerate(plan.schedule):
        if visit.after is not None:
            text = "in a crossover trial every visit counts from the start of its period. Remove this key."
            yield plan.places.problem(("schedule", position, "after"), text)


def _methods(plan: Plan) -> Iterator[Problem]:
    """Check that no analysis compares arms as if each participant had one."""
    for key, analysis in plan.analyses.items():
        if analysis.method not in DEFINED:
            text = (
                f"{analysis.method} takes each participant for a member of one arm, and in a crossover trial each has "
                f"several treatments. Defined there: {listed([method.value for method in DEFINED])}."
            )
            yield plan.places.problem(("analyses", key, "method"), text)
        if isinstance(analysis, Response) and analysis.durable_at:
            text = "how long a response is kept ends with the next treatment in a crossover trial. Remove this key."
            yield plan.places.problem(("analyses", key, "durable_at"), text)


def _carry_over(plan: Plan, crossover: Crossover) -> Iterator[Problem]:
    """Check that differences are adjusted for carry-over only where periods allow it."""
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, CrossoverModel) and analysis.carry_over == "adjusted" and crossover.periods < 3:
            text = (
                "with two periods carry-over cannot be told from sequence, so differences cannot be adjusted for it. "
                "Write shown; the first period alone stands beside the result."
            )
            yield plan.places.problem(("analyses", key, "carry_over"), text)
