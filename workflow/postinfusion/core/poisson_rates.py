"""Rates of events per person-time: exact limits of a Poisson count, and the difference of two rates.

Notation: d events in the person-time T; the rate is d / T.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

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
