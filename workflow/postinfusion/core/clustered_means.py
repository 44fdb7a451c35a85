"""Means of values that several participants share: limits that respect the clusters and a skewed distribution.

Notation: participant i of m has n_i values with the sum y_i; n = sum n_i and the mean is ȳ = sum y_i / n. What a
participant adds to the error of the mean is d_i = y_i - n_i ȳ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]
_MOST = 0.8
"""Largest skewness over the root of the number of participants, in units of 1 / t, that is corrected for."""


def clustered_mean_limits(total: ArrayLike, size: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float]:
    """Give the limits of a mean of clustered values by Hall's transformation, which removes the skewness.

    The variance of ȳ is that of a ratio over clusters, V = m / (m - 1) sum d_i^2 / n^2. With g the skewness of the d_i
    and a = g / sqrt(m), kept between -0.8 / t and 0.8 / t, T = (ȳ - mean) / sqrt(V) is transformed to one that is
    symmetric to the order 1 / m,

    h(T) = T + a T^2 / 3 + a^2 T^3 / 27 + a / 6,

    and the limits are ȳ - sqrt(V) h^-1(t) and ȳ - sqrt(V) h^-1(-t) with the quantile t of Student's t of m - 1 degrees
    of freedom. Without skewness they are Student's.

    Parameters
    ----------
    total, size
        y_i and n_i of each participant, (m,); n_i at least 1.
    confidence
        Level of the interval.

    Returns
    -------
    tuple of float
        Lower and upper limit; NaN for fewer than two participants.

    Notes
    -----
    g = sqrt(m (m - 1)) / (m - 2) x m_3 / m_2^(3/2) with the moments m_k = sum d_i^k / m; two participants have none.

    The slope of h is zero at T = -3 / a. Near that point, a = 1 / t, a limit is ruled by the error of g: a participant
    who alone differs puts it three Student's half-widths away. Up to 0.8 / t it is at most 1.7 of them away.

    Student's limits of a mean of skewed values err to the side of the short tail: they miss the truth mostly from
    below where the long tail is above, as of ratings with many zeros.

    References
    ----------
    Hall (1992), Journal of the Royal Statistical Society B 54, 221-228, section 2, for the Studentised mean. Cochran
    (1977), Sampling Techniques, 3rd ed., section 6.3, for V.
    """
    y, n_i = (np.asarray(values, dtype=np.float64) for values in (total, size))
    m, n = len(y), float(n_i.sum())
    if m < 2:
        return float("nan"), float("nan")
    mean = float(y.sum()) / n
    off = y - mean * n_i
    error = float(np.sqrt(m / (m - 1) * (off**2).sum())) / n
    quantile = float(stdtrit(m - 1, (1 + confidence) / 2))
    most = _MOST / quantile
    a = float(np.clip(_skewness(off) / np.sqrt(m), -most, most))
    return mean - error * _untransformed(quantile, a), mean - error * _untransformed(-quantile, a)


def _skewness(off: Array) -> float:
    """Give the skewness of what the participants add to the error; none of two, or where all add the same."""
    m, second = len(off), float((off**2).mean())
    if m < 3 or second == 0:
        return 0.0
    return float(np.sqrt(m * (m - 1)) / (m - 2) * (off**3).mean() / second**1.5)


def _untransformed(value: float, a: float) -> float:
    """Give T of which a value is the transform: h is the cube of 1 + a T / 3, on another scale, plus a / 6."""
    return value if abs(a) < 1e-6 else float(3 / a * (np.cbrt(1 + a * (value - a / 6)) - 1))
