r"""Mean courses over time, and the correction that keeps a mean although scores are bounded.

Between its stated points a course is linear in :math:`\log(1 + h)`, with *h* hours since the start of the first
infusion, and starts at zero. After its last point it stays, or it halves every ``half_life_days``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

HOURS_PER_DAY = 24.0
_NEWTON_STEPS = 8


@dataclass(frozen=True)
class Curve:
    """A change from baseline, or a difference between arms, as a function of time.

    Attributes
    ----------
    days
        Days since the start of the first infusion at which the value is stated, increasing.
    values
        The stated values, in the units of the endpoint.
    half_life_days
        After the last stated day the value halves in this time; without it, it stays.
    """

    days: tuple[float, ...]
    values: tuple[float, ...]
    half_life_days: float | None = None

    def at(self, hours: Floats) -> Floats:
        """Give the value at any hours since the start of the first infusion; zero before it."""
        points = np.log1p(np.array([0.0, *self.days]) * HOURS_PER_DAY)
        inside = np.interp(np.log1p(np.maximum(hours, 0.0)), points, [0.0, *self.values])
        if self.half_life_days is None:
            return np.asarray(inside)
        days_after = np.maximum(hours / HOURS_PER_DAY - self.days[-1], 0.0)
        return np.asarray(inside * 0.5 ** (days_after / self.half_life_days))

    def scaled(self, factor: float) -> Curve:
        """Give the same shape with every value multiplied."""
        return Curve(self.days, tuple(factor * value for value in self.values), self.half_life_days)


NO_CHANGE = Curve((1.0,), (0.0,))


def latent_mean(target: Floats, sd: float, low: float, high: float) -> Floats:
    r"""Give the mean of a normal variable whose value, cut off at both bounds, has the wanted mean.

    Solves :math:`\mathrm{E}[\min(\max(X, l), u)] = t` for the mean of :math:`X \sim N(\mu, \sigma^2)` by Newton's
    method; the derivative of the left side is :math:`\Pr(l < X < u)`.

    Parameters
    ----------
    target
        Wanted means, strictly between the bounds.
    sd
        Standard deviation of the normal variable.
    low, high
        The bounds; infinite ones are allowed.
    """
    mean = np.array(target, dtype=float)
    for _ in range(_NEWTON_STEPS):
        from_low, from_high = (low - mean) / sd, (high - mean) / sd
        inside = ndtr(from_high) - ndtr(from_low)
        below = _expected_excess(-from_low) * sd if np.isfinite(low) else mean - mean
        above = _expected_excess(from_high) * sd if np.isfinite(high) else mean - mean
        mean -= (mean + below - above - target) / np.maximum(inside, 0.05)
    return mean


def _expected_excess(z: Floats) -> Floats:
    """Give E[max(Z - z, 0)] of a standard normal variable."""
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(density - z * ndtr(-z))
