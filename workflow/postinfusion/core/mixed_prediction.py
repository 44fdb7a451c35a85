"""What a mixed model predicts for rows of its groups, and what it leaves of the rows that it was fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.best_linear_prediction import Observed, best_linear_prediction
from postinfusion.core.linalg import Array
from postinfusion.core.mixed_model import GroupedData, MixedModelFit


@dataclass(frozen=True)
class NewRows:
    """Rows to predict.

    Attributes
    ----------
    X
        Shape (m, p): fixed effects in the basis of the inference.
    U
        Shape (m, r) for each level.
    group
        Shape (m,) for each level: codes of the fit; -1 for a group that it has not seen.
    """

    X: Array
    U: tuple[Array, ...]
    group: tuple[NDArray[np.intp], ...]


@dataclass(frozen=True)
class Residuals:
    """Residuals of the analysed rows.

    Attributes
    ----------
    marginal, marginal_deviation
        Shape (n,): y - X beta, and its standard deviation sqrt(V_jj).
    conditional, conditional_deviation
        Shape (n,): y - X beta - sum_l U_l b_l, and the standard deviation of e.
    cholesky
        Shape (n,): L^-1 (y - X beta) with V = L L', rows in their order within each outermost group.
    """

    marginal: Array
    marginal_deviation: Array
    conditional: Array
    conditional_deviation: Array
    cholesky: Array


def predict_rows(fit: MixedModelFit, new: NewRows) -> tuple[Array, Array]:
    """Predict x'beta + sum_l u_l'b_l of new rows, with the variance of the prediction error; shape (m,) each.

    What is predicted is a mean: the residuals, and their correlation, do not enter.
    """
    inference, data = fit.inference, fit.data
    estimate, prior = new.X @ inference.beta, np.zeros(len(new.X))
    for level, U in zip(fit.levels, new.U, strict=True):
        prior += (level.half(U) ** 2).sum(axis=1)
    variance = prior + np.einsum("mi,ij,mj->m", new.X, inference.V, new.X, optimize=True)
    K = data.X[:, inference.basis.kept] @ inference.basis.T
    residual, deviation = data.y - K @ inference.beta, _residual_deviation(fit)
    for code, rows in _outer_groups(data):
        members = np.flatnonzero(new.group[0] == code)
        if not len(members):
            continue
        c = _covariance_between(fit, new, members, rows)
        observed = Observed(K[rows], residual[rows], _covariance(fit, rows, deviation[rows]))
        added, variance[members] = best_linear_prediction(new.X[members], prior[members], c, observed, inference.V)
        estimate[members] += added
    return estimate, np.maximum(variance, 0.0)


def residuals(fit: MixedModelFit) -> Residuals:
    """Give the residuals of the analysed rows."""
    inference, data = fit.inference, fit.data
    marginal = data.y - data.X[:, inference.basis.kept] @ inference.coefficients()
    deviation = _residual_deviation(fit)
    conditional, variance = marginal.copy(), deviation**2
    for level, U, group in zip(fit.levels, data.U, data.group, strict=True):
        conditional -= level.fitted(U, group)
        variance += (level.half(U) ** 2).sum(axis=1)
    cholesky = np.empty_like(marginal)
    for _, rows in _outer_groups(data):
        cholesky[rows] = np.linalg.solve(np.linalg.cholesky(_covariance(fit, rows, deviation[rows])), marginal[rows])
    return Residuals(marginal, np.sqrt(variance), conditional, deviation, cholesky)


def _outer_groups(data: GroupedData) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Give the code and the rows of each outermost group."""
    order = np.argsort(data.group[0], kind="stable")
    start = np.searchsorted(data.group[0][order], np.arange(int(data.group[0].max()) + 2))
    for code in range(len(start) - 1):
        yield code, order[start[code] : start[code + 1]]


def _residual_deviation(fit: MixedModelFit) -> Array:
    """Give the standard deviation of e for each analysed row, shape (n,)."""
    deviation = np.full(len(fit.data.y), np.sqrt(fit.residual.sigma2))
    return deviation if fit.data.scale is None else deviation * np.exp(fit.data.scale @ fit.residual.delta)


def _covariance(fit: MixedModelFit, rows: NDArray[np.intp], deviation: Array) -> Array:
    """Give V of the rows of one outermost group, with their residual standard deviations."""
    data = fit.data
    V = np.diag(deviation**2)
    if data.time is not None and fit.residual.range:
        lag = np.abs(np.subtract.outer(data.time[rows], data.time[rows]))
        correlation = np.exp(-lag / fit.residual.range) * np.equal.outer(data.group[-1][rows], data.group[-1][rows])
        V = np.outer(deviation, deviation) * correlation
    for level, U, group in zip(fit.levels, data.U, data.group, strict=True):
        half = level.half(U[rows])
        V += np.equal.outer(group[rows], group[rows]) * (half @ half.T)
    return V


def _covariance_between(fit: MixedModelFit, new: NewRows, members: NDArray[np.intp], rows: NDArray[np.intp]) -> Array:
    """Give the covariance of new and analysed rows of one outermost group through their random effects."""
    c = np.zeros((len(members), len(rows)))
    for level, U, group, new_U, new_group in zip(fit.levels, fit.data.U, fit.data.group, new.U, new.group, strict=True):
        c += np.equal.outer(new_group[members], group[rows]) * (level.half(new_U[members]) @ level.half(U[rows]).T)
    return c
