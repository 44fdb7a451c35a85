"""The change of weight beside the change of a symptom scale at one visit."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import Members
from postinfusion.analyses.response_status import baselines, values_at
from postinfusion.analyses.weight_records import Weighings
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.correlation import correlation
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import WeightStability
from postinfusion.plan.plan import Plan

ASSOCIATION = "weight-and-symptom"


def both_changes(
    plan: Plan, analysis: WeightStability, adam: Adam, weights: Weighings, members: Members
) -> pd.DataFrame:
    """Give the change of weight in per cent of baseline, and of the scale, of each member who has both.

    Returns
    -------
    pandas.DataFrame
        Index USUBJID; ``ARM``, ``WEIGHT``, ``SYMPTOM``.

    Raises
    ------
    ModelError
        The data hold no values of the scale.
    """
    visit = analysis.symptom_visit
    scores = endpoint_records(adam, plan.endpoints[analysis.symptom], members)
    weight = weights.at(visit, members)
    baseline = weights.baseline.reindex(weight.index)
    found = pd.DataFrame(
        {
            "ARM": members.frame.set_index("USUBJID")["ARM"].astype("object"),
            "WEIGHT": 100 * (weight - baseline) / baseline,
            "SYMPTOM": values_at(scores, visit, members) - baselines(scores, members),
        }
    )
    return found.dropna()


def symptom_rows(
    plan: Plan, analysis: WeightStability, adam: Adam, weights: Weighings, members: Members
) -> Iterator[Row]:
    """Give the correlation of both changes by arm, and over all arms with what is common to an arm taken out.

    Returns
    -------
    iterator of rows
        ``term="weight-and-symptom"``, ``variable`` the parameter of the scale, by ``visit`` and ``arm``: ``n
        correlation conf_low conf_high``; NaN with the reason in ``error`` where there are too few.
    """
    if not analysis.symptom:
        return
    table = both_changes(plan, analysis, adam, weights, members)
    visit = analysis.symptom_visit
    key = {"term": ASSOCIATION, "variable": plan.endpoints[analysis.symptom].parameter, "visit": visit}
    key |= {"time": canonical_hours(plan.nominal_hours[visit])}
    for arm in ("", *members.arms) if len(members.arms) > 1 else members.arms:
        mine = table if arm == "" else table[table["ARM"] == arm]
        yield from rows({"n": len(mine)}, **key, arm=arm)
        yield from _correlation(mine, {**key, "arm": arm}, analysis.confidence)


def _correlation(mine: pd.DataFrame, key: dict[str, str], confidence: float) -> Iterator[Row]:
    """Give one correlation, or why there is none."""
    try:
        found = correlation(mine["WEIGHT"], mine["SYMPTOM"], mine["ARM"], confidence=confidence)
    except ModelError as error:
        yield {**key, "stat_name": "correlation", "error": str(error)}
        return
    limits = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    yield from rows({"correlation": found.estimate} | limits, **key)
