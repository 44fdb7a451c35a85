"""AET01: overview of adverse events; zeros are printed."""

from __future__ import annotations

from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations, rates_part
from postinfusion.present.tables.event_review import review_part

LEVELS = {
    "any": "Any adverse event",
    "related": "Related to the treatment",
    "serious": "Serious",
    "serious within 24 h": "Serious, within 24 h of an infusion",
    "serious within 7 d": "Serious, within 7 d of an infusion",
    "serious at an unknown hour": "Serious, hour of onset not known",
    "severe": "Severe",
    "suicidal": "Suicidal thoughts or behaviour",
    "stopped": "Led to stopping the treatment or to withdrawal",
    "died": "Died",
}


def table(results: Results) -> Table:
    """Give a row per kind of event, and the exposure below."""
    present = results.values_of("level", variable="overview")
    rows = [
        event_row(results, name, {"variable": "overview", "level": level})
        for level, name in LEVELS.items()
        if level in present
    ]
    exposure = [row for row in (_exposure(results, "n_infusions", "Infusions"),
                                _exposure(results, "person_days", "Person-days")) if any(row.cells)]  # fmt: skip
    label = label_of(results, "AET01", footnotes=explanations(results, has_classes=False))
    lines = [(name, {"variable": "overview", "level": level}, 0) for level, name in LEVELS.items() if level in present]
    first = Part(("", *event_headings(results)), (*rows, *exposure))
    return Table(label, (first, *rates_part(results, lines), *review_part(results)))


def _exposure(results: Results, name: str, label: str) -> Row:
    """Give one measure of exposure."""
    cells = tuple(results.text(name, variable="exposure", arm=arm) for arm in groups_of(results))
    return Row(label, (*cells, *[""] * len(results.comparisons)))
