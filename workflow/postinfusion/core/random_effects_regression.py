"""Linear regression of estimates whose sampling variances are known, and which differ beyond these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

_RANK = 1e-10
_NO_VARIATION = 1e-24  # residuals of this share of the values, squared, are rounding


@dataclass(frozen=True)
class RandomEffectsRegression:
    """A regression of estimates with known sampling variances.

    Attributes
    ----------
    coefficients
        Shape (p,).
    covariance
        Shape (p, p), scaled by the weighted residuals.
    df
        Degrees of freedom, n - p.
    variance
        tau^2, the variance of the true values beyond the columns; zero where the sampling variances explain all.
    """

    coefficients: Array
    covariance: Array
    df: float
    variance: float


def regress_estimates(X: Array, y: Array, sampling_variance: Array) -> RandomEffectsRegression:
    r"""Regress y_i ~ N(x_i' beta, tau^2 + v_i) on X.

    tau^2 solves Q(tau^2) = sum_i r_i^2 / (tau^2 + v_i) = n - p (zero where Q(0) is smaller); the covariance of the
    coefficients is multiplied by Q / (n - p), one wherever tau^2 is positive, and its t distribution has n - p degrees
    of freedom. Where all v_i are equal this is ordinary least squares, whatever they are: then with two groups
    Student's t test, and with an intercept alone the paired t test.

    Parameters
    ----------
    X
        Shape (n, p).
    y, sampling_variance
        Shape (n,), variances positive.

    Raises
    ------
    ModelError
        There are no more estimates than columns, or the columns determine each other.

    References
    ----------
    Paule & Mandel (1982), J. Res. Natl. Bur. Stand. 87, 377-385; Hartung & Knapp (2001), Stat. Med. 20, 3875-3889;
    Knapp & Hartung (2003), Stat. Med. 22, 2693-2710.
    """
    n, p = X.shape
    if n <= p:
        raise ModelError(f"{n} participants are too few for {p} coefficients")
    if np.linalg.matrix_rank(X, tol=_RANK * np.linalg.norm(X)) < p:
        raise ModelError("the columns of the regression determine each other")
    start = float(np.mean(sampling_variance))
    v = sampling_variance / start
    variance = _between(X, y / np.sqrt(start), v) * start
    beta, inverse, weighted = _weighted(X, y, variance + sampling_variance)
    if not weighted > _NO_VARIATION * float(y @ (y / (variance + sampling_variance))):
        raise ModelError("the participants do not differ at all: no standard error exists")
    return RandomEffectsRegression(beta, inverse * weighted / (n - p), float(n - p), variance)


def _weighted(X: Array, y: Array, variance: Array) -> tuple[Array, Array, float]:
    """Give coefficients, inverse of the weighted cross products, and the weighted sum of squared residuals."""
    root = np.sqrt(variance)
    Q, R = np.linalg.qr(X / root[:, None])
    beta = np.linalg.solve(R, Q.T @ (y / root))
    residual = (y - X @ beta) / root
    inverse = np.linalg.inv(R)
    return beta, inverse @ inverse.T, float(residual @ residual)


def _between(X: Array, y: Array, v: Array) -> float:
    """Give tau^2 in units of the mean sampling variance."""
    df = X.shape[0] - X.shape[1]

    def excess(tau2: float) -> float:
        return float(_weighted(X, y, tau2 + v)[2] - df)

    if excess(0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 4
    return float(brentq(excess, 0.0, high, xtol=1e-14, rtol=1e-12))
