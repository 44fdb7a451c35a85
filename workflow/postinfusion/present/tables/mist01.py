"""MIST01: which assessments are missing and why, and how many participants left the model."""

from __future__ import annotations

from dataclasses import replace

from postinfusion.ard.query import select
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.enrolment import entered
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, count_row, headings
from postinfusion.vocabulary import MODELS

_NO_LATER = "no later assessment"
_LEVELS = {
    "observed": "Observed",
    "intermittent": "Missing while in the trial",
    "discontinued": "Missing after discontinuation",
    _NO_LATER: "Missing, and no later assessment",
    "no baseline": "Without a baseline value",
}
_WITHOUT_DISPOSITION = "The data do not say who left the trial: a missing assessment may or may not be due to that."
_OF_PERIODS = "All counts the periods of all participants."
_MODEL = {
    "randomised": "",
    "outside the population of the model": "Outside the population of the model",
    "no baseline": "Without a baseline value",
    "nothing to analyse after baseline": "Without a value that the model can use after baseline",
    "in the model": "In the model",
}


def table(results: Results) -> Table:
    """Give the state of the assessments by visit, and the way from the randomised to the model."""
    visits = [visit for visit in results.values_of("visit", variable="assessment") if visit]
    by_visit = tuple(row for visit in visits for row in (Row(visit), *_visit(results, visit)))
    into_model = tuple(row for model in _models(results) for row in (Row(model.analysis_id), *_into(model)))
    columns = ("", *headings(results))
    is_crossover = results.plan.design.crossover is not None
    parts = [
        Part(columns, by_visit, "Assessments by visit and treatment" if is_crossover else "Assessments by visit"),
        _by_period(results),
        Part(columns, into_model, f"From {entered(results.plan)} to each model"),
    ]
    note = "Percentages are of all participants of the population, whether or not they were still in the trial."
    note = f"{note} {_OF_PERIODS}" if is_crossover else note
    is_inferred = _NO_LATER in results.values_of("level", variable="assessment")
    notes = (note, _WITHOUT_DISPOSITION) if is_inferred else (note,)
    return Table(label_of(results, "MIST01", footnotes=notes), tuple(part for part in parts if part.rows))


def _by_period(results: Results) -> Part:
    """Give the state of the assessments by period of a crossover trial; without rows in others."""
    periods = results.values_of("subgroup_level", variable="assessment", subgroup="period")
    key = {"variable": "assessment", "subgroup": "period"}
    rows: list[Row] = []
    for visit in results.values_of("visit", **key):
        rows.append(Row(visit))
        at = {**key, "visit": visit}
        for level, name in _LEVELS.items():
            for term in results.values_of("term", level=level, **at):
                of_level = {**at, "level": level, "term": term}
                cells = tuple(count(results, **of_level, subgroup_level=period) for period in periods)
                rows.append(Row(f"{name}: {term}" if term else name, cells, 1))
    return Part(("", *(f"Period {period}" for period in periods)), tuple(rows), "Assessments by visit and period")


def _models(results: Results) -> list[Results]:
    """Give the results of each model of the same endpoint that says who entered it."""
    endpoint = getattr(results.analysis, "endpoint", "")
    return [
        replace(results, analysis_id=key, rows=rows)
        for key, analysis in results.plan.analyses.items()
        if analysis.method in MODELS and getattr(analysis, "endpoint", "") == endpoint
        for rows in [select(results.ard, analysis_id=key)]
        if (rows["variable"] == "model").any()
    ]


def _into(model: Results) -> list[Row]:
    """Give the way from the randomised into one model."""
    found = model.values_of("level", variable="model")
    return [
        count_row(model, name or entered(model.plan).capitalize(), {"variable": "model", "level": level}, 1)
        for level, name in _MODEL.items()
        if level in found
    ]


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
