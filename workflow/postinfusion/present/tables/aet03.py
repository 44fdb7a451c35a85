"""AET03: participants by the worst severity of their events, of any term and of each."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, headings
from postinfusion.vocabulary import NOT_RECORDED

_VARIABLE = "worst-severity"
_NOTE = (
    "Each participant counts once in a block, with the worst severity recorded for it; not recorded: no event of the "
    "participant has a severity. A severity that nobody had is left out below single terms."
)


def table(results: Results) -> Table:
    """Give a block of severities for events of any term, and for each term.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    terms = [term for term in results.values_of("term", variable=_VARIABLE) if term]
    if not terms:
        raise DataError(results.failure or "no adverse event was recorded")
    rows = [row for term in ("", *terms) for row in _block(results, term)]
    label = label_of(results, "AET03", footnotes=(_NOTE,))
    return Table(label, (Part(("Term and worst severity", *headings(results)), tuple(rows)),))


def _block(results: Results, term: str) -> list[Row]:
    """Give one term with its severities."""
    key = {"variable": _VARIABLE, "term": term}
    found = results.values_of("level", **key)
    rows = [count_row(results, level.capitalize(), {**key, "level": level}, 1) for level in found]
    some = [row for row, level in zip(rows, found, strict=True) if term == "" or _is_held(row, level)]
    return [Row(term or "Any adverse event"), *some]


def _is_held(row: Row, level: str) -> bool:
    """Say whether a severity is to be shown: a usual one, or one that somebody had."""
    return level not in ("life-threatening", "fatal", NOT_RECORDED) or any(
        not cell.startswith("0") for cell in row.cells
    )
