"""The rule that a claim is decided by what measures its construct: appetite by no scale of depression."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.errors import Problem, listed
from postinfusion.instruments.constructs import constructs_of, words
from postinfusion.instruments.model import Construct
from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan

_LISTS = ("decides", "sensitivity", "conflicts")


def check(plan: Plan) -> Iterator[Problem]:
    """Warn of each result of a claim of the catalogue whose endpoint measures another construct.

    Nothing is told of an endpoint whose construct is not known, nor of an analysis without an endpoint.
    """
    for name, judged in plan.claims.judged.items():
        claim = CATALOGUE.get(name)
        for part in _LISTS if claim and claim.constructs else ():
            for key in dict.fromkeys(point.analysis for point in getattr(judged, part)):
                yield from _of_result(plan, ("claims", "judged", name, part), key)


def measured(plan: Plan, endpoint: Endpoint) -> tuple[Construct, ...]:
    """Give what an endpoint measures: as it says itself, else as the catalogue or the plan's own scales say."""
    return endpoint.constructs or constructs_of(endpoint.measure, endpoint.score, plan.instruments)


def endpoints_of(plan: Plan, analysis: str) -> tuple[str, ...]:
    """Give the keys of the endpoints of an analysis, or of the one that it belongs to."""
    return tuple(dict.fromkeys(_endpoints_of(plan, analysis, frozenset())))


def _endpoints_of(plan: Plan, key: str, seen: frozenset[str]) -> Iterator[str]:
    """Give the endpoints of an analysis; one that was seen already has given its own."""
    analysis = plan.analyses.get(key)
    if analysis is None or key in seen:
        return
    for _, kind, names in names_in(analysis):
        if kind is Names.ENDPOINT:
            yield from names
        for other in names if kind is Names.ANALYSIS else ():
            yield from _endpoints_of(plan, other, seen | {key})


def _of_result(plan: Plan, way: Path, key: str) -> Iterator[Problem]:
    """Warn where no endpoint of an analysis measures what the claim is about, and each measures something known."""
    claim = CATALOGUE[str(way[2])]
    found = {name: measured(plan, plan.endpoints[name]) for name in endpoints_of(plan, key) if name in plan.endpoints}
    if not found or not all(found.values()) or {*claim.constructs} & {one for each in found.values() for one in each}:
        return
    of = ", ".join(f"{name} measures {words(constructs)}" for name, constructs in found.items())
    text = (
        f'{key} is about another thing than this claim: {of}, and "{claim.words}" is decided by an endpoint of '
        f"{words(claim.constructs, 'or')}. {_remedy(plan, claim.constructs)}"
    )
    yield plan.places.problem(way, text, "warning")


def _remedy(plan: Plan, needed: tuple[Construct, ...]) -> str:
    """Say what can be named instead, or that the claim cannot be tested."""
    of = {key: {name for name in endpoints_of(plan, key) if name in plan.endpoints} for key in plan.analyses}
    fitting = [
        key for key, names in of.items() if any({*needed} & {*measured(plan, plan.endpoints[name])} for name in names)
    ]
    instead = f"Name an analysis of one ({listed(fitting)})" if fitting else "Remove it, or write not_testable"
    return f"{instead}; if the scale does measure that, write constructs at its endpoint."
