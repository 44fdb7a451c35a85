"""The rules of analyses that suit one design only: before and after without a comparison, and randomisation tests."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, listed
from postinfusion.plan.analyses import Ancova, BeforeAfter, Mmrm, RandomisationTest, Trajectory
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import DesignKind


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which such an analysis does not suit the design or the analysis that it belongs to."""
    for key, analysis in plan.analyses.items():
        way: Path = ("analyses", key)
        if isinstance(analysis, BeforeAfter) and not plan.left_out.touches("design"):
            yield from _single_arm(plan, way)
        if isinstance(analysis, RandomisationTest):
            yield from _randomised(plan, way)
            yield from _of_a_model(plan, way, analysis)


def _single_arm(plan: Plan, way: Path) -> Iterator[Problem]:
    """Check that no arm could be compared instead."""
    if plan.design.kind is not DesignKind.SINGLE_ARM:
        text = (
            "before-after is for a single-arm trial; this one has arms that were randomised. Compare them: write "
            "method: mmrm, trajectory or ancova."
        )
        yield plan.places.problem((*way, "method"), text)


def _randomised(plan: Plan, way: Path) -> Iterator[Problem]:
    """Check that labels of parallel arms were dealt out."""
    is_parallel = plan.design.kind in (DesignKind.PARALLEL, DesignKind.RE_RANDOMISED)
    if not is_parallel and not plan.left_out.touches("design"):
        text = (
            f"a randomisation test needs participants who were allocated to parallel arms; this trial is "
            f"{plan.design.kind}. Remove it."
        )
        yield plan.places.problem((*way, "method"), text)


def _of_a_model(plan: Plan, way: Path, analysis: RandomisationTest) -> Iterator[Problem]:
    """Check that the test stands beside a model that has its visit."""
    model = plan.analyses.get(analysis.of)
    if model is None:
        return
    if not isinstance(model, Mmrm | Ancova | Trajectory):
        text = f"{analysis.of} is of method {model.method}, and the test stands beside mmrm, ancova or trajectory."
        yield plan.places.problem((*way, "of"), f"{text} Name such a model.")
        return
    visits = _visits_of(plan, model)
    if analysis.visit in plan.visit_names and analysis.visit not in visits:
        has = f"it has {listed(visits)}. Name one of them." if visits else "it reports the time of none."
        text = f"{analysis.visit} is not among the visits of {analysis.of}; {has}"
        yield plan.places.problem((*way, "visit"), text)


def _visits_of(plan: Plan, model: Mmrm | Ancova | Trajectory) -> tuple[str, ...]:
    """Give the visits at which a model tells a difference; of a model over time those whose time it reports."""
    if isinstance(model, Ancova):
        return (model.visit,)
    later = plan.visit_names[1:]
    if isinstance(model, Mmrm):
        return model.visits or later
    return tuple(visit for visit in later if plan.nominal_hours[visit] in model.report_at)
