"""Decay since an infusion, exp(-t / tau), its accumulation over infusions, and the profile likelihood of tau."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

from postinfusion.core.contrasts import check_confidence
from postinfusion.core.linalg import Array

# tau is found to this share of itself.
PRECISION = 1e-5
Drop = Callable[[float], float]


@dataclass(frozen=True)
class RateProfile:
    """The profile likelihood of a decay time tau.

    Attributes
    ----------
    tau, log_likelihood
        Shape (g,): the grid, and the largest log-likelihood at each of its points.
    estimate
        Where the log-likelihood is largest within the range of the grid.
    low, high
        Interval of the calibrated profile likelihood; the end of the grid where it reaches beyond.
    reaches_below, reaches_above
        Whether the interval reaches beyond the lower or the upper end of the grid.
    """

    tau: Array
    log_likelihood: Array
    estimate: float
    low: float
    high: float
    reaches_below: bool
    reaches_above: bool

    @property
    def problem(self) -> str:
        """Say why the data do not tell tau; empty where they do.

        A flat profile holds the whole grid. A maximum at an end of the grid is no maximum of the likelihood.
        """
        ends = f"{self.tau[0]:g} to {self.tau[-1]:g} days"
        if self.reaches_below and self.reaches_above:
            return f"not identifiable: the likelihood hardly changes with tau from {ends}"
        at_end = np.isclose(self.estimate, [self.tau[0], self.tau[-1]], rtol=10 * PRECISION)
        if at_end.any():
            side = "below" if at_end[0] else "above"
            return f"not identifiable: the likelihood is largest {side} the grid, which is {ends}"
        return ""


def decay(time: Array, tau: float) -> tuple[Array, Array]:
    """Give ``exp(-t / tau)`` and its derivative in log tau, ``(t / tau) exp(-t / tau)``.

    Parameters
    ----------
    time
        Any shape: time since the infusion, not negative, in the unit of tau; infinite where there was none.
    tau
        Time in which a share of 1/e is left.
    """
    x = np.asarray(time, dtype=float) / tau
    value = np.exp(-x)
    return value, np.where(np.isinf(x), 0.0, x) * value


def accumulated_decay(time: Array, starts: Array, tau: float) -> tuple[Array, Array]:
    """Give the sum of the decays since all infusions begun before, ``sum_{s_k <= t} exp(-(t - s_k) / tau)``.

    Parameters
    ----------
    time
        Shape (n,).
    starts
        Shape (n, k): starts of the infusions that count for each time, or (k,) for the same at all times; NaN where
        there was none.
    tau
        As in :func:`decay`.

    Returns
    -------
    tuple
        The sum and its derivative in log tau, shape (n,) each.
    """
    since = np.asarray(time, dtype=float)[:, None] - np.atleast_2d(starts)
    value, slope = decay(np.where(since >= 0, since, np.inf), tau)
    return value.sum(axis=1), slope.sum(axis=1)


def profile_rate(
    log_likelihood: Callable[[float], float],
    grid: Array,
    *,
    calibrated: Callable[[float], Drop] | None = None,
    confidence: float = 0.95,
) -> RateProfile:
    """Follow the log-likelihood, maximised over all other parameters, along tau.

    The interval holds tau with ``2 (l_max - l(tau)) <= drop(tau)``; its limits are found between the outermost point of
    the grid inside and its neighbour outside, so that a profile with two maxima gives one interval around both.

    Parameters
    ----------
    log_likelihood
        Of tau; by maximum likelihood, since restricted likelihoods of different fixed effects do not compare.
    grid
        Shape (g,): rising and positive, three points or more.
    calibrated
        Gives, of the estimate, the drop at each tau (:mod:`postinfusion.core.rate_calibration`); None: the quantile of
        chi-square with one degree of freedom, which holds where the data tell tau sharply.
    confidence
        Coverage of the interval.

    References
    ----------
    Pawitan (2001), In All Likelihood, section 3.4.
    """
    check_confidence(confidence)
    at = cache(lambda log_tau: log_likelihood(float(np.exp(log_tau))))
    points = np.log(grid)
    values = np.array([at(point) for point in points])
    best = int(values.argmax())
    top, highest = _refined(at, points, best)
    drop = calibrated(float(np.exp(top))) if calibrated else lambda _: float(chdtri(1, 1 - confidence))

    def excess(point: float) -> float:
        return at(point) - highest + drop(float(np.exp(point))) / 2

    low, high = (_limit(excess, points, top, side) for side in (-1, 1))
    return RateProfile(
        tau=np.asarray(grid, dtype=float),
        log_likelihood=values,
        estimate=float(np.exp(top)),
        low=float(np.exp(low)),
        high=float(np.exp(high)),
        reaches_below=excess(points[0]) >= 0,
        reaches_above=excess(points[-1]) >= 0,
    )


def _refined(at: Callable[[float], float], points: Array, best: int) -> tuple[float, float]:
    """Find the maximum near the best point of the grid; give it with its log-likelihood."""
    bounds = (points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)])
    found = minimize_scalar(lambda point: -at(point), bounds=bounds, method="bounded", options={"xatol": PRECISION})
    if -found.fun > at(points[best]):
        return float(found.x), float(-found.fun)
    return float(points[best]), at(points[best])


def _limit(excess: Callable[[float], float], points: Array, top: float, side: int) -> float:
    """Find where the excess over the cut is zero beyond the outermost point of the grid inside; else the grid's end."""
    outward = points[(points - top) * side > 0][::side]
    inner = next((float(point) for point in outward[::-1] if excess(point) >= 0), top)
    beyond = outward[(outward - inner) * side > 0]
    return float(brentq(excess, inner, beyond[0], xtol=PRECISION)) if len(beyond) else inner
