"""The rule that diagnoses are never pooled for body mass index, for all methods that take participants together."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.analyses import (
    Analysis,
    Courses,
    Equivalence,
    Missingness,
    Moderator,
    RandomisationTest,
    Subgroups,
    TimeToEvent,
    Variability,
    VarianceRatio,
    Weight,
    WeightStability,
    Windows,
)
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import BODY_MASS_INDEX

DIAGNOSIS = "diagnosis"
REMEDY = (
    "Use method: weight, equivalence or variability with by: diagnosis, or choose one diagnosis (in time-to-event by "
    "among: {diagnosis: […]})."
)
_OWN_RULE = (Weight, WeightStability, Equivalence, Subgroups, Moderator, VarianceRatio)
"""Methods that go by diagnosis, or say themselves which of their parts would pool."""
_SHOW_NO_MEAN = (Missingness, Windows, Courses)
"""Methods that count assessments or draw each participant's own."""


def check(plan: Plan) -> Iterator[Problem]:
    """Give the analyses that would pool body mass index where randomisation was stratified by diagnosis.

    A plan does not tell how many diagnoses the data hold. Strata by diagnosis are several for sure; without them the
    analysis itself refuses where the data have several.
    """
    if DIAGNOSIS not in plan.design.strata or plan.left_out.touches("design", "strata"):
        return
    for key, analysis in plan.analyses.items():
        way: Path = ("analyses", key)
        # A missing by of variability has a rule of its own.
        if isinstance(analysis, Variability) or not pooled_endpoint(plan, analysis) or _chooses(analysis):
            continue
        text = f"body mass index is never pooled over diagnoses, and {analysis.method.value} takes them together."
        yield plan.places.problem(way, f"{text} {REMEDY}")


def pooled_endpoint(plan: Plan, analysis: Analysis) -> str:
    """Give the endpoint that is body mass index and that an analysis takes over all participants; empty without."""
    if isinstance(analysis, (*_OWN_RULE, *_SHOW_NO_MEAN)):
        return ""
    if isinstance(analysis, RandomisationTest):
        of = plan.analyses.get(analysis.of)
        return pooled_endpoint(plan, of) if of is not None and not isinstance(of, RandomisationTest) else ""
    name = str(getattr(analysis, "endpoint", ""))
    endpoint = plan.endpoints.get(name)
    return name if endpoint is not None and endpoint.measure == BODY_MASS_INDEX else ""


def _chooses(analysis: Analysis) -> bool:
    """Say whether an analysis chooses participants, so that only the data tell how many diagnoses they have."""
    return isinstance(analysis, TimeToEvent) and bool(analysis.among)
