"""Counts with more zeros than their distribution gives: a mixture with zeros, or a hurdle before a truncated count.

With pi = expit(zeta), zeta the predictor of the zeros, and f the distribution of the counts:

* zero inflation: P(0) = pi + (1 - pi) f(0), P(y) = (1 - pi) f(y);
* hurdle: P(0) = pi, P(y) = (1 - pi) f(y) / (1 - f(0)).

Both add to the log density a function of l0 = log f(0), whose derivatives follow from those of l0 by the chain rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy.special import expit

from postinfusion.core.glmm_families import CountFamily, Density, Poisson
from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class ZeroInflated:
    """A mixture of zeros with a count; the first auxiliary is zeta, the others are the count's.

    References
    ----------
    Lambert (1992), Technometrics 34, 1-14, eq. 1 and 2; glmmTMB's ``ziformula``.
    """

    base: CountFamily
    has_single_mode: ClassVar[bool] = False

    @property
    def y(self) -> Array:
        """Give the observations."""
        return self.base.y

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> ZeroInflatedDensity:
        """Give the log density at eta and at the auxiliaries."""
        return ZeroInflatedDensity(self.y == 0, auxiliary[0], self.base.density(eta, auxiliary[1:]))

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:
        """Give (1 - pi) times the mean of the count."""
        return np.asarray(expit(-auxiliary[0]) * self.base.mean(eta, auxiliary[1:]))


@dataclass(frozen=True)
class ZeroInflatedDensity:
    """Log density of a mixture of zeros with a count."""

    zero: Array
    zeta: Array
    base: Density

    @cached_property
    def omega(self) -> Array:
        """Give the probability that an observation is of the count, given that it is what it is."""
        return np.where(self.zero, expit(self.base.eta(0) - self.zeta), 1.0)

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        if order == 0:
            count = self.base.eta(0)
            mixed = np.where(self.zero, np.logaddexp(self.zeta, count), count)
            return np.asarray(mixed - np.logaddexp(0.0, self.zeta))
        return composed(self._outer, self.base, order)

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivative in zeta and in the count's auxiliaries, ``order`` times in eta."""
        first, second, third = self._outer
        if order == 0:
            zeta = np.where(self.zero, 1 - first, 0.0) - expit(self.zeta)
        elif order == 1:
            zeta = -second * self.base.eta(1)
        else:
            zeta = -second * self.base.eta(2) - third * self.base.eta(1) ** 2
        return (np.asarray(zeta), *composed_auxiliary(self._outer, self.base, order))

    @cached_property
    def _outer(self) -> tuple[Array, Array, Array]:
        """Give the derivatives in l of log(exp(zeta) + exp(l)) at zeros; of l elsewhere."""
        second = self.omega * (1 - self.omega)
        return self.omega, second, second * (1 - 2 * self.omega)


@dataclass(frozen=True)
class Hurdle:
    """Zeros, and counts that are truncated at zero; the first auxiliary is zeta, the others are the count's.

    References
    ----------
    Mullahy (1986), J. Econometrics 33, 341-365; glmmTMB's ``truncated_`` families with ``ziformula``.
    """

    base: CountFamily

    @property
    def has_single_mode(self) -> bool:
        """Say whether it has: truncated Poisson counts are log-concave; the others level off at low rates."""
        return isinstance(self.base, Poisson)

    @property
    def y(self) -> Array:
        """Give the observations."""
        return self.base.y

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> HurdleDensity:
        """Give the log density at eta and at the auxiliaries."""
        count, zero = self.base.density(eta, auxiliary[1:]), self.base.at_zero().density(eta, auxiliary[1:])
        return HurdleDensity(self.y == 0, auxiliary[0], count, zero)

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:
        """Give (1 - pi) times the mean of the truncated count."""
        positive = -np.expm1(self.base.at_zero().density(eta, auxiliary[1:]).eta(0))
        return np.asarray(expit(-auxiliary[0]) * self.base.mean(eta, auxiliary[1:]) / positive)


@dataclass(frozen=True)
class HurdleDensity:
    """Log density of zeros and truncated counts; zeros say nothing of eta."""

    zero: Array
    zeta: Array
    count: Density
    at_zero: Density

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        if order == 0:
            positive = self.count.eta(0) - np.log(-np.expm1(self.at_zero.eta(0)))
            return np.asarray(np.where(self.zero, self.zeta, positive) - np.logaddexp(0.0, self.zeta))
        truncation = composed(self._outer, self.at_zero, order)
        return np.where(self.zero, 0.0, self.count.eta(order) + truncation)

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivative in zeta and in the count's auxiliaries, ``order`` times in eta."""
        zeta = self.zero - expit(self.zeta) if order == 0 else np.zeros_like(self.zeta)
        truncation = composed_auxiliary(self._outer, self.at_zero, order)
        pairs = zip(self.count.auxiliary(order), truncation, strict=True)
        return (np.asarray(zeta), *(np.where(self.zero, 0.0, count + more) for count, more in pairs))

    @cached_property
    def _outer(self) -> tuple[Array, Array, Array]:
        """Give the derivatives in l0 of -log(1 - exp(l0))."""
        odds = 1 / np.expm1(-self.at_zero.eta(0))
        return odds, odds * (1 + odds), odds * (1 + odds) * (1 + 2 * odds)


def composed(outer: tuple[Array, Array, Array], inner: Density, order: int) -> Array:
    """Give the derivative of f(l(eta)) in eta, from the derivatives of f in l.

    Parameters
    ----------
    outer
        First, second and third derivative of f in l.
    inner
        l with its derivatives.
    order
        1, 2 or 3.
    """
    first, second, third = outer
    slope = inner.eta(1)
    if order == 1:
        return first * slope
    if order == 2:
        return first * inner.eta(2) + second * slope**2
    return first * inner.eta(3) + 3 * second * slope * inner.eta(2) + third * slope**3


def composed_auxiliary(outer: tuple[Array, Array, Array], inner: Density, order: int) -> tuple[Array, ...]:
    """Give the derivatives of f(l(eta, a)) once in each auxiliary a and ``order`` (0, 1, 2) times in eta."""
    first, second, third = outer
    own = inner.auxiliary(0)
    if order == 0:
        return tuple(first * a for a in own)
    slope, cross = inner.eta(1), inner.auxiliary(1)
    if order == 1:
        return tuple(first * ax + second * slope * a for a, ax in zip(own, cross, strict=True))
    return tuple(
        first * axx + second * (2 * slope * ax + inner.eta(2) * a) + third * slope**2 * a
        for a, ax, axx in zip(own, cross, inner.auxiliary(2), strict=True)
    )
