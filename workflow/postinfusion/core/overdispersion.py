"""Overdispersion of counts by moments: alpha of the variance mu + alpha mu^2."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from postinfusion.core.linalg import Array

# alpha is found to this; beyond the largest, the mean no longer enters the variance.
PRECISION = 1e-14
LARGEST = 1e8


def moment_alpha(y: Array, mu: Array, n_parameters: int) -> float:
    """Give alpha at which Pearson's statistic equals its degrees of freedom.

    alpha solves ``sum (y - mu)^2 / (mu + alpha mu^2) = n - p``; the sum falls in alpha. It is zero where the counts
    vary no more than Poisson counts.

    Parameters
    ----------
    y, mu
        Shape (n,): counts and their positive expectations.
    n_parameters
        p, the number of coefficients behind mu; below n.

    References
    ----------
    Breslow (1984), Applied Statistics 33, 38-44, section 3.
    """
    square, free = (y - mu) ** 2, len(y) - n_parameters

    def excess(alpha: float) -> float:
        return float(np.sum(square / (mu + alpha * mu**2))) - free

    if excess(0.0) <= 0:
        return 0.0
    above = 1.0
    while excess(above) > 0 and above < LARGEST:
        above *= 10.0
    return above if excess(above) > 0 else float(brentq(excess, 0.0, above, xtol=PRECISION, rtol=PRECISION))
