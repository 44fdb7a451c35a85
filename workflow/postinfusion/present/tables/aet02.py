"""AET02: adverse events by class and term, the most frequent first."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations, rates_part


def table(results: Results) -> Table:
    """Give the classes with their terms, both by descending number of participants.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    classes = _by_frequency(results, results.values_of("level", variable="class-term"), term="")
    if not classes:
        raise DataError(results.failure or "no adverse event was recorded")
    rows = [event_row(results, "Any adverse event", {"variable": "overview", "level": "any"})]
    rows += [row for level in classes for row in _class(results, level)]
    label = label_of(results, "AET02", footnotes=explanations(results))
    lines = [line for level in classes for line in _lines(results, level)]
    first = Part(("Class and term", *event_headings(results)), tuple(rows))
    return Table(label, (first, *rates_part(results, lines)))


def _class(results: Results, level: str) -> list[Row]:
    """Give one class with its terms."""
    return [event_row(results, label, key, indent) for label, key, indent in _lines(results, level)]


def _lines(results: Results, level: str) -> list[tuple[str, dict[str, str], int]]:
    """Give label, key and indent of one class and its terms, the most frequent first."""
    found = [term for term in results.values_of("term", variable="class-term", level=level) if term]
    ordered = sorted(found, key=lambda term: (-_participants(results, level, term), term))
    key = {"variable": "class-term", "level": level}
    return [(level, key, 0), *((term, {**key, "term": term}, 1) for term in ordered)]


def _by_frequency(results: Results, levels: list[str], term: str) -> list[str]:
    """Order classes by the number of participants, then by name."""
    return sorted((level for level in levels if level), key=lambda level: (-_participants(results, level, term), level))


def _participants(results: Results, level: str, term: str) -> float:
    """Give the participants of all arms with an event; a suppressed number counts as none."""
    value = results.value("n", variable="class-term", level=level, term=term, arm="")
    return 0.0 if value is None or value != value else value  # noqa: PLR0124
