"""Expected outcomes on the response scale: at random effects of zero, or averaged over the random effects.

A marginal (population-averaged) expectation integrates the inverse link over eta ~ N(x'beta, u'Gu); the random
effects enter through that one normal variable, whatever their number. Standard errors are by the delta method over
all parameters, the covariance of the random effects and the dispersion included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from postinfusion.core.glmm_families import Binomial, Family, Poisson
from postinfusion.core.glmm_fit import GlmmOptimum
from postinfusion.core.linalg import Array
from postinfusion.core.zero_inflation import Hurdle, ZeroInflated

Kind = Literal["conditional", "marginal"]
# The trapezoid rule on a normal density converges exponentially: below 1e-12 for logits with a standard deviation up
# to 6 (poles of the logistic function at distance pi / sd).
TRAPEZOID = np.arange(-90, 91) / 10.0
TRAPEZOID_WEIGHTS = np.exp(-(TRAPEZOID**2) / 2) / np.exp(-(TRAPEZOID**2) / 2).sum()
DIFFERENCE = 1e-5


@dataclass(frozen=True)
class Grid:
    """Rows at which outcomes are expected.

    Attributes
    ----------
    X
        Shape (m, c): design of the means, as it came.
    U
        Shape (m, r): design of the random effects, as it came.
    Z
        Shape (m, cz): design of the zeros.
    average
        Shape (g, m): weights of the rows in each of g averages.
    """

    X: Array
    U: Array
    Z: Array
    average: Array


@dataclass(frozen=True)
class Expected:
    """Averages of expected outcomes.

    Attributes
    ----------
    estimate
        Shape (g,), or (J g,) with the categories of an ordinal outcome varying fastest.
    covariance
        Of the estimates.
    """

    estimate: Array
    covariance: Array


def expected_outcomes(fit: GlmmOptimum, grid: Grid, kind: Kind) -> Expected:
    """Give averages of expected outcomes (means of counts, probabilities) with their covariance.

    Parameters
    ----------
    fit
        The fitted model.
    grid
        Rows and averages; offsets are zero, that is, an exposure of one.
    kind
        ``conditional``: at random effects of zero; ``marginal``: averaged over the random effects.

    References
    ----------
    Zeger, Liang & Albert (1988), Biometrics 44, 1049-1060 (marginal means under random effects). Trefethen & Weideman
    (2014), SIAM Review 56, 385-458 (the trapezoid rule).
    """
    X, U = fit.model.columns.inner(grid.X), grid.U @ fit.model.turn
    zero = fit.model.zero_columns
    Z = zero.inner(grid.Z) if zero is not None else np.empty((len(X), 0))

    def averages(psi: Array) -> Array:
        beta, gamma, Lambda = fit.likelihood.split(psi)
        spread = np.sqrt(np.sum((U @ Lambda) ** 2, axis=1)) if kind == "marginal" else np.zeros(len(X))
        with np.errstate(over="ignore"):
            return (grid.average @ _expected(fit, X @ beta, spread, gamma, Z).T).ravel()

    jacobian = _jacobian(averages, fit.psi)
    return Expected(averages(fit.psi), jacobian @ fit.covariance @ jacobian.T)


def _expected(fit: GlmmOptimum, eta: Array, spread: Array, gamma: Array, Z: Array) -> Array:
    """Give expected outcomes of rows with predictors N(eta, spread^2), shape (outcomes, m)."""
    family = fit.model.rows.family
    if fit.model.name == "ordinal":
        return _category_probabilities(gamma, eta, spread)
    auxiliary: tuple[Array, ...] = (Z @ gamma[: Z.shape[1]],) if Z.shape[1] else ()
    auxiliary += tuple(np.full(len(eta), value) for value in gamma[Z.shape[1] :])
    if isinstance(family, Hurdle | Binomial):
        return _integrated(lambda at: family.mean(at, auxiliary), eta, spread)[None]
    # Under a log link the average over a normal variable has a closed form.
    return np.asarray(_log_linear_mean(family, eta + spread**2 / 2, auxiliary))[None]


def _log_linear_mean(family: Family, eta: Array, auxiliary: tuple[Array, ...]) -> Array:
    """Give the mean of a family whose mean is proportional to exp(eta)."""
    if isinstance(family, ZeroInflated):
        return np.asarray(expit(-auxiliary[0]) * np.exp(eta))
    return Poisson(np.zeros(1)).mean(eta, ())


def _category_probabilities(theta: Array, eta: Array, spread: Array) -> Array:
    """Give the probability of each category, shape (J, m)."""
    below = _integrated(lambda at: expit(theta[:, None] - at[:, None]).reshape(len(at), -1), eta, spread)
    cumulative = below.reshape(len(theta), len(eta))
    edges = np.concatenate([np.zeros((1, len(eta))), cumulative, np.ones((1, len(eta)))])
    return np.asarray(np.diff(edges, axis=0))


def _integrated(function: Callable[[Array], Array], eta: Array, spread: Array) -> Array:
    """Average a function over N(eta, spread^2); it is given (nodes, m) and gives (nodes, any)."""
    if not spread.any():
        return np.asarray(function(eta[None])[0])
    values = function(eta + TRAPEZOID[:, None] * spread)
    return np.asarray(TRAPEZOID_WEIGHTS @ values, dtype=np.float64)


def _jacobian(function: Callable[[Array], Array], psi: Array) -> Array:
    """Give the derivatives of a function of the parameters by central differences, shape (outputs, P)."""
    columns = []
    for k in range(len(psi)):
        step = np.zeros_like(psi)
        step[k] = DIFFERENCE * max(1.0, abs(float(psi[k])))
        columns.append((function(psi + step) - function(psi - step)) / (2 * step[k]))
    return np.stack(columns, axis=-1)
