"""The claims of the first screen: one row for each that could be judged, one sentence for the others of its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.plan import Plan
from postinfusion.present.claims import Evidence, ShownClaim, by_group, claims_of, without_ketamine

TABLE = "CLMT01_claims"


@dataclass(frozen=True)
class ClaimLine:
    """One claim: its words, what was found, the verdict, and the place on the page that tells more."""

    id: str
    words: str
    estimate: str
    verdict: str
    qualifiers: str
    anchor: str


@dataclass(frozen=True)
class ClaimBlock:
    """One group of claims: those that could be judged, and the others by their names."""

    name: str
    lines: tuple[ClaimLine, ...]
    untestable: str


def claim_blocks(plan: Plan, ard: pd.DataFrame, anchors: Mapping[str, str]) -> tuple[ClaimBlock, ...]:
    """Give the groups of claims; none where the results hold no verdicts.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial, with the verdicts.
    anchors
        Analysis → the place on the page of its first display.
    """
    claims = claims_of(plan, ard)
    is_other = bool(without_ketamine(plan, claims))
    asked = tuple(claim for claim in claims if not (is_other and claim.id in CATALOGUE))
    return tuple(_block(name, of_group, anchors) for name, of_group in by_group(asked))


def statement(plan: Plan, ard: pd.DataFrame) -> str:
    """Give the sentence that stands in place of the claims of the catalogue; empty where they are asked."""
    return without_ketamine(plan, claims_of(plan, ard))


def _block(name: str, claims: tuple[ShownClaim, ...], anchors: Mapping[str, str]) -> ClaimBlock:
    """Give one group."""
    lines = tuple(_line(claim, anchors) for claim in claims if claim.is_testable)
    others = [f"{claim.id} {claim.words.rstrip('.')}" for claim in claims if not claim.is_testable]
    return ClaimBlock(name, lines, f"Not testable with these data: {'; '.join(others)}." if others else "")


def _line(claim: ShownClaim, anchors: Mapping[str, str]) -> ClaimLine:
    """Give one claim; of several results that of least benefit or most harm, else the first that decided."""
    found = min(claim.evidence, key=lambda one: _place(claim, one), default=Evidence("", ""))
    estimate = found.standardised or found.with_interval
    return ClaimLine(
        id=claim.id,
        words=claim.words,
        estimate=f"{found.name}: {estimate}" if found.name and estimate else estimate,
        verdict=claim.verdict.value,
        qualifiers=", ".join(claim.qualifiers),
        anchor=anchors.get(found.analysis_id, TABLE),
    )


def _place(claim: ShownClaim, one: Evidence) -> tuple[bool, float]:
    """Give by what several results are ranked: benefit, harm by its upper limit over the margin, else who decided."""
    if one.benefit is not None:
        return (False, one.benefit)
    if one.excess is not None:
        return (False, -one.excess)
    return (one.verdict != claim.verdict.value, 0.0)
