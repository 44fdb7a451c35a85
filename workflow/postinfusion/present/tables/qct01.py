"""QCT01: how far a second engine, which shares no formula with the first, is from every primary model."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import MODELS, OUTPUTS

ALL_ANALYSES = "all"
_TERM = "second-engine"
_NUMBERS = ("n_compared", "estimate_difference", "std_error_difference", "log_likelihood_difference")
_COLUMNS = ("Analysis", "Second engine", "Quantities compared", "Estimates, in standard errors",
            "Standard errors, relative", "Log-likelihood", "Outcome")  # fmt: skip
_EXPLANATION = (
    "Estimates are the coefficients and the differences between arms; standard errors are compared before the "
    "adjustment for small samples. More than 0.01 is an alarm."
)


def table(plan: Plan, ard: pd.DataFrame) -> Table | None:
    """Give the largest differences between the engines for every model that was recomputed; None when none was.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    """
    every = [results_of(plan, ard, key) for key, analysis in plan.analyses.items() if analysis.method in MODELS]
    rows = [_row(results, engine) for results in every for engine in results.values_of("level", term=_TERM)]
    label = Label("QCT01", ALL_ANALYSES, OUTPUTS["QCT01"].title, footnotes=(_EXPLANATION,))
    return Table(label, (Part(_COLUMNS, tuple(rows), "Largest differences", is_text=True),)) if rows else None


def _row(results: Results, engine: str) -> Row:
    """Give the differences of one model, and what they mean; or why there are none."""
    numbers = tuple(results.text(name, term=_TERM, level=engine) for name in _NUMBERS)
    return Row(results.analysis_id, (engine, *numbers, results.said("agreement", term=_TERM, level=engine)))
