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
from postinfusion.core.likelihood import Criterion
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

# Limits are found to this share of the distance to the estimate.
PRECISION = 1e-8
MAX_STEPS = 100
MAX_DOUBLINGS = 40


def _nowhere() -> float:
    """Give the criterion of a model that is not there."""
    return np.inf


def _always(_c: float, _theta: Array) -> bool:
    """Say that a parameter has no mirror image."""
    return True


@dataclass(frozen=True)
class Curve:
    """One parameter along which the criterion is followed.

    Attributes
    ----------
    criterion
        Of theta.
    constraint
        Gives, for a value of the parameter, how theta is held.
    psi
        Gives, for a value of the parameter, psi near a theta.
    starts
        Values of theta near which optima are sought: the optimum, and one with no variance of zero, since a variance
        of zero is a saddle of the criterion where the constraint calls for one.
    estimate
        The parameter at the optimum.
    low, high
        Where its range ends; may be infinite.
    step
        A first distance from the estimate to try.
    floor
        Gives the least criterion of what is the same model at every value of the parameter: a standard deviation of
        zero leaves a correlation free. Infinite without such a model.
    holds
        Says of a value and a theta under its constraint that the parameter has that value there, not its mirror image.
    """

    criterion: Criterion
    constraint: Callable[[float], Constraint]
    psi: Callable[[float, Array], Array]
    starts: tuple[Array, ...]
    estimate: float
    low: float
    high: float
    step: float
    floor: Callable[[], float] = _nowhere
    holds: Callable[[float, Array], bool] = _always

    def least(self, c: float, start: Array | None = None) -> tuple[float, Array | None]:
        """Give the least criterion with the parameter at c and the psi where it lies, sought first from a psi.

        The psi is None where the criterion is least without the parameter, :attr:`floor`.

        Raises
        ------
        ModelError
            It was not found.
        """
        constraint, starts = self.constraint(c), [self.psi(c, theta) for theta in self.starts]
        near = [start] if start is not None and len(start) == len(starts[0]) else []
        mirrored = False
        for first in (*near, *starts):
            found = constrained_optimum(self.criterion, constraint, first)
            if found.converged and self.holds(c, constraint.theta(found.theta)):
                return found.profile.value, found.theta
            mirrored |= found.converged
        if mirrored:
            return np.inf, None
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
    if curve.floor() - least <= z**2 / 2:
        return curve.low, curve.high
    return _limit(curve, _Excess(curve, least, z), -1.0), _limit(curve, _Excess(curve, least, z), 1.0)


class _Excess:
    """By how much the signed root of the likelihood ratio exceeds the quantile, sought from the last optimum."""

    def __init__(self, curve: Curve, least: float, z: float) -> None:
        self.curve, self.least, self.z = curve, least, z
        self.floor = curve.floor()
        self.last: Array | None = None

    def __call__(self, c: float) -> float:
        """Give the excess at c; minus the quantile at the estimate itself."""
        if c == self.curve.estimate:
            return -self.z
        value, psi = self.curve.least(c, self.last)
        self.last = self.last if psi is None else psi
        return float(np.sqrt(max(2 * (min(value, self.floor) - self.least), 0.0))) - self.z


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
