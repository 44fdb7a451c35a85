"""Means of one and of two samples that need not have the same variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from postinfusion.core.contrasts import Estimates, estimates
from postinfusion.errors import ModelError

_FEWEST = 2


def mean_of(values: ArrayLike, *, confidence: float = 0.95) -> Estimates:
    """Give the mean of a sample with its t interval.

    Parameters
    ----------
    values
        Shape (n,), n at least 2.
    confidence
        Coverage of the interval.

    Raises
    ------
    ModelError
        There are fewer than two values.
    """
    mean, variance, df = _moments(values)
    return estimates([mean], [np.sqrt(variance)], [df], confidence=confidence)


def difference_of_means(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Estimates:
    """Give the difference of two means, first less second, by Welch's test with Satterthwaite's degrees of freedom.

    With v_i = s_i² / n_i: standard error sqrt(v_1 + v_2), df = (v_1 + v_2)² / (v_1² / (n_1 - 1) + v_2² / (n_2 - 1)).

    Parameters
    ----------
    first, second
        Shape (n1,) and (n2,), both at least 2.
    confidence
        Coverage of the interval.

    Raises
    ------
    ModelError
        A sample has fewer than two values, or neither has any variation.

    References
    ----------
    Welch BL (1947). The generalization of 'Student's' problem when several different population variances are involved.
    Biometrika 34:28-35.
    """
    (m1, v1, d1), (m2, v2, d2) = _moments(first), _moments(second)
    if v1 + v2 == 0:
        raise ModelError("no value differs from the others in its group: the difference has no standard error")
    df = (v1 + v2) ** 2 / (v1**2 / d1 + v2**2 / d2)
    return estimates([m1 - m2], [np.sqrt(v1 + v2)], [df], confidence=confidence)


def _moments(values: ArrayLike) -> tuple[float, float, float]:
    """Give the mean, its variance and the degrees of freedom of that."""
    sample = np.asarray(values, dtype=float)
    if len(sample) < _FEWEST:
        raise ModelError("a mean with an interval needs at least two values")
    return float(sample.mean()), float(sample.var(ddof=1) / len(sample)), float(len(sample) - 1)
