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
    "outside the population of the model": "Outside the population of the model",
    "no baseline": "Without a baseline value",
    "nothing to analyse after baseline": "Without a value that the model can use after baseline",
    "in the model": "In the model",
}


def table(results: Results) -> Table:
    """Give the state of the assessments by visit, and the way from the randomised to the model."""
    visits = [visit for visit in results.values_of("visit", variable="assessment") if visit]
    by_visit = tuple(row for visit in visits for row in (Row(visit), *_visit(results, visit)))
    models = results.values_of("term", variable="model")
    into_model = tuple(row for model in models for row in (Row(model), *_into(results, model)))
    columns = ("", *headings(results))
    parts = [
        Part(columns, by_visit, "Assessments by visit"),
        Part(columns, into_model, "From randomised to each model"),
    ]
    note = "Percentages are of all participants of the population, whether or not they were still in the trial."
    return Table(label_of(results, "MIST01", footnotes=(note,)), tuple(part for part in parts if part.rows))


def _into(results: Results, model: str) -> list[Row]:
    """Give the way from the randomised into one model."""
    key = {"variable": "model", "term": model}
    found = results.values_of("level", **key)
    return [count_row(results, name, {**key, "level": level}, 1) for level, name in _MODEL.items() if level in found]


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
