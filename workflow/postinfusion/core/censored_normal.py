"""Normal observations of which some are known only to lie beyond a limit: the log density and its derivatives.

With s = log sigma and z = (y - eta) / sigma an observed value has the log density -log(2 pi) / 2 - s - z^2 / 2; one
that is known to be at least y has log Phi(-z), one that is at most y has log Phi(z).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from postinfusion.core.linalg import Array

_HALF_LOG_2_PI = float(np.log(2 * np.pi)) / 2


@dataclass(frozen=True)
class CensoredNormal:
    """Values with mean eta and standard deviation sigma; the auxiliary is log sigma.

    Attributes
    ----------
    y
        Shape (n,): the values, or the limits beyond which they lie.
    side
        Shape (n,): 0 where the value was observed, 1 where it is at least y, -1 where it is at most y.

    References
    ----------
    Tobin (1958), Econometrica 26, 24-36; Amemiya (1973), Econometrica 41, 997-1016 (the likelihood).
    """

    y: Array
    side: Array
    has_single_mode: ClassVar[bool] = True

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> CensoredNormalDensity:
        """Give the log density at eta and log sigma."""
        return CensoredNormalDensity(self, eta, auxiliary[0])

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:  # noqa: ARG002 - free of sigma
        """Give eta: the mean of the values that would have been observed without limits."""
        return eta


@dataclass(frozen=True)
class CensoredNormalDensity:
    """Log density of normal values, some of them censored.

    Notes
    -----
    With t = side z, h = phi(t) / Phi(-t) is the hazard of the standard normal distribution, h' = h (h - t) and
    h'' = h' (2 h - t) - h.
    """

    family: CensoredNormal
    predictor: Array
    log_sigma: Array

    @cached_property
    def sigma(self) -> Array:
        """Give the standard deviation."""
        return np.exp(self.log_sigma)

    @cached_property
    def z(self) -> Array:
        """Give the standardised values."""
        return np.asarray((self.family.y - self.predictor) / self.sigma)

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """Say which values are censored; hazards are worked out for these alone."""
        return np.asarray(self.family.side != 0)

    @cached_property
    def side(self) -> Array:
        """Give the sides of the censored values."""
        return np.asarray(self.family.side[self.hidden])

    @cached_property
    def t(self) -> Array:
        """Give the standardised limits of the censored values, turned so that each value lies above its limit."""
        return np.asarray(self.side * self.z[..., self.hidden])

    @cached_property
    def hazards(self) -> tuple[Array, Array, Array]:
        """Give h and its first two derivatives at t."""
        h = np.exp(-(self.t**2) / 2 - _HALF_LOG_2_PI - log_ndtr(-self.t))
        first = h * (h - self.t)
        return h, first, first * (2 * h - self.t) - h

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        z, sigma = self.z, self.sigma
        if order == 0:
            return self._with(-_HALF_LOG_2_PI - self.log_sigma - z**2 / 2, log_ndtr(-self.t))
        h, first, second = self.hazards
        if order == 1:
            return self._with(z, self.side * h) / sigma
        if order == 2:
            return self._with(np.full_like(z, -1.0), -first) / sigma**2
        return self._with(np.zeros_like(z), self.side * second) / sigma**3

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivative in log sigma, ``order`` times in eta."""
        z, t, sigma = self.z, self.t, self.sigma
        h, first, second = self.hazards
        if order == 0:
            return (self._with(z**2 - 1, h * t),)
        if order == 1:
            return (self._with(-2 * z, -self.side * (first * t + h)) / sigma,)
        return (self._with(np.full_like(z, 2.0), second * t + 2 * first) / sigma**2,)

    def _with(self, seen: Array, censored: Array) -> Array:
        """Put what holds for censored values in their places, in place."""
        seen[..., self.hidden] = censored
        return seen
