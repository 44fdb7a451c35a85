r"""How scores vary: between persons, slowly within a person, and from one assessment to the next.

After baseline a standardised score is

.. math:: r z_0 + \sqrt{a - r^2}\, u + \sqrt{b}\, O(t) + \sqrt{c}\, e,

with *z₀* the standardised baseline, *u* a person's intercept, *O* an Ornstein-Uhlenbeck process with time constant
:math:`\tau`, *e* an error, and :math:`a + b + c = 1`. Baselines, intercepts and the slow process are correlated
between scales alike; errors are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from postinfusion.simulate.curves import HOURS_PER_DAY, Floats

INTERCEPT_VARIANCE, SLOW_VARIANCE, ERROR_VARIANCE = 45.0, 30.0, 15.0
TIME_CONSTANT_DAYS = 10.0
BASELINE_CORRELATION = 0.35

TRAITS = (
    "madrs", "anxiety", "gad7", "edeq", "cia", "craving", "trails", "eq_vas", "ymrs", "mood", "binges", "purges",
    "ideation",
)  # fmt: skip
_REST = 0.2
_STATED = {
    ("madrs", "anxiety"): 0.65, ("madrs", "gad7"): 0.65, ("anxiety", "gad7"): 0.65, ("madrs", "edeq"): 0.45,
    ("edeq", "cia"): 0.7, ("madrs", "eq_vas"): -0.5, ("madrs", "mood"): -0.65,
}  # fmt: skip
_BETTER_WHEN_HIGHER = ("eq_vas", "mood")

_TOTAL = INTERCEPT_VARIANCE + SLOW_VARIANCE + ERROR_VARIANCE


@dataclass(frozen=True)
class Traits:
    """What makes persons differ, standardised: ``baseline`` and ``intercept``, persons × traits."""

    baseline: Floats
    intercept: Floats

    def of(self, name: str) -> tuple[Floats, Floats]:
        """Give baseline and intercept of one trait."""
        position = TRAITS.index(name)
        return self.baseline[:, position], self.intercept[:, position]


def correlations() -> Floats:
    """Give the correlations between persons, traits × traits, in the order of ``TRAITS``."""
    sign = np.array([-1.0 if name in _BETTER_WHEN_HIGHER else 1.0 for name in TRAITS])
    matrix = _REST * np.outer(sign, sign)
    for (first, second), value in _STATED.items():
        i, j = TRAITS.index(first), TRAITS.index(second)
        matrix[i, j] = matrix[j, i] = value
    np.fill_diagonal(matrix, 1.0)
    return matrix


def draw_traits(count: int, lowest: float, generator: np.random.Generator) -> Traits:
    r"""Draw the traits of persons whose first trait at baseline met an entry criterion.

    The first trait is normal, cut off below :math:`\alpha` = ``lowest`` and standardised again, with mean
    :math:`\lambda = \varphi(\alpha) / (1 - \Phi(\alpha))` and variance
    :math:`1 + \alpha\lambda - \lambda^2`. The other traits follow given the first.
    """
    factor = np.linalg.cholesky(correlations())
    below = ndtr(lowest)
    mean = np.exp(-0.5 * lowest**2) / np.sqrt(2.0 * np.pi) / (1.0 - below)
    sd = np.sqrt(1.0 + lowest * mean - mean**2)
    normal = generator.standard_normal((count, len(TRAITS)))
    normal[:, 0] = (ndtri(below + (1.0 - below) * generator.random(count)) - mean) / sd
    return Traits(normal @ factor.T, generator.standard_normal((count, len(TRAITS))) @ factor.T)


def draw_deviations(traits: Traits, hours: Floats, generator: np.random.Generator) -> Floats:
    """Draw standardised scores of every trait after baseline, without their means.

    Parameters
    ----------
    traits
        Of *n* persons.
    hours
        Times since the start of the first infusion, persons × visits or 1 × visits, increasing.
    generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Persons × visits × traits; each with variance one when the baseline has variance one.
    """
    count, visits = traits.baseline.shape[0], hours.shape[1]
    steady = BASELINE_CORRELATION * traits.baseline + _own_intercept() * traits.intercept
    slow = _ornstein_uhlenbeck(hours, count, generator)
    error = generator.standard_normal((count, visits, len(TRAITS)))
    return np.asarray(
        steady[:, None, :] + np.sqrt(SLOW_VARIANCE / _TOTAL) * slow + np.sqrt(ERROR_VARIANCE / _TOTAL) * error
    )


def draw_deviations_of(name: str, traits: Traits, hours: Floats, generator: np.random.Generator) -> Floats:
    """Draw the standardised scores of one trait on a grid of its own: persons × visits."""
    baseline, intercept = traits.of(name)
    one = Traits(baseline[:, None], intercept[:, None])
    steady = BASELINE_CORRELATION * one.baseline + _own_intercept() * one.intercept
    normal = generator.standard_normal((len(baseline), hours.shape[1], 2))
    slow = _propagated(normal[:, :, :1], hours)[:, :, 0]
    return np.asarray(
        steady + np.sqrt(SLOW_VARIANCE / _TOTAL) * slow + np.sqrt(ERROR_VARIANCE / _TOTAL) * normal[:, :, 1]
    )


def _own_intercept() -> float:
    """Give the SD of the part of the person's intercept that the baseline does not explain."""
    return float(np.sqrt(INTERCEPT_VARIANCE / _TOTAL - BASELINE_CORRELATION**2))


def _ornstein_uhlenbeck(hours: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Draw the slow process of all traits at the given times."""
    normal = generator.standard_normal((count, hours.shape[1], len(TRAITS)))
    return _propagated(normal @ np.linalg.cholesky(correlations()).T, hours)


def _propagated(innovations: NDArray[np.float64], hours: Floats) -> Floats:
    """Turn innovations of variance one into a stationary process of variance one."""
    keep = np.exp(-np.diff(hours, axis=1) / (TIME_CONSTANT_DAYS * HOURS_PER_DAY))[:, :, None]
    process = innovations.copy()
    for visit in range(1, hours.shape[1]):
        kept = keep[:, visit - 1]
        process[:, visit] = kept * process[:, visit - 1] + np.sqrt(1.0 - kept**2) * innovations[:, visit]
    return process
