"""Time since infusion: from whatever clock the data use to hours since time zero and since the last infusion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.plan.design import Design
from postinfusion.plan.source import Clock
from postinfusion.vocabulary import TimeZero

DAY = 24.0
COURSE_ENDS_AFTER = 7 * DAY
MAINTENANCE_GAP = 14 * DAY
ONLY_THE_DAY = ("D", "N")
_TIME_ZERO_COLUMN = {TimeZero.RANDOMISATION: "randomised", TimeZero.FIRST_DOSE: "first_dose"}


def time_zero(design: Design, participants: pd.DataFrame, infusions: pd.DataFrame | None) -> pd.Series:
    """Give each participant's time zero on the clock of the data.

    Parameters
    ----------
    design
        Says what time zero is.
    participants, infusions
        Canonical tables.

    Returns
    -------
    pandas.Series
        Hours on the clock of the source, by ``id``; missing where the participant has none (never infused).
    """
    ids = participants["id"]
    if design.has_infusions and infusions is not None:
        return infusions.groupby("id")["start"].min().reindex(ids)
    column = _TIME_ZERO_COLUMN.get(design.time_zero, "")
    values = participants[column].to_numpy() if column in participants else np.full(len(ids), np.nan)
    return pd.Series(values, index=pd.Index(ids, name="id"), dtype="float64")


def hours_since(
    table: pd.DataFrame, column: str, zero: pd.Series, clock: Clock, *, zero_date_only: pd.Series | None = None
) -> pd.Series:
    """Give a time column as hours since time zero.

    A time of which only the day is known is compared by days, so that it never falls before a time zero of the same
    day. On a clock that already counts from time zero the values are taken as they are.

    Parameters
    ----------
    table
        Canonical table with ``id``, the time column and its companion ``<column>_date_only``.
    column
        Name of the time column.
    zero
        Time zero by ``id``.
    clock
        Clock of the source of the table.
    zero_date_only
        By ``id``: only the day of time zero is known; None when all are known to the minute.
    """
    times = pd.Series(table[column], dtype="float64")
    if clock is not Clock.DATE_TIME:
        return times
    start: pd.Series = table["id"].map(zero).astype("float64")
    by_day = np.floor(times / DAY) * DAY - np.floor(start / DAY) * DAY
    date_only = table[f"{column}_date_only"].astype("bool")
    if zero_date_only is not None:
        date_only |= table["id"].map(zero_date_only).fillna(value=False).astype("bool")
    return pd.Series(np.where(date_only, by_day, times - start), index=table.index)


def days_since(table: pd.DataFrame, column: str, zero: pd.Series, clock: Clock) -> pd.Series:
    """Give the day of a time column since the day of time zero, in hours (0, 24, 48, …)."""
    times = pd.Series(table[column], dtype="float64")
    start = table["id"].map(zero).astype("float64") if clock is Clock.DATE_TIME else 0.0
    return pd.Series(np.floor(times / DAY) * DAY - np.floor(start / DAY) * DAY, index=table.index)


def study_day(days: pd.Series) -> pd.Series:
    """Give the study day of days since that of time zero, in hours; the day of time zero is 1, there is no day 0.

    As CDISC has it: days of the calendar are counted, whatever the hour, so an assessment before the first infusion of
    the same day is on day 1. On a clock that counts hours from time zero a day begins with each 24 of them.
    """
    day = np.floor(days / DAY)
    return pd.Series(day + (day >= 0), dtype="Int64")


def since_infusions(records: pd.DataFrame, exposure: pd.DataFrame, *, same_day_is_after: bool = False) -> pd.DataFrame:
    """Give for each record what it knows of the infusions that started before it.

    An infusion that starts at the very time of a record does not count as started: the record is taken as pre-dose. A
    record of which only the day is known is compared with the infusions by days; on the day of an infusion it is taken
    as pre-dose, or as after it where ``same_day_is_after`` (adverse events).

    Parameters
    ----------
    records
        Columns ``USUBJID``, ``AHRFIRST`` and ``ATMF`` (``D`` or ``N``: only the day is known).
    exposure
        The dataset ADEX with ``DAYHR``, the day of each start in hours.
    same_day_is_after
        How a record of unknown hour on the day of an infusion is taken.

    Returns
    -------
    pandas.DataFrame
        ``AHRLAST``, ``INFNUM``, ``CUMDOSE``, ``PHASE``, on the index of ``records``.
    """
    by_day = records["ATMF"].isin(ONLY_THE_DAY)
    exact = _last_infusion(records[~by_day], exposure, "AHRFIRST", same_is_after=False)
    of_days = _last_infusion(records[by_day], exposure, "DAYHR", same_is_after=same_day_is_after)
    last = pd.concat([exact, of_days]).reindex(records.index)
    since = records["AHRFIRST"] - last["start"]
    number = last["INFNUM"].where(records["AHRFIRST"].isna(), last["INFNUM"].fillna(0)).astype("Int64")
    dose = last["CUMDOSE"].where(last["start"].notna() | records["AHRFIRST"].isna(), 0.0)
    final = records["USUBJID"].map(exposure.groupby("USUBJID")["AHRFIRST"].max()).astype("float64")
    phase = _phase(records["AHRFIRST"], since, last["maintenance"], final)
    return pd.DataFrame({"AHRLAST": since, "INFNUM": number, "CUMDOSE": dose, "PHASE": phase}, index=records.index)


def _last_infusion(records: pd.DataFrame, exposure: pd.DataFrame, start: str, *, same_is_after: bool) -> pd.DataFrame:
    """Give the last infusion that started before each record, on the index of the records."""
    hours = records["AHRFIRST"].astype("float64")
    known = pd.DataFrame({"USUBJID": records["USUBJID"], "AHRFIRST": hours}).dropna()
    known = known.sort_values("AHRFIRST", kind="stable")
    infusions = exposure[["USUBJID", "INFNUM", "CUMDOSE"]].assign(
        start=exposure[start].astype("float64"), maintenance=_is_maintenance(exposure)
    )
    found = pd.merge_asof(
        known.rename_axis("row").reset_index(),
        infusions.sort_values("start", kind="stable"),
        left_on="AHRFIRST",
        right_on="start",
        by="USUBJID",
        allow_exact_matches=same_is_after,
    )
    return found.set_index("row")[["start", "INFNUM", "CUMDOSE", "maintenance"]].reindex(records.index)


def _is_maintenance(exposure: pd.DataFrame) -> pd.Series:
    """Say which infusions come after a pause that ends the first course."""
    return (exposure["GAPHR"] > MAINTENANCE_GAP).groupby(exposure["USUBJID"]).cummax()


def _phase(first: pd.Series, since: pd.Series, maintenance: pd.Series, final: pd.Series) -> pd.Series:
    """Give the phase of each record."""
    choices = {
        "": first.isna(),
        "pre": first <= 0,
        "acute": since <= DAY,
        "subacute": since <= 3 * DAY,
        "followup": first > final + COURSE_ENDS_AFTER,
        "maintenance": maintenance.fillna(value=False).astype("bool"),
    }
    return pd.Series(np.select(list(choices.values()), list(choices), default="course"), index=first.index)
