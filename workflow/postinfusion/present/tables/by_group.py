"""Tables that also stand for each group of participants in which the plan repeats their analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from postinfusion.errors import PostinfusionError
from postinfusion.present.display import Part, Row, Table
from postinfusion.present.results import Results
from postinfusion.present.tables.divided_parts import in_words

_DESCRIBED = (
    "Groups of participants are described: they are not compared with each other, no interval is adjusted for their "
    "number, and arms with fewer than 3 participants in a group are not compared."
)


def also_by_group(table: Callable[[Results], Table]) -> Callable[[Results], Table]:
    """Give the table of all participants, with its blocks once more, folded, for each group of the plan.

    Parameters
    ----------
    table
        Makes the table of all participants.
    """

    def with_groups(results: Results) -> Table:
        made = table(results.whole)
        parts = [part for factor, level in results.groups for part in _of_group(table, results, factor, level)]
        if not parts:
            return made
        label = replace(made.label, footnotes=(*made.label.footnotes, _DESCRIBED))
        return replace(made, label=label, parts=(*made.parts, *parts))

    return with_groups


def of_all(table: Callable[[Results], Table]) -> Callable[[Results], Table]:
    """Give the table of all participants, which does not stand for groups."""
    return lambda results: table(results.whole)


def _of_group(table: Callable[[Results], Table], results: Results, factor: str, level: str) -> Iterator[Part]:
    """Give the blocks of one group; where it has none, the reason."""
    named = in_words(factor)
    heading, who = f"By {named}", f"{named[:1].upper()}{named[1:]}: {level}"
    try:
        parts = table(results.within(factor, level)).parts
    except PostinfusionError as error:
        yield Part(("",), (Row(str(error)),), who, folded=heading)
        return
    for part in parts:
        rows = _filled(part.rows)
        if any(any(row.cells) for row in rows):
            caption = f"{who}. {part.caption}" if part.caption else who
            yield replace(part, rows=rows, caption=caption, folded=heading)


def _filled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Give the rows with something in a cell, and those that head such rows."""
    kept: list[Row] = []
    for row in reversed(rows):
        heads = bool(kept) and kept[0].indent > row.indent
        if any(row.cells) or heads or (not row.cells and bool(kept)):
            kept.insert(0, row)
    return tuple(kept)
