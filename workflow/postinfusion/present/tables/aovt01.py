"""AOVT01: analysis of covariance at one visit."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova
from postinfusion.present.display import Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import (
    coefficients_part,
    fit_part,
    joint_tests_part,
    means_part,
    response_in_words,
)


def table(results: Results) -> Table:
    """Give adjusted means and differences at the visit, fixed effects with tests, and diagnostics.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    visits = [visit for visit in results.values_of("visit", term="marginal-mean") if visit]
    if not visits:
        raise ModelError(results.failure or "the model gives no adjusted mean")
    points = [(visit, {"visit": visit}) for visit in visits]
    parts = (
        means_part(results, points, caption="Adjusted means and differences", first="Visit"),
        joint_tests_part(results),
        coefficients_part(results),
        fit_part(results),
    )
    return Table(label_of(results, "AOVT01", _subtitle(results)), tuple(part for part in parts if part.rows))


def _subtitle(results: Results) -> str:
    """Say what was modelled, and what happened to missing values."""
    carried = isinstance(results.analysis, Ancova) and results.analysis.imputation == "locf"
    missing = "last observation carried forward" if carried else "participants with a value at the visit"
    return f"{response_in_words(results)}; {missing}"
