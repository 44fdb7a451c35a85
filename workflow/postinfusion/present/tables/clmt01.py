"""CLMT01: the verdict on each claim with all that it rests on."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.plan import Plan
from postinfusion.present.claims import ANALYSIS_ID, ShownClaim, by_group, claims_of, primary_claim, without_ketamine
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.vocabulary import OUTPUTS, Verdict

_COLUMNS = ("Claim", "Verdict", "Estimate (95 % CI)", "n", "Threshold (source)", "Structure", "Missing",
            "Verdict tips at", "Prespecified")  # fmt: skip
_EMPTY = ("",) * (len(_COLUMNS) - 2)
_RULES = (
    "Verdicts follow from fixed rules: supported, compatible (uncontrolled), inconclusive, no important effect, "
    "contradicted, not testable with these data. Fragile: a sensitivity analysis, or missing values that are worse by "
    "no more than the difference that matters, give another verdict."
)
_MISSING = (
    "n and missing: arm of interest / arm that it is compared with. Verdict tips at: the verdict is another where "
    "missing values of the arm of interest are on average worse by this much than the model takes them to be "
    "(×: their rate, time, spread or odds by this factor); the standard error is left as it is."
)
_OF_HARMS = "n of a difference in percentage points: participants with the event, of each arm."
FOOTNOTES = (_RULES, _MISSING)


def table(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give a row for each claim in five groups; None where the results hold no verdicts.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial, with the verdicts.
    """
    claims = claims_of(plan, ard)
    if not claims:
        return None
    said = without_ketamine(plan, claims)
    asked = tuple(claim for claim in claims if not (said and claim.id in CATALOGUE))
    groups = by_group(tuple(claim for claim in asked if claim.is_testable))
    rows = tuple(row for name, of_group in groups for row in (Row(name), *_rows_of_group(of_group)))
    judged = Part(_COLUMNS, (*_primary(plan, ard), *rows), "What the results decide", is_text=True)
    parts = (judged, _untestable(asked, said))
    of_harms = any(one.estimate.endswith("percentage points") for claim in claims for one in claim.evidence)
    notes = (*FOOTNOTES, *((_OF_HARMS,) if of_harms else ()))
    label = Label("CLMT01", ANALYSIS_ID, OUTPUTS["CLMT01"].title, footnotes=notes)
    return Table(label, tuple(part for part in parts if part.rows))


def _untestable(claims: tuple[ShownClaim, ...], said: str) -> Part:
    """Give the claims that the data cannot decide, with the reasons; one sentence for those of the catalogue."""
    groups = by_group(tuple(claim for claim in claims if not claim.is_testable))
    rows = [
        row
        for name, of_group in groups
        for row in (Row(name), *(Row(f"{claim.id} {claim.words}", (claim.reason,), 1) for claim in of_group))
    ]
    whole = (Row("All claims of the catalogue", (said,)),) if said else ()
    return Part(("Claim", "Why"), (*whole, *rows), Verdict.NOT_TESTABLE.value.capitalize(), is_text=True)


def _primary(plan: Plan, ard: pd.DataFrame) -> tuple[Row, ...]:
    """Give the rows of the primary estimand: what is asked stands in place of the words of a claim."""
    claim = primary_claim(plan, ard)
    if claim is None:
        return ()
    asked = claim.evidence[0].name if claim.evidence else "Not estimable"
    return (Row("Primary estimand"), *_rows(replace(claim, id="", words=asked)))


def _rows_of_group(claims: tuple[ShownClaim, ...]) -> list[Row]:
    """Give the rows of one group."""
    return [row for claim in claims for row in _rows(claim)]


def _rows(claim: ShownClaim) -> list[Row]:
    """Give the row of a claim, and below it one for each result where several decide."""
    verdict = claim.with_reason if claim.is_testable else f"{claim.verdict.value}: {claim.reason}"
    prespecified = "yes" if claim.is_prespecified else "no"
    label = f"{claim.id} {claim.words}".strip()
    if len(claim.evidence) == 1:
        (only,) = claim.evidence
        estimate = f"{only.name}: {only.with_interval}" if only.name and claim.id else only.with_interval
        pieces = (estimate, only.n, only.threshold, only.structure, only.missing, only.tipping)
        return [Row(label, (verdict, *pieces, prespecified), 1)]
    return [
        Row(label, (verdict, *_EMPTY[:-1], prespecified), 1),
        *(
            Row(one.name, (one.verdict, one.with_interval, one.n, one.threshold, one.structure, one.missing,
                           one.tipping, ""), 2)
            for one in claim.evidence
        ),
    ]  # fmt: skip
