"""AOVT01: analysis of covariance at one visit."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova
from postinfusion.present.display import Table
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import means_part, model_table, response_in_words


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
    means = means_part(results, points, caption="Adjusted means and differences", first="Visit")
    return model_table(results, "AOVT01", _subtitle(results), means)


def _subtitle(results: Results) -> str:
    """Say what was modelled, and what happened to missing values."""
    carried = isinstance(results.analysis, Ancova) and results.analysis.imputation == "locf"
    missing = "last observation carried forward" if carried else "participants with a value at the visit"
    return f"{response_in_words(results)}; {missing}"
