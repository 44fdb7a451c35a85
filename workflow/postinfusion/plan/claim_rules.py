"""The rules of the claims of a plan: which claims there are, how many results decide each, and who is in a family."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, counted, listed, nearest
from postinfusion.plan.analyses import Mmrm, SideEffects
from postinfusion.plan.claim_catalogue import CATALOGUE, ClaimKind
from postinfusion.plan.claims import JudgedClaim, Point
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

_SINGLE = "E5"
_RESULTS = {ClaimKind.LASTING: (2, 3), ClaimKind.EVERY_DIAGNOSIS: (2, 8), ClaimKind.EQUIVALENCE: (1, 8)}
"""How many results decide a claim of a kind: fewest and most; one where the kind is not named."""
_PASSED = ("resolved", "resolved-untreated")
"""Results of side effects that tell how many had passed by a time."""


def check(plan: Plan) -> Iterator[Problem]:
    """Give every problem of the claims and of their families, but for names, which the rules of all parts check.

    Parameters
    ----------
    plan
        The plan, or what is left of it without its mistakes.
    """
    for claim, judged in plan.claims.judged.items():
        way: Path = ("claims", "judged", claim)
        kind = judged.kind or (CATALOGUE[claim].kind if claim in CATALOGUE else None)
        if claim not in CATALOGUE and not (judged.words and judged.group and judged.kind):
            near = nearest(claim, CATALOGUE)
            text = f'"{claim}" is no claim of the catalogue. {near} A claim of its own needs words, group and kind.'
            yield plan.places.problem(way, text.replace("  ", " "))
        elif kind is not None and judged.decides:
            yield from _results(plan, way, judged, kind)
    yield from _treatment(plan)
    yield from _single_infusion(plan)
    yield from _families(plan)


def _treatment(plan: Plan) -> Iterator[Problem]:
    """Check that a trial that answers claims about ketamine says that it gave it."""
    wired = [claim for claim, judged in plan.claims.judged.items() if claim in CATALOGUE and judged.decides]
    if plan.claims.treatment is None and not wired and "ketamine" in plan.intervention.lower():
        text = "treatment is missing, so that no claim about ketamine is judged. Write treatment: ketamine."
        yield plan.places.problem(("claims",), text, "warning")
    if not plan.claims.asks_the_catalogue and wired:
        text = f"only a trial of ketamine answers claims about it ({listed(wired)})."
        yield plan.places.problem(("claims", "treatment"), f"{text} Write treatment: ketamine, or remove them.")


def _single_infusion(plan: Plan) -> Iterator[Problem]:
    """Check that an effect after a single infusion is judged only where nobody is to have more."""
    judged, infusions = plan.claims.judged.get(_SINGLE), len(plan.design.infusions)
    if judged and judged.decides and infusions > 1:
        text = f"{infusions} infusions are planned: an effect after a course of them is claim E5b. Judge that."
        yield plan.places.problem(("claims", "judged", _SINGLE), text)


def _results(plan: Plan, way: Path, judged: JudgedClaim, kind: ClaimKind) -> Iterator[Problem]:
    """Check how many results decide a claim, and that each stands at a visit of its analysis."""
    if kind is ClaimKind.NEVER:
        text = "outcome data never decide this claim. Remove decides, or write not_testable."
        yield plan.places.problem((*way, "decides"), text)
        return
    fewest, most = _RESULTS.get(kind, (1, 1))
    if not fewest <= len(judged.decides) <= most:
        needed = counted(fewest, "result") if fewest == most else f"{fewest} to {most} results"
        yield plan.places.problem((*way, "decides"), f"a claim of kind {kind} is decided by {needed}. Correct it.")
    if kind is ClaimKind.DURATION:
        for point in judged.decides:
            yield from _passed(plan, (*way, "decides"), point)
    for name in ("decides", "sensitivity", "conflicts"):
        for point in getattr(judged, name):
            yield from _visit(plan, (*way, name), point)


def _passed(plan: Plan, way: Path, point: Point) -> Iterator[Problem]:
    """Check that a claim that something passes is decided by how many had passed, and not by how many had it."""
    analysis = plan.analyses.get(point.analysis)
    if analysis is None or (isinstance(analysis, SideEffects) and point.variable in _PASSED):
        return
    there = f"{point.analysis} is of method {analysis.method}, variable {point.variable or 'not given'}"
    text = (
        f"{there}: that counts none that had passed. A claim of kind {ClaimKind.DURATION} is decided by an analysis of "
        f"method {Method.SIDE_EFFECTS}, and variable {' or '.join(_PASSED)}. Name such a one with level: first event, "
        "term and time, or write not_testable."
    )
    yield plan.places.problem(way, text)


def _visit(plan: Plan, way: Path, point: Point) -> Iterator[Problem]:
    """Check that a result stands at a visit that its model has."""
    analysis = plan.analyses.get(point.analysis)
    is_known = not point.visit or point.visit in plan.visit_names
    if isinstance(analysis, Mmrm) and analysis.visits and is_known and point.visit not in analysis.visits:
        has = f"{point.analysis} has {listed(analysis.visits)}"
        text = f"{point.visit} is not among its visits; {has}." if point.visit else f"a visit is missing; {has}."
        yield plan.places.problem(way, text)


def _families(plan: Plan) -> Iterator[Problem]:
    """Check that families of claims exist, that an order names claims that are judged, and the visits of results."""
    own = {judged.family for judged in plan.claims.judged.values()}
    known = [name for name in {*(endpoint.family for endpoint in plan.endpoints.values()), *own} if name]
    for name, family in plan.multiplicity.items():
        for point in family.results:
            yield from _visit(plan, ("multiplicity", name, "results"), point)
        if family.results:
            continue
        if name not in known and "endpoints" not in plan.left_out and not plan.left_out.touches("endpoints"):
            remedy = nearest(name, known) or f"There are: {listed(sorted(known))}."
            yield plan.places.problem(("multiplicity", name), f'"{name}" is no family of endpoints. {remedy}')
        for claim in family.order:
            if claim not in plan.claims.judged and not plan.left_out.touches("claims"):
                text = f'"{claim}" is not under claims, judged. {nearest(claim, plan.claims.judged)}'.strip()
                yield plan.places.problem(("multiplicity", name, "order"), text)
