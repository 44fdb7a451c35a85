"""Distributions of one observation given its linear predictor, with the derivatives that a mixed model needs.

The log density is a function of the linear predictor eta and of auxiliary quantities (log dispersion, the predictor of
a zero inflation, thresholds), each linear in parameters of its own. Arrays have the shape (nodes, n): the last axis
runs over the observations, the one before it over the points of a quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

from postinfusion.core.linalg import Array
from postinfusion.core.rising_factorial import log_rising_factorial


class Density(Protocol):
    """The log density l of each observation at given predictors, and its derivatives."""

    def eta(self, order: int) -> Array:
        """Give l (order 0) or its derivative in eta of order 1, 2 or 3; shape (nodes, n)."""
        ...

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give, for each auxiliary a, the derivative once in a and ``order`` (0, 1, 2) times in eta."""
        ...


class Family(Protocol):
    """A distribution with its observations."""

    @property
    def y(self) -> Array:
        """Give the observations, shape (n,)."""
        ...

    @property
    def has_single_mode(self) -> bool:
        """Say whether one search for a subject's mode is enough.

        It is where the log density is concave in eta, or convex only where it is steep.
        """
        ...

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> Density:
        """Give the log density at eta (nodes, n) and at each auxiliary (n,)."""
        ...

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:
        """Give the expected observation at any eta and auxiliaries of a shape that broadcasts with it."""
        ...


class CountFamily(Family, Protocol):
    """A distribution of counts, that zero inflation and hurdles build upon."""

    def at_zero(self) -> CountFamily:
        """Give the same distribution with every observation zero."""
        ...


@dataclass(frozen=True)
class Poisson:
    """Counts with mean and variance exp(eta)."""

    y: Array
    has_single_mode: ClassVar[bool] = True

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> PoissonDensity:  # noqa: ARG002 - has none
        """Give the log density at eta."""
        return PoissonDensity(self.y, eta)

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:  # noqa: ARG002 - has none
        """Give exp(eta)."""
        return np.exp(eta)

    def at_zero(self) -> Poisson:
        """Give the family with every count zero."""
        return Poisson(np.zeros(1))


@dataclass(frozen=True)
class PoissonDensity:
    """Log density of Poisson counts."""

    y: Array
    predictor: Array

    @cached_property
    def mu(self) -> Array:
        """Give the means."""
        return np.exp(self.predictor)

    def eta(self, order: int) -> Array:
        """Give ``y eta - mu - log y!`` or a derivative in eta."""
        if order == 0:
            return np.asarray(self.y * self.predictor - self.mu - gammaln(self.y + 1))
        return self.y - self.mu if order == 1 else -self.mu

    def auxiliary(self, order: int) -> tuple[Array, ...]:  # noqa: ARG002 - there is none
        """Give nothing: there is no auxiliary."""
        return ()


@dataclass(frozen=True)
class NegativeBinomial2:
    """Counts with variance mu + mu^2 / k; the auxiliary is log k.

    References
    ----------
    Hilbe (2011), Negative Binomial Regression, eq. 8.6; glmmTMB's ``nbinom2`` with ``sigma`` k.
    """

    y: Array
    has_single_mode: ClassVar[bool] = True

    @cached_property
    def distinct(self) -> tuple[Array, NDArray[np.intp]]:
        """Give the different counts, and which of them each observation is."""
        values, inverse = np.unique(self.y, return_inverse=True)
        return values, inverse

    @cached_property
    def log_factorial(self) -> Array:
        """Give log y!."""
        return np.asarray(gammaln(self.y + 1))

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> NegativeBinomial2Density:
        """Give the log density at eta and log k."""
        return NegativeBinomial2Density(self, eta, auxiliary[0])

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:  # noqa: ARG002 - free of k
        """Give exp(eta)."""
        return np.exp(eta)

    def at_zero(self) -> NegativeBinomial2:
        """Give the family with every count zero."""
        return NegativeBinomial2(np.zeros(1))


@dataclass(frozen=True)
class NegativeBinomial2Density:
    """Log density of negative binomial counts with p = mu / (mu + k)."""

    family: NegativeBinomial2
    predictor: Array
    log_k: Array

    @cached_property
    def k(self) -> Array:
        """Give the size."""
        return np.exp(self.log_k)

    @cached_property
    def p(self) -> Array:
        """Give mu / (mu + k)."""
        return np.asarray(expit(self.predictor - self.log_k))

    @cached_property
    def log_odds(self) -> Array:
        """Give log(1 + mu / k)."""
        return np.asarray(np.logaddexp(0.0, self.predictor - self.log_k))

    def rising(self, order: int) -> Array:
        """Give the log rising factorial of k, or a derivative in log k; k is the same for all observations."""
        values, which = self.family.distinct
        return log_rising_factorial(values, self.k.ravel()[0], order)[which]

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        y, p = self.family.y, self.p
        if order == 0:
            free = self.rising(0) - self.family.log_factorial
            return np.asarray(free + y * self.predictor - (y + self.k) * self.log_odds)
        if order == 1:
            return y - (y + self.k) * p
        second = -(y + self.k) * p * (1 - p)
        return second if order == 2 else second * (1 - 2 * p)

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivative in log k, ``order`` times in eta."""
        y, k, p = self.family.y, self.k, self.p
        if order == 0:
            return (self.rising(1) - k * self.log_odds + (y + k) * p,)
        first = (y + k) * p * (1 - p)
        return (first - k * p,) if order == 1 else (first * (1 - 2 * p) - k * p * (1 - p),)


@dataclass(frozen=True)
class NegativeBinomial1:
    """Counts with variance mu (1 + phi); the auxiliary is log phi.

    The log density is convex only where the mean is far below the count, where it rises steeply.

    References
    ----------
    Hilbe (2011), Negative Binomial Regression, chapter 10.2; glmmTMB's ``nbinom1`` with ``sigma`` phi.
    """

    y: Array
    has_single_mode: ClassVar[bool] = True

    @cached_property
    def log_factorial(self) -> Array:
        """Give log y!."""
        return np.asarray(gammaln(self.y + 1))

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> NegativeBinomial1Density:
        """Give the log density at eta and log phi."""
        return NegativeBinomial1Density(self, eta, auxiliary[0])

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:  # noqa: ARG002 - free of phi
        """Give exp(eta)."""
        return np.exp(eta)

    def at_zero(self) -> NegativeBinomial1:
        """Give the family with every count zero."""
        return NegativeBinomial1(np.zeros(1))


@dataclass(frozen=True)
class NegativeBinomial1Density:
    """Log density of negative binomial counts with kappa = mu / phi."""

    family: NegativeBinomial1
    predictor: Array
    log_phi: Array

    @cached_property
    def kappa(self) -> Array:
        """Give mu / phi."""
        return np.exp(self.predictor - self.log_phi)

    @cached_property
    def known(self) -> dict[int, Array]:
        """Keep what :meth:`rising` has found."""
        return {}

    def rising(self, order: int) -> Array:
        """Give the log rising factorial of kappa, or a derivative in log kappa."""
        if order not in self.known:
            self.known[order] = log_rising_factorial(self.family.y, self.kappa, order)
        return self.known[order]

    @cached_property
    def log_one_plus_phi(self) -> Array:
        """Give log(1 + phi)."""
        return np.asarray(np.logaddexp(0.0, self.log_phi))

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        y, rising = self.family.y, self.rising(order)
        log = self.kappa * self.log_one_plus_phi
        if order == 0:
            return rising + y * (self.predictor - self.log_one_plus_phi) - log - self.family.log_factorial
        return np.asarray(rising + y - log if order == 1 else rising - log)

    def auxiliary(self, order: int) -> tuple[Array, ...]:
        """Give the derivative in log phi, ``order`` times in eta."""
        y, kappa, share = self.family.y, self.kappa, expit(self.log_phi)
        rising = self.rising(order + 1)
        weight = (y if order == 0 else 0.0) + kappa
        return (np.asarray(-rising + kappa * self.log_one_plus_phi - weight * share),)


@dataclass(frozen=True)
class Binomial:
    """Numbers of successes among ``trials`` with log odds eta."""

    y: Array
    trials: Array
    has_single_mode: ClassVar[bool] = True

    @cached_property
    def log_choose(self) -> Array:
        """Give the log of the binomial coefficients."""
        return np.asarray(gammaln(self.trials + 1) - gammaln(self.y + 1) - gammaln(self.trials - self.y + 1))

    def density(self, eta: Array, auxiliary: tuple[Array, ...]) -> BinomialDensity:  # noqa: ARG002 - has none
        """Give the log density at eta."""
        return BinomialDensity(self, eta)

    def mean(self, eta: Array, auxiliary: tuple[Array, ...]) -> Array:  # noqa: ARG002 - has none
        """Give the probability of a success."""
        return np.asarray(expit(eta))


@dataclass(frozen=True)
class BinomialDensity:
    """Log density of binomial counts."""

    family: Binomial
    predictor: Array

    @cached_property
    def p(self) -> Array:
        """Give the probabilities."""
        return np.asarray(expit(self.predictor))

    def eta(self, order: int) -> Array:
        """Give the log density or a derivative in eta."""
        y, trials = self.family.y, self.family.trials
        if order == 0:
            return np.asarray(y * self.predictor - trials * np.logaddexp(0.0, self.predictor) + self.family.log_choose)
        if order == 1:
            return y - trials * self.p
        second = -trials * self.p * (1 - self.p)
        return second if order == 2 else second * (1 - 2 * self.p)

    def auxiliary(self, order: int) -> tuple[Array, ...]:  # noqa: ARG002 - there is none
        """Give nothing: there is no auxiliary."""
        return ()
