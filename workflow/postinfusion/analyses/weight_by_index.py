"""Stable weight beside the category of body mass index: whoever stays underweight is stable and not well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import Members
from postinfusion.analyses.response_status import values_at
from postinfusion.analyses.weight_definitions import AtVisit, main_band
from postinfusion.analyses.weight_records import Group, Weighings, visits_of
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import WeightStability
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan

STABILITY_BY_INDEX = "stability-by-index"
CELLS = ("stable, underweight", "stable, not underweight", "not stable, underweight", "not stable, not underweight")
NOT_JUDGED = "not judged"
ADULT = 18.0
_PERCENTILE = "BMIPCT"


def index_rows(plan: Plan, analysis: WeightStability, adam: Adam, weights: Weighings, group: Group) -> Iterator[Row]:
    """Count stable and not stable by underweight or not, by visit and arm.

    Adults are underweight below the body mass index of the plan; participants under 18 below its percentile for age and
    sex where the data have that, and are ``not judged`` elsewhere.

    Returns
    -------
    iterator of rows
        ``variable="stability-by-index"``, ``n`` by ``visit``, ``arm`` and ``level``, zeros included; ``not judged``
        counts those with a weight and no category.
    """
    if not analysis.index:
        return
    main = main_band(analysis)
    for visit in visits_of(plan, analysis):
        weight = weights.at(visit, group.members)
        if not weight.notna().any():
            continue
        stable = main.judged(AtVisit(weight, weights.reference.reindex(weight.index), weight, weight))
        light = _underweight(plan, analysis, adam, visit, group.members)
        key = {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit]), "variable": STABILITY_BY_INDEX}
        yield from _cells(stable[weight.notna()], light, group.members, key)


def _cells(stable: pd.Series, light: pd.Series, members: Members, key: dict[str, str]) -> Iterator[Row]:
    """Count the cells of the table by arm."""
    light = light.reindex(stable.index)
    place = (1 - stable) * 2 + (1 - light)
    level = place.map(dict(enumerate(CELLS))).astype("object").where(place.notna(), NOT_JUDGED)
    arms = members.frame.set_index("USUBJID")["ARM"].astype("object").reindex(stable.index)
    unknown = (NOT_JUDGED,) if (level == NOT_JUDGED).any() else ()
    for name in (*CELLS, *unknown):
        for arm in members.arms:
            yield from rows({"n": int(((level == name) & (arms == arm)).sum())}, **key, level=name, arm=arm)


def _underweight(plan: Plan, analysis: WeightStability, adam: Adam, visit: str, members: Members) -> pd.Series:
    """Give 1 for underweight at a visit, 0 for not, NaN where it cannot be told."""
    index = values_at(endpoint_records(adam, plan.endpoints[analysis.index], members), visit, members)
    adult = (index < analysis.underweight).astype("float64").where(index.notna(), np.nan)
    if "AGE" not in members.frame:
        return adult
    is_minor = (members.frame.set_index("USUBJID")["AGE"].astype("float64") < ADULT).reindex(index.index)
    if not is_minor.any():
        return adult
    percentile = _percentiles(adam, visit, members).reindex(index.index)
    limit = 100 * analysis.underweight_percentile
    minor = (percentile < limit).astype("float64").where(percentile.notna(), np.nan)
    return adult.mask(is_minor, minor)


def _percentiles(adam: Adam, visit: str, members: Members) -> pd.Series:
    """Give the percentile for age and sex at a visit; missing for everyone without a reference of growth."""
    endpoint = Endpoint.model_validate({"measure": _PERCENTILE, "label": _PERCENTILE, "better": "none"})
    try:
        return values_at(endpoint_records(adam, endpoint, members), visit, members)
    except ModelError:
        return pd.Series(np.nan, index=members.frame["USUBJID"])
