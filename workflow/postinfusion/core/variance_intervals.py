"""Profile-likelihood intervals of standard deviations, correlations and residual parameters of a mixed model.

The interval of a parameter holds the values c with ``2 (f(c) - f) <= z^2``, where f is the least criterion and f(c) the
least under the constraint that the parameter is c (under ``reml`` both restricted). A limit at which the parameter
space ends is that end: zero for a standard deviation, one for a correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from postinfusion.core.constrained_criterion import Constraint, constrained_optimum
from postinfusion.core.fit import Optimum
from postinfusion.core.likelihood import Criterion
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

# Limits are found to this share of the distance to the estimate.
PRECISION = 1e-8
MAX_STEPS = 100
MAX_DOUBLINGS = 40


@dataclass(frozen=True)
class Curve:
    """One parameter along which the criterion is followed.

    Attributes
    ----------
    criterion
        Of theta.
    constraint
        Gives, for a value of the parameter, how theta is held.
    start
        Gives psi at the optimum, or near it, for a value of the parameter.
    estimate
        The parameter at the optimum.
    low, high
        Where its range ends; may be infinite.
    step
        A first distance from the estimate to try.
    """

    criterion: Criterion
    constraint: Callable[[float], Constraint]
    start: Callable[[float], Array]
    estimate: float
    low: float
    high: float
    step: float

    def optimum(self, c: float, start: Array | None = None) -> Optimum:
        """Give the optimum with the parameter at c, sought from a psi or else from :attr:`start`.

        Raises
        ------
        ModelError
            It was not reached.
        """
        psi = self.start(c)
        near = start if start is not None and len(start) == len(psi) else psi
        for first in (near, psi):
            found = constrained_optimum(self.criterion, self.constraint(c), first)
            if found.converged:
                return found
        raise ModelError(f"The likelihood could not be followed: no optimum was reached at the value {c:.4g}")


def profile_interval(curve: Curve, least: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Give the profile-likelihood interval of one parameter.

    Parameters
    ----------
    curve
        The parameter.
    least
        The least criterion.
    confidence
        Coverage, between 0 and 1.

    Raises
    ------
    ModelError
        The likelihood could not be followed.

    References
    ----------
    Bates et al. (2015), J. Stat. Softw. 67(1), section 5.1; Venzon & Moolgavkar (1988), Appl. Stat. 37, 87-94.
    """
    z = float(ndtri((1 + confidence) / 2))
    return _limit(curve, _Excess(curve, least, z), -1.0), _limit(curve, _Excess(curve, least, z), 1.0)


class _Excess:
    """By how much the signed root of the likelihood ratio exceeds the quantile, sought from the last optimum."""

    def __init__(self, curve: Curve, least: float, z: float) -> None:
        self.curve, self.least, self.z = curve, least, z
        self.last: Array | None = None

    def __call__(self, c: float) -> float:
        """Give the excess at c; minus the quantile at the estimate itself."""
        if c == self.curve.estimate:
            return -self.z
        found = self.curve.optimum(c, self.last)
        self.last = found.theta
        return float(np.sqrt(max(2 * (found.profile.value - self.least), 0.0))) - self.z


def _limit(curve: Curve, excess: _Excess, sign: float) -> float:
    """Give the limit on one side: where the excess is zero, or the end of the range when it stays negative."""
    end = curve.high if sign > 0 else curve.low
    inner, step = curve.estimate, curve.step
    for _ in range(MAX_DOUBLINGS):
        if inner == end:
            return end
        outer = curve.estimate + sign * step
        outer = min(outer, end) if sign > 0 else max(outer, end)
        if excess(outer) > 0:
            return _root(excess, inner, outer)
        inner, step = outer, 2 * step
    return end


def _root(excess: _Excess, inner: float, outer: float) -> float:
    """Find where the excess changes its sign, by the Illinois variant of false position."""
    a, b = inner, outer
    at_a, at_b = excess(a), excess(b)
    for _ in range(MAX_STEPS):
        c = b - at_b * (b - a) / (at_b - at_a)
        at_c = excess(c)
        if abs(at_c) < PRECISION or abs(b - a) < PRECISION * abs(c - inner):
            return c
        if at_c * at_b < 0:
            a, at_a = b, at_b
        else:
            at_a /= 2
        b, at_b = c, at_c
    return c
