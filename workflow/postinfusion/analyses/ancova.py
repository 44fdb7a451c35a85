"""Analysis of covariance: a linear model at one visit, with marginal means and contrasts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.design import build_design, complete_rows, numeric_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.core.least_squares import Covariance, fit_least_squares
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class AncovaFit(LinearModelFit):
    """A linear model fitted by least squares.

    Attributes
    ----------
    residual_variance
        Divisor n - p.
    r_squared
        Share of the variance about the mean that the model explains.
    log_likelihood
        At its maximum.
    n_observations
        Analysed rows.
    """

    residual_variance: float
    r_squared: float
    log_likelihood: float
    n_observations: int


def fit_ancova(frame: pd.DataFrame, response: str, fixed: str, *, vcov: Covariance = "model") -> AncovaFit:
    """Fit an analysis of covariance.

    Parameters
    ----------
    frame
        One row per subject; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome.
    fixed
        Right side of the formula: ``TRTP + SITEGR1 + BASE``.
    vcov
        ``model``, or ``hc0 hc1 hc2 hc3`` (heteroscedasticity-consistent), each with residual degrees of freedom.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    formula = parse_formula(fixed)
    rows = complete_rows(frame, [response, *formula.variables])
    if not len(rows):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    design = build_design(formula, rows)
    fit = fit_least_squares(design.matrix(rows), numeric_values(rows, response, "response"), covariance=vcov)
    return AncovaFit(
        design=design,
        inference=fit.inference,
        analysed=rows,
        residual_variance=fit.sigma2,
        r_squared=fit.r_squared,
        log_likelihood=fit.log_likelihood,
        n_observations=len(rows),
    )
