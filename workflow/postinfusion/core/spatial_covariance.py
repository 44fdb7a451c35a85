"""Covariances on actual times: the correlation of two rows of a subject falls with the time between them.

``Sigma[j, k] = s^2 f(d_jk / range)`` with ``f(u) = exp(-u)`` (``sp_exp``) or ``exp(-u^2)`` (``sp_gau``);
``theta = (log s, log range)``, the range in units of the longest distance. No nugget: two rows at one time cannot be
told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from postinfusion.core.covariance import Derivatives
from postinfusion.core.linalg import Array

Kernel = Literal["sp_exp", "sp_gau"]
SPATIAL: tuple[Kernel, ...] = ("sp_exp", "sp_gau")
# Ranges, in units of the longest distance, among which the search starts at the likeliest.
RANGES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)


@dataclass(frozen=True)
class SpatialCovariance:
    """One variance, and a correlation that falls with the distance in time.

    Attributes
    ----------
    distance
        Shape (P, T, T): absolute differences of the times of each pattern, in units of ``longest``.
    kernel
        ``sp_exp`` or ``sp_gau``.
    longest
        Longest distance of the data, in units of time.
    """

    distance: Array
    kernel: Kernel
    longest: float

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma of each pattern with first and second derivatives."""
        power = 1 if self.kernel == "sp_exp" else 2
        u = (self.distance * np.exp(-theta[1])) ** power
        Sigma = np.exp(2 * theta[0] - u)
        P, T = Sigma.shape[:2]
        D, DD = np.empty((P, 2, T, T)), np.empty((P, 2, 2, T, T))
        np.multiply(Sigma, 2, out=D[:, 0])
        np.multiply(power * u, Sigma, out=D[:, 1])
        np.multiply(Sigma, 4, out=DD[:, 0, 0])
        np.multiply(D[:, 1], 2, out=DD[:, 0, 1])
        DD[:, 1, 0] = DD[:, 0, 1]
        np.multiply(power * (u - 1), D[:, 1], out=DD[:, 1, 1])
        return Derivatives(Sigma, D, DD)

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give one minus the smallest correlation of Sigma (P, T, T): zero when all rows of a subject are equal."""
        return float(1 - (Sigma / Sigma[:, :1, :1]).min())

    def range(self, theta: Array) -> float:
        """Give the range in units of time."""
        return float(np.exp(theta[1]) * self.longest)

    def starts(self, variance: float) -> list[Array]:
        """List thetas to start from."""
        return [np.array([np.log(variance) / 2, np.log(value)]) for value in RANGES]


def spatial_covariance(kernel: Kernel, times: Array) -> SpatialCovariance:
    """Give the covariance of patterns of rows at these times, shape (P, T); the first time where no row is."""
    distance = np.abs(times[:, :, None] - times[:, None, :])
    longest = float(distance.max())
    return SpatialCovariance(distance / longest, kernel, longest)
