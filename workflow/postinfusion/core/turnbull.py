"""Turnbull's estimate of a distribution of times that are known to lie in intervals only.

Notation: observation i has its time in (l_i, r_i], with l_i = r_i where it is known exactly and r_i = inf where it had
not come by l_i; w_i is how often it was seen. (q_j, p_j] are the only intervals that can hold probability, s_j how much
each holds, and a_ij says whether (q_j, p_j] lies within (l_i, r_i].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

from postinfusion.errors import ModelError

Array = NDArray[np.float64]

GAP = 1e-9
"""At the maximum no direction raises the log-likelihood by more than this, for each observation."""
MOST_STEPS = 200_000
_GAP_OF_RESAMPLES = 1e-5
_END = 1e-6
_STEPS_BETWEEN_LOOKS = 50


@dataclass(frozen=True)
class TurnbullEstimate:
    """Probabilities of the intervals of support.

    Attributes
    ----------
    low, high
        Ends q_j and p_j of the intervals (q_j, p_j], ascending, (m,); the same where a time is known exactly.
    probability
        s_j, (m,).
    log_likelihood
        sum of w_i log sum_j a_ij s_j.
    """

    low: Array
    high: Array
    probability: Array
    log_likelihood: float

    def by(self, times: ArrayLike) -> Array:
        """Give the probability that the time has come by each of some times.

        Within an interval of support the data do not say when: its probability counts from its end on.
        """
        asked = np.asarray(times, dtype=np.float64)
        return np.asarray((self.high <= asked[..., None]) @ self.probability)

    def quantile(self, share: float) -> tuple[float, float]:
        """Give the interval of support in which a share has been reached: 0.5 for the median; its end may be inf."""
        place = int(np.searchsorted(np.cumsum(self.probability), share - 1e-9))
        place = min(place, len(self.low) - 1)
        return float(self.low[place]), float(self.high[place])


def turnbull(low: ArrayLike, high: ArrayLike, weight: ArrayLike | None = None) -> TurnbullEstimate:
    """Estimate the distribution of times in intervals by non-parametric maximum likelihood.

    Parameters
    ----------
    low, high
        The time lies in (low, high], (n,); low = high where it is known exactly, high = inf where it had not come.
    weight
        How often each was seen, (n,); once each when left out.

    Raises
    ------
    ModelError
        There is nothing, an interval ends before it begins, or the maximum was not reached.

    Notes
    -----
    Steps of self-consistency, s_j <- s_j / n sum_i w_i a_ij / sum_k a_ik s_k, until the Kuhn-Tucker conditions hold: no
    interval of support has a slope sum_i w_i a_ij / sum_k a_ik s_k above n (1 + 1e-9).

    References
    ----------
    Peto (1973), Applied Statistics 22, 86-91. Turnbull (1976), J. R. Statist. Soc. B 38, 290-295. Gentleman & Geyer
    (1994), Biometrika 81, 618-623.
    """
    start, end, counts = _checked(low, high, weight)
    q, p = _support(start, end)
    inside = _lies_within(start, end, q, p)
    s = _maximise(inside, counts[None], GAP)[0]
    if not np.isfinite(s).all():
        raise ModelError("the estimate of times in intervals did not reach its maximum. Group times more coarsely")
    return TurnbullEstimate(q, p, s, float(counts @ np.log(inside @ s)))


def turnbull_resampled(low: ArrayLike, high: ArrayLike, weights: ArrayLike, times: ArrayLike) -> Array:
    """Give the probability that the time has come by some times, for many weights of the same intervals.

    Parameters
    ----------
    low, high
        As in :func:`turnbull`, (n,).
    weights
        Weights of the intervals in each resample, (B, n); each resample has a positive sum.
    times
        At which the probability is asked, (k,).

    Returns
    -------
    array of shape (B, k)
        NaN for a resample that did not come within 1e-5 of its maximum.
    """
    start, end, _ = _checked(low, high, None)
    q, p = _support(start, end)
    found = _maximise(_lies_within(start, end, q, p), np.asarray(weights, dtype=np.float64), _GAP_OF_RESAMPLES)
    return np.asarray(found @ (p[:, None] <= np.asarray(times, dtype=np.float64)))


def clustered_limits(
    share: Array, variance: Array, units: int, clusters: int, confidence: float
) -> tuple[Array, Array]:
    """Give exact limits of shares at the effective number of units, from variances found by resampling clusters.

    The limits are those of Clopper and Pearson with n* units, of which share x n* have come; with t(d) the quantile of
    Student's t of d degrees of freedom

    n* = share (1 - share) / variance x [t(units - 1) / t(clusters - 1)]^2, at most the number of units.

    Where resampling says nothing, since in each resample all have come or none has, n* is the number of clusters; no
    limit is closer to a share of 0 or 1 than these are.

    Parameters
    ----------
    share, variance
        Estimated shares and their variances, (k,).
    units, clusters
        Number of times in intervals and of participants they are of; at least 2 clusters.
    confidence
        Level of the intervals.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24, 193-201.
    """
    upper = (1 + confidence) / 2
    by_df = float(stdtrit(max(units - 1, 1), upper) / stdtrit(clusters - 1, upper)) ** 2
    p = np.clip(np.where((share < _END) | (share > 1 - _END), np.round(share), share), 0.0, 1.0)
    says = (variance > 0) & (p > 0) & (p < 1)
    n_star = np.where(says, np.minimum(p * (1 - p) / np.where(says, variance, 1.0) * by_df, units), clusters)
    x, tail = p * n_star, (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(p == 0, 0.0, betaincinv(x, n_star - x + 1, tail))
        high = np.where(p == 1, 1.0, betaincinv(x + 1, n_star - x, 1 - tail))
    of_all = tail ** (1 / clusters)
    return np.minimum(low, of_all), np.maximum(high, 1 - of_all)


def _checked(low: ArrayLike, high: ArrayLike, weight: ArrayLike | None) -> tuple[Array, Array, Array]:
    """Give the ends and weights as arrays; refuse none, ends out of order and weights below zero."""
    start, end = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (low, high))
    counts = np.ones(start.shape) if weight is None else np.atleast_1d(np.asarray(weight, dtype=np.float64))
    if start.size == 0 or start.shape != end.shape or start.shape != counts.shape or counts.sum() <= 0:
        raise ModelError("times in intervals need a begin, an end and a weight each, and at least one of them")
    if not (np.isfinite(start).all() and (start <= end).all() and (counts >= 0).all()):
        raise ModelError("an interval of times ends before it begins, or has no beginning. Give low <= high")
    return start, end, counts


def _support(low: Array, high: Array) -> tuple[Array, Array]:
    """Give the innermost intervals: from a left end to the next right end without another left end between.

    At one time an exact observation comes first of all, then right ends, then left ends: (1, 2] and (2, 3] are apart,
    and (1, 2] holds the exact time 2.
    """
    exact = np.unique(low[low == high])
    open_ = low < high
    marks = [(time, 2, 0) for time in np.unique(low[open_])] + [(time, 1, 1) for time in np.unique(high[open_])]
    marks += [(time, 0, 2) for time in exact]
    found, begun = [], None
    for time, _, kind in sorted(marks):
        if kind == 2:
            found.append((time, time))
            begun = None
        elif kind == 0:
            begun = time
        elif begun is not None:
            found.append((begun, time))
            begun = None
    q, p = np.array(found, dtype=np.float64).T
    return q, p


def _lies_within(low: Array, high: Array, q: Array, p: Array) -> Array:
    """Say which interval of support lies within which observation, shape (n, m)."""
    is_point = (q == p)[None]
    after = np.where(is_point & (low < high)[:, None], q[None] > low[:, None], q[None] >= low[:, None])
    return np.asarray(after & (p[None] <= high[:, None]), dtype=np.float64)


def _maximise(inside: Array, weights: Array, gap: float) -> Array:
    """Give the probabilities for each row of weights (B, n), shape (B, m); NaN where the maximum was not reached."""
    total = weights.sum(axis=1, keepdims=True)
    s = np.full((len(weights), inside.shape[1]), 1 / inside.shape[1])
    open_ = np.arange(len(weights))
    for step in range(MOST_STEPS):
        slope = _slope(inside, weights[open_], s[open_]) / total[open_]
        s[open_] *= slope
        if step % _STEPS_BETWEEN_LOOKS == 0:
            open_ = open_[slope.max(axis=1) > 1 + gap]
            if open_.size == 0:
                return s
    s[open_] = np.nan
    return s


def _slope(inside: Array, weights: Array, s: Array) -> Array:
    """Give the slope of the log-likelihood in each probability, shape (B, m)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(weights > 0, weights / (s @ inside.T), 0.0)
    return np.asarray(per @ inside)
