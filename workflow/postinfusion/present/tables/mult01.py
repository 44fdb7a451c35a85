"""MULT01: how the claims of each family are adjusted for being several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.claims import ANALYSIS_ID, RATIO_DECIMALS, RATIOS, claims_of
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import OUTPUTS

_COLUMNS = ("Claim", "p", "Adjusted p", "Level of the interval (%)", "Lower limit, adjusted", "Upper limit, adjusted")
_KEY = ("variable", "visit", "time", "arm", "comparator", "subgroup", "subgroup_level", "level", "term")
_OF_RESULTS = ("Result", *_COLUMNS[1:])
_METHODS = {
    "holm": "Holm's method",
    "hochberg": "Hochberg's method",
    "fixed-sequence": "in a fixed order",
    "none": "not adjusted",
}
_FOOTNOTE = (
    "A claim that needs a benefit at several times is tested by the largest of its p-values (intersection-union). The "
    "adjusted interval leaves out zero (one for a ratio) exactly where the adjusted p-value is at most 0.05; it is no "
    "simultaneous interval for other values. Claims of a family that rest on the same results count once; one that "
    "could not be tested counts as one that shows nothing."
)


def table(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give a block for each family of claims or of results; None where nothing was tested.

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
    parts = (*(_part(results, family, tested) for family in families), *_of_results(results))
    label = Label("MULT01", ANALYSIS_ID, OUTPUTS["MULT01"].title, footnotes=(_FOOTNOTE,))
    return Table(label, parts) if parts else None


def _part(results: Results, family: str, tested: list[str]) -> Part:
    """Give the claims of one family."""
    members = [claim for claim in tested if results.said("family", variable=claim, term="family") == family]
    method = results.said("adjustment", variable=members[0], term="family")
    reason = results.plan.multiplicity[family].reason if family in results.plan.multiplicity else ""
    caption = f"Family {family}: {_METHODS[method]}{f' ({reason})' if reason else ''}"
    return Part(_COLUMNS, tuple(row for claim in members for row in _rows(results, claim)), caption)


def _of_results(results: Results) -> Iterator[Part]:
    """Give a block for each family of results."""
    found = results.rows
    for family in found.loc[found["term"] == "family-of-results", "variable"].unique():
        method = _METHODS[results.said("adjustment", variable=family, term="family-of-results")]
        reason = results.plan.multiplicity[family].reason
        members = found[(found["variable"] == family) & (found["term"] == "result")]
        named = members[members["stat_name"] == "analysis"].to_dict("records")
        caption = f"Family {family}, decides no claim: {method}{f' ({reason})' if reason else ''}"
        yield Part(_OF_RESULTS, tuple(_result(results, row) for row in named), caption)


def _result(results: Results, row: Mapping[object, object]) -> Row:
    """Give one result of a family with its p-values and its adjusted interval, or why it was not tested."""
    key = {name: str(row[name]) for name in _KEY}
    reason = results.said("reason", **key)
    if reason:
        return Row(_name(results, key), (reason, "", "", "", ""))
    texts = (results.text(name, **key) for name in ("p_value", "p_adjusted", "confidence"))
    return Row(_name(results, key), (*texts, *_limits(results, key)))


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


def _point(results: Results, point: Mapping[object, object]) -> Row:
    """Give the adjusted interval of one result."""
    key = {name: str(point[name]) for name in _KEY}
    return Row(_name(results, key), (results.text("p_value", **key), "", "", *_limits(results, key)), 1)


def _name(results: Results, key: Mapping[str, str]) -> str:
    """Name a result by its endpoint, group of participants and time."""
    endpoint = _endpoint(results, key)
    group = f" ({key['subgroup_level']})" if key["subgroup_level"] else ""
    when = key["visit"] or (hours_as_text(float(key["time"])) if key["time"] else "")
    name = endpoint.label if endpoint else results.said("analysis", **key)
    return f"{name}{group} at {when}" if when else f"{name}{group}"


def _limits(results: Results, key: Mapping[str, str]) -> tuple[str, ...]:
    """Give the adjusted limits of a result."""
    endpoint = _endpoint(results, key)
    is_ratio = results.said("estimate_term", **key) in RATIOS
    decimals = RATIO_DECIMALS - 1 if is_ratio else endpoint.decimals if endpoint else 0
    return tuple(results.printed(name, decimals, **key) for name in ("adjusted_low", "adjusted_high"))


def _endpoint(results: Results, key: Mapping[str, str]) -> Endpoint | None:
    """Give the endpoint of a result; None where its analysis has none."""
    analysis = results.plan.analyses[results.said("analysis", **key)]
    return results.plan.endpoints.get(getattr(analysis, "endpoint", ""))
