"""Numbers that are codes for missing although the plan does not say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, quoted
from postinfusion.datasets.columns import Column, Table

_NEGATIVE = (-7, -8, -9, -77, -88, -99, -777, -888, -999, -9999)
_POSITIVE = (777, 888, 999, 7777, 8888, 9999, 99999)
_FAR = 2.0
_APART = ("measure", "score", "test")


def undeclared_codes(table: Table, frame: pd.DataFrame, declared: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Give the numbers of a table that are common codes for missing and lie apart from all others.

    A negative code is one where no other value is negative; 999 and the like where they are more than twice as large
    as any other value. Values of different measures are compared apart. What limits refuse is told elsewhere.

    Parameters
    ----------
    table
        The definition.
    frame
        The typed table.
    declared
        Our column → values that the plan names: they are values.
    """
    for column in table.columns:
        if column.name in frame and column.type in {"number", "integer"}:
            values = frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
            suspects = _suspects(
                column, values, {float(value) for value in declared.get(column.name, ()) if _is_number(value)}
            )
            if suspects.any():
                yield from _apart(column, values, suspects, _groups(frame, column))


def _suspects(column: Column, values: npt.NDArray[np.float64], known: Collection[float]) -> Mask:
    """Say which values look like codes and lie within the limits of the column."""
    codes = [code for code in (*_NEGATIVE, *_POSITIVE) if code not in known]
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    suspects: Mask = np.isin(values, codes) & (values >= low) & (values <= high)
    return suspects


def _groups(frame: pd.DataFrame, column: Column) -> npt.NDArray[np.intp]:
    """Give a number for each row by what is measured."""
    by = [name for name in _APART if name in frame] if column.name == "value" else []
    if not by:
        return np.zeros(len(frame), dtype="intp")
    return frame.groupby(by, sort=False, dropna=False).ngroup().to_numpy().astype("intp")


def _apart(
    column: Column,
    values: npt.NDArray[np.float64],
    suspects: Mask,
    groups: npt.NDArray[np.intp],
) -> Iterator[Finding]:
    """Give the suspects that lie apart from the other values of their group."""
    number = int(groups.max(initial=0)) + 1
    others = ~suspects & ~np.isnan(values)
    lowest, highest = np.full(number, np.inf), np.full(number, -np.inf)
    np.minimum.at(lowest, groups[others], values[others])
    np.maximum.at(highest, groups[others], values[others])
    at = np.flatnonzero(suspects)
    low, high = lowest[groups[at]], highest[groups[at]]
    found = values[at]
    wrong = ((found < 0) & (low >= 0)) | ((found > 0) & np.isfinite(high) & (found > _FAR * np.maximum(high, 0)))
    for code in dict.fromkeys(found[wrong].tolist()):
        text = f"{code:g}"
        what = (
            f"{quoted(text)} is a common code for missing and lies apart from all others. Add it to missing_codes, or "
            f'say that it is a value: values: {{{column.name}: {{"{text}": "{text}"}}}}.'
        )
        yield Finding((column.name,), at[wrong & (found == code)], what)


def _is_number(text: str) -> bool:
    """Say whether a text is a number."""
    return bool(pd.notna(pd.to_numeric(text, errors="coerce")))
