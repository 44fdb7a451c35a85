"""Families of results that the plan names beside its claims, such as the subscales of a scale, adjusted together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.claim_evidence import Estimate, estimate_of
from postinfusion.analyses.multiplicity import Adjusted, Hypothesis, adjust
from postinfusion.analyses.verdicts import untestable
from postinfusion.ard.build import Row, rows
from postinfusion.plan.claims import Family
from postinfusion.plan.plan import Plan

_STATISTICS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


def result_families(plan: Plan, ard: pd.DataFrame) -> Iterator[Row]:
    """Adjust the results of each family that names its own.

    A result that is not testable, for the reasons that hold for a claim, keeps its place as one that shows nothing.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.

    Yields
    ------
    dict
        Rows with the family in ``variable`` and ``term`` ``result``, numbered in ``level``.
    """
    for name, family in plan.multiplicity.items():
        if family.results:
            yield from _family(plan, ard, name, family)


def _family(plan: Plan, ard: pd.DataFrame, name: str, family: Family) -> Iterator[Row]:
    """Give the rows of one family."""
    found = {str(place): estimate_of(plan, ard, point) for place, point in enumerate(family.results, start=1)}
    declared = [Hypothesis(place, name, (one,), not untestable(one.circumstances)) for place, one in found.items()]
    adjusted = adjust(declared, {name: family})
    for place, one in found.items():
        analysis = family.results[int(place) - 1].analysis
        yield from _result(name, place, analysis, one, adjusted.get(place))
    yield from rows({"adjustment": family.method.value, "family": name}, variable=name, term="family-of-results")


def _result(name: str, place: str, analysis: str, one: Estimate, adjusted: Adjusted | None) -> Iterator[Row]:
    """Give the rows of one result: as the analysis gives it, and adjusted, or why it is not tested."""
    at = {column: one.key.get(column, "") for column in ("visit", "time", "arm", "comparator", "subgroup")}
    key = {**at, "subgroup_level": one.key.get("subgroup_level", ""), "variable": name, "term": "result"}
    key |= {"level": place}
    prespecified = one.circumstances.prespecified
    texts = {"analysis": analysis, "estimate_term": one.key.get("term", "")}
    obstacle = untestable(one.circumstances)
    if obstacle or adjusted is None:
        reason = obstacle.reason if obstacle else ""
        yield from rows({**texts, "reason": reason}, **key, prespecified=prespecified)
        return
    low, high = one.limits(adjusted.level)
    numbers = {column: getattr(one, column) for column in _STATISTICS}
    numbers |= {"p_adjusted": adjusted.p_adjusted, "confidence": 1 - adjusted.level}
    numbers |= {"adjusted_low": low, "adjusted_high": high}
    finite = {column: value for column, value in numbers.items() if value == value}  # noqa: PLR0124 - NaN is left out
    yield from rows({**texts, **finite}, **key, prespecified=prespecified)
