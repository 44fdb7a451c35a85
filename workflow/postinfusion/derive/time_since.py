"""Time since infusion: from whatever clock the data use to hours since time zero and since the last infusion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.plan.design import Design
from postinfusion.plan.source import Clock
from postinfusion.vocabulary import TimeZero

DAY = 24.0
COURSE_ENDS_AFTER = 7 * DAY
ONLY_THE_DAY = ("D", "N")
POST_DOSE = "post-dose"
COUNTING_FROM_ZERO = (Clock.HOURS, Clock.DAYS)
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
    table: pd.DataFrame,
    column: str,
    zero: pd.Series,
    clock: Clock,
    *,
    zero_clock: Clock = Clock.DATE_TIME,
    zero_date_only: pd.Series | None = None,
) -> pd.Series:
    """Give a time column as hours since time zero.

    A time of which only the day is known is compared by days, so that it never falls before a time zero of the same
    day. Hours and days that already count from time zero are taken as they are; study days may have an hour of the
    day, and then count from the hour of time zero.

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
    zero_clock
        Clock of the source that says when time zero was.
    zero_date_only
        By ``id``: only the day of time zero is known; None when all are known to the minute.
    """
    times = pd.Series(table[column], dtype="float64")
    if clock in COUNTING_FROM_ZERO:
        return times
    start = _start(table, zero, clock, zero_clock)
    by_day = np.floor(times / DAY) * DAY - np.floor(start / DAY) * DAY
    date_only = table[f"{column}_date_only"].astype("bool")
    if zero_date_only is not None:
        date_only |= table["id"].map(zero_date_only).fillna(value=False).astype("bool")
    return pd.Series(np.where(date_only, by_day, times - start), index=table.index)


def days_since(
    table: pd.DataFrame, column: str, zero: pd.Series, clock: Clock, *, zero_clock: Clock = Clock.DATE_TIME
) -> pd.Series:
    """Give the day of a time column since the day of time zero, in hours (0, 24, 48, …)."""
    times = pd.Series(table[column], dtype="float64")
    start = 0.0 if clock in COUNTING_FROM_ZERO else _start(table, zero, clock, zero_clock)
    return pd.Series(np.floor(times / DAY) * DAY - np.floor(start / DAY) * DAY, index=table.index)


def _start(table: pd.DataFrame, zero: pd.Series, clock: Clock, zero_clock: Clock) -> pd.Series:
    """Give time zero of each row on the clock of the table.

    Study day 1 is the day of time zero, at whatever hour of it: where time zero is a date-time, its hour of the day.
    """
    start: pd.Series = table["id"].map(zero).astype("float64")
    if clock is Clock.DATE_TIME or zero_clock is Clock.DATE_TIME:
        return start if clock is zero_clock else (start % DAY).fillna(0.0)
    return start.fillna(0.0) if clock is zero_clock else pd.Series(0.0, index=table.index)


def study_day(days: pd.Series) -> pd.Series:
    """Give the study day of days since that of time zero, in hours; the day of time zero is 1, there is no day 0.

    As CDISC has it: days of the calendar are counted, whatever the hour, so an assessment before the first infusion of
    the same day is on day 1. On a clock that counts hours from time zero a day begins with each 24 of them.
    """
    day = np.floor(days / DAY)
    return pd.Series(day + (day >= 0), dtype="Int64")


def is_post_dose(records: pd.DataFrame) -> pd.Series:
    """Say which records the data flag as taken after the infusion that starts at the same time or on the same day."""
    if "TIMING" not in records:
        return pd.Series(data=False, index=records.index)
    return records["TIMING"] == POST_DOSE


def is_after_zero(records: pd.DataFrame) -> pd.Series:
    """Say which records come after time zero; one at time zero itself is before it unless it is flagged post-dose."""
    return (records["AHRFIRST"] > 0) | ((records["AHRFIRST"] == 0) & is_post_dose(records))


def compared_by_day(records: pd.DataFrame) -> pd.Series:
    """Say which records are compared with infusions by days: of whose time only the day is known.

    A visit that counts from a later infusion of the participant is as exact as the start of that infusion.
    """
    by_day = records["ATMF"].isin(ONLY_THE_DAY)
    return by_day if "ANCHORED" not in records else by_day & ~records["ANCHORED"]


def since_infusions(records: pd.DataFrame, exposure: pd.DataFrame, *, same_day_is_after: bool = False) -> pd.DataFrame:
    """Give for each record what it knows of the infusions that started before it.

    An infusion that starts at the very time of a record does not count as started: the record is taken as pre-dose,
    unless it is flagged post-dose. A record of which only the day is known is compared with the infusions by days; on
    the day of an infusion it is taken as pre-dose, or as after it where it is flagged so or ``same_day_is_after``
    (adverse events).

    Parameters
    ----------
    records
        Columns ``USUBJID``, ``AHRFIRST`` and ``ATMF`` (``D`` or ``N``: only the day is known); ``TIMING`` where the
        data flag records as pre-dose or post-dose.
    exposure
        The dataset ADEX with ``DAYHR``, the day of each start in hours.
    same_day_is_after
        How a record of unknown hour on the day of an infusion is taken.

    Returns
    -------
    pandas.DataFrame
        ``AHRLAST``, ``INFNUM``, ``CUMDOSE``, ``COURSE``, ``PHASE``, on the index of ``records``.
    """
    by_day, post = compared_by_day(records), is_post_dose(records)
    kinds = (
        (~by_day & ~post, "AHRFIRST", False),
        (~by_day & post, "AHRFIRST", True),
        (by_day & ~post, "DAYHR", same_day_is_after),
        (by_day & post, "DAYHR", True),
    )
    parts = [
        _last_infusion(records[which], exposure, start, same_is_after=same_is_after)
        for which, start, same_is_after in kinds
        if which.any() or not len(records)
    ]
    last = pd.concat(parts[: len(parts) if len(records) else 1]).reindex(records.index)
    is_unknown = records["AHRFIRST"].isna()
    since = records["AHRFIRST"] - last["start"]
    number = last["INFNUM"].where(is_unknown, last["INFNUM"].fillna(0)).astype("Int64")
    dose = last["CUMDOSE"].where(last["start"].notna() | is_unknown, 0.0)
    phase = _phase(records, last, exposure)
    found = {"AHRLAST": since, "INFNUM": number, "CUMDOSE": dose, "COURSE": last["COURSE"].astype("Int64")}
    return pd.DataFrame({**found, "PHASE": phase}, index=records.index)


def _last_infusion(records: pd.DataFrame, exposure: pd.DataFrame, start: str, *, same_is_after: bool) -> pd.DataFrame:
    """Give the last infusion that started before each record, on the index of the records."""
    hours = records["AHRFIRST"].astype("float64")
    known = pd.DataFrame({"USUBJID": records["USUBJID"], "AHRFIRST": hours}).dropna()
    known = known.sort_values("AHRFIRST", kind="stable")
    infusions = exposure[["USUBJID", "INFNUM", "CUMDOSE", "COURSE"]].assign(start=exposure[start].astype("float64"))
    found = pd.merge_asof(
        known.rename_axis("row").reset_index(),
        infusions.sort_values(["start", "INFNUM"], kind="stable"),
        left_on="AHRFIRST",
        right_on="start",
        by="USUBJID",
        allow_exact_matches=same_is_after,
    )
    return found.set_index("row")[["start", "INFNUM", "CUMDOSE", "COURSE"]].reindex(records.index)


def _phase(records: pd.DataFrame, last: pd.DataFrame, exposure: pd.DataFrame) -> pd.Series:
    """Give the phase of each record; empty where its time is not known, or nothing was infused."""
    first, since = records["AHRFIRST"], records["AHRFIRST"] - last["start"]
    by_subject = exposure.groupby("USUBJID")
    final = records["USUBJID"].map(by_subject["AHRFIRST"].max()).astype("float64")
    induction = records["USUBJID"].map(by_subject["COURSE"].min()).astype("float64")
    choices = {
        "": first.isna() | final.isna(),
        "pre": last["start"].isna(),
        "acute": since <= DAY,
        "subacute": since <= 3 * DAY,
        "followup": first > final + COURSE_ENDS_AFTER,
        "maintenance": last["COURSE"].astype("float64") > induction,
    }
    return pd.Series(np.select(list(choices.values()), list(choices), default="course"), index=first.index)
