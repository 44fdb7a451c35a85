"""Numbers as they are written: text to numbers, what stands beside them, and which cells are none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, by_value, to_correct
from postinfusion.datasets.columns import Column
from postinfusion.sources.typed import Spelling, Typed

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]{1,3})?"
_DECIMAL_POINT = r"[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]{1,3})?"
_LABEL = r"[^\W\d]{2,}( [^\W\d]+)+"
_THOUSANDS = r"[+-]?[0-9]{1,3}([ ,.'’\u00a0\u202f][0-9]{3})+([.,][0-9]+)?"
_MARKS = r"<=|>=|<|>|≤|≥|~|≈|=|approx[.]?|approximately|about|ca[.]?|circa"
_QUALIFIED = rf"(?:(?P<before>{_MARKS})\s*)?(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?P<after>[*†‡+]+|[hHlL])?"
_LIMIT = r"([<>]\s*)?(LLOQ|ULOQ|LOQ|LLOD|LOD|BLQ|BLOQ|ALQ)"
_LARGEST_INTEGER = 2**53
QUALIFIER = "qualifier"


def as_numbers(text: pd.Series, decimal: str = ".") -> tuple[pd.Series, Mask]:
    """Give cells as numbers, and which of them are none.

    Parameters
    ----------
    text
        The cells; missing ones are NaN.
    decimal
        The decimal mark. With a comma, a cell with a point is none: the point could mark thousands.
    """
    if decimal == ",":
        commas = _matches(text, _DECIMAL_COMMA)
        points = text.str.contains(".", regex=False).fillna(value=True).to_numpy(dtype="bool")
        written = text.str.replace(",", ".", regex=False).where(commas, text.mask(points))
    else:
        written = text
    is_number = _matches(written, _NUMBER)
    values = pd.to_numeric(written.where(is_number), errors="coerce").astype("float64")
    finite = values.where(np.isfinite(values))
    wrong = (text.notna() & finite.isna()).to_numpy(dtype="bool")
    return finite, wrong


def _matches(text: pd.Series, pattern: str) -> Mask:
    """Say which cells match a pattern as a whole."""
    return text.str.fullmatch(pattern).astype("boolean").fillna(value=False).to_numpy(dtype="bool")


def number(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give numbers; whole ones where the column counts."""
    values, wrong = as_numbers(text, spelling.decimal)
    added: dict[str, pd.Series] = {}
    if column.name in spelling.qualified:
        values, wrong, added[QUALIFIER] = _with_qualifiers(text, values, wrong, spelling.decimal)
    findings = list(_not_numbers(column, text, wrong, spelling.decimal, filled))
    if column.type != "integer":
        return Typed(column.name, {column.name: values, **added}, wrong, findings)
    found = values.to_numpy()
    broken = ~np.isnan(found) & ((found != np.floor(found)) | (np.abs(found) > _LARGEST_INTEGER))
    findings += by_value(column, text, broken, "is not a whole number. Correct it.", filled)
    whole = values.mask(broken).astype("Int64")
    return Typed(column.name, {column.name: whole, **added}, wrong | broken, findings)


def _with_qualifiers(
    text: pd.Series, values: pd.Series, wrong: Mask, decimal: str
) -> tuple[pd.Series, Mask, pd.Series]:
    """Give the numbers of cells with a mark beside it, what stays wrong, and the marks."""
    found = text.where(wrong).str.extract(f"^{_QUALIFIED}$")
    read, still = as_numbers(found["number"].astype("str"), decimal)
    marks = found["before"].fillna("").str.cat(found["after"].fillna("")).astype("str")
    limit = _matches(text.where(wrong).str.upper().astype("str"), _LIMIT)
    is_read = wrong & ~still & read.notna().to_numpy(dtype="bool")
    marks = marks.where(is_read, text.where(limit)).astype("str")
    return values.mask(is_read, read), wrong & ~is_read & ~limit, marks


def _not_numbers(column: Column, text: pd.Series, wrong: Mask, decimal: str, filled: int | None) -> Iterator[Finding]:
    """Say what is wrong with cells that are no numbers, each kind with its remedy."""
    kinds = [
        (_DECIMAL_COMMA, "has a decimal comma. Write a point, or say decimal: comma for this source."),
        (
            _DECIMAL_POINT,
            "has a decimal point, but the numbers of this source have a comma. Correct it, or say decimal.",
        ),
        (_THOUSANDS, "has a mark between thousands. Remove it, and write only the decimal mark."),
    ]
    left = wrong
    for pattern, what in kinds if decimal == "." else kinds[1:]:
        these = left & _matches(text, pattern)
        yield from by_value(column, text, these, what, filled)
        left = left & ~these
    marked = left & (_matches(text, _QUALIFIED) | _matches(text.str.upper().astype("str"), _LIMIT))
    what = "is no plain number. Correct it"
    if column.name == "value":
        what += ", or say qualifiers: {value: keep} to read the number and keep what stands beside it"
    yield from by_value(column, text, marked, f"{what}.", filled)
    labels = left & ~marked & _matches(text, _LABEL) & (column.name == "value")
    what = "is a label and not a number. Map each under values: {value: {label: number}}, or add it to missing_codes."
    yield from by_value(column, text, labels, what, filled)
    yield from to_correct(column, text, left & ~marked & ~labels, "is not a number.", filled)
