"""Rates of events per person-time: exact limits of a Poisson count, robust ones of clustered events, differences.

Notation: d events in the person-time T; the rate is d / T.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, stdtrit

from postinfusion.core.proportions import Interval
from postinfusion.errors import ModelError

Array = NDArray[np.float64]


def garwood(events: ArrayLike, exposure: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Give a rate with Garwood's exact limits, chi2(2 d) / (2 T) and chi2(2 d + 2) / (2 T).

    Parameters
    ----------
    events, exposure
        d, 0 or more, and T, above 0; numbers or arrays of one shape.
    confidence
        Level of the interval.

    Returns
    -------
    Interval
        Per unit of T. Without an event the lower limit is 0, and the upper one the rate that a count of 0 still allows.

    Raises
    ------
    ModelError
        A count is negative, or there is no person-time.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442.
    """
    d, t = np.broadcast_arrays(np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64))
    if (d < 0).any() or not ((t > 0).all() and np.isfinite(t).all()):
        raise ModelError("a rate needs a count of 0 or more and person-time above 0. Give both.")
    tail = (1 - confidence) / 2
    low = np.where(d == 0, 0.0, gammaincinv(np.maximum(d, 1), tail))
    return Interval(d / t, low / t, gammaincinv(d + 1, 1 - tail) / t)


def rate_of_clusters(events: ArrayLike, exposure: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Give the rate of events per person-time of participants who may have several, with limits on the log scale.

    With y_i events in the person-time T_i of participant i the rate is r = sum y_i / sum T_i, and log r has the
    variance m / (m - 1) sum (y_i - r T_i)^2 / (sum y_i)^2 over m participants: that of Poisson estimating equations
    with an independent working correlation and the sandwich. Limits are those of Student's t with m - 1 degrees of
    freedom. It holds however the events of a participant depend on each other and on how long it was followed.

    Parameters
    ----------
    events, exposure
        y_i, 0 or more, and T_i, above 0, (m,); m at least 2.
    confidence
        Level of the interval.

    Returns
    -------
    Interval
        Per unit of T. Without an event Garwood's, since nothing can tell how participants differ.

    Raises
    ------
    ModelError
        A count is negative, there is no person-time, or there are not two participants.

    References
    ----------
    Royall (1986), International Statistical Review 54, 221-226 (robust limits of a rate). Cochran (1977), Sampling
    Techniques, 3rd edition, section 6.3 (variance of a ratio).
    """
    y, t = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (events, exposure))
    m = y.size
    if m < 2 or y.shape != t.shape or (y < 0).any() or not ((t > 0).all() and np.isfinite(t).all()):
        raise ModelError("a rate needs counts of 0 or more and person-time above 0 of two participants. Give both.")
    total = float(y.sum())
    rate = total / float(t.sum())
    if total == 0:
        return garwood(0, t.sum(), confidence=confidence)
    error = np.sqrt(m / (m - 1) * float(((y - rate * t) ** 2).sum())) / total
    half = float(stdtrit(m - 1, (1 + confidence) / 2)) * error
    return Interval(*(np.asarray(rate * np.exp(part)) for part in (0.0, -half, half)))


def rate_difference(rate: Interval, reference: Interval) -> Interval:
    """Give the difference of two independent rates, with limits recovered from those of each.

    With r1 in (l1, u1) and r2 in (l2, u2) they are r1 - r2 - sqrt((r1 - l1)^2 + (u2 - r2)^2) and
    r1 - r2 + sqrt((u1 - r1)^2 + (r2 - l2)^2), which exist also without an event in one or both.

    Parameters
    ----------
    rate, reference
        The two rates with their limits, of one level.

    References
    ----------
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702. Li, Tang & Wong (2014), Statistical
    Methods in Medical Research 23, 3-16, for rates with Garwood's limits.
    """
    difference = rate.estimate - reference.estimate
    below = np.hypot(rate.estimate - rate.conf_low, reference.conf_high - reference.estimate)
    above = np.hypot(rate.conf_high - rate.estimate, reference.estimate - reference.conf_low)
    return Interval(difference, difference - below, difference + above)
