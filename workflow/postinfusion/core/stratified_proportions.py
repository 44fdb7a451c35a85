"""Difference of two proportions over strata: Miettinen and Nurminen's score interval with Mantel-Haenszel weights.

Notation: in stratum k, x1 of n1 and x2 of n2 have the event, N = n1 + n2, d_k = x1/n1 - x2/n2; the weight is
w = n1 n2 / N. A stratum in which one of the groups is empty has the weight zero and says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from postinfusion.core.proportions import restricted_proportions
from postinfusion.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Strata:
    """Counts of two groups in the strata in which both have anyone, each of shape (K,)."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array

    @property
    def weights(self) -> Array:
        """The Mantel-Haenszel weights n1 n2 / N."""
        return self.n1 * self.n2 / (self.n1 + self.n2)


@dataclass(frozen=True)
class StratifiedDifference:
    """A difference of proportions over strata.

    Attributes
    ----------
    estimate
        Weighted mean of the strata's differences.
    conf_low, conf_high
        Limits of the score interval.
    statistic, p_value
        Score statistic of no difference, a standard normal, and its two-sided p; NaN where no one or everyone has the
        event in each stratum.
    n_strata
        Strata that have participants of both groups.
    """

    estimate: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float
    n_strata: int


def stratified_difference(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    *,
    confidence: float = 0.95,
) -> StratifiedDifference:
    """Give the difference of two proportions over strata with its score interval.

    The limits are the common differences d at which::

        sum w_k (d_k - d) / sqrt(sum w_k^2 V_k(d)),   V_k = (p1 (1 - p1) / n1 + p2 (1 - p2) / n2) N / (N - 1)

    equals a normal quantile, with p1 and p2 the maximum-likelihood proportions of the stratum under p1 - p2 = d. With
    one stratum it is Miettinen and Nurminen's interval; at d = 0 its square is the Cochran-Mantel-Haenszel statistic
    without correction of continuity.

    Parameters
    ----------
    events, total
        Counts of the arm of interest, one per stratum; a total may be zero.
    reference_events, reference_total
        Counts of the arm it is compared with.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of proportions, or no stratum has participants of both arms.

    Notes
    -----
    Miettinen and Nurminen weight iteratively by inverse variances; Mantel-Haenszel weights do not move with d, stay
    defined with zero cells and in strata of a few, and make test and interval agree with the Cochran-Mantel-Haenszel
    test. R's ``ratesci::scoreci(stratified = TRUE, weighting = "MH", skew = FALSE)`` does the same.

    References
    ----------
    Miettinen & Nurminen (1985), Statistics in Medicine 4, 213-226, section 5; Mantel & Haenszel (1959), J. Natl.
    Cancer Inst. 22, 719-748.
    """
    strata = strata_of(events, total, reference_events, reference_total)
    w = strata.weights / strata.weights.sum()
    estimate = float(w @ (strata.x1 / strata.n1 - strata.x2 / strata.n2))
    z = float(ndtri((1 + confidence) / 2))
    statistic = _score(strata, 0.0)
    has_test = bool(np.isfinite(statistic))
    return StratifiedDifference(
        estimate,
        _where_score_is(strata, z, -1.0, estimate),
        _where_score_is(strata, -z, estimate, 1.0),
        statistic if has_test else np.nan,
        float(2 * ndtr(-abs(statistic))) if has_test else np.nan,
        len(w),
    )


def strata_of(events: ArrayLike, total: ArrayLike, reference_events: ArrayLike, reference_total: ArrayLike) -> Strata:
    """Give the strata in which both groups have anyone.

    Raises
    ------
    ModelError
        The counts are not those of proportions, or no stratum has participants of both groups.
    """
    given = [np.atleast_1d(np.asarray(counts, dtype=float)) for counts in (events, total, reference_events,
                                                                         reference_total)]  # fmt: skip
    x1, n1, x2, n2 = np.broadcast_arrays(*given)
    if ((x1 < 0) | (x1 > n1) | (x2 < 0) | (x2 > n2)).any():
        raise ModelError("some stratum has more events than participants")
    both = (n1 > 0) & (n2 > 0)
    if not both.any():
        raise ModelError("no stratum has participants of both arms")
    return Strata(x1[both], n1[both], x2[both], n2[both])


def _score(strata: Strata, d: float) -> float:
    """Give the score statistic of a common difference; infinite, or NaN at no distance, where its variance is zero."""
    w, total = strata.weights, strata.n1 + strata.n2
    p1, p2 = restricted_proportions(strata.x1, strata.n1, strata.x2, strata.n2, d)
    variance = (p1 * (1 - p1) / strata.n1 + p2 * (1 - p2) / strata.n2) * total / (total - 1)
    distance = float(w @ (strata.x1 / strata.n1 - strata.x2 / strata.n2 - d))
    spread = float(np.sqrt(np.maximum(w**2 @ variance, 0.0)))
    if spread > 0:
        return distance / spread
    return float(np.copysign(np.inf, distance)) if abs(distance) > np.finfo(float).eps * w.sum() else np.nan


def _where_score_is(strata: Strata, z: float, low: float, high: float) -> float:
    """Give the common difference between two bounds at which the score, which falls with it, equals z."""
    if low >= high:
        return low
    return float(brentq(lambda d: _bounded(_score(strata, d)) - _bounded(z), low, high, xtol=1e-15, rtol=1e-14))


def _bounded(score: float) -> float:
    """Give a score between -1 and 1, since it is infinite at the ends; no distance without variance counts as zero."""
    if not np.isfinite(score):
        return 0.0 if np.isnan(score) else float(np.sign(score))
    return score / (1 + abs(score))
