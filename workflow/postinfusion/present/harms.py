"""Deaths and serious events by arm, for the first screen; zeros are printed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.ard.query import select
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.display import Label, Part, Row, Table, unrecorded
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables.event_columns import EXPLANATION, participants_and_events
from postinfusion.vocabulary import Method

_LEVELS = {"died": "Deaths", "serious": "Serious adverse events", "stopped": "Stopped because of an event"}
_SUICIDAL = "suicid"


def harms(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give deaths and serious events by arm; None when there are none, for the reason of `without_harms`.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    results = _results(plan, ard)
    return None if results is None else _table(results, [])


def _table(results: Results, terms: list[tuple[str, str]]) -> Table | None:
    """Give the table with further columns for some terms; None when the results hold nothing of it."""
    held = [level for level in _LEVELS if level in results.values_of("level", variable="overview")]
    rows = tuple(Row(results.with_total(arm), _of_arm(results, held, terms, arm)) for arm in results.arms)
    columns = ("", *(_LEVELS[level] for level in held), *(term.capitalize() for _, term in terms))
    label = Label(
        "AET01", results.analysis_id, "Deaths and serious events", population=results.population,
        n=results.text("n_total", variable="denominator"), footnotes=_footnotes(results),
    )  # fmt: skip
    return Table(label, (Part(columns, rows),)) if held else None


def harms_in_words(plan: Plan, ard: pd.DataFrame) -> tuple[str, ...]:
    """Give the same as one line for each arm, suicidal events too; why there is none where there is no table.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    results = _results(plan, ard)
    found = _table(results, _suicidal(results)) if results else None
    if found is None:
        return (without_harms(plan, ard),)
    names = [f"{name[0].lower()}{name[1:]}" for name in found.parts[0].columns[1:]]
    lines = [
        f"Harms, {row.label}: {'; '.join(f'{name} {cell}' for name, cell in zip(names, row.cells, strict=True))}."
        for row in found.parts[0].rows
    ]
    return (*lines, *found.label.footnotes)


def _suicidal(results: Results) -> list[tuple[str, str]]:
    """Give class and term of the events of suicidal thoughts and behaviour that anybody had."""
    rows = select(results.rows, variable="class-term", arm="", stat_name="n")
    named = rows[rows["term"].str.contains(_SUICIDAL, case=False, regex=False)]
    return [(str(level), str(term)) for level, term in named[["level", "term"]].itertuples(index=False)]


def _of_arm(results: Results, levels: list[str], terms: list[tuple[str, str]], arm: str) -> tuple[str, ...]:
    """Give the cells of one arm; arms are rows, so that any number of them fits on a phone."""
    overview = (participants_and_events(results, variable="overview", level=level, arm=arm) for level in levels)
    named = (
        participants_and_events(results, variable="class-term", level=level, term=term, arm=arm)
        for level, term in terms
    )
    return (*overview, *named)


def _footnotes(results: Results) -> tuple[str, ...]:
    """Explain the cells, the sign for suppressed ones, and what was not recorded, as far as the table shows it."""
    results = replace(results, rows=select(results.rows, variable="overview", level=list(_LEVELS)))
    suppressed = (formats.SUPPRESSED_NOTE,) if results.has_suppressed else ()
    return (EXPLANATION, *suppressed, *unrecorded(results))


def without_harms(plan: Plan, ard: pd.DataFrame) -> str:
    """Give the sentence that stands in place of the table: why the report says nothing about harms.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    results = _results(plan, ard)
    if results is None:
        return "The plan has no analysis of adverse events: this report says nothing about them."
    return formats.as_sentence(results.failure or "the results hold neither deaths nor serious adverse events")


def _results(plan: Plan, ard: pd.DataFrame) -> Results | None:
    """Give the first analysis of adverse events; None when the plan has none."""
    found = (key for key, analysis in plan.analyses.items() if analysis.method is Method.ADVERSE_EVENTS)
    analysis_id = next(found, None)
    return None if analysis_id is None else results_of(plan, ard, analysis_id)
