"""Who responds and who remits, by the thresholds of an endpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from postinfusion.analyses.binary_comparison import Status
from postinfusion.analyses.endpoint_records import observed
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.endpoints import Endpoint
from postinfusion.vocabulary import Better

# Half of 31 is 15.5: a value is not lost to rounding of the share.
ROUNDING = 1e-9


def improvement(endpoint: Endpoint, values: pd.Series, baseline: pd.Series) -> pd.Series:
    """Give how much better values are than the baseline, in the unit of the endpoint.

    Raises
    ------
    ModelError
        The endpoint has no direction of benefit.
    """
    if endpoint.better is Better.NONE:
        raise ModelError(f"{endpoint.label} has no direction of benefit: write better under its endpoint")
    return baseline - values if endpoint.better is Better.LOWER else values - baseline


def has_response(endpoint: Endpoint, values: pd.Series, baseline: pd.Series) -> pd.Series:
    """Give 1 for an improvement of at least the endpoint's share of the baseline, 0 for less, NaN without a value.

    Raises
    ------
    ModelError
        The endpoint has no response.
    """
    if endpoint.response is None:
        raise ModelError(f"{endpoint.label} has no response: write it, as 50 %, with change_source under its endpoint")
    better = improvement(endpoint, values, baseline)
    return (better >= endpoint.response * baseline - ROUNDING).astype(float).where(better.notna())


def has_remission(endpoint: Endpoint, values: pd.Series) -> pd.Series:
    """Give 1 for a value at or beyond that of remission, 0 for others, NaN without a value.

    Raises
    ------
    ModelError
        The endpoint has no remission, or no direction of benefit.
    """
    if endpoint.remission is None:
        raise ModelError(f"{endpoint.label} has no remission: write it with change_source under its endpoint")
    return reaches(endpoint, values, endpoint.remission)


def reaches(endpoint: Endpoint, values: pd.Series, cut_off: float) -> pd.Series:
    """Give 1 for a value at a cut-off or beyond it in the direction of benefit, 0 for others, NaN without a value."""
    beyond = improvement(endpoint, values, pd.Series(cut_off, index=values.index))
    return (beyond >= -ROUNDING).astype(float).where(values.notna())


def values_at(records: pd.DataFrame, visit: str, population: Members) -> pd.Series:
    """Give the observed value of every participant of a population at a visit; NaN where there is none."""
    seen = observed(records)
    at_visit = seen[seen["AVISIT"] == visit].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]
    return at_visit.reindex(population.frame["USUBJID"]).astype(float)


def baselines(records: pd.DataFrame, population: Members) -> pd.Series:
    """Give the baseline value of every participant of a population; NaN where there is none."""
    return records.groupby("USUBJID")["BASE"].first().reindex(population.frame["USUBJID"]).astype(float)


def response_at(
    endpoint: Endpoint, records: pd.DataFrame, visit: str, population: Members, *, baseline_above: float
) -> Status:
    """Give the response of every participant at a visit; undefined where the baseline is not above a value."""
    base = baselines(records, population)
    is_undefined: pd.Series = base <= baseline_above
    found = has_response(endpoint, values_at(records, visit, population), base)
    return Status(found[~is_undefined], tuple(found.index[is_undefined]))


def remission_at(endpoint: Endpoint, records: pd.DataFrame, visit: str, population: Members) -> Status:
    """Give the remission of every participant at a visit."""
    return Status(has_remission(endpoint, values_at(records, visit, population)))


def kept(statuses: Sequence[pd.Series], *, missing_is_failure: bool) -> pd.Series:
    """Give whether a status was there at each of several visits without interruption.

    Parameters
    ----------
    statuses
        The status at each visit, 1, 0 or NaN, with one index.
    missing_is_failure
        A missing value ends it; else it is unknown unless another visit shows that it was lost.
    """
    table = np.stack([status.to_numpy(dtype=float) for status in statuses])
    if missing_is_failure:
        table = np.nan_to_num(table, nan=0.0)
    lost = (table == 0).any(axis=0)
    known = np.where(lost, 0.0, np.where(np.isnan(table).any(axis=0), np.nan, 1.0))
    return pd.Series(known, index=statuses[0].index)
