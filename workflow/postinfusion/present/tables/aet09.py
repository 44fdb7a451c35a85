"""AET09: adverse events related to the treatment, as judged by the investigator, by class and term."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations

_VARIABLE, _ANY = "related", "any"


def table(results: Results) -> Table:
    """Give all of them together, then the classes with their terms.

    Raises
    ------
    DataError
        The data do not record it.
    """
    levels = results.values_of("level", variable=_VARIABLE)
    if not levels:
        raise DataError(results.failure or "the data do not record the relation of adverse events to the treatment")
    rows = [event_row(results, "Any related adverse event", {"variable": _VARIABLE, "level": _ANY})]
    rows += [row for level in levels if level != _ANY for row in _class(results, level)]
    label = label_of(results, "AET09", footnotes=explanations(results))
    return Table(label, (Part(("Class and term", *event_headings(results)), tuple(rows)),))


def _class(results: Results, level: str) -> list[Row]:
    """Give one class with its terms."""
    key = {"variable": _VARIABLE, "level": level}
    terms = [term for term in results.values_of("term", **key) if term]
    return [event_row(results, level, key), *(event_row(results, term, {**key, "term": term}, 1) for term in terms)]
