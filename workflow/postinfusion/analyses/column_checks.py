"""What the columns of a data frame must be to enter a model; what they are not is refused by name."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from postinfusion.errors import ModelError, nearest

# Variances are squares of the response over squares of products of covariates: beyond, doubles overflow or vanish.
LARGEST = 1e50
SMALLEST = 1e-50
DATES = ("datetime64", "datetime", "date", "time", "period")
# Names of pandas.api.types.infer_dtype for numbers that lie in a column of Python objects.
BOXED_NUMBERS = ("floating", "integer", "mixed-integer-float", "decimal")
TO_NUMBERS = "convert it with pandas.to_numeric before the model"


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Refuse what is no frame, and a frame in which one of the columns is absent or comes twice.

    Raises
    ------
    ModelError
        With the nearest name of a column that is absent.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ModelError(f"The data are a {type(frame).__name__}; a model takes a pandas DataFrame")
    wanted = list(columns)
    unnamed = [name for name in wanted if name is None or not isinstance(name, Hashable)]
    if unnamed:
        raise ModelError(f"A column of the model is given as {unnamed[0]!r}; give the name of one column, as text")
    missing = [str(name) for name in wanted if name not in frame.columns]
    if missing:
        hints = [hint for hint in (nearest(name, map(str, frame.columns)) for name in missing) if hint]
        raise ModelError(" ".join([f"The data have no column {', '.join(missing)}.", *hints]))
    if not frame.columns.is_unique:
        _refuse_twins(frame, wanted)


def _refuse_twins(frame: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Refuse a frame in which a wanted name stands over several columns."""
    count = frame.columns.value_counts()
    twins = [f"{name} ({count[name]} times)" for name in dict.fromkeys(wanted) if count[name] > 1]
    if twins:
        raise ModelError(f"The data have several columns of one name: {', '.join(twins)}; rename or drop all but one")


def numbers_of(column: pd.Series[Any], what: str) -> NDArray[np.float64]:
    """Give a numeric column as doubles, shape (n,).

    Parameters
    ----------
    column
        Without missing values.
    what
        The column as messages name it: ``The response AVAL``.

    Raises
    ------
    ModelError
        It holds dates, truth values, complex numbers, text or other objects, or numbers beyond those that a model
        can square.
    """
    refuse_dates(column, what)
    if types.is_bool_dtype(column):
        raise ModelError(
            f"{what} holds true and false, not numbers; a model of an outcome with two values is "
            'fit_glmm(..., family="binomial"), else convert it to the numbers that are meant'
        )
    if types.is_complex_dtype(column):
        raise ModelError(f"{what} holds complex numbers; give its real part, or what of it is to be analysed")
    if not types.is_numeric_dtype(column):
        raise ModelError(f"{what} is not numeric ({_content(column)}); {TO_NUMBERS}")
    values = column.to_numpy(dtype=float)
    refuse_extreme_size(values, what)
    return values


def refuse_unless_boolean(value: object, what: str) -> None:
    """Refuse an option that is neither true nor false: text such as "no" would count as true.

    Raises
    ------
    ModelError
        With the value that was given.
    """
    if not isinstance(value, bool | np.bool_):
        raise ModelError(f"{what} is {value!r}; give True or False")


def refuse_extreme_size(values: NDArray[np.float64], what: str) -> None:
    """Refuse values so large or so small that their squares leave the range of doubles; infinite ones pass.

    Raises
    ------
    ModelError
        With the largest size.
    """
    size = np.abs(values)
    largest = float(size[np.isfinite(size)].max(initial=0.0))
    if largest > LARGEST or 0 < largest < SMALLEST:
        raise ModelError(
            f"{what} is at most {largest:.0e} in size; allowed is a largest size from {SMALLEST:.0e} to {LARGEST:.0e}: "
            "change its unit"
        )


def refuse_infinite(values: NDArray[np.float64], what: str) -> None:
    """Refuse infinite values.

    Raises
    ------
    ModelError
        With their number.
    """
    infinite = int(np.count_nonzero(~np.isfinite(values)))
    if infinite:
        raise ModelError(f"{what} holds infinite values ({infinite:,} of {len(values):,} rows); remove these rows")


def refuse_dates(column: pd.Series[Any], what: str) -> None:
    """Refuse dates, times of the day and durations, which are neither numbers nor levels by themselves.

    Raises
    ------
    ModelError
        With what to give instead.
    """
    kind = _kind(column)
    if kind in DATES:
        raise ModelError(
            f"{what} holds dates; give the hours or days since a fixed time as a number, or make it a Categorical if "
            "each date is to be a level"
        )
    if kind in ("timedelta", "timedelta64"):
        raise ModelError(f"{what} holds durations; give them as a number, for example x.dt.total_seconds() / 3600")


def is_covariate(column: pd.Series[Any]) -> bool:
    """Say whether a column enters a model as a number; else it is a factor.

    Raises
    ------
    ModelError
        It holds dates, complex numbers, or numbers as Python objects: neither is meant.
    """
    refuse_dates(column, str(column.name))
    if types.is_complex_dtype(column):
        raise ModelError(f"{column.name} holds complex numbers; give its real part")
    if types.is_object_dtype(column) and _kind(column) in BOXED_NUMBERS:
        raise ModelError(
            f"{column.name} holds numbers in a column of objects; {TO_NUMBERS}, or make it a Categorical if each "
            "number is to be a level"
        )
    return types.is_numeric_dtype(column) and not types.is_bool_dtype(column)


def refuse_single_level(name: str, levels: Sequence[Any]) -> None:
    """Refuse a factor with fewer than two levels.

    Raises
    ------
    ModelError
        A factor needs two levels.
    """
    if len(levels) < 2:
        raise ModelError(f"{name} has {len(levels)} level in the analysed rows; a factor needs at least two")


def level_values(column: pd.Series[Any]) -> tuple[Any, ...]:
    """Give the levels that occur: in the order of a Categorical, else sorted.

    Raises
    ------
    ModelError
        The values have no order, or one is infinite.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = np.bincount(column.cat.codes.to_numpy()[column.notna().to_numpy()], minlength=len(column.cat.categories))
        return tuple(level for level, n in zip(column.cat.categories, used, strict=True) if n)
    return sorted_levels(column)


def sorted_levels(column: pd.Series[Any]) -> tuple[Any, ...]:
    """Give the different values of a column, sorted.

    Raises
    ------
    ModelError
        The values have no order, or one is infinite.
    """
    try:
        levels = tuple(sorted(column.dropna().unique().tolist()))
    except TypeError:
        raise ModelError(f"{column.name} holds values of different types; give its levels as a Categorical") from None
    if levels and types.is_float_dtype(column) and not np.isfinite([levels[0], levels[-1]]).all():
        raise ModelError(f"{column.name} holds infinite values; remove these rows")
    return levels


def _kind(column: pd.Series[Any]) -> str:
    """Give pandas' name for what a column holds; text without looking where the type says enough."""
    if types.is_datetime64_any_dtype(column):
        return "datetime64"
    if types.is_timedelta64_dtype(column):
        return "timedelta64"
    if isinstance(column.dtype, pd.PeriodDtype):
        return "period"
    is_arrow = isinstance(column.dtype, pd.ArrowDtype)
    if types.is_object_dtype(column) or (is_arrow and not types.is_numeric_dtype(column)):
        return str(types.infer_dtype(column.to_numpy(dtype=object), skipna=True))
    return ""


def _content(column: pd.Series[Any]) -> str:
    """Say what a column holds that is no number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "it is a Categorical"
    if types.is_string_dtype(column) and not types.is_object_dtype(column):
        return "it holds text"
    found = _kind(column)
    known = {"string": "it holds text", "boolean": "it holds true and false"}
    return known.get(found, "it holds numbers as objects" if found in BOXED_NUMBERS else "it holds other objects")
