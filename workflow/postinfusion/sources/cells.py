"""Cells: text to typed columns, and which cells cannot be read as what their column holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, by_value, to_correct
from postinfusion.datasets.columns import Column
from postinfusion.errors import listed, nearest
from postinfusion.plan.source import Clock

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE_TIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_YES_NO = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
_LARGEST_INTEGER = 2**53
_EPOCH = pd.Timestamp("1970-01-01")
_YEARS = (1900, 2100)
_DAY = r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})(?:[T ,].*)?"
_MONTHS = 12
_YEAR = r"(19|20)[0-9]{2}"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY_OF_MONTH = r"(0?[1-9]|[12][0-9]|3[01])"
_MONTH_NAME = r"([Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]u[nl]|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|[A-Z]{3})[a-z]*[.]?"
_CERTAIN_DATE = (
    rf"({_YEAR}[-./]{_MONTH}[-./]{_DAY_OF_MONTH}|[0-9]{{1,2}}[-./] ?[0-9]{{1,2}}[-./] ?{_YEAR}"
    rf"|{_DAY_OF_MONTH}[-. ]*{_MONTH_NAME}[-, ]*{_YEAR}|{_MONTH_NAME} *{_DAY_OF_MONTH}[-, ]+{_YEAR})"
    r"([T ,]+[0-9]{1,2}:[0-9]{2}.*)?"
)
_POSSIBLE_DATE = (
    r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{1,2}(-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{2}"
)
_NO_DATES = (
    "holds dates (values not shown). Remove it: give an age for a date of birth, map times to a column of times."
)
_CLOSE_TO_AN_ARM = 0.8


@dataclass(frozen=True)
class Typed:
    """One column after reading.

    Attributes
    ----------
    name
        Our name of the column.
    columns
        Our name → typed cells; a time column brings ``<name>_date_only`` along.
    unreadable
        Cells that hold something that the column cannot hold; they are missing in ``columns``.
    findings
        What to tell about them.
    """

    name: str
    columns: Mapping[str, pd.Series]
    unreadable: Mask
    findings: Sequence[Finding] = ()


def typed(column: Column, text: pd.Series, *, clock: Clock, allowed: Mapping[str, str] | None = None) -> Typed:
    """Give one column with the type of its definition.

    Parameters
    ----------
    column
        The definition.
    text
        The cells without blanks around them; missing cells are NaN.
    clock
        What time columns of the file hold.
    allowed
        For a choice whose values the plan supplies: their spelling → ours.
    """
    if column.type == "text":
        return _text(column, text)
    if column.type == "choice":
        return _choice(column, text, allowed or _spellings(column))
    if column.type == "yes_no":
        return _yes_no(column, text)
    if column.type == "time":
        return _time(column, text, clock)
    return _number(column, text)


def covariate(name: str, text: pd.Series, *, category: bool) -> pd.Series:
    """Give a covariate as numbers where every cell is one and the plan does not call it a category, else as text."""
    values, wrong = as_numbers(text)
    return values.rename(name) if not category and not wrong.any() and text.notna().any() else text.rename(name)


def without_dates(name: str, text: pd.Series) -> Typed:
    """Give the cells of a column that describes persons or records, and refuse dates among them without showing one.

    A date tells who somebody is, a date of birth above all, and each would become a level of its own in the results.
    """
    dates = _dates(text)
    told = [Finding((name,), np.flatnonzero(dates), _NO_DATES)] if dates.any() else []
    return Typed(name, {name: text.mask(dates)}, dates, told)


def _text(column: Column, text: pd.Series) -> Typed:
    """Give text; an identifier may look like anything."""
    if column.identifier:
        return Typed(column.name, {column.name: text}, np.zeros(len(text), dtype="bool"))
    return without_dates(column.name, text)


def _dates(text: pd.Series) -> Mask:
    """Say which cells are nothing but a date; forms that could be a code only where all cells have them."""
    distinct = pd.Series(text.dropna().unique(), dtype="str")
    certain = distinct.str.fullmatch(_CERTAIN_DATE).astype("bool")
    possible = distinct.str.fullmatch(_POSSIBLE_DATE).astype("bool")
    wrong = distinct if len(distinct) > 1 and (certain | possible).all() else distinct[certain]
    return text.isin(wrong).to_numpy(dtype="bool")


def as_numbers(text: pd.Series) -> tuple[pd.Series, Mask]:
    """Give cells as numbers, and which of them are none."""
    is_number = text.str.fullmatch(_NUMBER).fillna(value=False).to_numpy(dtype="bool")
    values = pd.to_numeric(text.where(is_number), errors="coerce").astype("float64")
    finite = values.where(np.isfinite(values))
    wrong = (text.notna() & finite.isna()).to_numpy(dtype="bool")
    return finite, wrong


def _choice(column: Column, text: pd.Series, allowed: Mapping[str, str]) -> Typed:
    """Give a choice in our spelling."""
    ours = text.map(dict(allowed)).astype("str")
    lower = {spelling.lower(): name for spelling, name in allowed.items()}
    ours = ours.where(ours.notna(), text.str.lower().map(lower).astype("str"))
    wrong = (text.notna() & ours.isna()).to_numpy(dtype="bool")
    return Typed(column.name, {column.name: ours}, wrong, list(_not_choices(column, text, wrong, allowed)))


def _not_choices(column: Column, text: pd.Series, wrong: Mask, allowed: Mapping[str, str]) -> list[Finding]:
    """Say which values are not among the choices, each with its nearest match."""
    findings: list[Finding] = []
    for finding in by_value(column, text, wrong, "is unknown."):
        values = text.iloc[finding.positions].unique()
        remedy = _remedy(str(values[0]) if len(values) == 1 else "", column, allowed)
        findings.append(Finding(finding.columns, finding.positions, f"{finding.text} {remedy}"))
    return findings


def _remedy(found: str, column: Column, allowed: Mapping[str, str]) -> str:
    """Give the choice that is near, or all; choices with codes, such as arms, always all and only what is close."""
    if all(spelling == name for spelling, name in allowed.items()):
        return nearest(found, allowed) or f"Allowed: {', '.join(column.allowed or allowed)}."
    codes = {name: code for code, name in allowed.items() if code != name}
    names = dict.fromkeys(allowed.values())
    pairs = [f"{codes[name]} ({name})" if name in codes else name for name in names]
    return f"Allowed: {listed(pairs)}. {nearest(found, allowed, cutoff=_CLOSE_TO_AN_ARM)}".strip()


def _spellings(column: Column) -> dict[str, str]:
    """Give the values of a choice as they are spelt in its definition."""
    return {value: value for value in column.allowed}


def _yes_no(column: Column, text: pd.Series) -> Typed:
    """Give yes and no as true and false."""
    values = text.str.lower().map(_YES_NO).astype("boolean")
    wrong = (text.notna() & values.isna()).to_numpy(dtype="bool")
    remedy = "is neither yes nor no. Write Y or N, or map it under values."
    return Typed(column.name, {column.name: values}, wrong, list(by_value(column, text, wrong, remedy)))


def _number(column: Column, text: pd.Series) -> Typed:
    """Give numbers; whole ones where the column counts."""
    values, wrong = as_numbers(text)
    comma = wrong & text.str.fullmatch(_DECIMAL_COMMA).fillna(value=False).to_numpy(dtype="bool")
    findings = [*by_value(column, text, comma, "has a decimal comma. Write a point.")]
    findings += to_correct(column, text, wrong & ~comma, "is not a number.")
    if column.type != "integer":
        return Typed(column.name, {column.name: values}, wrong, findings)
    number = values.to_numpy()
    broken = ~np.isnan(number) & ((number != np.floor(number)) | (np.abs(number) > _LARGEST_INTEGER))
    findings += by_value(column, text, broken, "is not a whole number. Correct it.")
    whole = values.mask(broken).astype("Int64")
    return Typed(column.name, {column.name: whole}, wrong | broken, findings)


def _time(column: Column, text: pd.Series, clock: Clock) -> Typed:
    """Give times in hours, and which of them are only days."""
    if clock is Clock.DATE_TIME:
        hours, day_only, wrong, what = _from_date_times(text)
        parts = text.str.extract(_DAY)
        elsewhere = wrong & parts[0].notna().to_numpy(dtype="bool")
        findings = [*by_value(column, text, elsewhere, _year_month_day(parts[elsewhere]))] if elsewhere.any() else []
        findings += to_correct(column, text, wrong & ~elsewhere, what)
    else:
        hours, day_only, wrong, what = _from_numbers(text, clock)
        findings = list(to_correct(column, text, wrong, what))
    return Typed(column.name, {column.name: hours, f"{column.name}_date_only": day_only}, wrong, findings)


def _year_month_day(parts: pd.DataFrame) -> str:
    """Say how to write dates in the form of some country, with the first of them as the example."""
    numbers = parts.astype("int64").to_numpy()
    unclear = (numbers[:, :2] <= _MONTHS).all(axis=1)
    first, second, year = numbers[unclear.argmax()]
    day, month = (first, second) if second <= _MONTHS else (second, first)
    what = "has a day and a month that cannot be told apart" if unclear.any() else "is not written as year-month-day"
    return f"{what}. Write it as in {year}-{month:02d}-{day:02d} (year-month-day)."


def _from_date_times(text: pd.Series) -> tuple[pd.Series, pd.Series, Mask, str]:
    """Give dates and date-times as hours since 1970, without a time zone."""
    distinct = pd.Series(text.dropna().unique(), dtype="str")
    is_day = distinct.str.fullmatch(_DATE).astype("bool")
    readable = distinct.where(is_day | distinct.str.fullmatch(_DATE_TIME).astype("bool"))
    times = pd.to_datetime(readable, format="ISO8601", errors="coerce")
    plausible = times.where(times.dt.year.between(*_YEARS))
    hours = ((plausible - _EPOCH) / pd.Timedelta(hours=1)).set_axis(distinct)
    found = text.map(hours.to_dict()).astype("float64")
    days = text.isin(distinct[is_day])
    wrong = (text.notna() & found.isna()).to_numpy(dtype="bool")
    return found, days & found.notna(), wrong, "is not a date or time as in 2024-03-05 or 2024-03-05 09:30."


def _from_numbers(text: pd.Series, clock: Clock) -> tuple[pd.Series, pd.Series, Mask, str]:
    """Give hours, days or study days since time zero as hours."""
    values, wrong = as_numbers(text)
    if clock is Clock.HOURS:
        return values, pd.Series(data=False, index=text.index), wrong, "is not a number of hours."
    if clock is Clock.DAYS:
        return values * 24, values.notna(), wrong, "is not a number of days."
    wrong = wrong | (values == 0).to_numpy() | (values.notna() & (values % 1 != 0)).to_numpy()
    hours = values.where(values < 0, values - 1).mask(wrong) * 24
    return hours, hours.notna(), wrong, "is not a study day: a whole number, and there is no day 0."
