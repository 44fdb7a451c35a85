"""Ordered categories: P(Y <= j) = expit(theta_j - eta), the cumulative logit model.

The probability of a category between the thresholds a = theta_j - eta and b = theta_{j-1} - eta factors as
``expit(a) expit(-b) (1 - exp(b - a))``, of which the last factor is free of eta: the log density and its derivatives
lose no digits in the tails.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class CumulativeLogit:
    """Categories 0, 1, ..., J - 1; the auxiliaries are each observation's upper and lower threshold.

    Attributes
    ----------
    y
        Shape (n,): codes of the categories.
    n_categories
        J, at least 2.

    References
    ----------
    McCullagh (1980), J. R. Statist. Soc. B 42, 109-142; the sign of eta is that of R's ``ordinal::clmm``.
    """

    y: Array
    n_categories: int
    has_single_mode: ClassVar[bool] = True

    def thresholds(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Give, for the upper and the lower threshold, the design in theta (n, J - 1) and the offset (n,)."""
        codes = self.y.astype(np.intp)
        upper, lower = _indicators(codes, self.n_categories - 1), _indicators(codes - 1, self.n_categories - 1)
        above = np.where(codes == self.n_categories - 1, np.inf, 0.0)
        return (upper, above), (lower, np.where(codes == 0, -np.inf, 0.0))

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> CumulativeLogitDensity:
        """Give the log density at eta between the thresholds."""
        return CumulativeLogitDensity(eta, *auxiliary)

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:
        """Give the probability of lying between the thresholds."""
        upper, lower = auxiliary
        return np.asarray(expit(upper - eta) - expit(lower - eta))


@dataclass(frozen=True)
class CumulativeLogitDensity:
    """Log density of ordered categories with p = expit(upper - eta) and q = expit(lower - eta)."""

    predictor: Array
    upper: Array
    lower: Array

    @cached_property
    def p(self) -> Array:
        """Give P(Y <= j)."""
        return np.asarray(expit(self.upper - self.predictor))

    @cached_property
    def q(self) -> Array:
        """Give P(Y < j)."""
        return np.asarray(expit(self.lower - self.predictor))

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta; thresholds out of order have no density."""
        p, q = self.p, self.q
        if order == 0:
            gap = self.upper - self.lower
            width = np.where(gap > 0, np.log(-np.expm1(-np.maximum(gap, 0.0))), -np.inf)
            tails = log_expit(self.upper - self.predictor) + log_expit(self.predictor - self.lower)
            return np.asarray(tails + width)
        if order == 1:
            return p + q - 1
        above, below = p * (1 - p), q * (1 - q)
        return -above - below if order == 2 else above * (1 - 2 * p) + below * (1 - 2 * q)

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivatives in the upper and in the lower threshold, ``order`` times in eta."""
        p, q = self.p, self.q
        if order == 0:
            odds = 1 / np.expm1(self.upper - self.lower)
            return 1 - p + odds, -q - odds
        if order == 1:
            return p * (1 - p), q * (1 - q)
        return -p * (1 - p) * (1 - 2 * p), -q * (1 - q) * (1 - 2 * q)


def _indicators(codes: NDArray[np.intp], columns: int) -> Array:
    """Give a column per threshold with a one where it is the observation's; none where the code is out of range."""
    return np.asarray(codes[:, None] == np.arange(columns), dtype=float)
