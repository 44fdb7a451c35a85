"""Columns of canonical tables that a source need not have: read with what stands for "not recorded"."""

from __future__ import annotations

import numpy as np
import pandas as pd


def text(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a text column, empty where it is missing or absent."""
    return table[name].fillna("").astype("str") if name in table else pd.Series("", table.index, dtype="str")


def number(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a number column, missing where it is absent."""
    return table[name].astype("float64") if name in table else pd.Series(np.nan, table.index)


def claim(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a yes-no column as booleans, false where it is missing or absent."""
    return table[name].fillna(value=False).astype("bool") if name in table else pd.Series(data=False, index=table.index)


def answer(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a yes-no column as ``Y``, ``N``, or empty where it was not recorded."""
    if name not in table:
        return pd.Series("", table.index, dtype="str")
    return table[name].map({True: "Y", False: "N"}).fillna("").astype("str")


def flag(table: pd.DataFrame, name: str) -> np.ndarray:
    """Give a yes-no column as ``Y`` or empty, as ADaM does."""
    return np.where(claim(table, name), "Y", "")
