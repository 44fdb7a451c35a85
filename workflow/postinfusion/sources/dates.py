"""One written date or date-time to ISO 8601, or the reason why it cannot be read for certain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from postinfusion.plan.source import Dates

Fault = Literal["", "ambiguous", "short year", "order", "none"]
Note = Literal["", "serial", "partial"]
_TIME = (
    r"(?:[ T,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_NUMBERS = re.compile(r"([0-9]{1,4})([-./])([0-9]{1,2})\2([0-9]{1,4})" + _TIME)
_DAY_NAME = re.compile(r"([0-9]{1,2})[-. /]*([A-Za-zäé]{3,9})[-.,/ ]*([0-9]{4}|[0-9]{2})" + _TIME)
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})[. ]+([0-9]{1,2}),? +([0-9]{4})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[2-7][0-9]{4}(\.[0-9]+)?")
_PARTIAL = re.compile(
    r"(19|20)[0-9]{2}-((0[1-9]|1[0-2])(-(-|UN|UK|UNK|XX))?|(UN|UK|UNK|XX)(-(UN|UK|UNK|XX))?|--.*)|--.*"
)
_TO_THE_HOUR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9]{2}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTHS_OF_A_YEAR = 12
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 – times without a zone are meant


@dataclass(frozen=True)
class Moment:
    """A written time: in ISO 8601, whether it is a day alone, what is wrong with it or worth telling."""

    iso: str = ""
    day_only: bool = False
    fault: Fault = ""
    note: Note = ""


def moment(cell: str, order: Dates | None, *, standard: bool = False) -> Moment:
    """Give what a cell that is not in ISO 8601 says.

    Parameters
    ----------
    cell
        The text.
    order
        The declared order of dates in numbers.
    standard
        The file follows CDISC, where a year alone is a date of which the rest is not known.
    """
    if found := _NUMBERS.fullmatch(cell):
        return _of_numbers(found, order)
    if found := _DAY_NAME.fullmatch(cell):
        return _named(found, found[1], found[2], found[3])
    if found := _NAME_DAY.fullmatch(cell):
        return _named(found, found[2], found[1], found[3])
    if (found := _COMPACT.fullmatch(cell)) and order is Dates.YEAR_FIRST:
        return _given(found, int(found[1]), int(found[2]), int(found[3]))
    return _of_serial(float(cell)) if _SERIAL.fullmatch(cell) else _partial(cell, standard=standard)


def _partial(cell: str, *, standard: bool) -> Moment:
    """Give a date of which a part is not known: the day where the hour is known, else that it is no time at all."""
    found = _TO_THE_HOUR.fullmatch(cell)
    if found and _is_day(found[1]):
        return Moment(found[1], day_only=True, note="partial")
    is_known = _PARTIAL.fullmatch(cell) is not None or (standard and _YEAR.fullmatch(cell) is not None)
    return Moment(note="partial") if is_known else Moment(fault="none")


def _of_numbers(found: re.Match[str], order: Dates | None) -> Moment:
    """Give a date in numbers, in the declared order or in the only possible one."""
    first, second, third = found[1], found[3], found[4]
    if len(first) == 4 and len(third) <= 2:
        return _given(found, int(first), int(second), int(third))
    if len(first) <= 2 and len(third) == 2:
        return Moment(fault="short year")
    if len(first) > 2 or len(third) != 4:
        return Moment(fault="none")
    one, two = int(first), int(second)
    if order is None and max(one, two) <= _MONTHS_OF_A_YEAR and one != two:
        return Moment(fault="ambiguous")
    day_first = order is Dates.DAY_FIRST or (order is None and two <= _MONTHS_OF_A_YEAR)
    day, month = (one, two) if day_first else (two, one)
    if order is Dates.YEAR_FIRST or (order is not None and month > _MONTHS_OF_A_YEAR >= day):
        return Moment(fault="order")
    return _given(found, int(third), month, day)


def _named(found: re.Match[str], day: str, month: str, year: str) -> Moment:
    """Give a date with the name of its month."""
    number = _MONTHS.get(month.lower())
    if number is None:
        return Moment(fault="none")
    if len(year) == 2:
        return Moment(fault="short year")
    return _given(found, int(year), number, int(day))


def _of_serial(days: float) -> Moment:
    """Give what a number of Excel means in its calendar from 1900."""
    exact = _EXCEL_ZERO + timedelta(days=days)
    rounded = (exact + timedelta(microseconds=500_000)).replace(microsecond=0)
    if days == int(days):
        return Moment(rounded.date().isoformat(), day_only=True, note="serial")
    return Moment(rounded.isoformat(), note="serial")


def _given(found: re.Match[str], year: int, month: int, day: int) -> Moment:
    """Give a date with its time of day where there is one."""
    parts = found.groupdict()
    try:
        on = date(year, month, day)
        if parts.get("hour") is None:
            return Moment(on.isoformat(), day_only=True)
        hour = _of_the_day(int(parts["hour"]), parts["half"])
        at = datetime(year, month, day, hour, int(parts["minute"]), int(parts["second"] or 0))  # noqa: DTZ001
    except ValueError:
        return Moment(fault="none")
    return Moment(at.isoformat())


def _of_the_day(hour: int, half: str | None) -> int:
    """Give an hour of the day from one with AM or PM.

    Raises
    ------
    ValueError
        The hour does not exist on such a clock.
    """
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _is_day(text: str) -> bool:
    """Say whether a day exists."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
