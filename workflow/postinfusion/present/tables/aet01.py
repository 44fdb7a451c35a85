"""AET01: overview of adverse events; zeros are printed."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations, rates_part
from postinfusion.present.tables.event_review import outside_note, review_part

LEVELS = {
    "any": "Any adverse event",
    "related": "Related to the treatment",
    "serious": "Serious",
    "serious within 24 h": "Serious, within 24 h of an infusion",
    "serious within 7 d": "Serious, within 7 d of an infusion",
    "serious at an unknown hour": "Serious, day of onset leaves these times open",
    "severe": "Severe",
    "suicidal": "Suicidal thoughts or behaviour",
    "slowed": "Led to slowing an infusion",
    "interrupted": "Led to interrupting an infusion",
    "stopped": "Led to stopping the treatment or to withdrawal",
    "died": "Died",
}

REPORTED = {
    "solicited": "Solicited: asked for",
    "spontaneous": "Spontaneous: told unasked",
    "not known how reported": "Not known how reported",
}

_NOT_KNOWN = {
    "related": "Not known: relation not recorded",
    "serious": "Not known: seriousness not recorded",
    "severe": "Not known: severity not recorded",
    "slowed": "Not known: action not recorded",
    "interrupted": "Not known: action not recorded",
    "stopped": "Not known: action not recorded",
}
_LEFT = {"stopped": "left because of an event, by the disposition alone"}
_LEFT_LABEL = "Left because of an adverse event by the disposition, without such an event above"
_UNKNOWN_NOTE = (
    "Not known: participants with an event of which this is not recorded, and none that was so; the line above, and "
    "its risk difference, count them as having none."
)


def table(results: Results) -> Table:
    """Give a row per kind of event, and the exposure below."""
    present = results.values_of("level", variable="overview")
    rows = [row for level, name in LEVELS.items() if level in present for row in _with_unknown(results, level, name)]
    of_interest = {"variable": "special-interest", "level": "any"}
    if results.values_of("level", variable="special-interest"):
        rows.append(event_row(results, "Of special interest", of_interest))
    measures = (
        _exposure(results, "n_infusions", "Infusions"),
        _exposure(results, "person_days", "Person-days"),
        _participation(results),
    )
    exposure = [row for row in measures if any(row.cells)]
    unknown = (_UNKNOWN_NOTE,) if any(row.label in _NOT_KNOWN.values() for row in rows) else ()
    label = label_of(
        results, "AET01", footnotes=(*explanations(results, has_classes=False), *unknown, *outside_note(results))
    )
    lines = [(name, {"variable": "overview", "level": level}, 0) for level, name in LEVELS.items() if level in present]
    first = Part(("", *event_headings(results)), (*rows, *exposure))
    return Table(label, (first, *_reported_part(results), *rates_part(results, lines), *review_part(results)))


def _with_unknown(results: Results, level: str, name: str) -> Iterator[Row]:
    """Give the row of a line and, where its events do not all have a record of it, a row of whom it is not known."""
    yield event_row(results, name, {"variable": "overview", "level": level})
    cells = tuple(results.text("n", variable="overview-unknown", level=level, arm=arm) for arm in groups_of(results))
    if any(cell not in ("", "0") for cell in cells):
        yield Row(_NOT_KNOWN[level], (*cells, *[""] * len(results.comparisons)), 1)
    key = {"variable": "overview-unknown", "level": _LEFT.get(level, "")}
    left = tuple(results.text("n", **key, arm=arm) for arm in groups_of(results))
    if any(left):
        yield Row(_LEFT_LABEL, (*left, *[""] * len(results.comparisons)), 1)


def _reported_part(results: Results) -> tuple[Part, ...]:
    """Give the block of events that were asked for and of those told unasked; none where that was not recorded."""
    rows = tuple(
        event_row(results, name, {"variable": variable, "level": "any"})
        for variable, name in REPORTED.items()
        if results.values_of("level", variable=variable)
    )
    return (Part(("", *event_headings(results)), rows, "How events were reported"),) if rows else ()


def _exposure(results: Results, name: str, label: str) -> Row:
    """Give one measure of exposure."""
    cells = tuple(results.text(name, variable="exposure", level="", arm=arm) for arm in groups_of(results))
    return Row(label, (*cells, *[""] * len(results.comparisons)))


def _participation(results: Results) -> Row:
    """Give days from the first infusion to the end of participation, and of how many participants they are known."""
    keys = [{"variable": "exposure", "level": "participation", "arm": arm} for arm in groups_of(results)]
    days = (results.text("person_days", **key) for key in keys)
    of = (results.text("n_participants", **key) for key in keys)
    cells = tuple(f"{one} [{number}]" if one and number else one for one, number in zip(days, of, strict=True))
    until = "next treatment or to end" if results.plan.design.crossover else "end"
    name = f"Person-days from first infusion to {until} of participation [participants]"
    return Row(name, (*cells, *[""] * len(results.comparisons)))
