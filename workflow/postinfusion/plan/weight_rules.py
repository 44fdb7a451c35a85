"""The rules of analyses of stable weight and of equivalence: what they measure, and that there is a margin."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.analyses import Equivalence, WeightStability
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import BODY_MASS_INDEX, DesignKind

WEIGHT = "WEIGHT"


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which an analysis of stable weight or of equivalence does not suit the rest of the plan."""
    for key, analysis in plan.analyses.items():
        way: Path = ("analyses", key)
        if isinstance(analysis, WeightStability):
            yield from _measures(plan, way, "endpoint", analysis.endpoint, WEIGHT)
            yield from _measures(plan, way, "index", analysis.index, BODY_MASS_INDEX)
            yield from _design(plan, way)
        elif isinstance(analysis, Equivalence):
            yield from _margin(plan, way, analysis.endpoint)
            yield from _design(plan, way)


def _measures(plan: Plan, way: Path, field: str, name: str, measure: str) -> Iterator[Problem]:
    """Check what an endpoint measures."""
    endpoint = plan.endpoints.get(name)
    if endpoint and endpoint.measure != measure:
        text = f'"{name}" measures {endpoint.measure}, and {field} must be of {measure}. Name such an endpoint.'
        yield plan.places.problem((*way, field), text)


def _margin(plan: Plan, way: Path, name: str) -> Iterator[Problem]:
    """Check that the endpoint has a margin."""
    endpoint = plan.endpoints.get(name)
    if endpoint and endpoint.margin is None:
        text = f'"{name}" has no margin, within which a difference counts as none. Add margin and margin_source there.'
        yield plan.places.problem((*way, "endpoint"), text)


def _design(plan: Plan, way: Path) -> Iterator[Problem]:
    """Check that participants stay in one arm."""
    if plan.design.kind is DesignKind.CROSSOVER and not plan.left_out.touches("design"):
        text = "in a crossover trial participants change their arm: this method compares participants. Remove it."
        yield plan.places.problem((*way, "method"), text)
