"""Ratio of the standard deviations of two groups, with an interval that does not suppose a normal distribution.

Notation: group j has n_j values, m_j its trimmed mean, s_j^2 its variance with n_j - k_j df, and gamma the kurtosis
that is pooled over both groups.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, ndtr, ndtri

from postinfusion.core.contrasts import check_confidence
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

# The trimmed mean divides by the root of n - 4.
FEWEST = 5


@dataclass(frozen=True)
class DeviationRatio:
    """The ratio of two standard deviations.

    Attributes
    ----------
    first, second
        The standard deviations.
    ratio
        First over second.
    conf_low, conf_high
        Bonett's interval.
    log_std_error
        Of the logarithm of the ratio.
    kurtosis
        Pooled; 3 for a normal distribution.
    p_value
        Two-sided, of a ratio of 1, from the logarithm of the ratio over its standard error.
    """

    first: float
    second: float
    ratio: float
    conf_low: float
    conf_high: float
    log_std_error: float
    kurtosis: float
    p_value: float


@dataclass(frozen=True)
class SpreadTest:
    """Brown and Forsythe's test that groups have one spread: F of the absolute deviations from the medians."""

    statistic: float
    df_numerator: float
    df_denominator: float
    p_value: float


def deviation_ratio(
    first: ArrayLike, second: ArrayLike, *, lost: tuple[int, int] = (1, 1), confidence: float = 0.95
) -> DeviationRatio:
    """Give the ratio of two standard deviations with Bonett's interval.

    With ``gamma = (n_1 + n_2) sum (y - m_j)^4 / (sum_j (n_j - k_j) s_j^2)^2``::

        log(c s_1^2 / s_2^2) -+ z sqrt(sum_j (gamma - (n_j - 3) / n_j) / (n_j - k_j)),
        c = n_1 (n_2 - z) / (n_2 (n_1 - z))

    and the root of its ends.

    Parameters
    ----------
    first, second
        Values, or residuals of a regression within each group.
    lost
        (k_1, k_2): degrees of freedom that each group's mean or regression takes. Bonett has 1.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        A group has too few values, or no spread.

    Notes
    -----
    The interval of the F distribution is exact for normal values alone; its error does not vanish with n.

    References
    ----------
    Bonett (2006), Applied Psychological Measurement 30, 432-439; Shoemaker (2003), The American
    Statistician 57, 105-110.
    """
    check_confidence(confidence)
    groups = [np.asarray(values, dtype=float) for values in (first, second)]
    fewest = max(FEWEST, *(taken + 2 for taken in lost))
    if min(map(len, groups)) < fewest:
        raise ModelError(f"a ratio of standard deviations needs {fewest} values in each group")
    sizes = np.array([float(len(y)) for y in groups])
    variances = np.array([_variance(y, taken) for y, taken in zip(groups, lost, strict=True)])
    if not (variances > 0).all():
        raise ModelError("a group has no spread: all its values are alike")
    free = sizes - np.array(lost, dtype=float)
    gamma = sizes.sum() * sum(map(_fourth, groups)) / float(free @ variances) ** 2
    error = math.sqrt(float(np.sum((gamma - (sizes - 3) / sizes) / free))) / 2
    z = float(ndtri((1 + confidence) / 2))
    shift = 0.5 * math.log(sizes[0] * (sizes[1] - z) / (sizes[1] * (sizes[0] - z)))
    deviations = np.sqrt(variances)
    logarithm = math.log(deviations[0] / deviations[1])
    return DeviationRatio(
        first=float(deviations[0]),
        second=float(deviations[1]),
        ratio=math.exp(logarithm),
        conf_low=math.exp(logarithm + shift - z * error),
        conf_high=math.exp(logarithm + shift + z * error),
        log_std_error=error,
        kurtosis=float(gamma),
        p_value=float(2 * ndtr(-abs(logarithm) / error)),
    )


def brown_forsythe(groups: list[ArrayLike]) -> SpreadTest:
    """Test that groups have one spread by the analysis of variance of absolute deviations from the medians.

    Parameters
    ----------
    groups
        Values of each group, two or more of them.

    Raises
    ------
    ModelError
        There are not two groups of two values, or all deviations are alike.

    References
    ----------
    Brown & Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367.
    """
    deviations = [np.abs(y - np.median(y)) for y in (np.asarray(values, dtype=float) for values in groups)]
    if len(deviations) < 2 or min(map(len, deviations)) < 2:
        raise ModelError("a test of spread needs two groups of two values or more")
    total = np.concatenate(deviations)
    between = sum(len(d) * (d.mean() - total.mean()) ** 2 for d in deviations)
    within = sum(float(((d - d.mean()) ** 2).sum()) for d in deviations)
    numerator, denominator = float(len(deviations) - 1), float(len(total) - len(deviations))
    if not within > 0:
        raise ModelError("the deviations from the medians are all alike: their spread cannot be tested")
    F = float(between / numerator / (within / denominator))
    return SpreadTest(F, numerator, denominator, float(fdtrc(numerator, denominator, F)))


def _variance(values: Array, lost: int) -> float:
    """Give the sum of squares around the mean over its degrees of freedom."""
    return float(((values - values.mean()) ** 2).sum() / (len(values) - lost))


def _fourth(values: Array) -> float:
    """Give the sum of fourth powers around the mean trimmed by 1 / (2 sqrt(n - 4)) at each end."""
    return float(((values - _trimmed_mean(values)) ** 4).sum())


def _trimmed_mean(values: Array) -> float:
    """Give the mean of the values without the smallest and largest share."""
    cut = int(len(values) * min(0.5 / math.sqrt(len(values) - 4), 0.5))
    kept = np.sort(values)[cut : len(values) - cut]
    return float(kept.mean() if len(kept) else np.median(values))
