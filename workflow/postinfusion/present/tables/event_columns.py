"""The cells of tables of adverse events, participants, events and risk differences, and a table of one kind of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from postinfusion.errors import DataError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_collection import collection_notes
from postinfusion.present.event_dictionary import dictionary_note
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, groups_of, headings

EXPLANATION = "Participants with at least one event, n (%), and number of events in square brackets."

_ANY, _TERMS = "any", "class-term"
_RATIOS = (
    "Risk ratios: {}; score limits. NE: no ratio, or no upper limit, since nobody of the reference arm had an event. "
    "Neither intervals of differences nor of ratios are adjusted for the number of terms."
)
OWN_GROUPING = "Classes: own grouping, not MedDRA: by words of the term, as the data hold no class."


def event_headings(results: Results, *, has_ratios: bool = False) -> tuple[str, ...]:
    """Give the headings: arms, all, and one or two per comparison, which is named where there are several."""
    return (*headings(results), *comparison_headings(results, has_ratios=has_ratios))


def comparison_headings(results: Results, *, has_ratios: bool = False) -> tuple[str, ...]:
    """Give the headings of the risk difference, and of the risk ratio, of each comparison."""
    pairs = results.comparisons
    found = []
    for arm, against in pairs:
        what = (("Risk difference", "−"), ("Risk ratio", "/"))[: 1 + has_ratios]
        named = (f"{name} {arm} {sign} {against}" if len(pairs) > 1 else name for name, sign in what)
        found += [f"{name} ({results.confidence} CI)" for name in named]
    return tuple(found)


def explanations(
    results: Results, *, has_classes: bool = True, has_ratios: bool = False, terms: Collection[str] | None = None
) -> tuple[str, ...]:
    """Give the footnotes: what the cells hold, what is subtracted from what, and where classes are not supplied.

    Parameters
    ----------
    results
        Of the adverse events.
    has_classes, has_ratios
        Whether the table shows classes and risk ratios.
    terms
        The terms that it shows, where these are not all.
    """
    differences = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    limit = f"Up to: what no event still allows, the upper limit of the exact {results.confidence} interval."
    has_limits = (results.rows["stat_name"] == "zero_limit").any()
    compared = (f"Risk differences in percentage points: {differences}.",) if differences else ()
    if has_ratios and differences:
        compared = (*compared, _RATIOS.format("; ".join(f"{arm} / {against}" for arm, against in results.comparisons)))
    coding = coding_note(results) if has_classes else ()
    return (EXPLANATION, *((limit,) if has_limits else ()), *compared, *coding, *collection_notes(results, terms))


def coding_note(results: Results) -> tuple[str, ...]:
    """Say by what terms and classes were coded, and that classes are groups of our own; nothing where not known."""
    own = (OWN_GROUPING,) if (results.rows["variable"] == "grouping").any() else ()
    return (*dictionary_note(results), *own)


def event_row(
    results: Results, label: str, key: Mapping[str, str], indent: int = 0, *, has_ratios: bool = False
) -> Row:
    """Give one row of participants, events, risk differences and, where asked for, risk ratios."""
    arms = tuple(with_limit(results, {**key, "arm": arm}) for arm in groups_of(results))
    return Row(label, (*arms, *comparison_cells(results, key, has_ratios=has_ratios)), indent)


def comparison_cells(results: Results, key: Mapping[str, str], *, has_ratios: bool = False) -> tuple[str, ...]:
    """Give the risk difference, and the risk ratio, of each comparison."""
    cells = []
    for arm, against in results.comparisons:
        pair = {**key, "arm": arm, "comparator": against}
        cells += [_risk_difference(results, pair), *((_risk_ratio(results, pair),) if has_ratios else ())]
    return tuple(cells)


def participants_and_events(results: Results, **key: str) -> str:
    """Give ``12 (25.0 %) [20]``."""
    participants, events = count(results, **key), results.text("n_events", **key)
    has_events = events and participants not in formats.WITHOUT_VALUE
    return f"{participants} [{events}]" if has_events else participants


def _risk_difference(results: Results, key: dict[str, str]) -> str:
    """Give a risk difference with its interval in percentage points."""
    low, high = (formats.percentage_points(results.value(name, **key)) for name in ("conf_low", "conf_high"))
    return formats.with_bracket(results.text("risk_difference", **key), formats.interval(low, high))


def _risk_ratio(results: Results, key: dict[str, str]) -> str:
    """Give a risk ratio with its interval; of one that is infinite the lower limit stays."""
    ratio, low, high = (results.text(f"risk_ratio{side}", **key) for side in ("", "_low", "_high"))
    if low and low not in formats.WITHOUT_VALUE and ratio == formats.NOT_ESTIMABLE:
        return f"{ratio} ({low} to {high})"
    return formats.with_bracket(ratio, formats.interval(low, high))


def with_limit(results: Results, key: dict[str, str]) -> str:
    """Give participants and events, and what nobody with an event still allows."""
    cell, limit = participants_and_events(results, **key), results.text("zero_limit", **key)
    return f"{cell}, up to {limit}{formats.NO_BREAK}%" if limit and limit not in formats.WITHOUT_VALUE else cell


def classes_by_frequency(results: Results) -> list[str]:
    """Give the classes by descending number of participants, then by name."""
    levels = [level for level in results.values_of("level", variable=_TERMS) if level]
    return sorted(levels, key=lambda level: (-_participants(results, level, ""), level))


def terms_by_frequency(results: Results, level: str) -> list[str]:
    """Give the terms of a class by descending number of participants, then by name."""
    found = [term for term in results.values_of("term", variable=_TERMS, level=level) if term]
    return sorted(found, key=lambda term: (-_participants(results, level, term), term))


def _participants(results: Results, level: str, term: str) -> float:
    """Give the participants of all arms with an event; a suppressed number counts as none."""
    value = results.value("n", variable=_TERMS, level=level, term=term, arm="")
    return 0.0 if value is None or value != value else value  # noqa: PLR0124


def rates_part(results: Results, lines: Sequence[tuple[str, Mapping[str, str], int]]) -> tuple[Part, ...]:
    """Give the block of events per 100 infusions of labelled, indented lines; none where nobody had an infusion."""
    rows = tuple(
        Row(label, tuple(_rate(results, {**key, "arm": arm}) for arm in results.arms), indent)
        for label, key, indent in lines
    )
    columns = ("", *(results.with_total(arm) for arm in results.arms))
    held = tuple(row for row in rows if any(row.cells))
    return (Part(columns, held, f"Events per 100 infusions ({results.confidence} CI)"),) if held else ()


def _rate(results: Results, key: dict[str, str]) -> str:
    """Give a rate per 100 infusions with its interval."""
    low, high = (results.text(f"per_100_infusions_{side}", **key) for side in ("low", "high"))
    return formats.with_bracket(results.text("per_100_infusions", **key), formats.interval(low, high))


def class_table(results: Results, output_id: str, variable: str, *, first: str, unknown: str) -> Table:
    """Give the table of one kind of events: all of them together, then the classes with their terms.

    Parameters
    ----------
    results
        Of the adverse events.
    output_id, variable
        What the table is, and which rows it shows.
    first, unknown
        What its first line is called; what is said where the data do not record it.

    Raises
    ------
    DataError
        The data do not record it.
    """
    levels = results.values_of("level", variable=variable)
    if not levels:
        raise DataError(results.failure or unknown)
    rows = [event_row(results, first, {"variable": variable, "level": _ANY})]
    rows += [row for level in levels if level != _ANY for row in _of_class(results, variable, level)]
    terms = [term for term in results.values_of("term", variable=variable) if term]
    label = label_of(results, output_id, footnotes=explanations(results, has_classes=bool(terms), terms=terms))
    return Table(label, (Part(("Class and term", *event_headings(results)), tuple(rows)),))


def _of_class(results: Results, variable: str, level: str) -> list[Row]:
    """Give one class with its terms."""
    key = {"variable": variable, "level": level}
    terms = [term for term in results.values_of("term", **key) if term]
    return [event_row(results, level, key), *(event_row(results, term, {**key, "term": term}, 1) for term in terms)]
