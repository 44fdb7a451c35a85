"""Generalised linear mixed models on a data frame: counts, proportions, ordered categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import refuse_unless_boolean
from postinfusion.analyses.glmm_data import GlmmFrame, design_matrix, glmm_frame
from postinfusion.analyses.grid_rows import At, Rows, Weights
from postinfusion.analyses.reference_grid import estimates_frame
from postinfusion.analyses.response_estimates import Averages
from postinfusion.analyses.response_fit import KINDS, Kind, ResponseFit
from postinfusion.analyses.response_grid import response_grid
from postinfusion.core.fit import Agreement, OptimumReport
from postinfusion.core.glmm_fit import GlmmOptimum, fit_generalised_mixed_model
from postinfusion.core.glmm_inference import dispersion_of, mean_inference, thresholds_of, zero_inference
from postinfusion.core.glmm_model import FamilyName, Zeros
from postinfusion.core.response_scale import Grid, expected_outcomes
from postinfusion.core.verification import verify_generalised_mixed_model
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class GlmmFit(ResponseFit):
    """A fitted generalised linear mixed model; coefficients, means and contrasts are on the scale of the link.

    Attributes
    ----------
    family
        ``poisson nbinom1 nbinom2`` (log link), ``binomial ordinal`` (logit link).
    random_covariance
        Terms by terms: covariance of the random effects.
    random_effects
        Subjects by terms: conditional modes.
    random_effects_std_error
        Subjects by terms: their conditional standard deviations given the estimates, as lme4's.
    dispersion
        k of ``nbinom2`` (variance mu + mu^2 / k; infinite at the Poisson limit), phi of ``nbinom1`` (variance
        mu (1 + phi); zero at the limit), both as glmmTMB's ``sigma``; NaN for other families.
    log_dispersion_std_error
        Standard error of its logarithm.
    zero_coefficients
        Coefficients of the zero inflation or hurdle on the log odds of a zero; None without one.
    thresholds
        Of an ordinal outcome, P(Y <= j) = expit(theta_j - eta): term, estimate, std_error; None for other families.
    quadrature
        Points per random effect of the adaptive quadrature; 1 is the Laplace approximation.
    method
        ``ml``.
    log_likelihood
        Marginal, under the approximation in use, with all constants.
    aic, bic
        Count all parameters; ``bic`` uses the log of the number of observations, as glmmTMB and lme4 do.
    optimum
        Dossier of the optimum.
    boundary
        Sentences on what lies on the boundary: a variance of zero, a dispersion at the Poisson limit.
    n_observations, n_subjects
        What was analysed.
    result, frame
        The fit and the data behind it.
    """

    family: str
    random_covariance: pd.DataFrame
    random_effects: pd.DataFrame
    random_effects_std_error: pd.DataFrame
    dispersion: float
    log_dispersion_std_error: float
    zero_coefficients: pd.DataFrame | None
    thresholds: pd.DataFrame | None
    quadrature: int
    method: str
    log_likelihood: float
    aic: float
    bic: float
    optimum: OptimumReport
    boundary: tuple[str, ...]
    n_observations: int
    n_subjects: int
    result: GlmmOptimum = field(repr=False)
    frame: GlmmFrame = field(repr=False)

    @property
    def converged(self) -> bool:
        """Say that the optimum was reached: a fit that did not reach it is refused, so this is always true."""
        return True

    @property
    def coefficients(self) -> pd.DataFrame:
        """Give the coefficients as every model does; an ordinal model has thresholds in place of an intercept."""
        table = super().coefficients
        return table.iloc[1:].reset_index(drop=True) if self.family == "ordinal" else table

    @property
    def vcov(self) -> pd.DataFrame:
        """Give the covariance of the coefficients; aliased ones are left out."""
        table = super().vcov
        return table.iloc[1:, 1:] if self.family == "ordinal" else table

    def verify_optimum(self) -> Agreement:
        """Compare the optimum with that of another optimiser, from another start."""
        return verify_generalised_mixed_model(self.result)

    def averages(self, keep: Sequence[str], at: At | None, weights: Weights, kind: Kind) -> Averages:
        """Give averages of expected outcomes, see :meth:`means`."""
        if kind not in ("conditional", "marginal"):
            raise ModelError(f'kind "{kind}" is not available; available are {", ".join(KINDS)}')
        parts = [part for part in (self.design, self.frame.random, self.frame.zero) if part is not None]
        grid = response_grid(parts, self.frame.rows, keep, at or {}, weights)
        X = self.design.matrix(grid.frame)  # noqa: N806 - the letter of the notation table
        random, zero = (design_matrix(part, grid.frame) for part in (self.frame.random, self.frame.zero))
        found = expected_outcomes(self.result, Grid(X, random, zero, grid.average), kind)
        known = self.inference.basis.is_estimable(X)
        estimable = np.asarray(~((grid.average > 0) & ~known).any(axis=1))
        labels = grid.labels
        if self.family == "ordinal":
            categories = pd.DataFrame({"category": self.frame.categories})
            labels = labels.merge(categories, how="cross") if len(labels.columns) else categories
            estimable = np.repeat(estimable, len(categories))
        scale: Literal["log", "logit"] = "logit" if self.family in ("binomial", "ordinal") else "log"
        return Averages(labels, found.estimate, found.covariance, estimable, scale)


def fit_glmm(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    random: str | None,
    subject: str,
    *,
    family: FamilyName = "nbinom2",
    offset: str | None = None,
    exposure: str | None = None,
    trials: str | None = None,
    correlated: bool = True,
    quadrature: int = 1,
    zero_inflation: str | bool | None = None,
    hurdle: str | bool | None = None,
    method: str = "ml",
    verify: bool = False,
) -> GlmmFit:
    """Fit a generalised linear mixed model with random effects by subject, by maximum likelihood.

    Tests are Wald tests with infinite degrees of freedom: nothing better is established for these models.

    Parameters
    ----------
    frame
        One row per observation; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome: counts; 0 and 1, a Categorical with two levels (success last), or successes among
        ``trials``; numbers or a Categorical for ``ordinal``.
    fixed, random
        Right sides of the formulas of the fixed and the random effects: ``time * arm``, ``1 + time``; None for no
        random effects.
    subject
        Column of the subject.
    family
        ``poisson``, ``nbinom1`` (variance mu (1 + phi)), ``nbinom2`` (variance mu + mu^2 / k), ``binomial`` (logit),
        ``ordinal`` (cumulative logit).
    offset, exposure
        Column that is added to the linear predictor, or column whose log is: time at risk. One of them.
    trials
        Column of the number of trials, for ``binomial``.
    correlated
        Whether the random effects may correlate.
    quadrature
        1 for the Laplace approximation, else points per random effect of adaptive Gauss-Hermite quadrature. Binary
        outcomes with few visits per subject need it (25 points); counts seldom do.
    zero_inflation, hurdle
        Right side of the formula of the log odds of an extra zero, or of any zero before a truncated count; true for
        the same odds everywhere. One of them.
    method
        ``ml``: there is no restricted likelihood of these models.
    verify
        Whether to compare the optimum with that of another optimiser: ``optimum.agreement``, and a warning on the fit
        when they differ.

    Returns
    -------
    GlmmFit
        It exists only when the optimum was reached.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    if method != "ml":
        raise ModelError(f'method "{method}" is not available; these models are fitted by maximum likelihood, "ml"')
    refuse_unless_boolean(correlated, "correlated")
    zeros, zero = _zeros(zero_inflation, hurdle)
    prepared = glmm_frame(
        frame,
        response,
        subject,
        fixed=fixed,
        random=random,
        zero=zero,
        family=family,
        offset=offset,
        exposure=exposure,
        trials=trials,
    )
    result = fit_generalised_mixed_model(prepared.data, family, zeros=zeros, correlated=correlated, points=quadrature)
    fit = _glmm_fit(prepared, result, family, quadrature)
    return _verified(fit) if verify else fit


def _verified(fit: GlmmFit) -> GlmmFit:
    """Give the fit with the agreement of another optimiser in its dossier."""
    agreement = fit.verify_optimum()
    optimum = replace(fit.optimum, agreement=agreement)
    return replace(fit, optimum=optimum, warnings=(*fit.warnings, *agreement.warnings))


def _zeros(zero_inflation: str | bool | None, hurdle: str | bool | None) -> tuple[Zeros, str | None]:
    """Give the kind of the model of the zeros and its formula."""
    if zero_inflation and hurdle:
        raise ModelError("zero_inflation= and hurdle= are two models of the zeros; give one of them")
    given = zero_inflation or hurdle
    if not given:
        return "none", None
    return "inflation" if zero_inflation else "hurdle", "1" if given is True else given


def _glmm_fit(prepared: GlmmFrame, result: GlmmOptimum, family: FamilyName, quadrature: int) -> GlmmFit:
    """Put the results into frames."""
    names = prepared.random.names if prepared.random else []
    log_dispersion, error = dispersion_of(result)
    at_limit = {"nbinom1": 0.0, "nbinom2": np.inf}.get(family, np.nan)
    n = len(prepared.rows)
    return GlmmFit(
        design=prepared.design,
        inference=mean_inference(result),
        analysed=prepared.rows,
        warnings=result.boundary,
        family=family,
        random_covariance=pd.DataFrame(result.G, index=names, columns=names),
        random_effects=pd.DataFrame(result.b, index=prepared.subjects, columns=names),
        random_effects_std_error=pd.DataFrame(result.b_std_error, index=prepared.subjects, columns=names),
        dispersion=at_limit if np.isnan(log_dispersion) else float(np.exp(log_dispersion)),
        log_dispersion_std_error=error,
        zero_coefficients=_zero_coefficients(prepared, result),
        thresholds=_threshold_table(prepared, result) if family == "ordinal" else None,
        quadrature=quadrature,
        method="ml",
        log_likelihood=result.log_likelihood,
        aic=2 * result.n_parameters - 2 * result.log_likelihood,
        bic=float(np.log(n)) * result.n_parameters - 2 * result.log_likelihood,
        optimum=replace(result.optimum, boundary=bool(result.boundary)),
        boundary=result.boundary,
        n_observations=n,
        n_subjects=len(prepared.subjects),
        result=result,
        frame=prepared,
    )


def _zero_coefficients(prepared: GlmmFrame, result: GlmmOptimum) -> pd.DataFrame | None:
    """Give the coefficients of the model of the zeros."""
    inference = zero_inference(result)
    if inference is None or prepared.zero is None:
        return None
    names = prepared.zero.names
    return estimates_frame(Rows(pd.DataFrame({"term": names}), np.eye(len(names))), inference)


def _threshold_table(prepared: GlmmFrame, result: GlmmOptimum) -> pd.DataFrame:
    """Give the thresholds, named by the categories on their sides."""
    found = thresholds_of(result)
    names = [f"{a}|{b}" for a, b in zip(prepared.categories[:-1], prepared.categories[1:], strict=True)]
    errors = np.sqrt(np.diag(found.covariance))
    return pd.DataFrame({"term": names, "estimate": found.theta, "std_error": errors})
