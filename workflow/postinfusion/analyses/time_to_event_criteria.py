"""When an event of an endpoint happened: the first of so many assessments in a row at which a criterion is met."""

from __future__ import annotations

import pandas as pd

from postinfusion.errors import ModelError
from postinfusion.plan.analyses.time_to_event import Departure, Threshold, TimeToEvent
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.responses import IMPROVES

# A change of exactly the criterion meets it, whatever the division by the baseline rounds to.
_ROUNDING = 1e-9


def needs_baseline(event: object) -> bool:
    """Say whether a criterion compares with the baseline value."""
    if isinstance(event, Threshold):
        return event.of != "value"
    return event in ("response", "relapse") or isinstance(event, Departure)


def improvement(endpoint: Endpoint, records: pd.DataFrame) -> pd.Series:
    """Give the improvement from baseline as a share of it; missing where the baseline is not above 0."""
    if endpoint.better not in IMPROVES:
        raise ModelError(f"{endpoint.label} has no direction of benefit, so there is no response. Use a threshold.")
    share = (records["AVAL"] - records["BASE"]) / records["BASE"].where(records["BASE"] > 0)
    return IMPROVES[endpoint.better] * share


def responds(endpoint: Endpoint, records: pd.DataFrame) -> pd.Series:
    """Say at which records the response of the endpoint is there; missing where it cannot be told.

    Raises
    ------
    ModelError
        The endpoint declares no response, or no direction of benefit.
    """
    if endpoint.response is None:
        raise ModelError(f"{endpoint.label} declares no response. Add response under its endpoint.")
    return _at_least(improvement(endpoint, records), endpoint.response)


def has_lost_response(analysis: TimeToEvent, endpoint: Endpoint, records: pd.DataFrame) -> pd.Series:
    """Say at which records the improvement is below what the plan calls a lost response."""
    limit = endpoint.response if analysis.relapse_below is None else analysis.relapse_below
    assert limit is not None  # noqa: S101 - a relapse begins with a response
    kept = _at_least(improvement(endpoint, records), limit)
    return ~kept


def meets(analysis: TimeToEvent, endpoint: Endpoint, records: pd.DataFrame) -> pd.Series:
    """Say at which records the criterion of an event other than a relapse is met; missing where it cannot be told.

    Raises
    ------
    ModelError
        The endpoint does not declare the criterion.
    """
    event = analysis.event
    if isinstance(event, Threshold):
        percent = 100 * (records["AVAL"] - records["BASE"]) / records["BASE"].where(records["BASE"] > 0)
        change = records["AVAL"] - records["BASE"]
        values = {"value": records["AVAL"], "change": change, "percent-change": percent}[event.of]
        return _at_least(values, event.threshold) if event.side == "at-least" else _at_least(-values, -event.threshold)
    if isinstance(event, Departure):
        beyond = (records["AVAL"] - records["BASE"]).abs() / records["BASE"].where(records["BASE"] > 0)
        return ~_at_least(-beyond, -event.outside)
    if event == "response":
        return responds(endpoint, records)
    if endpoint.remission is None or endpoint.better not in IMPROVES:
        raise ModelError(f"{endpoint.label} declares no remission with a direction. Add it under its endpoint.")
    sign = IMPROVES[endpoint.better]
    return _at_least(sign * records["AVAL"], sign * endpoint.remission)


def first_kept(records: pd.DataFrame, is_met: pd.Series, kept: int) -> pd.Series:
    """Give by participant the hour of the first record from which on a criterion is met ``kept`` times in a row.

    Parameters
    ----------
    records
        ``USUBJID``, ``AHRFIRST`` for their order, ``HOURS`` for the time that they count as.
    is_met
        Whether the criterion is met at each; records where that is missing are passed over.
    kept
        How many in a row. A run that the last record breaks off before is not long enough.
    """
    known = (
        records[["USUBJID", "AHRFIRST", "HOURS"]]
        .assign(met=is_met)[is_met.notna()]
        .sort_values("AHRFIRST", kind="stable")
    )
    run = known["met"].astype("bool")
    by_participant = run.groupby(known["USUBJID"])
    lasting = run.copy()
    for later in range(1, kept):
        lasting &= by_participant.shift(-later, fill_value=False)
    return known[lasting].groupby("USUBJID")["HOURS"].min()


def _at_least(values: pd.Series, limit: float) -> pd.Series:
    """Say which values reach a limit; missing where the value is."""
    reached = values.astype("float64") >= limit - _ROUNDING * max(1.0, abs(limit))
    return reached.astype("boolean").mask(values.isna())
