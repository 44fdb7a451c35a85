"""What the cells of a column hold: numbers and their range, dates and the order in which they are written."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

MISSING = ("NA", "N/A", "n/a", "na", ".", "missing", "ND", "not done", "NaN", "null", "NULL", "-", "k.A.", "fehlend")
CODES = ("-9", "-99", "-999", "-8", "-88", "-7", "-77", "99", "999", "9999", "888", "777")
DateOrder = Literal["year-first", "day-first", "month-first"]
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_TIME = r"([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
_YEAR_FIRST = re.compile(rf"[0-9]{{4}}[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}{_TIME}")
_OTHER_DATE = re.compile(rf"([0-9]{{1,2}})[-./]([0-9]{{1,2}})[-./]([0-9]{{4}})( ?{_TIME})?")
_SHORT_YEAR = re.compile(rf"([0-9]{{1,2}})([-./])([0-9]{{1,2}})\2([0-9]{{2}})( ?{_TIME})?")
_NAMED_MONTH = re.compile(r"[0-9]{1,2}[- .]*[A-Za-zäé]{3,9}[- .,]*([0-9]{4}|[0-9]{2})([T ,].*)?")
_LIMIT = r"^(?:<=|>=|[<>≤≥])\s*(?=[0-9.])"
_ENOUGH = 0.9
_MONTHS = 12
_DAYS = 31


def filled(text: pd.Series) -> pd.Series:
    """Give the cells that hold something that is no common word for missing."""
    return text[(text != "") & ~text.isin(MISSING)]


def numbers(text: pd.Series, decimal: str = ".") -> npt.NDArray[np.float64]:
    """Give the cells that are numbers, or a limit such as >300, and no common code for missing."""
    cells = filled(text).str.replace(_LIMIT, "", regex=True)
    plain = cells.str.replace(",", ".", regex=False) if decimal == "," else cells
    readable = plain[plain.str.fullmatch(_NUMBER).astype("bool")]
    values = pd.to_numeric(readable, errors="coerce").to_numpy(dtype="float64")
    finite: npt.NDArray[np.float64] = values[np.isfinite(values)]
    return finite


def are_numbers(text: pd.Series, decimal: str = ".") -> bool:
    """Say whether nearly all cells that hold something are numbers."""
    cells = filled(text)
    return len(cells) > 0 and len(numbers(cells, decimal)) >= _ENOUGH * len(cells)


def have_limits(text: pd.Series) -> bool:
    """Say whether some cells are limits such as >300 in place of a number."""
    return bool(filled(text).str.contains(_LIMIT, regex=True).any())


def look_like_numbers(text: pd.Series) -> bool:
    """Say whether nearly all cells that hold something are numbers with a point or a comma, mixed or not."""
    return are_numbers(text.str.replace(",", ".", regex=False))


def without_codes(values: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Give numbers without those that are codes for missing and lie outside a range."""
    codes = np.array([float(code) for code in CODES])
    return values[~(np.isin(values, codes) & ((values < low) | (values > high)))]


def are_dates(text: pd.Series) -> bool:
    """Say whether nearly all cells that hold something are dates or date-times."""
    cells = filled(text)
    return len(cells) > 0 and sum(map(_is_date, cells.unique())) >= _ENOUGH * cells.nunique()


def have_hours(text: pd.Series) -> bool:
    """Say whether dates come with a time of day."""
    cells = filled(text)
    return len(cells) > 0 and cells.str.contains(r"[0-9]:[0-9]{2}", regex=True).mean() > _ENOUGH / 2


def date_order(texts: list[pd.Series]) -> tuple[DateOrder, bool] | None:
    """Give the order in which dates are written, and whether a date shows it beyond doubt.

    Parameters
    ----------
    texts
        The columns of dates of one file.

    Returns
    -------
    None where there are no dates, or all have the year first.
    """
    cells = {cell for text in texts for cell in filled(text).unique()}
    long = [(int(found[1]), int(found[2])) for cell in cells if (found := _OTHER_DATE.fullmatch(cell))]
    short = [(int(found[1]), int(found[3])) for cell in cells if (found := _SHORT_YEAR.fullmatch(cell))]
    if not long and not short:
        return None
    first, second = (max(numbers) for numbers in zip(*(long or short), strict=True))
    if second > _MONTHS >= first:
        return "month-first", True
    return "day-first", bool(long) and first > _MONTHS


def _is_date(cell: str) -> bool:
    """Say whether a cell is a date, also one whose year has two digits: the check tells what is to be done with it."""
    return any(form.fullmatch(cell) for form in (_YEAR_FIRST, _OTHER_DATE, _NAMED_MONTH)) or _has_short_year(cell)


def _has_short_year(cell: str) -> bool:
    """Say whether a cell is a date in numbers with a year of two digits, be it the first or the last of them."""
    found = _SHORT_YEAR.fullmatch(cell)
    if found is None:
        return False
    first, middle, last = int(found[1]), int(found[3]), int(found[4])
    return any(
        min(day, month) >= 1 and day <= _DAYS and month <= _MONTHS
        for day, month in ((first, middle), (middle, first), (last, middle))
    )
