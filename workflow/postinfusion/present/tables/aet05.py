"""AET05: rates of the first adverse event of each participant per time of follow-up."""

from __future__ import annotations

from dataclasses import replace

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_collection import (
    BOTH,
    NOT_COMPARABLE,
    NOT_RECORDED,
    is_recorded,
    way_of_group,
    with_way,
)
from postinfusion.present.results import Results
from postinfusion.present.tables.rate_cells import RATE_DECIMALS, groups_of, headings, of_total, rate, unit

_AT_ONCE = "A first event told in several ways at the same time counts as solicited, else as spontaneous."
_VARIABLE, _BY_WAY = "incidence-rate", "first-event-by-collection"


def table(results: Results) -> Table:
    """Give a row for each group of events: participants with an event, rate until it, and difference between arms.

    Raises
    ------
    ModelError
        The results hold no rates.
    """
    groups = groups_of(results, _VARIABLE)
    if not groups:
        raise ModelError(results.failure or "the results hold no rates of events")
    heads = headings(results, "n of N (participant-days)", "rate", "Difference of rates")
    part = Part(("", *heads), tuple(_row(results, name) for name in groups))
    apart = _apart(results, groups)
    notes = (*_notes(results), *((_AT_ONCE,) if apart else ()))
    label = label_of(_with_own_reasons(results), "AET05", f"First events per {unit(results, _VARIABLE)}", notes)
    return Table(label, (part, *apart))


def _with_own_reasons(results: Results) -> Results:
    """Give the results without what could not be done of ratios and of all events, which this table does not show."""
    rows = results.rows
    return replace(results, rows=rows[rows["variable"].isin(("", _VARIABLE, _BY_WAY)) | (rows["error"] == "")])


def _apart(results: Results, groups: list[str]) -> tuple[Part, ...]:
    """Give how many first events were collected in which way, of each group that was collected in both."""
    rows: list[Row] = []
    for name in groups:
        if way_of_group(results, name) == BOTH:
            rows.append(Row(f"{name[:1].upper()}{name[1:]}"))
            for way in results.values_of("level", variable=_BY_WAY, term=name):
                key = {"variable": _BY_WAY, "level": way, "term": name}
                cells = tuple(results.text("n", **key, arm=arm) for arm in results.arms)
                rows.append(Row(way.capitalize(), cells, 1))
    heads = ("", *(results.with_total(arm) for arm in results.arms))
    return (Part(heads, tuple(rows), "First events by how they were collected"),) if rows else ()


def _row(results: Results, name: str) -> Row:
    """Give the row of one group of events."""
    cells: list[str] = []
    of = {"variable": _VARIABLE, "term": name}
    for arm in results.arms:
        cells += [of_total(results, "n", **of, arm=arm), rate(results, RATE_DECIMALS, **of, arm=arm)]
    cells += [rate(results, RATE_DECIMALS, **of, arm=arm, comparator=against) for arm, against in results.comparisons]
    return Row(with_way(f"{name[:1].upper()}{name[1:]}", way_of_group(results, name)), tuple(cells))


def _notes(results: Results) -> tuple[str, ...]:
    """Say what the time is; why a rate is not given stands with the sign for it."""
    time = "Participant-days run from time zero to the first event, or to the end of follow-up without one."
    how = NOT_COMPARABLE if is_recorded(results) else NOT_RECORDED
    return (time, how, *map(formats.as_sentence, results.warnings()))
