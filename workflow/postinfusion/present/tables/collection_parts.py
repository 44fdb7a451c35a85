"""Blocks of a table of adverse events by how these were collected; what nobody had in a way is told in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.event_collection import BOTH, WAYS, way_of_all
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of
from postinfusion.present.tables.event_columns import event_headings, event_row

NOT_ASKED = "A term of which no event was solicited may not have been asked for at all."
Line = tuple[str, Mapping[str, str], int]


def collection_parts(results: Results, lines: Sequence[Line]) -> tuple[Part, ...]:
    """Give a block for each way of collection; none where it was not recorded, or all events were collected alike.

    Parameters
    ----------
    results
        Of the adverse events.
    lines
        Label, key and indent of each class and term, as in the block of all events.
    """
    if way_of_all(results) != BOTH:
        return ()
    return tuple(_block(results, way, lines) for way in WAYS if _is_some(results, {"variable": way, "level": "any"}))


def _block(results: Results, way: str, lines: Sequence[Line]) -> Part:
    """Give the block of one way: a row for any event, and for each class and term of which an event came so."""
    of_way = [(label, {**key, "variable": way}, indent) for label, key, indent in lines]
    rows = [event_row(results, "Any adverse event", {"variable": way, "level": "any"})]
    rows += [event_row(results, label, key, indent) for label, key, indent in of_way if _is_some(results, key)]
    none = [label for label, key, _ in of_way if key.get("term") and not _is_some(results, key)]
    if none:
        zeros = tuple(_zero(results, arm) for arm in groups_of(results))
        head = f"{len(none)} other term{'s' * (len(none) > 1)}, none {way} in any arm: {'; '.join(none)}"
        rows.append(Row(head, (*zeros, *[""] * len(results.comparisons))))
    return Part(("Class and term", *event_headings(results)), tuple(rows), WAYS[way])


def _is_some(results: Results, key: Mapping[str, str]) -> bool:
    """Say whether there was any such event; a suppressed number is not none."""
    return results.text("n_events", **key) not in ("", "0")


def _zero(results: Results, arm: str) -> str:
    """Give the cell of no participant with an event; empty of an arm without participants."""
    zero = formats.count_with_percent("0", formats.statistic("proportion", 0.0, 0))
    return f"{zero} [0]" if results.total(arm) else ""
