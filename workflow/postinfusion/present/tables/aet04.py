"""AET04: participants by the highest toxicity grade of their events, by class and term, the most frequent first."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, headings
from postinfusion.present.tables.event_columns import classes_by_frequency, coding_note, terms_by_frequency
from postinfusion.vocabulary import NOT_RECORDED

_OF_TERM, _OF_CLASS = "worst-grade", "worst-grade-of-class"
_RARE = ("grade 4", "grade 5", NOT_RECORDED)
_NO_GRADE = (
    "no adverse event has a toxicity grade – map the column of the grades, 1 to 5, as grade – AET03 shows severity"
)
_NOTE = (
    "Each participant counts once in a block, with the highest grade recorded for it; not recorded: no event of the "
    "participant has a grade. Grades stand as supplied, from 1 to 5; a grade 4 or 5 that nobody had is left out below "
    "classes and terms."
)


def table(results: Results) -> Table:
    """Give a block of grades for events of any term, for each class, and for each of its terms.

    Raises
    ------
    DataError
        No event has a grade.
    """
    if not results.values_of("level", variable=_OF_TERM):
        raise DataError(results.failure or _NO_GRADE)
    rows = _block(results, "Any adverse event", {"variable": _OF_TERM}, 0)
    for level in classes_by_frequency(results):
        rows += _block(results, level, {"variable": _OF_CLASS, "term": level}, 0)
        for term in terms_by_frequency(results, level):
            rows += _block(results, term, {"variable": _OF_TERM, "term": term}, 1)
    label = label_of(results, "AET04", footnotes=(_NOTE, *coding_note(results)))
    return Table(label, (Part(("Class, term and highest grade", *headings(results)), tuple(rows)),))


def _block(results: Results, label: str, key: dict[str, str], indent: int) -> list[Row]:
    """Give one class or term with its grades."""
    levels = results.values_of("level", **{"term": "", **key})
    rows = [count_row(results, level.capitalize(), {**key, "level": level}, indent + 1) for level in levels]
    shown = [
        row
        for row, level in zip(rows, levels, strict=True)
        if not key.get("term") or level not in _RARE or not _is_zero(row)
    ]
    return [Row(label, indent=indent), *shown]


def _is_zero(row: Row) -> bool:
    """Say whether nobody of any arm had this grade; a suppressed number is not nobody."""
    return all(cell.startswith("0") and cell not in formats.WITHOUT_VALUE for cell in row.cells)
