"""Cells: text to typed columns, and which cells cannot be read as what their column holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, by_value
from postinfusion.datasets.columns import Column
from postinfusion.errors import listed, nearest
from postinfusion.sources.choice_words import meaning
from postinfusion.sources.typed import PLAIN, Spelling, Typed
from postinfusion.sources.whole_codes import as_codes
from postinfusion.sources.written_numbers import as_numbers, number
from postinfusion.sources.written_times import time

_YES_NO = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False,
           "ja": True, "nein": False, "j": True}  # fmt: skip
_YEAR = r"(19|20)[0-9]{2}"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY_OF_MONTH = r"(0?[1-9]|[12][0-9]|3[01])"
_MONTH_NAME = r"([Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]u[nl]|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|[A-Z]{3})[a-z]*[.]?"
_CERTAIN_DATE = (
    rf"({_YEAR}[-./]{_MONTH}[-./]{_DAY_OF_MONTH}|[0-9]{{1,2}}[-./] ?[0-9]{{1,2}}[-./] ?{_YEAR}"
    rf"|{_DAY_OF_MONTH}[-. ]*{_MONTH_NAME}[-, ]*{_YEAR}|{_MONTH_NAME} *{_DAY_OF_MONTH}[-, ]+{_YEAR})"
    r"([T ,]+[0-9]{1,2}:[0-9]{2}.*)?"
)
_POSSIBLE_DATE = (
    r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{1,2}(-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{2}"
)
_NO_DATES = (
    "holds dates (values not shown). Remove it: give an age for a date of birth, map times to a column of times."
)
_CLOSE_TO_AN_ARM = 0.8
_SHOWN_WORDS = 5
_MISSING_WORDS = (
    "nd", "n.d.", "not done", "n/a", "na", "#n/a", "missing", "miss", ".", "..", "-", "--", "?", "null", "#null!",
    "nan",
    "<na>", "not available", "not recorded",
)  # fmt: skip
_A_CODE = "is a word for missing."
_ADD_OR_KEEP = 'Add it to missing_codes; where it is a value, say so: values: {{{}: {{"…": "…"}}}}.'


def typed(
    column: Column,
    text: pd.Series,
    spelling: Spelling = PLAIN,
    *,
    allowed: Mapping[str, str] | None = None,
    filled: int | None = None,
) -> Typed:
    """Give one column with the type of its definition.

    Parameters
    ----------
    column
        The definition.
    text
        The cells without blanks around them; missing cells are NaN.
    spelling
        How the source writes them.
    allowed
        For a choice whose values the plan supplies: their spelling → ours.
    filled
        How many cells of the whole column hold something, where these are only some of its cells.
    """
    if column.type == "text":
        return _text(column, text, spelling, filled)
    if column.type == "choice":
        return _choice(column, text, allowed or _spellings(column), spelling, filled)
    if column.type == "yes_no":
        return _yes_no(column, text, spelling, filled)
    if column.type == "time":
        return time(column, text, spelling, filled)
    return number(column, text, spelling, filled)


def covariate(name: str, text: pd.Series, *, category: bool, decimal: str = ".") -> pd.Series:
    """Give a covariate as numbers where every cell is one and the plan does not call it a category, else as text."""
    values, wrong = as_numbers(text, decimal)
    return values.rename(name) if not category and not wrong.any() and text.notna().any() else text.rename(name)


def without_dates(name: str, text: pd.Series) -> Typed:
    """Give the cells of a column that describes persons or records, and refuse dates among them without showing one.

    A date tells who somebody is, a date of birth above all, and each would become a level of its own in the results.
    """
    dates = _dates(text)
    told = [Finding((name,), np.flatnonzero(dates), _NO_DATES)] if dates.any() else []
    return Typed(name, {name: text.mask(dates)}, dates, told)


def _text(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give text; an identifier may look like anything but a word for missing."""
    codes = missing_words(text) & ~text.isin([*spelling.declared.get(column.name, ())]).to_numpy(dtype="bool")
    told = list(by_value(column, text, codes, f"{_A_CODE} {_ADD_OR_KEEP.format(column.name)}", filled))
    if column.identifier:
        return Typed(column.name, {column.name: text.mask(codes)}, codes, told)
    found = without_dates(column.name, text.mask(codes))
    return Typed(column.name, found.columns, found.unreadable | codes, [*told, *found.findings])


def missing_words(text: pd.Series) -> Mask:
    """Say which cells hold a word that people write for missing, as in ND or n/a."""
    return text.str.lower().isin(_MISSING_WORDS).to_numpy(dtype="bool")


def _dates(text: pd.Series) -> Mask:
    """Say which cells are nothing but a date; forms that could be a code only where all cells have them."""
    distinct = pd.Series(text.dropna().unique(), dtype="str")
    certain = distinct.str.fullmatch(_CERTAIN_DATE).astype("bool")
    possible = distinct.str.fullmatch(_POSSIBLE_DATE).astype("bool")
    wrong = distinct if len(distinct) > 1 and (certain | possible).all() else distinct[certain]
    return text.isin(wrong).to_numpy(dtype="bool")


def _choice(
    column: Column, text: pd.Series, allowed: Mapping[str, str], spelling: Spelling, filled: int | None
) -> Typed:
    """Give a choice in our spelling."""
    cells = as_codes(text, allowed, spelling.decimal)
    ours = cells.map(dict(allowed)).astype("str")
    lower = {spelt.lower(): name for spelt, name in allowed.items()}
    ours = ours.where(ours.notna(), cells.str.lower().map(lower).astype("str"))
    wrong = (text.notna() & ours.isna()).to_numpy(dtype="bool")
    return Typed(column.name, {column.name: ours}, wrong, list(_not_choices(column, text, wrong, allowed, filled)))


def _not_choices(
    column: Column, text: pd.Series, wrong: Mask, allowed: Mapping[str, str], filled: int | None
) -> list[Finding]:
    """Say which values are not among the choices, each with its nearest match."""
    codes = missing_words(text) & wrong
    findings = list(by_value(column, text, codes, f"{_A_CODE} Add it to missing_codes.", filled))
    for finding in by_value(column, text, wrong & ~codes, "is unknown.", filled):
        values = text.iloc[finding.positions].unique()
        remedy = f"{_remedy(str(values[0]) if len(values) == 1 else '', column, allowed)}{_line(values, column)}"
        findings.append(Finding(finding.columns, finding.positions, f"{finding.text} {remedy}"))
    return findings


def _line(values: Iterable[str], column: Column) -> str:
    """Give the line that maps words whose meaning is known; empty where none is, or the column is no such choice."""
    known = {word: ours for word in values if (ours := meaning(column.name, word)) in column.allowed}
    shown = ", ".join(f"{word}: {ours}" for word, ours in [*known.items()][:_SHOWN_WORDS])
    return f" Write values: {{{column.name}: {{{shown}}}}}." if shown else ""


def _remedy(found: str, column: Column, allowed: Mapping[str, str]) -> str:
    """Give the choice that is near, or all; choices with codes, such as arms, always all and only what is close."""
    if all(spelling == name for spelling, name in allowed.items()):
        return nearest(found, allowed) or f"Allowed: {', '.join(column.allowed or allowed)}."
    codes = {name: code for code, name in allowed.items() if code != name}
    names = dict.fromkeys(allowed.values())
    pairs = [f"{codes[name]} ({name})" if name in codes else name for name in names]
    return f"Allowed: {listed(pairs)}. {nearest(found, allowed, cutoff=_CLOSE_TO_AN_ARM)}".strip()


def _spellings(column: Column) -> dict[str, str]:
    """Give the values of a choice as they are spelt in its definition."""
    return {value: value for value in column.allowed}


def _yes_no(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give yes and no as true and false."""
    values = as_codes(text, _YES_NO, spelling.decimal).str.lower().map(_YES_NO).astype("boolean")
    wrong = (text.notna() & values.isna()).to_numpy(dtype="bool")
    codes = missing_words(text) & wrong
    findings = list(by_value(column, text, codes, f"{_A_CODE} Add it to missing_codes.", filled))
    remedy = "is neither yes nor no. Write Y or N, or map it under values."
    findings += by_value(column, text, wrong & ~codes, remedy, filled)
    return Typed(column.name, {column.name: values}, wrong, findings)
