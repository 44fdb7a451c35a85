"""Generalised estimating equations on a data frame: population-averaged models of counts and binary outcomes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from postinfusion.analyses.column_checks import level_values
from postinfusion.analyses.design import Array
from postinfusion.analyses.glmm_data import GlmmFrame, glmm_frame
from postinfusion.analyses.grid_rows import At, Weights
from postinfusion.analyses.response_estimates import Averages
from postinfusion.analyses.response_fit import Kind, ResponseFit
from postinfusion.analyses.response_grid import response_grid
from postinfusion.core.glmm_checks import check_outcome, refuse_runaway
from postinfusion.core.glmm_inference import asymptotic_inference
from postinfusion.core.glmm_model import GlmmModel, build_model
from postinfusion.core.overdispersion import moment_alpha
from postinfusion.core.small_sample_sandwich import morel_bokossa_neerchal
from postinfusion.errors import ModelError, nearest

Working = Literal["independence", "exchangeable", "ar1"]
GeeCovariance = Literal["bias-reduced", "morel", "robust", "naive"]
GeeFamily = Literal["poisson", "nbinom2", "binomial"]
WORKING = ("independence", "exchangeable", "ar1")
COVARIANCES = ("bias-reduced", "morel", "robust", "naive")
FAMILIES = ("poisson", "nbinom2", "binomial")
# The norm of the estimating equations, per observation, for columns of unit mean square.
SOLVED = 1e-10
MAX_ITERATIONS = 200
# Equations and moments take turns until alpha moves by less than this share of itself.
SAME_ALPHA = 1e-11
MAX_TURNS = 100


@dataclass(frozen=True)
class GeeFit(ResponseFit):
    """Solved generalised estimating equations; coefficients, means and contrasts are on the scale of the link.

    Attributes
    ----------
    family
        ``poisson`` or ``nbinom2`` (log link), ``binomial`` (logit link): the variance is the family's times ``scale``.
    working, covariance
        What was asked for.
    correlation
        Parameter of the working correlation; NaN for independence.
    scale
        Mean square of the Pearson residuals, divisor n, as geepack's.
    alpha
        Of the variance mu + alpha mu^2 of ``nbinom2``, 1 / k of the mixed model; zero for ``poisson``, NaN for
        ``binomial``.
    n_observations, n_subjects
        What was analysed.
    frame
        The data behind the fit.
    """

    family: str
    working: str
    covariance: str
    correlation: float
    scale: float
    alpha: float
    n_observations: int
    n_subjects: int
    frame: GlmmFrame = field(repr=False)

    @property
    def converged(self) -> bool:
        """Say that the equations were solved: a fit that did not solve them is refused, so this is always true."""
        return True

    def averages(self, keep: Sequence[str], at: At | None, weights: Weights, kind: Kind) -> Averages:
        """Give averages of expected outcomes; these equations know of no random effects, so all are marginal."""
        if kind != "marginal":
            raise ModelError(f'kind "{kind}" is not available; estimating equations are marginal: use link or marginal')
        grid = response_grid([self.design], self.frame.rows, keep, at or {}, weights)
        X = self.design.matrix(grid.frame)  # noqa: N806 - the letter of the notation table
        known = self.inference.basis.is_estimable(X)
        inner = self.inference.in_basis(X)
        eta = inner @ self.inference.beta
        mean = expit(eta) if self.family == "binomial" else np.exp(eta)
        slope = mean * (1 - mean) if self.family == "binomial" else mean
        moved = grid.average @ (slope[:, None] * inner)
        estimable = np.asarray(~((grid.average > 0) & ~known).any(axis=1))
        scale: Literal["log", "logit"] = "logit" if self.family == "binomial" else "log"
        return Averages(grid.labels, grid.average @ mean, moved @ self.inference.V @ moved.T, estimable, scale)


def fit_gee(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    subject: str,
    *,
    family: GeeFamily,
    working: Working = "exchangeable",
    covariance: GeeCovariance = "bias-reduced",
    visit: str | None = None,
    offset: str | None = None,
    exposure: str | None = None,
    alpha: float | None = None,
) -> GeeFit:
    """Solve generalised estimating equations, with statsmodels.

    Parameters
    ----------
    frame
        One row per observation; rows with a missing value in a variable of the model are left out.
    response
        Column of the outcome: counts; or 0 and 1, or a Categorical with two levels (success last).
    fixed
        Right side of the formula of the means.
    subject
        Column of the subject.
    family
        ``poisson`` (log link), ``nbinom2`` (log link, variance mu + alpha mu^2) or ``binomial`` (logit link).
    working
        Working correlation: ``independence exchangeable ar1``. The estimates stay consistent when it is wrong.
    covariance
        ``bias-reduced`` (Mancl and DeRouen's sandwich, for few subjects), ``morel`` (Morel, Bokossa and Neerchal's,
        with a share of the naive one), ``robust`` (the plain sandwich, too small with fewer than 40 subjects) or
        ``naive`` (true only if the working correlation is).
    visit
        Column of the visit, for ``ar1``: correlations fall with the number of visits between two records.
    offset, exposure
        Column that is added to the linear predictor, or column whose log is.
    alpha
        For ``nbinom2``: fixed at this value; None estimates it by moments, in turns with the equations. It weighs the
        records; with the sandwich the estimates stay consistent when it is wrong.

    Returns
    -------
    GeeFit
        It exists only when the equations were solved.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, 13-22; Mancl & DeRouen (2001), Biometrics 57, 126-134; Morel, Bokossa &
    Neerchal (2003), Biometrical Journal 45, 395-409; Breslow (1984), Applied Statistics 33, 38-44 (alpha by moments).
    """
    _check_options(family, working, covariance, visit)
    _check_alpha(family, alpha)
    of_rows: Literal["poisson", "binomial"] = "binomial" if family == "binomial" else "poisson"
    prepared = glmm_frame(
        frame,
        response,
        subject,
        fixed=fixed,
        random=None,
        zero=None,
        family=of_rows,
        offset=offset,
        exposure=exposure,
        visit=visit,
    )
    check_outcome(prepared.data, of_rows, "none")
    model = build_model(prepared.data, of_rows, "none")
    equations = _Equations(model, working, covariance, _visit_order(prepared, visit))
    variance = _fixed_alpha(family, alpha)
    result, variance = equations.with_moments() if variance is None else (equations.solved(variance), variance)
    _refuse_separation(prepared, model, result)
    scale = model.columns.scale
    V = equations.covariance_of(result) * scale**2  # noqa: N806 - the letter of the notation table
    correlation = result.cov_struct.dep_params
    return GeeFit(
        design=prepared.design,
        inference=asymptotic_inference(model.columns.basis, np.asarray(result.params) * scale, V),
        analysed=prepared.rows,
        family=family,
        working=working,
        covariance=covariance,
        correlation=np.nan if correlation is None else float(correlation),
        scale=float(result.scale),
        alpha=variance,
        n_observations=len(prepared.rows),
        n_subjects=len(prepared.subjects),
        frame=prepared,
    )


def _check_options(family: str, working: str, covariance: str, visit: str | None) -> None:
    """Refuse what is not there."""
    for name, value, allowed in (
        ("family", family, FAMILIES),
        ("working", working, WORKING),
        ("covariance", covariance, COVARIANCES),
    ):
        if value not in allowed:
            raise ModelError(
                f'{name} "{value}" is not available; available are {", ".join(allowed)}. {nearest(value, allowed)}'
            )
    if (visit is not None) != (working == "ar1"):
        raise ModelError(
            'working="ar1" needs the column of the visit (visit=), and no other working correlation has one'
        )


def _check_alpha(family: str, alpha: float | None) -> None:
    """Refuse an overdispersion without its family, or that is none."""
    if alpha is None:
        return
    if family != "nbinom2":
        raise ModelError(f'alpha= is of the family "nbinom2"; the family "{family}" has none')
    if isinstance(alpha, bool) or not 0 <= alpha < np.inf:
        raise ModelError(f"alpha is {alpha!r}; give a number from zero, or leave it out to estimate it by moments")


def _fixed_alpha(family: str, alpha: float | None) -> float | None:
    """Give alpha where nothing is to be estimated: NaN without counts, zero for Poisson's variance; else None."""
    return {"binomial": np.nan, "poisson": 0.0}.get(family, alpha)


def _visit_order(prepared: GlmmFrame, visit: str | None) -> Array | None:
    """Give each row the number of its visit, in order."""
    if visit is None:
        return None
    column = prepared.rows[visit]
    if pd.DataFrame({"subject": prepared.data.subject, "visit": column.to_numpy()}).duplicated().any():
        raise ModelError(f"Some subjects repeat a visit ({visit}); an autoregression needs one record per visit")
    return np.asarray(pd.Index(level_values(column)).get_indexer(pd.Index(column)), dtype=float)


@dataclass(frozen=True)
class _Equations:
    """The estimating equations of a model, on columns of unit mean square."""

    model: GlmmModel
    working: str
    covariance: str
    time: Array | None

    def with_moments(self) -> tuple[Any, float]:
        """Solve equations and moments of alpha in turns, from Poisson's variance; give the result and alpha."""
        result, alpha = self.solved(0.0), 0.0
        for _ in range(MAX_TURNS):
            y, mean = self.model.rows.family.y, np.asarray(result.fittedvalues)
            before, alpha = alpha, moment_alpha(y, mean, len(result.params))
            if abs(alpha - before) <= SAME_ALPHA * alpha:
                return result, alpha
            result = self.solved(alpha, start=result.params)
        raise ModelError(
            f"The overdispersion of the estimating equations did not settle in {MAX_TURNS} turns; fix it with alpha= "
            'or choose family="poisson"'
        )

    def covariance_of(self, result: Any) -> Array:  # noqa: ANN401
        """Give the covariance of the coefficients that was asked for."""
        if self.covariance != "morel":
            return np.asarray(result.cov_params())
        n, m = len(self.model.rows.X), len(np.unique(self.model.rows.subject))
        return morel_bokossa_neerchal(result.cov_robust, result.cov_naive, n, m)

    def solved(self, alpha: float, start: Array | None = None) -> Any:  # noqa: ANN401
        """Let statsmodels solve the equations; give its result.

        Parameters
        ----------
        alpha
            Of the variance mu + alpha mu^2 of counts; NaN for binary outcomes.
        start
            Coefficients to start from; None: those of the linearised outcome.
        """
        from statsmodels.genmod.generalized_estimating_equations import GEE

        from postinfusion.analyses.gee_working import variance_family, working_correlation

        rows, time = self.model.rows, self.time
        equations = GEE(
            rows.family.y,
            rows.X,
            groups=rows.subject,
            time=None if time is None else time[self.model.order][:, None],
            family=variance_family(alpha),
            cov_struct=working_correlation(self.working),
            offset=rows.offset,
        )
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = equations.fit(
                    start_params=self.model.start if start is None else start,
                    maxiter=MAX_ITERATIONS,
                    ctol=SOLVED * len(rows.X),
                    cov_type="robust" if self.covariance == "morel" else self.covariance.replace("-", "_"),
                    ddof_scale=0,
                    scale="X2",
                )
            except (ValueError, np.linalg.LinAlgError) as error:
                raise ModelError(
                    f"The estimating equations cannot be solved ({error}); choose another working correlation"
                ) from None
        if result is None or not result.converged or not np.isfinite(result.cov_params()).all():
            raise ModelError(
                f"The estimating equations were not solved in {MAX_ITERATIONS} iterations; simplify the model or "
                'choose working="independence"'
            )
        return result


def _refuse_separation(prepared: GlmmFrame, model: GlmmModel, result: Any) -> None:  # noqa: ANN401
    """Refuse a solution at infinity."""
    density = model.rows.family.density((model.rows.offset + model.rows.X @ result.params)[None], ())
    information = model.rows.X.T @ (-density.eta(2)[0][:, None] * model.rows.X)
    refuse_runaway(prepared.data, model, information)
