"""What a column beside another says about it: the hour of a day that is known, the unit of a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.canonical import CLOCK
from postinfusion.datasets.checks import Finding, Mask
from postinfusion.datasets.columns import Table
from postinfusion.plan.source import Clock

Cells = Mapping[str, pd.Series]
DAY = 24.0
FACTORS = {
    "weight_kg": ("weight_unit", {"kg": 1.0, "lb": 0.45359237}),
    "height_cm": ("height_unit", {"cm": 1.0, "m": 100.0, "inch": 2.54}),
}
"""Our column → the column of its unit, and what a number in each unit is multiplied with."""
_TIME_OF_DAY = r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?"
_HOURS = r"[0-9]{1,2}(?:\.[0-9]+)?"
_SAME = 1 / 120
# Medians outside of which no group of people lies in the unit that is taken where none is said.
_PLAUSIBLE = {"weight_kg": (25.0, 130.0), "height_cm": (100.0, 220.0)}
_GUESSES = {
    "weight_kg": (("lb", 130.0, 500.0),),
    "height_cm": (("m", 1.0, 2.3), ("inch", 39.0, 90.0)),
}


@dataclass(frozen=True)
class Completed:
    """Cells after their companions are used, which are gone, and what is wrong with them."""

    cells: dict[str, pd.Series]
    findings: tuple[Finding, ...]


def completed(table: Table, cells: Cells, clock: Clock) -> Completed:
    """Give the typed cells of a table with hours of the day added to days, and numbers in the units of the table.

    Parameters
    ----------
    table
        The definition of the table.
    cells
        Our column → typed cells; a time comes with ``<name>_date_only``.
    clock
        What the time columns of the source hold.
    """
    found = dict(cells)
    findings: list[Finding] = []
    for name in [name for name in cells if name.endswith(CLOCK) and name in table.names]:
        findings += _with_hours(found, name.removesuffix(CLOCK), clock)
    for name in [name for name in FACTORS if name in table.names and name in cells]:
        findings += _in_our_unit(found, name)
    companions = {name for name in table.names if name.endswith(CLOCK)} | {unit for unit, _ in FACTORS.values()}
    return Completed({name: kept for name, kept in found.items() if name not in companions}, tuple(findings))


def hours_of_day(text: pd.Series) -> tuple[pd.Series, Mask]:
    """Give times of day such as ``09:30`` or ``9.5`` in hours, and which cells are none."""
    parts = text.astype("str").str.extract(f"^{_TIME_OF_DAY}$").astype("float64")
    written = parts[0] + parts[1] / 60 + parts[2].fillna(0.0) / 3600
    decimal = pd.to_numeric(text.where(text.astype("str").str.fullmatch(_HOURS).fillna(value=False)), errors="coerce")
    hours = written.fillna(decimal.where(decimal < DAY)).astype("float64")
    return hours, (text.notna() & hours.isna()).to_numpy(dtype="bool")


def _with_hours(cells: dict[str, pd.Series], name: str, clock: Clock) -> Iterator[Finding]:
    """Add the hours of the day to one time column, and give what does not fit."""
    companion = f"{name}{CLOCK}"
    hours, wrong = hours_of_day(cells[companion])
    yield from _finding(companion, wrong, "is not a time of day as in 09:30 or 9.5. Correct it.")
    if name not in cells or clock in (Clock.HOURS, Clock.DAYS):
        text = "an hour of the day needs a date or a study day beside it. Map that column, or correct the clock."
        yield from _finding(companion, cells[companion].notna().to_numpy(dtype="bool"), text)
        return
    if _are_parts_of_a_day(hours):
        text = "these look like parts of a day, as a spreadsheet stores them. Write them as in 09:30."
        yield from _finding(companion, hours.notna().to_numpy(dtype="bool"), text)
        return
    times, date_only = cells[name], cells[f"{name}_date_only"].astype("bool")
    differs = hours.notna() & times.notna() & ~date_only & ((times % DAY - hours).abs() > _SAME)
    text = "the time itself has another hour of the day. Correct one of them."
    yield from _finding(companion, differs.to_numpy(dtype="bool"), text)
    joined = date_only & hours.notna()
    cells[name] = times.mask(joined, np.floor(times / DAY) * DAY + hours)
    cells[f"{name}_date_only"] = date_only & ~joined


def _are_parts_of_a_day(hours: pd.Series) -> bool:
    """Say whether numbers are no hours but parts of a day: all below 1, and not all whole."""
    known = hours.dropna()
    return len(known) > 1 and bool((known < 1).all() and (known > 0).any())


def _in_our_unit(cells: dict[str, pd.Series], name: str) -> Iterator[Finding]:
    """Convert one column by its unit, and give units that are mixed or cannot be."""
    unit_column, factors = FACTORS[name]
    values = cells[name].astype("float64")
    unit = cells.get(unit_column)
    known = [] if unit is None else sorted(unit[values.notna()].dropna().unique())
    if unit is not None and known:
        lacking = unit.isna() & values.notna()
        if len(known) > 1 or lacking.any():
            rows = (values.notna() & (unit != unit[values.notna()].mode(dropna=False).iloc[0])).to_numpy(dtype="bool")
            yield from _finding(
                unit_column, rows, "the unit is another one than in the other rows. Give all in one unit."
            )
            cells[name] = values.mask(values.notna())
            return
        cells[name] = values * factors[str(known[0])]
        return
    text = _of_another_unit(name, values)
    if text:
        yield from _finding(name, values.notna().to_numpy(dtype="bool"), text)
        cells[name] = values.mask(values.notna())


def _of_another_unit(name: str, values: pd.Series) -> str:
    """Say that numbers are in another unit than the one of the column, or in two; empty when they are plausible."""
    known = values.dropna()
    unit = FACTORS[name][0]
    low, high = _PLAUSIBLE[name]
    if known.empty:
        return ""
    observed = f"the values reach from {known.min():g} to {known.max():g}"
    likely = [(guess, known.between(least, most)) for guess, least, most in _GUESSES[name]]
    for guess, fits in likely:
        if not low <= known.median() <= high and fits.mean() > 0.5:
            return f"{observed}, which looks like {guess}. Say so: constants: {{{unit}: {guess}}}."
    if name == "height_cm" and any(fits.any() for _, fits in likely) and known.between(low, high).any():
        return f"{observed}, which looks like two units. Give all in one unit, and name it: constants: {{{unit}: …}}."
    return ""


def _finding(column: str, wrong: npt.NDArray[np.bool_], text: str) -> Iterator[Finding]:
    """Give one finding for the rows of a mask; none where the mask is empty."""
    if wrong.any():
        yield Finding((column,), np.flatnonzero(wrong), text)
