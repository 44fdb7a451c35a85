"""Checks of a table that its definition drives: each takes a typed table and gives what is wrong, by row.

All are vectorised. None echoes a value of an identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.columns import Column, Table
from postinfusion.errors import Severity

Mask = npt.NDArray[np.bool_]
_SHOWN_VALUES = 5
_FEWEST_TOGETHER = 3
_ONE_OF_EACH = "eep one row of each."
_NOTHING_APART = (
    "in more than one row, and nothing that the plan names tells them apart. If a column holds the visit or the time, "
    f"name it under columns; else k{_ONE_OF_EACH}"
)
_CODE = r"[^0-9]+|(-?(99+|88+|77+)|-[789])(\.0*)?"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in some rows.

    Attributes
    ----------
    columns
        Our names of the columns concerned.
    positions
        Positions of the rows, from 0.
    text
        What is wrong, what is allowed, what to do.
    severity
        ``error`` or ``warning``.
    """

    columns: tuple[str, ...]
    positions: npt.NDArray[np.intp]
    text: str
    severity: Severity = "error"


def check(
    table: Table, frame: pd.DataFrame, unreadable: Mapping[str, Mask], *, implied: Collection[str] = ()
) -> list[Finding]:
    """Give everything in which a table does not satisfy its definition.

    Parameters
    ----------
    table
        The definition.
    frame
        The table with typed columns; columns that the source does not have are absent.
    unreadable
        By column, the cells that could not be read and are missing for that reason; also columns that are absent for
        that reason as a whole.
    implied
        Columns that the file does not have as such, because it has a column for each of their values.
    """
    present = [column for column in table.columns if column.name in frame]
    found: list[Finding] = []
    for column in present:
        found.extend(incomplete(column, frame[column.name], unreadable.get(column.name)))
        found.extend(out_of_range(column, frame[column.name]))
    found.extend(repeated_key(table, frame, unreadable, implied))
    for first, second in table.ordered:
        found.extend(wrong_order(frame, first, second))
    return found


def incomplete(column: Column, cells: pd.Series, unreadable: Mask | None) -> Iterator[Finding]:
    """Give the rows in which a column that must be complete is empty."""
    if not column.complete:
        return
    empty = cells.isna().to_numpy(dtype="bool")
    if unreadable is not None:
        empty = empty & ~unreadable
    if empty.any():
        yield Finding((column.name,), np.flatnonzero(empty), "is empty, but every row needs it. Fill it in.")


def out_of_range(column: Column, cells: pd.Series) -> Iterator[Finding]:
    """Give the values outside the limits of a column, one finding for each value."""
    if column.minimum is None and column.maximum is None:
        return
    values = cells.to_numpy(dtype="float64", na_value=np.nan)
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    outside = (values < low) | (values > high)
    shown = pd.Series(values).map("{:g}".format).where(~np.isnan(values)).astype("str")
    yield from to_correct(column, shown, outside, f"is outside {_limits(column)}.")


def repeated_key(
    table: Table, frame: pd.DataFrame, unreadable: Mapping[str, Mask], implied: Collection[str] = ()
) -> Iterator[Finding]:
    """Give the rows that agree in all key columns that the table has; a missing cell equals another missing cell."""
    key = [name for name in table.key if name in frame]
    if any(name in unreadable for name in table.key if name not in frame):
        return  # the rows may differ in a column that could not be read
    if not key or (len(key) < 2 and len(table.key) > 1):
        return
    repeated = frame.duplicated(key, keep=False).to_numpy(dtype="bool")
    for name in key:
        repeated = repeated & ~unreadable.get(name, np.zeros(len(frame), dtype="bool"))
    if len(key) == 1:
        repeated = repeated & frame[key[0]].notna().to_numpy(dtype="bool")
    if repeated.any():
        shown = tuple(name for name in key if name not in implied)
        what = "the same value stands" if len(shown) == 1 else "the same values together stand"
        is_lacking = len(shown) == 1 and len(table.key) > 1 and "visit" not in key
        which = _NOTHING_APART if is_lacking else f"in more than one row. K{_ONE_OF_EACH}"
        yield Finding(shown, np.flatnonzero(repeated), f"{what} {which}")


def copies(frame: pd.DataFrame, findings: Collection[Finding]) -> Mask:
    """Say which rows are in every column what an earlier row is, among those that findings call repeated.

    Parameters
    ----------
    frame
        The table.
    findings
        What :func:`check` gives for it.
    """
    found = np.zeros(len(frame), dtype="bool")
    for finding in findings:
        if finding.text.endswith(_ONE_OF_EACH):
            found[finding.positions] = frame.iloc[finding.positions].duplicated().to_numpy(dtype="bool")
    return found


def wrong_order(frame: pd.DataFrame, first: str, second: str) -> Iterator[Finding]:
    """Give the rows in which the first of two times comes after the second.

    Where one of the two is a day without a time of day, the days are compared.
    """
    if first not in frame or second not in frame:
        return
    day_only = frame[f"{first}_date_only"] | frame[f"{second}_date_only"]
    earlier = _whole_days(frame[first], day_only)
    later = _whole_days(frame[second], day_only)
    wrong = (earlier > later).to_numpy(dtype="bool")
    if wrong.any():
        text = "the second of these times is before the first. Correct one of them."
        yield Finding((first, second), np.flatnonzero(wrong), text)


def not_in(frame: pd.DataFrame, column: str, known: pd.Series, file: str) -> Iterator[Finding]:
    """Give the rows whose participant is not among the participants; the ids are not told."""
    strange = (frame[column].notna() & ~frame[column].isin(known)).to_numpy(dtype="bool")
    if strange.any():
        text = f"this participant is not in {file}. Add the participant there or correct the id."
        yield Finding((column,), np.flatnonzero(strange), text)


def overlapping_infusions(infusions: pd.DataFrame) -> Iterator[Finding]:
    """Give the infusions that begin before the previous one of the participant has ended, or out of their number."""
    ordered = infusions.dropna(subset=["id", "number", "start"]).sort_values(["id", "number"], kind="stable")
    before = ordered.groupby("id", sort=False).shift()
    backwards = before["start"] > ordered["start"]
    if backwards.any():
        text = "begins before the infusion with the number before. Correct the start or the number."
        yield Finding(("start",), np.sort(ordered.index[backwards].to_numpy()), text)
    if "end" not in ordered:
        return
    day_only = ordered["start_date_only"] | before["end_date_only"].astype("boolean").fillna(value=True).astype("bool")
    overlapping = (_whole_days(before["end"], day_only) > _whole_days(ordered["start"], day_only)) & ~backwards
    if overlapping.any():
        text = "begins before the previous infusion of the participant has ended. Correct one of the times."
        yield Finding(("start",), np.sort(ordered.index[overlapping].to_numpy()), text)


def to_correct(
    column: Column, shown: pd.Series, wrong: Mask, what: str, filled: int | None = None
) -> Iterator[Finding]:
    """Give wrong cells by value; only what looks like a code for missing is offered as one, as n/a, -9 and 999 do."""
    code = shown.str.fullmatch(_CODE).astype("boolean").fillna(value=False).to_numpy(dtype="bool")
    yield from by_value(column, shown, wrong & ~code, f"{what} Correct it.", filled)
    yield from by_value(column, shown, wrong & code, f"{what} Correct it, or add it to missing_codes.", filled)


def by_value(
    column: Column, shown: pd.Series, wrong: Mask, remedy: str, filled: int | None = None
) -> Iterator[Finding]:
    """Give wrong cells as one finding per value, the first few; the values of an identifier are not told.

    Where at least half of the cells that hold something are wrong in the same way, they are one finding: then it is
    the column that is written otherwise, and not a slip here and there.

    Parameters
    ----------
    column
        The column.
    shown
        The cells as text.
    wrong
        Which of them are wrong.
    remedy
        The sentence that follows the value.
    filled
        How many cells of the column hold something, where ``shown`` are only some of its cells.
    """
    positions = np.flatnonzero(wrong)
    if not len(positions):
        return
    if column.identifier:
        yield Finding((column.name,), positions, f"the value {remedy}")
        return
    codes, distinct = pd.factorize(shown.iloc[positions])
    if len(distinct) >= _FEWEST_TOGETHER and 2 * len(positions) >= (shown.notna().sum() if filled is None else filled):
        text = f"{len(distinct):,} values such as {quoted(distinct[0])}: each {remedy}"
        yield Finding((column.name,), positions, text)
        return
    for code, value in enumerate(distinct[:_SHOWN_VALUES]):
        yield Finding((column.name,), positions[codes == code], f"{quoted(value)} {remedy}")
    if len(distinct) > _SHOWN_VALUES:
        more = f"{len(distinct) - _SHOWN_VALUES} more values: each {remedy}"
        yield Finding((column.name,), positions[codes >= _SHOWN_VALUES], more)


def quoted(value: object) -> str:
    """Give a value in quotes, on one line and not longer than a line holds."""
    text = " ".join(str(value).split())
    return f'"{text[:39]}…"' if len(text) > 40 else f'"{text}"'


def _limits(column: Column) -> str:
    """Give the limits of a column in words."""
    low, high = column.minimum, column.maximum
    unit = f" {column.unit}" if column.unit else ""
    if low is None or high is None:
        return f"the range from {low:g}{unit}" if low is not None else f"the range up to {high:g}{unit}"
    return f"{low:g} to {high:g}{unit}"


def _whole_days(hours: pd.Series, day_only: pd.Series) -> pd.Series:
    """Give hours, cut to whole days where only the day is known."""
    return hours.where(~day_only, np.floor(hours / 24) * 24)
