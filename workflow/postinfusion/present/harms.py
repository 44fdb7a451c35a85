"""Deaths and serious events by arm, for the first screen; zeros are printed."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present.display import Label, Part, Table
from postinfusion.present.results import results_of
from postinfusion.present.tables.event_columns import EXPLANATION, participants_row
from postinfusion.vocabulary import Method

_LEVELS = {"died": "Deaths", "serious": "Serious adverse events", "stopped": "Stopped because of an event"}


def harms(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give deaths and serious events by arm; None when the plan has no analysis of adverse events.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    analyses = [key for key, analysis in plan.analyses.items() if analysis.method is Method.ADVERSE_EVENTS]
    if not analyses:
        return None
    results = results_of(plan, ard, analyses[0])
    held = results.values_of("level", variable="overview")
    rows = [
        participants_row(results, name, {"variable": "overview", "level": level})
        for level, name in _LEVELS.items()
        if level in held
    ]
    columns = ("", *(results.with_total(arm) for arm in results.arms))
    label = Label(
        "AET01", results.analysis_id, "Deaths and serious events", population=results.population,
        n=results.text("n_total", variable="denominator"), footnotes=(EXPLANATION,),
    )  # fmt: skip
    return Table(label, (Part(columns, tuple(rows)),)) if rows else None
