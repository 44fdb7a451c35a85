"""Tables that also stand for each group of participants in which the plan repeats their analysis."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from postinfusion.errors import PostinfusionError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table
from postinfusion.present.results import Results
from postinfusion.present.tables.divided_parts import in_words

_DESCRIBED = (
    "Groups of participants are described: they are not compared with each other, no interval is adjusted for their "
    "number, and arms with fewer than 3 participants in a group are not compared."
)

_SIGNS = {formats.NOT_ESTIMABLE: formats.NOT_ESTIMABLE, "robust limits": "A rate with"}
"""What a cell of a group shows → how the footnotes begin that give the reason."""


def also_by_group(table: Callable[[Results], Table]) -> Callable[[Results], Table]:
    """Give the table of all participants, with its blocks once more, folded, for each group of the plan.

    Parameters
    ----------
    table
        Makes the table of all participants.
    """

    def with_groups(results: Results) -> Table:
        made = table(results.whole)
        parts: list[Part] = []
        reasons: dict[str, list[str]] = {}
        for factor, level in results.groups:
            found, notes = _of_group(table, results, factor, level)
            parts += found
            for note in notes:
                reasons.setdefault(note, []).append(_named(factor, level))
        if not parts:
            return made
        told = (f"{'; '.join(who)}. {note}" for note, who in reasons.items() if note not in made.label.footnotes)
        label = replace(made.label, footnotes=(*made.label.footnotes, *told, _DESCRIBED))
        return replace(made, label=label, parts=(*made.parts, *parts))

    return with_groups


def of_all(table: Callable[[Results], Table]) -> Callable[[Results], Table]:
    """Give the table of all participants, which does not stand for groups."""
    return lambda results: table(results.whole)


def _named(factor: str, level: str) -> str:
    """Give the name of a group, as ``Diagnosis: AN``."""
    named = in_words(factor)
    return f"{named[:1].upper()}{named[1:]}: {level}"


def _of_group(
    table: Callable[[Results], Table], results: Results, factor: str, level: str
) -> tuple[list[Part], tuple[str, ...]]:
    """Give the blocks of one group, or the reason why it has none; and the notes that give reasons for its cells."""
    heading, who = f"By {in_words(factor)}", _named(factor, level)
    of_group = results.within(factor, level)
    try:
        made = table(of_group)
    except PostinfusionError as error:
        return [Part(("",), (Row(str(error)),), who, folded=heading)], ()
    parts = [*_folded(made.parts, who, heading)]
    # What is suppressed in a group, as that nobody of it had an event, must not be told by a reason.
    return parts, () if of_group.has_suppressed else tuple(_reasons(made, parts))


def _reasons(made: Table, parts: list[Part]) -> Iterator[str]:
    """Give the footnotes that say why a cell that is shown has no value, or other limits than others."""
    cells = [cell for part in parts for row in part.rows for cell in row.cells]
    for sign, note in _SIGNS.items():
        if any(re.search(rf"\b{sign}\b", cell) for cell in cells):
            yield from (text for text in made.label.footnotes if text.startswith(note))


def _folded(parts: tuple[Part, ...], who: str, heading: str) -> Iterator[Part]:
    """Give the blocks of a group that have something in a cell, under its heading."""
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
