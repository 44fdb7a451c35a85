r"""Two differences from two randomisations of one trial, put together with a weight that the plan lays down.

Some participants are randomised a second time after the first stage. Given all that the first stage showed, the second
allocation is random: the difference of the second stage then has the same expectation whatever the first one was, so
that the two are uncorrelated, and a p-value of the second stage is uniform under its null hypothesis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri, stdtr

from postinfusion.errors import ModelError

_LEAST = 1e-300
"""One-sided p-values are kept away from 0 and 1, where the normal quantile is infinite."""


@dataclass(frozen=True)
class Stage:
    """The difference of one stage.

    Attributes
    ----------
    estimate, std_error
        The difference between two arms and its standard error, above 0.
    df
        Its degrees of freedom, above 0; infinite for a normal distribution.
    """

    estimate: float
    std_error: float
    df: float


@dataclass(frozen=True)
class Combined:
    """Two stages put together.

    Attributes
    ----------
    estimate, std_error, df
        The weighted difference, its standard error and Satterthwaite's degrees of freedom.
    statistic, p_value
        Estimate by standard error, and its two-sided p.
    z, z_p_value
        The inverse normal combination of the p-values of the stages, and its two-sided p.
    """

    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    z: float
    z_p_value: float


def combine(first: Stage, second: Stage, weight: float) -> Combined:
    r"""Put the differences of two stages together.

    .. math::

        \hat\delta = w\hat\delta_1 + (1-w)\hat\delta_2,\quad
        \widehat{\mathrm{var}} = w^2 v_1 + (1-w)^2 v_2,\quad
        \nu = \frac{(w^2v_1 + (1-w)^2v_2)^2}{(w^2v_1)^2/\nu_1 + ((1-w)^2v_2)^2/\nu_2}

    The combination test takes the one-sided p-values: :math:`Z = \sqrt{w}\,\Phi^{-1}(F_1) + \sqrt{1-w}\,
    \Phi^{-1}(F_2)`, :math:`F_k` the t distribution function at the statistic of stage *k*.

    Parameters
    ----------
    first, second
        The stages.
    weight
        *w*, the weight of the first stage, between 0 and 1, laid down before the data were seen.

    Raises
    ------
    ModelError
        The weight is not between 0 and 1, or a standard error is not above 0.

    References
    ----------
    Fava et al. (2003), Psychotherapy and Psychosomatics 72, 115-127; Tamura & Huang (2007), Clinical Trials 4, 309-317;
    Chen et al. (2011), Contemporary Clinical Trials 32, 592-604; Lehmacher & Wassmer (1999), Biometrics 55, 1286-1290
    (inverse normal combination); Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    if not 0 < weight < 1:
        raise ModelError(f"the weight of the first stage is {weight:g}: it lies between 0 and 1")
    if not (first.std_error > 0 and second.std_error > 0 and first.df > 0 and second.df > 0):
        raise ModelError("a stage has no standard error: there is no variation, and nothing to put together")
    estimate = weight * first.estimate + (1 - weight) * second.estimate
    parts = (weight * first.std_error) ** 2, ((1 - weight) * second.std_error) ** 2
    error = math.sqrt(sum(parts))
    df = sum(parts) ** 2 / (parts[0] ** 2 / first.df + parts[1] ** 2 / second.df)
    z = math.sqrt(weight) * normal_score(first) + math.sqrt(1 - weight) * normal_score(second)
    statistic = estimate / error
    return Combined(estimate, error, df, statistic, _two_sided_t(statistic, df), z, min(1.0, 2 * float(ndtr(-abs(z)))))


def normal_score(stage: Stage) -> float:
    """Give the normal quantile with the same one-sided p as the statistic of a stage."""
    statistic = stage.estimate / stage.std_error
    below = _t_distribution(-abs(statistic), stage.df)
    return math.copysign(float(-ndtri(max(below, _LEAST))), statistic)


def _two_sided_t(statistic: float, df: float) -> float:
    """Give the two-sided p of a t statistic."""
    return min(1.0, 2 * _t_distribution(-abs(statistic), df))


def _t_distribution(value: float, df: float) -> float:
    """Give the t distribution function; with infinite degrees of freedom the normal one."""
    return float(ndtr(value) if math.isinf(df) else stdtr(df, value))
