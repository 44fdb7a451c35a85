"""Worst category since baseline, and the shift from the category at baseline to it (method shift)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.binary_comparison import Status, status_rows, strata_of, strata_warnings
from postinfusion.analyses.category_data import with_few_levels
from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.response_status import baselines
from postinfusion.ard.build import Row, rows
from postinfusion.errors import ModelError
from postinfusion.instruments.catalogue import find_score
from postinfusion.plan.analyses import Shift
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import OBSERVED_CASES, Better

MOST_CATEGORIES = 12
NOT_ASSESSED = "not assessed"


def shift(plan: Plan, analysis: Shift, adam: Adam, population: Members) -> list[Row]:
    """Count participants by category at baseline and worst category since, and compare how many became worse.

    Every observed assessment after time zero counts, also outside the windows. Participants without one are counted as
    not assessed, never as the best category.

    Raises
    ------
    ModelError
        The endpoint has no direction of benefit, or its values are not ordered categories.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    if endpoint.better is Better.NONE:
        raise ModelError(f"{endpoint.label} has no direction of benefit: write better under its endpoint")
    records = endpoint_records(adam, endpoint, population)
    with_few_levels(records["AVAL"], MOST_CATEGORIES, endpoint.label)
    categories = _categories(plan, endpoint, records)
    base, worst = _before(analysis, endpoint, records, population), _since(endpoint, records, population)
    key = {"parameter": endpoint.parameter}
    found = [*_table(base, worst, categories, population)]
    strata = strata_of(plan, population)
    found += strata_warnings(strata, population)
    for variable, status in _statuses(analysis, endpoint, base, worst).items():
        found += status_rows(status, strata, population, analysis.confidence, {"variable": variable})
    return [*denominators(population), *(row | key for row in found)]


def _before(analysis: Shift, endpoint: Endpoint, records: pd.DataFrame, population: Members) -> pd.Series:
    """Give the category of every participant before treatment: the worst up to time zero, or the baseline value."""
    base = baselines(records, population)
    if analysis.before == "last":
        return base
    earlier = records[((records["AHRFIRST"] <= 0) | (records["ABLFL"] == "Y")) & (records["DTYPE"] == "")]
    both = pd.concat([base, _worst(endpoint, earlier, population)], axis=1)
    return both.max(axis=1) if endpoint.better is Better.LOWER else both.min(axis=1)


def _since(endpoint: Endpoint, records: pd.DataFrame, population: Members) -> pd.Series:
    """Give the worst observed value of every participant after time zero; NaN where there is none."""
    after = records[(records["AHRFIRST"] > 0) & (records["DTYPE"] == "") & (records["ABLFL"] != "Y")]
    return _worst(endpoint, after, population)


def _worst(endpoint: Endpoint, records: pd.DataFrame, population: Members) -> pd.Series:
    """Give the worst value of every participant among some records; NaN where there is none."""
    by_participant = records.groupby("USUBJID")["AVAL"]
    worst = by_participant.max() if endpoint.better is Better.LOWER else by_participant.min()
    return worst.reindex(population.frame["USUBJID"]).astype(float)


def _categories(plan: Plan, endpoint: Endpoint, records: pd.DataFrame) -> list[float]:
    """Give all categories: those of a known score, so that empty ones are printed, and those that occur."""
    found = find_score(endpoint.measure, endpoint.score, plan.instruments)
    described = found.description if found else None
    occurring = set(records["AVAL"].dropna())
    low, high = (described.minimum, described.maximum) if described else (None, None)
    if low is not None and high is not None and high - low < MOST_CATEGORIES:
        occurring |= set(np.arange(low, high + 1))
    return sorted(occurring)


def _table(base: pd.Series, worst: pd.Series, categories: list[float], population: Members) -> Iterator[Row]:
    """Count categories at baseline, worst ones since, and each pair of them, by arm."""
    names = [*(f"{category:g}" for category in categories), NOT_ASSESSED]
    before, since = (_named(values) for values in (base, worst))
    arms = population.frame.set_index("USUBJID")["ARM"]
    for arm in population.arms:
        inside = (arms == arm).to_numpy()
        for variable, column in (("before", before), ("worst", since)):
            for name in names:
                n = int((column[inside] == name).sum())
                share = n / inside.sum() if inside.any() else float("nan")
                yield from rows({"n": n, "proportion": share}, variable=variable, level=name, arm=arm)
        for first in names:
            for second in names:
                n = int(((before == first) & (since == second))[inside].sum())
                yield from rows({"n": n}, variable="shift", level=shift_level(first, second), arm=arm)


def _named(values: pd.Series) -> pd.Series:
    """Give categories as text, and the word for no assessment."""
    return values.map(lambda value: NOT_ASSESSED if np.isnan(value) else f"{value:g}")


def shift_level(baseline: str, worst: str) -> str:
    """Give the level of a cell of the shift table."""
    return f"{baseline} → {worst}"


def _statuses(analysis: Shift, endpoint: Endpoint, base: pd.Series, worst: pd.Series) -> dict[str, Status]:
    """Give who became worse than at baseline, and who newly reached the serious category; among those assessed."""
    sign = 1 if endpoint.better is Better.LOWER else -1
    known = base.notna() & worst.notna()
    became = (sign * (worst - base) > 0).astype(float).where(known)
    found = {"worsened": Status(became, is_benefit=False, estimators=(OBSERVED_CASES,))}
    if analysis.serious is not None:
        newly = (sign * (worst - analysis.serious) >= 0) & (sign * (base - analysis.serious) < 0)
        found["newly-serious"] = Status(
            newly.astype(float).where(known), is_benefit=False, estimators=(OBSERVED_CASES,)
        )
    return found
