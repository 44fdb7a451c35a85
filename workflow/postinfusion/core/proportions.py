"""Proportions, their difference and their ratio: exact and score intervals that are safe with zero events.

Notation: x events among n; d = p1 - p2 is the risk difference; z the quantile of the standard normal. All functions
take numbers or arrays of one shape and work element by element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

from postinfusion.errors import ModelError

Array = NDArray[np.float64]

HALVINGS = 60  # of an interval of at most 2: below the resolution of double precision


@dataclass(frozen=True)
class Interval:
    """Estimates with their two-sided confidence limits, of one shape each."""

    estimate: Array
    conf_low: Array
    conf_high: Array


@dataclass(frozen=True)
class _Counts:
    """Events and totals of two groups."""

    x1: Array
    n1: Array
    x2: Array
    n2: Array


def clopper_pearson(events: ArrayLike, total: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Give a proportion with its exact interval.

    Parameters
    ----------
    events, total
        Number with the event, and number observed; 0 <= events <= total, total >= 1.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of a proportion.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    x, n = _counts(events, total)
    tail = (1 - confidence) / 2
    low = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 1), n - x + 1, tail))
    high = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail))
    return Interval(x / n, low, high)


def miettinen_nurminen(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Give the difference of two proportions with its score interval.

    The limits are the differences d at which the score statistic, whose variance uses the estimates restricted to
    p1 - p2 = d and the factor N / (N - 1), equals the normal quantile. They are found by halving, since the statistic
    falls with d.

    Parameters
    ----------
    events, total
        Counts of the arm of interest.
    reference_events, reference_total
        Counts of the arm it is compared with.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of proportions.

    References
    ----------
    Miettinen & Nurminen (1985), Statistics in Medicine 4, 213-226, equations 8 and 9.
    """
    counts = _Counts(*_counts(events, total), *_counts(reference_events, reference_total))
    estimate = np.asarray(counts.x1 / counts.n1 - counts.x2 / counts.n2)
    z = float(ndtri((1 + confidence) / 2))
    low = _where_score_is(counts, z, np.full_like(estimate, -1.0), estimate)
    high = _where_score_is(counts, -z, estimate, np.full_like(estimate, 1.0))
    return Interval(estimate, low, high)


def miettinen_nurminen_ratio(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Give the ratio of two proportions with its score interval.

    The limits are the ratios t at which the score statistic of p1 - t p2, whose variance uses the estimates restricted
    to p1 = t p2 and the factor N / (N - 1), equals the normal quantile. They are found by halving t / (1 + t).

    Parameters
    ----------
    events, total
        Counts of the arm of interest.
    reference_events, reference_total
        Counts of the arm it is compared with.
    confidence
        Level of the interval.

    Returns
    -------
    Interval
        Without an event in the reference arm estimate and upper limit are infinite; without any in both the estimate is
        NaN and the limits are 0 and infinity.

    Raises
    ------
    ModelError
        The counts are not those of proportions.

    References
    ----------
    Miettinen & Nurminen (1985), Statistics in Medicine 4, 213-226, equations 10 and 11. Without the factor N / (N - 1)
    the limits are those of Koopman (1984), Biometrics 40, 513-517.
    """
    counts = _Counts(*_counts(events, total), *_counts(reference_events, reference_total))
    first, second = counts.x1 / counts.n1, counts.x2 / counts.n2
    unknown = np.where(first > 0, np.inf, np.nan)
    estimate = np.divide(first, second, out=unknown, where=second > 0)
    z = float(ndtri((1 + confidence) / 2))
    low, high = (_where_score_of_ratio_is(counts, quantile) for quantile in (z, -z))
    return Interval(estimate, np.where(counts.x1 > 0, low, 0.0), np.where(counts.x2 > 0, high, np.inf))


def _where_score_of_ratio_is(counts: _Counts, z: float) -> Array:
    """Give the ratio at which the score equals z, by halving t / (1 + t)."""
    low, high = np.zeros_like(counts.x1), np.full_like(counts.x1, np.nextafter(1.0, 0.0))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_above = _score_of_ratio(counts, middle / (1 - middle)) > z
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    middle = (low + high) / 2
    ratio: Array = middle / (1 - middle)
    return ratio


def _score_of_ratio(counts: _Counts, t: Array) -> Array:
    """Give the score statistic of a ratio above 0; infinite where the restricted variance is zero."""
    total, both = counts.n1 + counts.n2, counts.x1 + counts.x2
    b = -(counts.n1 * t + counts.x1 + counts.n2 + counts.x2 * t)
    root = np.sqrt(np.maximum(b**2 - 4 * total * t * both, 0.0))
    p2 = np.minimum(2 * both / (root - b), 1.0)  # the smaller root of the quadratic, without cancellation
    p1 = np.minimum(t * p2, 1.0)
    variance = (p1 * (1 - p1) / counts.n1 + t**2 * p2 * (1 - p2) / counts.n2) * total / (total - 1)
    distance = counts.x1 / counts.n1 - t * counts.x2 / counts.n2
    limit: Array = np.where(distance > 0, np.inf, np.where(distance < 0, -np.inf, 0.0))
    np.divide(distance, np.sqrt(np.maximum(variance, 0.0)), out=limit, where=variance > 0)
    return limit


def restricted_proportions(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    difference: ArrayLike,
) -> tuple[Array, Array]:
    """Give the maximum-likelihood proportions under p1 - p2 = difference, by the closed form of the cubic.

    References
    ----------
    Miettinen & Nurminen (1985), appendix 1.
    """
    counts = _Counts(*_counts(events, total), *_counts(reference_events, reference_total))
    return _restricted(counts, np.asarray(difference, dtype=float))


def _restricted(counts: _Counts, d: Array) -> tuple[Array, Array]:
    """Solve the cubic for the proportions restricted to a difference."""
    x1, n1, x2, n2 = counts.x1, counts.n1, counts.x2, counts.n2
    total = n1 + n2
    l3, l2 = total, (n1 + 2 * n2) * d - total - (x1 + x2)
    l1 = (n2 * d - total - 2 * x2) * d + (x1 + x2)
    l0 = x2 * d * (1 - d)
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = np.where(q > 0, 1.0, -1.0) * np.sqrt(np.maximum(l2**2 / (3 * l3) ** 2 - l1 / (3 * l3), 0.0))
    cosine = np.divide(q, p**3, out=np.zeros_like(q), where=p != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    second = np.clip(2 * p * np.cos(angle) - l2 / (3 * l3), np.maximum(0.0, -d), np.minimum(1.0, 1 - d))
    return second + d, second


def _score(counts: _Counts, d: Array) -> Array:
    """Give the score statistic of a difference; infinite where the restricted variance is zero."""
    p1, p2 = _restricted(counts, d)
    total = counts.n1 + counts.n2
    variance = (p1 * (1 - p1) / counts.n1 + p2 * (1 - p2) / counts.n2) * total / (total - 1)
    distance = counts.x1 / counts.n1 - counts.x2 / counts.n2 - d
    rounding = np.finfo(float).eps
    limit = np.where(distance > rounding, np.inf, np.where(distance < -rounding, -np.inf, 0.0))
    return np.divide(distance, np.sqrt(np.maximum(variance, 0.0)), out=limit, where=variance > 0)


def _where_score_is(counts: _Counts, z: float, low: Array, high: Array) -> Array:
    """Give the difference between two bounds at which the score equals z, by halving."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_above = _score(counts, middle) > z
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return (low + high) / 2


def _counts(events: ArrayLike, total: ArrayLike) -> tuple[Array, Array]:
    """Give events and totals as arrays.

    Raises
    ------
    ModelError
        Some are not those of a proportion.
    """
    x, n = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(total, dtype=float))
    wrong = (n < 1) | (x < 0) | (x > n)
    if wrong.any():
        raise ModelError(f"{x[wrong][0]:g} of {n[wrong][0]:g} is not a proportion")
    return x, n
