"""Times as they are written: text to hours, and which cells are no time for certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, by_value, to_correct
from postinfusion.datasets.columns import Column
from postinfusion.plan.source import Clock
from postinfusion.sources.dates import Moment, moment
from postinfusion.sources.typed import Spelling, Typed
from postinfusion.sources.written_numbers import as_numbers

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE_TIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_EPOCH = pd.Timestamp("1970-01-01")
_YEARS = (1900, 2100)
_FAULTS = {
    "ambiguous": (
        "has a day and a month that cannot be told apart. Say dates: day-first or month-first for this source, or "
        "write it as year-month-day."
    ),
    "short year": (
        "has a year of two digits, and no century is guessed. Write all four, best as year-month-day, as in 2024-03-05."
    ),
    "order": "does not fit what dates says of this source. Correct it, or write it as year-month-day.",
}
_NOTES = {
    "serial": "these cells hold numbers of Excel's calendar from 1900; they are read as dates. Check one.",
    "partial": (
        "these dates are known only in part: without a day the time is unknown, without minutes only the day is used."
    ),
}


def time(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give times in hours, and which of them are only days."""
    if spelling.clock is Clock.DATE_TIME:
        return _from_date_times(column, text, spelling, filled)
    hours, day_only, wrong, what = _from_numbers(text, spelling)
    findings = list(to_correct(column, text, wrong, what, filled))
    return Typed(column.name, {column.name: hours, f"{column.name}_date_only": day_only}, wrong, findings)


def _from_date_times(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give dates and date-times as hours since 1970, without a time zone."""
    distinct = pd.Series(text.dropna().unique(), dtype="str")
    is_day = distinct.str.fullmatch(_DATE).astype("bool")
    is_iso = is_day | distinct.str.fullmatch(_DATE_TIME).astype("bool")
    others = {cell: moment(cell, spelling.dates, standard=spelling.standard) for cell in distinct[~is_iso]}
    written = distinct.where(
        is_iso, distinct.map({cell: one.iso or None for cell, one in others.items()}).astype("str")
    )
    times = pd.to_datetime(written.astype("str"), format="ISO8601", errors="coerce")
    plausible = times.where(times.dt.year.between(*_YEARS))
    hours = ((plausible - _EPOCH) / pd.Timedelta(hours=1)).set_axis(distinct)
    found = text.map(hours.to_dict()).astype("float64")
    days = text.isin([*distinct[is_day], *(cell for cell, one in others.items() if one.day_only)])
    unknown = text.isin([cell for cell, one in others.items() if one.note == "partial" and not one.iso])
    noted = text.isin([cell for cell, one in others.items() if one.note]).to_numpy(dtype="bool")
    wrong = (text.notna() & found.isna()).to_numpy(dtype="bool") & (~unknown.to_numpy(dtype="bool") | column.complete)
    findings = [*_wrong_times(column, text, wrong, others, filled), *_noted_times(column, text, noted & ~wrong, others)]
    columns: dict[str, pd.Series] = {column.name: found, f"{column.name}_date_only": days & found.notna()}
    return Typed(column.name, columns, wrong, findings, noted)


def _wrong_times(
    column: Column, text: pd.Series, wrong: Mask, others: Mapping[str, Moment], filled: int | None
) -> Iterator[Finding]:
    """Say why times cannot be read, each reason with its remedy."""
    left = wrong
    for fault, what in _FAULTS.items():
        these = wrong & text.isin([cell for cell, one in others.items() if one.fault == fault]).to_numpy(dtype="bool")
        yield from by_value(column, text, these, what, filled)
        left = left & ~these
    what = "is not a date or time as in 2024-03-05 or 2024-03-05 09:30."
    yield from to_correct(column, text, left, what, filled)


def _noted_times(column: Column, text: pd.Series, noted: Mask, others: Mapping[str, Moment]) -> Iterator[Finding]:
    """Tell, without showing one, which cells were numbers of Excel and which dates are known only in part."""
    for note, what in _NOTES.items():
        these = noted & text.isin([cell for cell, one in others.items() if one.note == note]).to_numpy(dtype="bool")
        if these.any():
            yield Finding((column.name,), np.flatnonzero(these), what, "warning")


def _from_numbers(text: pd.Series, spelling: Spelling) -> tuple[pd.Series, pd.Series, Mask, str]:
    """Give hours, days or study days since time zero as hours."""
    values, wrong = as_numbers(text, spelling.decimal)
    if spelling.clock is Clock.HOURS:
        return values, pd.Series(data=False, index=text.index), wrong, "is not a number of hours."
    if spelling.clock is Clock.DAYS:
        return values * 24, values.notna(), wrong, "is not a number of days."
    wrong = wrong | (values == 0).to_numpy() | (values.notna() & (values % 1 != 0)).to_numpy()
    hours = values.where(values < 0, values - 1).mask(wrong) * 24
    return hours, hours.notna(), wrong, "is not a study day: a whole number, and there is no day 0."
