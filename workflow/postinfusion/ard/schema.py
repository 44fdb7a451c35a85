"""The columns of the analysis results data, their types, and the one way to bring any frame into that form."""

from __future__ import annotations

import pandas as pd

KEY = (
    "trial", "analysis_id", "population", "parameter", "variable", "visit", "time", "arm", "comparator",
    "subgroup", "subgroup_level", "level", "term", "stat_name",
)  # fmt: skip
TEXT_VALUES = ("stat_text", "unit", "method", "estimand", "warning", "error")
COLUMNS = (
    *KEY, "stat", "stat_text", "unit", "method", "estimand", "prespecified", "order", "warning", "error",
)  # fmt: skip


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame with exactly the columns of the schema, in their order and with their types.

    Missing key columns become the empty string, which means "does not apply"; a text column never holds a missing
    value. ``prespecified`` defaults to true and ``order`` to the position of the row.

    Raises
    ------
    ValueError
        The frame has a column that the schema does not know.
    """
    unknown = sorted(set(frame.columns) - set(COLUMNS))
    if unknown:
        raise ValueError(f"not columns of the results: {', '.join(unknown)}")
    text = {name: _text(frame, name) for name in (*KEY, *TEXT_VALUES)}
    numbers = {"stat": _column(frame, "stat", float("nan")).astype("float64")}
    flags = {"prespecified": _column(frame, "prespecified", fill=True).astype("bool")}
    order = {"order": _order(frame)}
    result = pd.DataFrame(text | numbers | flags | order, columns=list(COLUMNS))
    return result.reset_index(drop=True)


def canonical_hours(hours: float) -> str:
    """Give a time in hours in the form that the key column ``time`` holds: no exponent, no trailing zeros.

    >>> canonical_hours(24.0), canonical_hours(0.5), canonical_hours(2016)
    ('24', '0.5', '2016')
    """
    text = f"{hours:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _order(frame: pd.DataFrame) -> pd.Series:
    """Give the order of each row: its position where the row does not say."""
    position = pd.Series(range(len(frame)), index=frame.index, dtype="float64")
    given = _column(frame, "order", None).astype("float64")
    return given.where(given.notna(), position).astype("int64")


def _text(frame: pd.DataFrame, name: str) -> pd.Series:
    """Give one text column, empty where it is missing."""
    return _column(frame, name, "").astype("object").where(lambda cell: cell.notna(), "").astype("str")


def _column(frame: pd.DataFrame, name: str, fill: object) -> pd.Series:
    """Give one column, or a constant where the frame does not have it."""
    return frame[name] if name in frame else pd.Series([fill] * len(frame), index=frame.index)
