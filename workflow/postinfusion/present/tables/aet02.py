"""AET02: adverse events by class and term, the most frequent first."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.collection_parts import NOT_ASKED, collection_parts
from postinfusion.present.tables.event_columns import (
    classes_by_frequency,
    event_headings,
    event_row,
    explanations,
    rates_part,
    terms_by_frequency,
)


def table(results: Results) -> Table:
    """Give the classes with their terms, both by descending number of participants.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    classes = classes_by_frequency(results)
    if not classes:
        raise DataError(results.failure or "no adverse event was recorded")
    rows = [event_row(results, "Any adverse event", {"variable": "overview", "level": "any"}, has_ratios=True)]
    rows += [row for level in classes for row in _class(results, level)]
    lines = [line for level in classes for line in _lines(results, level)]
    apart = collection_parts(results, lines)
    notes = (*explanations(results, has_ratios=True), *((NOT_ASKED,) if apart else ()))
    label = label_of(results, "AET02", footnotes=notes)
    caption = "However they were collected" if apart else ""
    first = Part(("Class and term", *event_headings(results, has_ratios=True)), tuple(rows), caption)
    return Table(label, (first, *apart, *rates_part(results, lines)))


def _class(results: Results, level: str) -> list[Row]:
    """Give one class with its terms."""
    return [event_row(results, label, key, indent, has_ratios=True) for label, key, indent in _lines(results, level)]


def _lines(results: Results, level: str) -> list[tuple[str, dict[str, str], int]]:
    """Give label, key and indent of one class and its terms, the most frequent first."""
    key = {"variable": "class-term", "level": level}
    return [(level, key, 0), *((term, {**key, "term": term}, 1) for term in terms_by_frequency(results, level))]
