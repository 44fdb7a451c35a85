"""The rules of analyses of masking: there is an allocation to guess, guesses are there, and no claim rests on them."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem
from postinfusion.plan.analyses.masking import Masking
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import DesignKind

_REASONS = {
    DesignKind.SINGLE_ARM: "a single-arm trial has no allocation that could be guessed",
    DesignKind.CROSSOVER: "in a crossover trial a guess belongs to a period, which the guesses do not name",
}


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which an analysis of masking does not suit the design, the sources and the claims."""
    asked = [key for key, analysis in plan.analyses.items() if isinstance(analysis, Masking)]
    for key in asked:
        way: Path = ("analyses", key)
        if not plan.left_out.touches("design"):
            yield from _two_arms(plan, way)
        if "guesses" not in plan.sources and not plan.left_out.touches("sources"):
            text = "masking needs the source guesses: who guessed which arm. Add it under sources, or remove this."
            yield plan.places.problem((*way, "method"), text)
    yield from _no_claim(plan, asked)


def _two_arms(plan: Plan, way: Path) -> Iterator[Problem]:
    """Check that participants were allocated to one of two arms."""
    kind = plan.design.kind
    if kind in (DesignKind.PARALLEL, DesignKind.RE_RANDOMISED) and len(plan.design.arm_names) == 2:
        return
    reason = _REASONS.get(kind, "the indices of blinding are defined for two arms")
    yield plan.places.problem((*way, "method"), f"{reason}. Remove this analysis.")


def _no_claim(plan: Plan, asked: list[str]) -> Iterator[Problem]:
    """Check that no claim is decided or disturbed by a result of those who made the same guess."""
    for claim, judged in plan.claims.judged.items():
        for field in ("decides", "sensitivity", "conflicts"):
            if any(point.analysis in asked for point in getattr(judged, field)):
                text = "a result by guess never decides a claim: the guess follows the outcome. Name another analysis."
                yield plan.places.problem(("claims", "judged", claim, field), text)
