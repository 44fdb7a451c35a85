"""Codes that a program for tables wrote as decimals: 1.0 where the plan says 1."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pandas as pd

_WHOLE: Mapping[str, re.Pattern[str]] = {
    ".": re.compile(r"([+-]?[0-9]+)\.0*"),
    ",": re.compile(r"([+-]?[0-9]+),0*"),
}


def as_codes(text: pd.Series, codes: Collection[str], decimal: str = ".") -> pd.Series:
    """Give cells with whole numbers that are written with decimals as the code that is the same number.

    A spreadsheet or a data frame with an empty cell among codes writes ``1.0`` for ``1``. A cell that is a code as it
    stands is left, and so is every other one: ``1.5`` and ``01`` are never ``1``.

    Parameters
    ----------
    text
        The cells; missing ones are NaN or empty.
    codes
        The codes as the plan spells them.
    decimal
        The decimal mark of the file.
    """
    named = {_as_whole(code, decimal): code for code in codes}
    met = {
        cell: named[whole]
        for cell in text.dropna().unique()
        if cell not in codes and (whole := _as_whole(cell, decimal)) in named
    }
    return text.map(met).fillna(text).astype("str") if met else text


def _as_whole(cell: str, decimal: str) -> str:
    """Give a whole number without its decimals; any other text as it is."""
    found = _WHOLE[decimal].fullmatch(cell)
    return found[1] if found else cell
