"""From an estimate, its standard error and degrees of freedom to a test and an interval."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, ndtr, ndtri, stdtr, stdtrit

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError


@dataclass(frozen=True)
class Estimates:
    """Linear combinations of the coefficients with their inference; not estimable ones are NaN throughout.

    Attributes
    ----------
    estimate, std_error, df, statistic, p_value, conf_low, conf_high
        Shape (m,) each: t distribution with df degrees of freedom (normal where df is infinite), two-sided.
    """

    estimate: Array
    std_error: Array
    df: Array
    statistic: Array
    p_value: Array
    conf_low: Array
    conf_high: Array


@dataclass(frozen=True)
class JointTest:
    """An F test that several linear combinations of the coefficients are zero.

    Attributes
    ----------
    statistic
        F, already scaled where the method scales it (Kenward-Roger).
    df_numerator, df_denominator
        Degrees of freedom; infinite in the denominator for a Wald test.
    p_value
        Upper tail.
    """

    statistic: float
    df_numerator: float
    df_denominator: float
    p_value: float


def t_quantile(probability: float, df: ArrayLike) -> Array:
    """Give quantiles of Student's t; of the normal distribution where df is infinite."""
    df = np.asarray(df, dtype=float)
    finite = np.where(np.isinf(df), 1.0, df)
    return np.where(np.isinf(df), ndtri(probability), stdtrit(finite, probability))


def t_p_value(statistic: ArrayLike, df: ArrayLike) -> Array:
    """Give two-sided p values of Student's t; of the normal distribution where df is infinite."""
    df = np.asarray(df, dtype=float)
    below = -np.abs(np.asarray(statistic, dtype=float))
    finite = np.where(np.isinf(df), 1.0, df)
    return np.asarray(2 * np.where(np.isinf(df), ndtr(below), stdtr(finite, below)))


def estimates(estimate: ArrayLike, std_error: ArrayLike, df: ArrayLike, *, confidence: float = 0.95) -> Estimates:
    """Give the test against zero and the two-sided interval of each estimate.

    Parameters
    ----------
    estimate, std_error, df
        Shape (m,) each, or broadcast; df positive, infinite for the normal distribution, NaN where unknown.
    confidence
        Coverage of the interval, between 0 and 1.

    Raises
    ------
    ModelError
        The coverage is no share.
    """
    check_confidence(confidence)
    estimate, std_error, df = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (estimate, std_error, df)))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    margin = t_quantile((1 + confidence) / 2, df) * std_error
    p_value = t_p_value(statistic, df)
    return Estimates(estimate, std_error, df, statistic, p_value, estimate - margin, estimate + margin)


def check_confidence(confidence: float) -> None:
    """Refuse a coverage that is no share.

    Raises
    ------
    ModelError
        With what it is.
    """
    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise ModelError(f"confidence is {confidence}; it is a share between 0 and 1, as 0.95")


def f_test(statistic: float, df_numerator: float, df_denominator: float) -> JointTest:
    """Give the F test of a statistic; the chi-square limit where the denominator df are infinite."""
    denominator = min(df_denominator, 1e12)
    return JointTest(statistic, df_numerator, df_denominator, float(fdtrc(df_numerator, denominator, statistic)))
