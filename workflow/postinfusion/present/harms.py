"""Deaths and serious events by arm, for the first screen; zeros are printed."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.display import Label, Part, Table
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables.event_columns import EXPLANATION, participants_row
from postinfusion.vocabulary import Method

_LEVELS = {"died": "Deaths", "serious": "Serious adverse events", "stopped": "Stopped because of an event"}


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
    if results is None:
        return None
    held = results.values_of("level", variable="overview")
    rows = [
        participants_row(results, name, {"variable": "overview", "level": level})
        for level, name in _LEVELS.items()
        if level in held
    ]
    columns = ("", *(results.with_total(arm) for arm in results.arms))
    label = Label(
        "AET01", results.analysis_id, "Deaths and serious events", population=results.population,
        n=results.text("n_total", variable="denominator"), footnotes=_footnotes(results),
    )  # fmt: skip
    return Table(label, (Part(columns, tuple(rows)),)) if rows else None


def _footnotes(results: Results) -> tuple[str, ...]:
    """Explain the cells, and the sign for suppressed ones where there are any."""
    return (EXPLANATION, formats.SUPPRESSED_NOTE) if results.has_suppressed else (EXPLANATION,)


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
