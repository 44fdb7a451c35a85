"""The estimates of the claims on the scales where they are drawn: standard deviations, ratios, shares of a margin."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from postinfusion.ard.query import select
from postinfusion.plan.claim_catalogue import GROUP_NAMES
from postinfusion.present import formats
from postinfusion.present.claims import Evidence, ShownClaim, claims_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import Better

DEVIATIONS, RATIO, MARGIN = "standard deviations", "ratio", "share of the margin"
SCALES = (DEVIATIONS, RATIO, MARGIN)
TURNED = ", turned"
_DECIDES = "decides"
_COLUMNS = ("group", "claim", "name", "verdict", "says", "scale", "value", "low", "high", "matters", "n", "estimate",
            "is_controlled")  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """Where an estimate stands on its scale; ``matters`` is the difference that matters there, NaN without one."""

    scale: str
    value: float
    low: float
    high: float
    matters: float = math.nan
    words: str = ""


def drawn(results: Results) -> pd.DataFrame:
    """Give a row for each estimate that decides a claim and has a place on a scale, in the order of the groups.

    Parameters
    ----------
    results
        The verdicts of a trial.

    Returns
    -------
    pandas.DataFrame
        On the scale of ratios right of one is a benefit: a ratio of which less is better is turned over, and its name
        says so. ``matters`` is the smallest difference that matters; ``is_controlled`` is false for an estimate of one
        arm alone.
    """
    records = [
        _record(claim, one, place, is_controlled=bool(row["comparator"]))
        for claim, one, row in _decided(results)
        if (place := _place(results, claim, one, row)) is not None
    ]
    return pd.DataFrame(records, columns=list(_COLUMNS))


def not_drawn(results: Results, values: pd.DataFrame) -> str:
    """Name the claims that shares or counts decide, and those whose estimates have no place on a scale."""
    shown, estimated = set(values["claim"]), {claim.id for claim, _, _ in _decided(results)}
    others = [claim.id for claim in claims_of(results.plan, results.ard) if claim.is_testable and claim.id not in shown]
    counted = ", ".join(claim for claim in others if claim not in estimated)
    rest = ", ".join(claim for claim in others if claim in estimated)
    texts = (
        f"Judged by shares or counts of participants, which have no place here: {counted}." if counted else "",
        f"Without a standard deviation at baseline or without a full interval, and not drawn: {rest}." if rest else "",
    )
    return " ".join(filter(None, texts))


def _decided(results: Results) -> Iterator[tuple[ShownClaim, Evidence, dict[str, str]]]:
    """Give each estimate of a testable claim with its printed pieces and the key of its rows."""
    rows = select(results.rows, term=_DECIDES, stat_name="estimate")
    keys = ["variable", "visit", "time", "arm", "comparator", "subgroup", "subgroup_level", "level", "term"]
    for claim in claims_of(results.plan, results.ard):
        found = select(rows, variable=claim.id)[keys].astype(str).to_dict("records")
        if claim.is_testable and len(found) == len(claim.evidence):
            for one, row in zip(claim.evidence, found, strict=True):
                yield claim, one, {str(name): str(value) for name, value in row.items()}


def _place(results: Results, claim: ShownClaim, one: Evidence, key: dict[str, str]) -> _Place | None:
    """Give where an estimate stands; None where it has no place on any scale."""
    names = ("estimate", "conf_low", "conf_high", "margin", "important_difference", "baseline_sd")
    number = {name: _number(results.value(name, **key)) for name in names}
    if results.said("estimate_term", **key).endswith("ratio"):
        place = _of_ratio(results, claim, one, key, number)
    elif one.benefit is not None and one.benefit_low is not None and one.benefit_high is not None:
        matters = number["important_difference"] / number["baseline_sd"]
        place = _Place(DEVIATIONS, one.benefit, one.benefit_low, one.benefit_high, matters)
    else:
        margin = number["margin"] or math.nan
        value, low, high = (number[name] / margin for name in names[:3])
        place = _Place(MARGIN, value, low, high)
    return place if all(map(math.isfinite, (place.value, place.low, place.high))) else None


def _of_ratio(
    results: Results, claim: ShownClaim, one: Evidence, key: dict[str, str], number: dict[str, float]
) -> _Place:
    """Give a ratio so that right of one is a benefit, with its kind in words."""
    value, low, high = (number[name] for name in ("estimate", "conf_low", "conf_high"))
    words = f", {one.estimate.rsplit(' ', 1)[0]}"
    if not min(value, low, high) > 0:
        return _Place(RATIO, math.nan, math.nan, math.nan)
    entry = results.plan.claims.judged.get(claim.id)
    better = entry.decides[int(key["level"]) - 1].better if entry else None
    if better is Better.LOWER:
        return _Place(RATIO, 1 / value, 1 / high, 1 / low, words=f"{words}{TURNED}")
    return _Place(RATIO, value, low, high, words=words)


def _number(value: float | None) -> float:
    """Give a number, NaN for none."""
    return math.nan if value is None else float(value)


def _record(claim: ShownClaim, one: Evidence, place: _Place, *, is_controlled: bool) -> dict[str, object]:
    """Give what is drawn of one estimate."""
    n = f" (n = {one.n})".replace(" ", formats.NO_BREAK) if one.n else ""
    return {
        "group": GROUP_NAMES[claim.group], "claim": claim.id,
        "name": f"{claim.id} {one.name}{place.words}{n.replace(formats.NO_BREAK, ' ', 1)}",
        "verdict": one.verdict or claim.verdict.value, "says": claim.of_point(one), "scale": place.scale,
        "value": place.value, "low": place.low, "high": place.high, "matters": place.matters, "n": one.n,
        "estimate": one.with_interval, "is_controlled": is_controlled,
    }  # fmt: skip
