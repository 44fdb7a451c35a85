"""MIST01: which assessments are missing and why, and how many participants left the model."""

from __future__ import annotations

from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, headings

_LEVELS = {
    "observed": "Observed",
    "intermittent": "Missing, seen again later",
    "discontinued": "Missing after discontinuation",
    "no baseline": "Without a baseline value",
}
_MODEL = {
    "randomised": "Randomised",
    "no baseline": "Without a baseline value",
    "no assessment after baseline": "Without an assessment after baseline",
    "in the model": "In the model",
}


def table(results: Results) -> Table:
    """Give the state of the assessments by visit, and the way from the randomised to the model."""
    visits = [visit for visit in results.values_of("visit", variable="assessment") if visit]
    by_visit = tuple(row for visit in visits for row in (Row(visit), *_visit(results, visit)))
    into_model = tuple(
        count_row(results, name, {"variable": "model", "level": level})
        for level, name in _MODEL.items()
        if level in results.values_of("level", variable="model")
    )
    columns = ("", *headings(results))
    parts = [Part(columns, by_visit, "Assessments by visit"), Part(columns, into_model, "From randomised to the model")]
    note = "Percentages are of all participants of the population, whether or not they were still in the trial."
    return Table(label_of(results, "MIST01", footnotes=(note,)), tuple(part for part in parts if part.rows))


def _visit(results: Results, visit: str) -> list[Row]:
    """Give the states of the assessments at one visit."""
    key = {"variable": "assessment", "visit": visit}
    found = results.values_of("level", **key)
    return [
        count_row(results, f"{name}: {term}" if term else name, {**key, "level": level, "term": term}, 1)
        for level, name in _LEVELS.items()
        if level in found
        for term in results.values_of("term", level=level, **key)
    ]
