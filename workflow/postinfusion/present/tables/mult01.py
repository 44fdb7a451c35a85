"""MULT01: how the claims of each family are adjusted for being several."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.claims import ANALYSIS_ID, claims_of
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import OUTPUTS

_COLUMNS = ("Claim", "p", "Adjusted p", "Level of the interval (%)", "Lower limit, adjusted", "Upper limit, adjusted")
_METHODS = {
    "holm": "Holm's method",
    "hochberg": "Hochberg's method",
    "fixed-sequence": "in a fixed order",
    "none": "not adjusted",
}
_FOOTNOTE = (
    "A claim that needs a benefit at several times is tested by the largest of its p-values (intersection-union). The "
    "adjusted interval leaves out zero exactly where the adjusted p-value is at most 0.05; it is no simultaneous "
    "interval for other values."
)


def table(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give a block for each family; None where no claim was tested.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial, with the verdicts.
    """
    results = results_of(plan, ard, ANALYSIS_ID)
    tested = [claim.id for claim in claims_of(plan, ard) if results.said("family", variable=claim.id, term="family")]
    families = dict.fromkeys(results.said("family", variable=claim, term="family") for claim in tested)
    parts = tuple(_part(results, family, tested) for family in families)
    label = Label("MULT01", ANALYSIS_ID, OUTPUTS["MULT01"].title, footnotes=(_FOOTNOTE,))
    return Table(label, parts) if parts else None


def _part(results: Results, family: str, tested: list[str]) -> Part:
    """Give the claims of one family."""
    members = [claim for claim in tested if results.said("family", variable=claim, term="family") == family]
    method = results.said("adjustment", variable=members[0], term="family")
    reason = results.plan.multiplicity[family].reason if family in results.plan.multiplicity else ""
    caption = f"Family {family}: {_METHODS[method]}{f' ({reason})' if reason else ''}"
    return Part(_COLUMNS, tuple(row for claim in members for row in _rows(results, claim)), caption)


def _rows(results: Results, claim: str) -> list[Row]:
    """Give a claim with its p-values, and below it the adjusted interval of each of its results."""
    key = {"variable": claim, "term": "family"}
    texts = (results.text(name, **key) for name in ("p_value", "p_adjusted", "confidence"))
    head = Row(claim, (*texts, "", ""))
    points = results.rows[
        (results.rows["variable"] == claim)
        & (results.rows["term"] == "decides")
        & (results.rows["stat_name"] == "estimate")
    ]
    return [head, *(_point(results, point) for point in points.to_dict("records"))]


def _point(results: Results, point: dict[object, object]) -> Row:
    """Give the adjusted interval of one result."""
    names = ("variable", "visit", "time", "arm", "comparator", "subgroup", "subgroup_level", "level", "term")
    key = {name: str(point[name]) for name in names}
    analysis = results.plan.analyses[results.said("analysis", **key)]
    endpoint = results.plan.endpoints.get(getattr(analysis, "endpoint", ""))
    decimals = endpoint.decimals if endpoint else 0
    limits = tuple(results.printed(name, decimals, **key) for name in ("adjusted_low", "adjusted_high"))
    when = key["visit"] or formats.NO_BREAK
    name = f"{endpoint.label if endpoint else results.said('analysis', **key)} at {when}"
    return Row(name, (results.text("p_value", **key), "", "", *limits), 1)
