"""Cells: text to typed columns, and which cells cannot be read as what their column holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, by_value, to_correct
from postinfusion.datasets.columns import Column
from postinfusion.errors import listed, nearest
from postinfusion.plan.source import Clock, Dates
from postinfusion.sources.dates import Moment, moment

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]{1,3})?"
_DECIMAL_POINT = r"[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]{1,3})?"
_LABEL = r"[^\W\d]{2,}( [^\W\d]+)+"
_THOUSANDS = r"[+-]?[0-9]{1,3}([ ,.'’\u00a0\u202f][0-9]{3})+([.,][0-9]+)?"
_MARKS = r"<=|>=|<|>|≤|≥|~|≈|=|approx[.]?|approximately|about|ca[.]?|circa"
_QUALIFIED = rf"(?:(?P<before>{_MARKS})\s*)?(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?P<after>[*†‡+]+|[hHlL])?"
_LIMIT = r"([<>]\s*)?(LLOQ|ULOQ|LOQ|LLOD|LOD|BLQ|BLOQ|ALQ)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE_TIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_YES_NO = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
_LARGEST_INTEGER = 2**53
_EPOCH = pd.Timestamp("1970-01-01")
_YEARS = (1900, 2100)
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
QUALIFIER = "qualifier"
_MISSING_WORDS = (
    "nd", "n.d.", "not done", "n/a", "na", "#n/a", "missing", "miss", ".", "..", "-", "--", "?", "null", "#null!",
    "nan",
    "<na>", "not available", "not recorded",
)  # fmt: skip
_A_CODE = "is a word for missing."
_ADD_OR_KEEP = 'Add it to missing_codes; where it is a value, say so: values: {{{}: {{"…": "…"}}}}.'
_FAULTS = {
    "ambiguous": (
        "has a day and a month that cannot be told apart. Say dates: day-first or month-first for this source, or "
        "write it as year-month-day."
    ),
    "short year": "has a year of two digits. Write all four, best as year-month-day.",
    "order": "does not fit what dates says of this source. Correct it, or write it as year-month-day.",
}
_NOTES = {
    "serial": "these cells hold numbers of Excel's calendar from 1900; they are read as dates. Check one.",
    "partial": (
        "these dates are known only in part: without a day the time is unknown, without minutes only the day is used."
    ),
}


@dataclass(frozen=True)
class Typed:
    """One column after reading.

    Attributes
    ----------
    name
        Our name of the column.
    columns
        Our name → typed cells; a time column brings ``<name>_date_only`` along.
    unreadable
        Cells that hold something that the column cannot hold; they are missing in ``columns``.
    findings
        What to tell about them.
    noted
        Cells that are read and about which there is something to tell.
    """

    name: str
    columns: Mapping[str, pd.Series]
    unreadable: Mask
    findings: Sequence[Finding] = ()
    noted: Mask | None = None

    @property
    def told(self) -> Mask:
        """The cells that findings are about."""
        return self.unreadable if self.noted is None else self.unreadable | self.noted


@dataclass(frozen=True)
class Spelling:
    """How a source writes its cells.

    Attributes
    ----------
    clock
        What time columns hold.
    decimal
        The decimal mark, a point or a comma.
    dates
        The declared order of dates in numbers.
    standard
        The source follows CDISC.
    qualified
        Our columns in which marks beside numbers are kept.
    declared
        Our column → values that the plan names: they are values, however much they look like codes for missing.
    """

    clock: Clock = Clock.DATE_TIME
    decimal: str = "."
    dates: Dates | None = None
    standard: bool = False
    qualified: Collection[str] = ()
    declared: Mapping[str, Collection[str]] = field(default_factory=dict)


PLAIN = Spelling()


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
        return _choice(column, text, allowed or _spellings(column), filled)
    if column.type == "yes_no":
        return _yes_no(column, text, filled)
    if column.type == "time":
        return _time(column, text, spelling, filled)
    return _number(column, text, spelling, filled)


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


def _choice(column: Column, text: pd.Series, allowed: Mapping[str, str], filled: int | None) -> Typed:
    """Give a choice in our spelling."""
    ours = text.map(dict(allowed)).astype("str")
    lower = {spelling.lower(): name for spelling, name in allowed.items()}
    ours = ours.where(ours.notna(), text.str.lower().map(lower).astype("str"))
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
        remedy = _remedy(str(values[0]) if len(values) == 1 else "", column, allowed)
        findings.append(Finding(finding.columns, finding.positions, f"{finding.text} {remedy}"))
    return findings


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


def _yes_no(column: Column, text: pd.Series, filled: int | None) -> Typed:
    """Give yes and no as true and false."""
    values = text.str.lower().map(_YES_NO).astype("boolean")
    wrong = (text.notna() & values.isna()).to_numpy(dtype="bool")
    codes = missing_words(text) & wrong
    findings = list(by_value(column, text, codes, f"{_A_CODE} Add it to missing_codes.", filled))
    remedy = "is neither yes nor no. Write Y or N, or map it under values."
    findings += by_value(column, text, wrong & ~codes, remedy, filled)
    return Typed(column.name, {column.name: values}, wrong, findings)


def _number(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give numbers; whole ones where the column counts."""
    values, wrong = as_numbers(text, spelling.decimal)
    added: dict[str, pd.Series] = {}
    if column.name in spelling.qualified:
        values, wrong, added[QUALIFIER] = _with_qualifiers(text, values, wrong, spelling.decimal)
    findings = list(_not_numbers(column, text, wrong, spelling.decimal, filled))
    if column.type != "integer":
        return Typed(column.name, {column.name: values, **added}, wrong, findings)
    number = values.to_numpy()
    broken = ~np.isnan(number) & ((number != np.floor(number)) | (np.abs(number) > _LARGEST_INTEGER))
    findings += by_value(column, text, broken, "is not a whole number. Correct it.", filled)
    whole = values.mask(broken).astype("Int64")
    return Typed(column.name, {column.name: whole, **added}, wrong | broken, findings)


def _with_qualifiers(
    text: pd.Series, values: pd.Series, wrong: Mask, decimal: str
) -> tuple[pd.Series, Mask, pd.Series]:
    """Give the numbers of cells with a mark beside it, what stays wrong, and the marks."""
    found = text.where(wrong).str.extract(f"^{_QUALIFIED}$")
    number, still = as_numbers(found["number"].astype("str"), decimal)
    marks = found["before"].fillna("").str.cat(found["after"].fillna("")).astype("str")
    limit = _matches(text.where(wrong).str.upper().astype("str"), _LIMIT)
    is_read = wrong & ~still & number.notna().to_numpy(dtype="bool")
    marks = marks.where(is_read, text.where(limit)).astype("str")
    return values.mask(is_read, number), wrong & ~is_read & ~limit, marks


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


def _time(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give times in hours, and which of them are only days."""
    if spelling.clock is Clock.DATE_TIME:
        return _from_date_times(column, text, spelling, filled)
    hours, day_only, wrong, what = _from_numbers(text, spelling)
    findings = list(to_correct(column, text, wrong, what, filled))
    return Typed(column.name, {column.name: hours, f"{column.name}_date_only": day_only}, wrong, findings)


def _from_date_times(column: Column, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give dates and date-times as hours since 1970, without a time zone."""
    distinct = pd.Series(text.dropna().unique(), dtype="str")
    is_day = distinct.str.fullmatch(_DATE).astype("bool")
    is_iso = is_day | distinct.str.fullmatch(_DATE_TIME).astype("bool")
    others = {cell: moment(cell, spelling.dates, standard=spelling.standard) for cell in distinct[~is_iso]}
    written = distinct.where(
        is_iso, distinct.map({cell: one.iso or None for cell, one in others.items()}).astype("str")
    )
    times = pd.to_datetime(written.astype("str"), format="ISO8601", errors="coerce")
    plausible = times.where(times.dt.year.between(*_YEARS))
    hours = ((plausible - _EPOCH) / pd.Timedelta(hours=1)).set_axis(distinct)
    found = text.map(hours.to_dict()).astype("float64")
    days = text.isin([*distinct[is_day], *(cell for cell, one in others.items() if one.day_only)])
    unknown = text.isin([cell for cell, one in others.items() if one.note == "partial" and not one.iso])
    noted = text.isin([cell for cell, one in others.items() if one.note]).to_numpy(dtype="bool")
    wrong = (text.notna() & found.isna()).to_numpy(dtype="bool") & (~unknown.to_numpy(dtype="bool") | column.complete)
    findings = [*_wrong_times(column, text, wrong, others, filled), *_noted_times(column, text, noted & ~wrong, others)]
    columns: dict[str, pd.Series] = {column.name: found, f"{column.name}_date_only": days & found.notna()}
    return Typed(column.name, columns, wrong, findings, noted)


def _wrong_times(
    column: Column, text: pd.Series, wrong: Mask, others: Mapping[str, Moment], filled: int | None
) -> Iterator[Finding]:
    """Say why times cannot be read, each reason with its remedy."""
    left = wrong
    for fault, what in _FAULTS.items():
        these = wrong & text.isin([cell for cell, one in others.items() if one.fault == fault]).to_numpy(dtype="bool")
        yield from by_value(column, text, these, what, filled)
        left = left & ~these
    what = "is not a date or time as in 2024-03-05 or 2024-03-05 09:30."
    yield from to_correct(column, text, left, what, filled)


def _noted_times(column: Column, text: pd.Series, noted: Mask, others: Mapping[str, Moment]) -> Iterator[Finding]:
    """Tell, without showing one, which cells were numbers of Excel and which dates are known only in part."""
    for note, what in _NOTES.items():
        these = noted & text.isin([cell for cell, one in others.items() if one.note == note]).to_numpy(dtype="bool")
        if these.any():
            yield Finding((column.name,), np.flatnonzero(these), what, "warning")


def _from_numbers(text: pd.Series, spelling: Spelling) -> tuple[pd.Series, pd.Series, Mask, str]:
    """Give hours, days or study days since time zero as hours."""
    values, wrong = as_numbers(text, spelling.decimal)
    if spelling.clock is Clock.HOURS:
        return values, pd.Series(data=False, index=text.index), wrong, "is not a number of hours."
    if spelling.clock is Clock.DAYS:
        return values * 24, values.notna(), wrong, "is not a number of days."
    wrong = wrong | (values == 0).to_numpy() | (values.notna() & (values % 1 != 0)).to_numpy()
    hours = values.where(values < 0, values - 1).mask(wrong) * 24
    return hours, hours.notna(), wrong, "is not a study day: a whole number, and there is no day 0."
