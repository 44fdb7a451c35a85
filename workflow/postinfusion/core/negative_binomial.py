"""Counts of events per participant: negative binomial regression with person-time, without random effects.

Notation: y_i events in the person-time T_i, log mu_i = x_i'beta + log T_i, Var y_i = mu_i + mu_i^2 / theta. W has the
weights mu_i / (1 + mu_i / theta) on its diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, xlogy

from postinfusion.core.rising_factorial import log_rising_factorial
from postinfusion.errors import ModelError

Array = NDArray[np.float64]

_MOST_STEPS = 100
_SOLVED = 1e-20
_RUN_AWAY = 30.0
# log theta between counts that are all in one participant, and Poisson counts to all digits.
_LEAST, _MOST = -14.0, 16.0


@dataclass(frozen=True)
class NegativeBinomial:
    """A fitted negative binomial model.

    Attributes
    ----------
    coefficients
        beta, (p,): log rates and log rate ratios.
    covariance
        Robust covariance, (p, p): it holds also where the variance is not that of the model.
    model_covariance
        (X'WX)^-1, (p, p), as R's MASS::glm.nb gives it.
    theta
        Infinite where the counts vary no more than Poisson counts.
    log_likelihood
        At the estimate.
    n, events
        Participants and events.
    """

    coefficients: Array
    covariance: Array
    model_covariance: Array
    theta: float
    log_likelihood: float
    n: int
    events: float

    @property
    def std_errors(self) -> Array:
        """Robust standard errors of the coefficients, (p,)."""
        return np.sqrt(np.diag(self.covariance))


def fit_negative_binomial(counts: ArrayLike, exposure: ArrayLike, covariates: ArrayLike) -> NegativeBinomial:
    """Fit a negative binomial model by maximum likelihood.

    Parameters
    ----------
    counts, exposure
        y_i, 0 or more, and T_i, above 0, (n,).
    covariates
        X, (n, p), of full rank, with its column of ones.

    Raises
    ------
    ModelError
        There is no event, fewer participants than columns, no person-time, or a rate runs away to 0.

    Notes
    -----
    theta maximises the profile likelihood; where its derivative says that Poisson's variance is not exceeded
    (sum (y - mu)^2 - y <= 0 at Poisson's estimate), theta is infinite. The robust covariance is
    (X'WX)^-1 (sum U_i U_i') (X'WX)^-1 with U_i = x_i (y_i - mu_i) / (1 + mu_i / theta); theta does not enter it, since
    beta and theta are orthogonal.

    References
    ----------
    Lawless (1987), Canadian J. Statistics 15, 209-225. White (1982), Econometrica 50, 1-25.
    """
    y, t = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (counts, exposure))
    x = np.asarray(covariates, dtype=np.float64).reshape(y.size, -1)
    _check(y, t, x)
    offset = np.log(t)
    beta = _beta(y, offset, x, np.inf, _start(y, offset, x))
    theta = _theta(y, offset, x, beta)
    beta = _beta(y, offset, x, theta, beta)
    mu = np.exp(offset + x @ beta)
    bread = np.asarray(np.linalg.inv((x * (mu / (1 + mu / theta))[:, None]).T @ x), dtype=np.float64)
    each = x * ((y - mu) / (1 + mu / theta))[:, None]
    robust = bread @ (each.T @ each) @ bread
    return NegativeBinomial(beta, robust, bread, theta, _log_likelihood(y, mu, theta), y.size, float(y.sum()))


def _check(y: Array, t: Array, x: Array) -> None:
    """Refuse counts that no model can be fitted to."""
    if y.shape != t.shape or (y < 0).any() or not (t > 0).all():
        raise ModelError("each participant needs a count of 0 or more and person-time above 0. Give both.")
    if not y.any():
        raise ModelError("no event happened: there is no rate to compare")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ModelError("the columns of the model repeat each other. Remove one.")


def _start(y: Array, offset: Array, x: Array) -> Array:
    """Give the coefficients at which all have the mean rate."""
    rate = float(np.log(y.sum() / np.exp(offset).sum()))
    return np.asarray(np.linalg.lstsq(x, np.full(y.size, rate), rcond=None)[0], dtype=np.float64)


def _beta(y: Array, offset: Array, x: Array, theta: float, beta: Array) -> Array:
    """Solve the score equation of beta at a theta by Fisher's scoring."""
    for _ in range(_MOST_STEPS):
        mu = np.exp(offset + x @ beta)
        weight = mu / (1 + mu / theta)
        score = x.T @ ((y - mu) / (1 + mu / theta))
        move = np.linalg.lstsq((x * weight[:, None]).T @ x, score, rcond=None)[0]
        if score @ move < _SOLVED * y.size:
            return beta
        beta = beta + move * min(1.0, 2.0 / float(np.abs(move).max()))
        if np.abs(x @ beta + offset).max() > _RUN_AWAY:
            break
    raise ModelError("a rate runs away to 0: a group has no event")


def _theta(y: Array, offset: Array, x: Array, beta: Array) -> float:
    """Find theta where the derivative of the profile likelihood is 0; infinite where it never falls below."""
    mu = np.exp(offset + x @ beta)
    if ((y - mu) ** 2 - y).sum() <= 0:
        return float("inf")

    def slope(log_theta: float) -> float:
        theta = float(np.exp(log_theta))
        fitted = np.exp(offset + x @ _beta(y, offset, x, theta, beta))
        of_gammas = log_rising_factorial(y, np.array(theta), 1)
        return float((of_gammas - theta * np.log1p(fitted / theta) + fitted * (y + theta) / (fitted + theta)).sum())

    high = 0.0
    while slope(high) > 0:
        high += 2.0
        if high > _MOST:
            return float("inf")
    low = high - 2.0
    while slope(low) < 0:
        low -= 2.0
        if low < _LEAST:
            raise ModelError("the events are nearly all of one participant: their dispersion cannot be estimated")
    return float(np.exp(brentq(slope, low, high, xtol=1e-12, rtol=1e-13)))


def _log_likelihood(y: Array, mu: Array, theta: float) -> float:
    """Evaluate the log-likelihood; Poisson's at an infinite theta."""
    if np.isinf(theta):
        return float((xlogy(y, mu) - mu - gammaln(y + 1)).sum())
    of_gammas = log_rising_factorial(y, np.array(theta)) - gammaln(y + 1)
    return float((of_gammas + xlogy(y, mu) - (y + theta) * np.log1p(mu / theta)).sum())
