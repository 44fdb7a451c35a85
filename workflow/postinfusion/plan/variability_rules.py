"""The rules of analyses of stability within persons: a phase that exists, and nothing pooled that must not be."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.analyses.variability import Variability
from postinfusion.plan.endpoints import EndpointKind
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import BODY_MASS_INDEX, DesignKind


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which an analysis of stability does not suit the endpoint and the design."""
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, Variability):
            way: Path = ("analyses", key)
            yield from _endpoint(plan, way, analysis)
            if not plan.left_out.touches("design"):
                yield from _phase(plan, way, analysis)


def _endpoint(plan: Plan, way: Path, analysis: Variability) -> Iterator[Problem]:
    """Check that values have a standard deviation, and that groups that must not be pooled are not."""
    endpoint = plan.endpoints.get(analysis.endpoint)
    if endpoint is None:
        return
    if endpoint.kind in (EndpointKind.COUNT, EndpointKind.ORDINAL):
        text = f"{analysis.endpoint} is of kind {endpoint.kind}, and stability is that of a score. Name a score."
        yield plan.places.problem((*way, "endpoint"), text)
    if endpoint.measure == BODY_MASS_INDEX and not analysis.by:
        text = "body mass index is never pooled over diagnoses. Write by: diagnosis."
        yield plan.places.problem(way, text)


def _phase(plan: Plan, way: Path, analysis: Variability) -> Iterator[Problem]:
    """Check that a named phase follows from the design, and that a single arm has something to compare with."""
    if isinstance(analysis.phase, str) and not plan.design.infusions:
        text = (
            f"the design plans no infusions, so that there is no {analysis.phase}. Write phase: {{from: …, until: …}}."
        )
        yield plan.places.problem((*way, "phase"), text)
    if plan.design.kind is DesignKind.SINGLE_ARM and analysis.before is None:
        text = "without an earlier phase (before) a single arm is compared with nothing and described only."
        yield plan.places.problem(way, text, "warning")
