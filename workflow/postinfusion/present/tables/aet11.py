"""AET11: adverse events by the number of the infusion that they follow, and by the hours since it."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_collection import BOTH, collection_notes, way_of_term, with_way
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import participants_and_events
from postinfusion.present.tables.share_cells import share

_NUMBER, _SINCE = "by-infusion", "since-infusion"
_ALL, _UNATTRIBUTED = "all", "none"
_ANY = "Any adverse event"
_OF_NUMBERS = (
    "An event belongs to the last infusion that started at or before its onset. Infusions with an event, of those "
    "given (%; limits, which respect that a participant has several), and number of events in square brackets."
)
_WENT_ON = "Who has an infusion of a later number is who went on: different numbers are not of the same participants."
_OF_HOURS = (
    "By hours since the infusion: participants with an event, n (%), and events in square brackets; a participant may "
    "be in several lines. 0–2 h: less than 2 h after the start of the infusion, and after its end where that is known. "
    "Day 0, time unknown: on the day of the infusion, at an hour that was not recorded."
)
_OF_TERMS = "Terms that fewer than 5 participants had are in the lines of any event only."
_NOTES = (_OF_NUMBERS, _WENT_ON, _OF_HOURS, _OF_TERMS)


def table(results: Results) -> Table:
    """Give infusions with an event by number, and participants by hours since the infusion, of any event and by term.

    Raises
    ------
    DataError
        There were no infusions, or no adverse events were recorded.
    """
    if not results.values_of("level", variable=_NUMBER):
        raise DataError(results.failure or "the data record no infusions that an adverse event could follow")
    terms = results.values_of("term", variable=_NUMBER)
    terms = ["", *(term for term in terms if term)]
    numbers = tuple(row for term in terms for row in _of_numbers(results, term))
    hours = tuple(row for term in terms for row in _since(results, term))
    heads = (*(results.with_total(arm) for arm in results.arms),)
    parts = (
        Part(("Number of the infusion", *heads), numbers, f"By number of the infusion ({results.confidence} CI)"),
        Part(("Since the start of the infusion", *heads), hours, "By hours since the infusion"),
    )
    return Table(label_of(results, "AET11", footnotes=(*_NOTES, *collection_notes(results))), parts)


def _of_numbers(results: Results, term: str) -> list[Row]:
    """Give the lines of one term by number of the infusion; of no infusion where there are such events."""
    found = results.values_of("level", variable=_NUMBER, term=term)
    rows = [Row(_named(results, term))]
    for level in (_ALL, *(level for level in found if level not in (_ALL, _UNATTRIBUTED))):
        key = {"variable": _NUMBER, "level": level, "term": term}
        label = "All infusions" if level == _ALL else f"Infusion {level}"
        rows.append(Row(label, tuple(_infusions(results, {**key, "arm": arm}) for arm in results.arms), 1))
    key = {"variable": _NUMBER, "level": _UNATTRIBUTED, "term": term}
    lost = tuple(results.text("n_events", **key, arm=arm) for arm in results.arms)
    if any(cell not in ("", "0") for cell in lost):
        rows.append(Row("Events without an infusion", lost, 1))
    return rows


def _infusions(results: Results, key: dict[str, str]) -> str:
    """Give ``3 of 20 (15.0 %; 3.2 to 37.9) [4]``."""
    found, events = share(results, **key), results.text("n_events", **key)
    return f"{found} [{events}]" if found and events and found not in formats.WITHOUT_VALUE else found


def _since(results: Results, term: str) -> list[Row]:
    """Give the lines of one term by hours since the infusion."""
    key = {"variable": _SINCE, "term": term}
    rows = [
        Row(
            f"{level[:1].upper()}{level[1:]}",
            tuple(participants_and_events(results, **key, level=level, arm=arm) for arm in results.arms),
            1,
        )
        for level in results.values_of("level", **key)
    ]
    return [Row(_named(results, term)), *rows]


def _named(results: Results, term: str) -> str:
    """Give the name of a term with its way of collection."""
    levels = results.values_of("level", variable="class-term", term=term) if term else []
    ways = {way_of_term(results, level, term) for level in levels} - {""}
    return with_way(term or _ANY, BOTH if len(ways) > 1 else "".join(ways))
