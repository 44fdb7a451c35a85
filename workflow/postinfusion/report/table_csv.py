"""A table as CSV, for people who open it in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from postinfusion.present.display import Part, Table

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def table_csv(table: Table) -> str:
    """Give a table as CSV: the blocks below each other, each after its caption, with an empty line between them.

    Headings over several columns are put before the heading of each of them; row labels keep their indentation.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, part in enumerate(table.parts):
        if number:
            writer.writerow([])
        if part.caption:
            writer.writerow([part.caption])
        writer.writerow(_columns(part))
        writer.writerows(["  " * row.indent + row.label, *row.cells] for row in part.rows)
    return out.getvalue().replace(_NO_BREAK_SPACE, " ")


def _columns(part: Part) -> list[str]:
    """Give the headings, each with the one above it."""
    above = [spanner.text for spanner in part.spanners for _ in range(spanner.columns)]
    first, *others = part.columns
    return [first, *(" ".join(filter(None, pair)) for pair in _pairs(above, others))]


def _pairs(above: list[str], headings: list[str]) -> Iterator[tuple[str, str]]:
    """Give each heading with the one above it, which may be none."""
    return zip(above or [""] * len(headings), headings, strict=True)
