"""DIAG01: how every model was fitted, and the warnings and errors of all analyses."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables.model_parts import structure_of
from postinfusion.vocabulary import MODELS, NOT_IDENTIFIABLE, OUTPUTS

ALL_ANALYSES = "all"
_NO_VALUE = "no value"


def table(plan: Plan, ard: pd.DataFrame) -> Table:
    """Give convergence by model, the structures that were tried, and every warning and error.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    every = [results_of(plan, ard, analysis_id) for analysis_id in plan.analyses]
    models = [results for results in every if results.analysis.method in MODELS]
    parts = (_fits(models), _ladder(models), _messages(every))
    label = Label("DIAG01", ALL_ANALYSES, OUTPUTS["DIAG01"].title)
    return Table(label, tuple(part for part in parts if part.rows))


def _fits(models: list[Results]) -> Part:
    """Give how the fit of every model ended."""
    names = ("converged", "iterations", "gradient", "condition", "n_participants", "n_observations")
    rows = tuple(
        Row(
            results.analysis_id,
            (_structure(results),
             *(results.text(name, term="fit") for name in names)),
        )
        for results in models
    )  # fmt: skip
    columns = ("Analysis", "Structure", "Converged", "Iterations", "Largest gradient", "Condition number",
               "Participants", "Observations")  # fmt: skip
    return Part(columns, rows, "Convergence")


def _structure(results: Results) -> str:
    """Name the structure of a model, or say that there is no fit."""
    return "not fitted" if results.failure else structure_of(results)


def _ladder(models: list[Results]) -> Part:
    """Give what became of each covariance structure of the plan, in the order of preference."""
    rows = tuple(
        Row(results.analysis_id, (formats.structure_name(level), results.said("outcome", term="ladder", level=level)))
        for results in models
        for level in results.values_of("level", term="ladder")
    )
    return Part(
        ("Analysis", "Structure of the plan", "Outcome"), rows, "Structures in order of preference", is_text=True
    )


def _messages(every: list[Results]) -> Part:
    """Give every warning and error, each once; that there are none is said."""
    rows = [
        Row(results.analysis_id, (_NO_VALUE if text.startswith(NOT_IDENTIFIABLE) else kind, text))
        for results in every
        for kind, texts in (("error", results.errors()), ("warning", results.warnings()))
        for text in texts
    ]
    return Part(
        ("Analysis", "Kind", "Message"), tuple(rows) or (Row("None", ("", "")),), "Warnings and errors", is_text=True
    )
