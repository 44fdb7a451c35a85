"""Proportions and their difference: exact and score intervals that are safe with zero events.

Notation: x events among n; p1 - p2 is the risk difference; z the quantile of the standard normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, ndtri

from postinfusion.errors import ModelError


@dataclass(frozen=True)
class Interval:
    """An estimate with its two-sided confidence limits."""

    estimate: float
    conf_low: float
    conf_high: float


def clopper_pearson(events: int, total: int, *, confidence: float = 0.95) -> Interval:
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
    _refuse_impossible(events, total)
    tail = (1 - confidence) / 2
    low = 0.0 if events == 0 else float(betaincinv(events, total - events + 1, tail))
    high = 1.0 if events == total else float(betaincinv(events + 1, total - events, 1 - tail))
    return Interval(events / total, low, high)


def miettinen_nurminen(
    events: int, total: int, reference_events: int, reference_total: int, *, confidence: float = 0.95
) -> Interval:
    """Give the difference of two proportions with its score interval.

    The limits are the differences d at which the score statistic, whose variance uses the estimates restricted to
    p1 - p2 = d and the factor N / (N - 1), equals the normal quantile.

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
    _refuse_impossible(events, total)
    _refuse_impossible(reference_events, reference_total)
    counts = (events, total, reference_events, reference_total)
    estimate = events / total - reference_events / reference_total
    z = float(ndtri((1 + confidence) / 2))
    low = _limit(counts, z, estimate, -1.0)
    high = _limit(counts, -z, estimate, 1.0)
    return Interval(estimate, low, high)


def restricted_proportions(counts: tuple[int, int, int, int], difference: float) -> tuple[float, float]:
    """Give the maximum-likelihood proportions under p1 - p2 = difference, by the closed form of the cubic.

    References
    ----------
    Miettinen & Nurminen (1985), appendix 1.
    """
    x1, n1, x2, n2 = counts
    total, d = n1 + n2, difference
    l3, l2 = float(total), (n1 + 2 * n2) * d - total - (x1 + x2)
    l1 = (n2 * d - total - 2 * x2) * d + (x1 + x2)
    l0 = x2 * d * (1 - d)
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    root = np.sqrt(max(l2**2 / (3 * l3) ** 2 - l1 / (3 * l3), 0.0))
    p = root if q > 0 else -root
    cosine = np.clip(q / p**3, -1.0, 1.0) if p != 0 else 0.0
    second = 2 * p * np.cos((np.pi + np.arccos(cosine)) / 3) - l2 / (3 * l3)
    second = float(np.clip(second, max(0.0, -d), min(1.0, 1 - d)))
    return second + d, second


def _score(counts: tuple[int, int, int, int], difference: float) -> float:
    """Give the score statistic of a difference."""
    x1, n1, x2, n2 = counts
    p1, p2 = restricted_proportions(counts, difference)
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    distance = x1 / n1 - x2 / n2 - difference
    if variance <= 0:
        return float(np.sign(distance)) * np.inf if abs(distance) > np.finfo(float).eps else 0.0
    return float(distance / np.sqrt(variance))


def _limit(counts: tuple[int, int, int, int], z: float, estimate: float, bound: float) -> float:
    """Give the difference between the estimate and the bound at which the score equals z; the bound if none does."""
    edge = bound * (1 - 1e-12)
    if abs(estimate) >= 1 and np.sign(estimate) == np.sign(bound):
        return bound
    largest = np.finfo(float).max

    def excess(difference: float) -> float:
        return float(np.clip(_score(counts, difference) - z, -largest, largest))

    if excess(edge) * excess(estimate) > 0:
        return bound
    return float(brentq(excess, min(edge, estimate), max(edge, estimate), xtol=1e-12))


def _refuse_impossible(events: int, total: int) -> None:
    """Raise when the counts are not those of a proportion."""
    if total < 1 or not 0 <= events <= total:
        raise ModelError(f"{events} of {total} is not a proportion")
