"""Deaths, serious events, suicidal behaviour, C-SSRS and stopping by arm, for the first screen; zeros are printed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.ard.query import select
from postinfusion.plan.analyses import Shift
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.display import Label, Part, Row, Table, unrecorded
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables.event_columns import EXPLANATION, participants_and_events
from postinfusion.present.tables.event_review import outside_note
from postinfusion.vocabulary import OBSERVED_CASES, Method

_LEFT = "left because of an event, by the disposition alone"
_LEVELS = {
    "died": "Deaths",
    "serious": "Serious adverse events",
    "suicidal": "Suicidal thoughts or behaviour reported",
    "stopped": "Stopped because of an event",
    _LEFT: "Left because of an adverse event by the disposition alone",
}
_OVERVIEW = ("overview", "overview-unknown")
_MOST_COLUMNS = 3
_SCALE = "C-SSRS"
_WORSE = f"{_SCALE} worse than before"
_NOT_ASSESSED = "not assessed"
_NO_SCALE = f"{_SCALE}: {_NOT_ASSESSED}; nothing is known of suicidal thoughts that nobody reported."


def harms(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give deaths and serious events by arm; None when there are none, for the reason of `without_harms`.

    Up to three arms are columns, so that every kind of harm is seen at once; more of them are rows.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    found = _by_arm(plan, ard)
    return found if found is None or len(found.parts[0].rows) > _MOST_COLUMNS else _turned(found)


def _by_arm(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give the table with arms as rows; None when there is none."""
    results = _results(plan, ard)
    return None if results is None else _table(results, _scale(plan, ard))


def _turned(found: Table) -> Table:
    """Give the table with its columns as rows."""
    part = found.parts[0]
    columns = ("", *(row.label for row in part.rows))
    turned = tuple(
        Row(name, tuple(row.cells[place] for row in part.rows)) for place, name in enumerate(part.columns[1:])
    )
    return replace(found, parts=(replace(part, columns=columns, rows=turned),))


def _table(results: Results, scale: Results | None) -> Table | None:
    """Give the table, with worsening of C-SSRS where it was analysed; None when there is nothing of events in it."""
    held = [level for level in _LEVELS if level in results.values_of("level", variable=_variable(level))]
    rows = tuple(Row(results.with_total(arm), _of_arm(results, scale, held, arm)) for arm in results.arms)
    columns = ("", *(_LEVELS[level] for level in held), *((_WORSE,) if scale else ()))
    label = Label(
        "AET01", results.analysis_id, "Deaths and serious events", population=results.population,
        n=results.text("n_total", variable="denominator"), footnotes=_footnotes(results, scale),
    )  # fmt: skip
    return Table(label, (Part(columns, rows),)) if held else None


def harms_in_words(plan: Plan, ard: pd.DataFrame) -> tuple[str, ...]:
    """Give the same as one line for each arm; why there is none where there is no table.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    found = _by_arm(plan, ard)
    if found is None:
        return (without_harms(plan, ard),)
    names = [name if name == _WORSE else f"{name[0].lower()}{name[1:]}" for name in found.parts[0].columns[1:]]
    lines = [
        f"Harms, {row.label}: {'; '.join(f'{name} {cell}' for name, cell in zip(names, row.cells, strict=True))}."
        for row in found.parts[0].rows
    ]
    return (*lines, *found.label.footnotes)


def _of_arm(results: Results, scale: Results | None, levels: list[str], arm: str) -> tuple[str, ...]:
    """Give the cells of one arm."""
    overview = (participants_and_events(results, variable=_variable(level), level=level, arm=arm) for level in levels)
    return (*overview, *((_worse(scale, arm),) if scale else ()))


def _variable(level: str) -> str:
    """Give the variable of a level; who left by the disposition alone is no part of the overview."""
    return _OVERVIEW[level == _LEFT]


def _worse(scale: Results, arm: str) -> str:
    """Give how many became worse of those assessed, and how many were not assessed; these never count as not worse."""
    key = {"variable": "worsened", "level": OBSERVED_CASES, "term": "proportion", "arm": arm}
    n, total = scale.text("n", **key), scale.text("n_total", **key)
    missing = scale.text("n", variable="worst", level=_NOT_ASSESSED, arm=arm)
    if not n:
        return _NOT_ASSESSED
    counted = n if n in formats.WITHOUT_VALUE else f"{n} of {total} assessed"
    return counted if missing in ("", "0", *formats.WITHOUT_VALUE) else f"{counted}, {missing} {_NOT_ASSESSED}"


def _footnotes(results: Results, scale: Results | None) -> tuple[str, ...]:
    """Explain the cells, the sign for suppressed ones, and what was not recorded, as far as the table shows it."""
    outside = outside_note(results)
    results = replace(results, rows=select(results.rows, variable=list(_OVERVIEW), level=list(_LEVELS)))
    worse = select(scale.rows, variable="worsened", term="proportion") if scale else results.rows[:0]
    is_suppressed = any(formats.SUPPRESSED in note for note in outside)
    is_suppressed |= results.has_suppressed or (scale is not None and replace(scale, rows=worse).has_suppressed)
    suppressed = (formats.SUPPRESSED_NOTE,) if is_suppressed else ()
    return (EXPLANATION, *outside, *(() if scale else (_NO_SCALE,)), *suppressed, *unrecorded(results))


def _scale(plan: Plan, ard: pd.DataFrame) -> Results | None:
    """Give the first analysis of the worst category of the C-SSRS; None when the plan has none."""
    for key, analysis in plan.analyses.items():
        if isinstance(analysis, Shift) and plan.endpoints[analysis.endpoint].measure == _SCALE:
            return results_of(plan, ard, key)
    return None


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
