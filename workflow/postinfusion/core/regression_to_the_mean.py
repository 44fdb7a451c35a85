r"""What repeated measurement alone is expected to do to a group that was chosen by a high or low value.

Values of one person on two occasions are taken as bivariate normal with mean :math:`\mu`, standard deviation
:math:`\sigma` and correlation *r* in the population from which the group was drawn, in which nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, stdtr

from postinfusion.core.contrasts import estimates
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

_FEWEST = 2


@dataclass(frozen=True)
class SourcePopulation:
    """The population from which participants were drawn, before anything was done.

    Attributes
    ----------
    mean, sd
        Of the value, in its unit.
    correlation
        Between two occasions (test-retest), between 0 and 1.
    """

    mean: float
    sd: float
    correlation: float


@dataclass(frozen=True)
class Remainder:
    """The mean change that is left when the expected regression to the mean is taken off.

    Attributes
    ----------
    estimate, std_error, df, conf_low, conf_high, statistic, p_value
        One-sample t inference over participants; the source population counts as known.
    """

    estimate: float
    std_error: float
    df: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float


def expected_change(population: SourcePopulation, first: Array) -> Array:
    r"""Give the change that regression to the mean lets expect for each first value: :math:`(1 - r)(\mu - x)`.

    Its mean over a group is :math:`(1 - r)(\mu - \bar x)`, whoever was chosen by the first value.

    Parameters
    ----------
    population
        The source population.
    first
        Values by which the group was chosen, shape (n,).

    References
    ----------
    Davis (1976), American Journal of Epidemiology 104, 493-498; Barnett, van der Pols & Dobson (2005), International
    Journal of Epidemiology 34, 215-220.
    """
    return np.asarray((1 - population.correlation) * (population.mean - np.asarray(first, dtype=float)))


def expected_change_beyond(population: SourcePopulation, cut_off: float, *, is_lowest: bool) -> float:
    r"""Give the expected change of a group that was chosen by a first value beyond a cut-off.

    With :math:`z = (c - \mu) / \sigma` and a first value of *c* or more it is
    :math:`-(1 - r) \sigma \phi(z) / (1 - \Phi(z))`; with *c* or less, :math:`(1 - r) \sigma \phi(z) / \Phi(z)`.

    Parameters
    ----------
    population
        The source population.
    cut_off
        The limit *c*.
    is_lowest
        Values of *c* or more were chosen; otherwise values of *c* or less.

    Notes
    -----
    Barnett et al. write :math:`\sigma_w^2 / \sqrt{\sigma_w^2 + \sigma_b^2}` for :math:`(1 - r) \sigma`, with the
    variances within and between persons.

    References
    ----------
    Gardner & Heady (1973), Journal of Chronic Diseases 26, 781-795; Barnett, van der Pols & Dobson (2005),
    International Journal of Epidemiology 34, 215-220.
    """
    z = (cut_off - population.mean) / population.sd
    side = 1.0 if is_lowest else -1.0
    log_density = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    inverse_mills_ratio = float(np.exp(log_density - log_ndtr(-side * z)))
    return -side * (1 - population.correlation) * population.sd * inverse_mills_ratio


def beyond_regression(
    population: SourcePopulation, first: Array, change: Array, *, confidence: float = 0.95
) -> Remainder:
    """Give the mean of the changes minus what regression to the mean lets expect of each.

    Parameters
    ----------
    population
        The source population, taken as known.
    first, change
        First value and change from it of each participant, shape (n,).
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        There are fewer than two participants.
    """
    left = np.asarray(change, dtype=float) - expected_change(population, first)
    n = len(left)
    if n < _FEWEST:
        raise ModelError(f"a mean change needs {_FEWEST} participants or more for an interval; here are {n}")
    mean, error, df = float(left.mean()), float(left.std(ddof=1) / np.sqrt(n)), float(n - 1)
    found = estimates([mean], [error], [df], confidence=confidence)
    statistic = mean / error if error > 0 else float("nan")
    p_value = float(2 * stdtr(df, -abs(statistic)))
    return Remainder(mean, error, df, float(found.conf_low[0]), float(found.conf_high[0]), statistic, p_value)
