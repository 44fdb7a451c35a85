"""Rows of the analysis results data, made from records of statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from postinfusion.ard.schema import conform

Row = dict[str, object]


def rows(statistics: Mapping[str, float | int | bool | str], **key: object) -> list[Row]:
    """Give one row for each statistic, all with the same key.

    Parameters
    ----------
    statistics
        ``stat_name`` → value. A number goes to ``stat``, a text to ``stat_text``.
    **key
        Other columns of the schema, as ``arm="Ketamine", visit="24 h"``.
    """
    return [{**key, "stat_name": name, **_value(value)} for name, value in statistics.items()]


def error_row(message: str, **key: object) -> Row:
    """Give the row that stands for an analysis, or a part of one, that could not be done."""
    return {**key, "stat_name": "error", "error": message}


def warning_row(message: str, **key: object) -> Row:
    """Give the row that carries one warning of an analysis."""
    return {**key, "stat_name": "warning", "warning": message}


def table(records: Iterable[Row], **constant: object) -> pd.DataFrame:
    """Give the rows as one frame of the schema; ``constant`` fills columns that are the same in every row."""
    frame = pd.DataFrame([{**constant, **record} for record in records])
    return conform(frame)


def _value(value: float | bool | str) -> Row:
    """Put a value into the column that fits its type."""
    return {"stat_text": value} if isinstance(value, str) else {"stat": float(value)}
