"""What people put around their data: a second row of names or units, and rows of totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from postinfusion.errors import DataError, Problem
from postinfusion.sources.names import is_value
from postinfusion.sources.records import Records, rows_as_text

_UNIT = re.compile(
    r"[\[(].*[\])]|%|mg|mg/kg|kg|g|lbs?|cm|m|mm ?hg|bpm|min|minutes|h|hours|d|days|weeks|years|points?|score|units?"
    r"|dd.?mm.?y+|mm.?dd.?y+|y+.?mm.?dd.*|[0-9]+ ?[-–] ?[0-9]+",
    re.IGNORECASE,
)
_FEWEST_RECORDS = 2
_TOTALS = {
    "total", "totals", "grand total", "subtotal", "sum", "mean", "average", "avg", "median", "sd", "std", "std dev",
    "standard deviation", "stdev", "se", "sem", "n", "count", "min", "max", "minimum", "maximum", "range", "variance",
    "gesamt", "summe", "mittelwert",
}  # fmt: skip


def refuse_second_header(names: Sequence[str], table: Sequence[Sequence[str]], file: str, row: int) -> None:
    """Refuse a table whose first record holds units or further names instead of data.

    Parameters
    ----------
    names
        The names of the columns.
    table
        The first records.
    file
        Name of the file for messages.
    row
        Where the first record stands.

    Raises
    ------
    DataError
        It holds no number and no date although columns below hold nothing else, and it looks like units, repeats the
        names, or is so in several columns.
    """
    if len(table) <= _FEWEST_RECORDS:
        return
    first, rest = [cell.strip() for cell in table[0]], table[1:]
    if any(is_value(cell) for cell in first) or not any(first):
        return
    numeric = [column for column in range(min(len(names), len(first))) if _holds_values(rest, column)]
    told = [first[column] for column in numeric if first[column]]
    repeats = sum(cell.lower() == name.strip().lower() for cell, name in zip(first, names, strict=False) if cell)
    are_units = bool(told) and all(_UNIT.fullmatch(cell) for cell in told)
    if told and (are_units or not first[0] or repeats > 1):
        text = (
            "this row holds units or a second line of names and no data. Remove it, or write the names in one row and "
            "name that row as header_row."
        )
        raise DataError(Problem(file, f"row {row}", text))


def without_totals(chunks: Iterator[Records], first: str, wanted: Sequence[str]) -> Iterator[Records]:
    """Give chunks as they come; after the last one, say which rows at the end are totals of the rows above.

    Parameters
    ----------
    chunks
        Records with at least the first column.
    first
        Name of the first column of the file.
    wanted
        The columns to give.
    """
    tail: list[int] = []
    last: Records | None = None
    for chunk in chunks:
        labels = chunk.frame[first].str.casefold().str.strip(" :.=").isin(_TOTALS).to_numpy(dtype="bool")
        data = np.flatnonzero(~labels)
        after = chunk.rows[data[-1] + 1 :] if len(data) else chunk.rows
        tail = [*(() if len(data) else tail), *after.tolist()]
        last = replace(chunk, frame=chunk.frame[[*wanted]])
        yield last
    if last is not None and tail:
        rows = rows_as_text(np.array(tail, dtype="int64"))
        text = "below the data stand totals or means (by the first column). Remove these rows: they are no records."
        yield replace(last.keep(np.zeros(len(last.rows), dtype="bool")), problems=(Problem(last.file, rows, text),))


def _holds_values(table: Sequence[Sequence[str]], column: int) -> bool:
    """Say whether a column holds numbers or dates and nothing else."""
    cells = [row[column].strip() for row in table if len(row) > column]
    filled = [cell for cell in cells if cell]
    return len(filled) >= _FEWEST_RECORDS and all(is_value(cell) for cell in filled)
