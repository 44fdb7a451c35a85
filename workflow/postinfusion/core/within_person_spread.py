r"""How far the values of one person spread: about a line, and from one to the next; and what the logarithm does to it.

For n independent normal values with variance sigma^2 the residual variance s^2 about a line fitted with k coefficients
has nu = n - k degrees of freedom, nu s^2 / sigma^2 ~ chi-square(nu), so that exactly

    E log s = log sigma + (psi(nu / 2) - log(nu / 2)) / 2,   Var log s = psi'(nu / 2) / 4  (about 1 / (2 nu)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma, psi

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

_NO_SPREAD = 1e-9  # a spread below this share of the size of the values is rounding


@dataclass(frozen=True)
class Spread:
    """The spread of one person's values.

    Attributes
    ----------
    value
        In the unit of the values; zero where they do not differ.
    df
        Degrees of freedom of its square.
    """

    value: float
    df: float


def spread_about_line(times: Array, values: Array, *, trend: bool) -> Spread:
    """Give the standard deviation of values about their mean, or about their own straight line over time.

    Parameters
    ----------
    times, values
        Shape (n,).
    trend
        A line over time is taken off; otherwise the mean alone.

    Raises
    ------
    ModelError
        There are no more values than coefficients.
    """
    centred = times - times.mean()
    has_line = trend and bool(np.any(np.abs(centred) > 0))
    df = len(values) - 1 - int(has_line)
    if df < 1:
        raise ModelError(f"{len(values)} values tell nothing of a spread about {1 + int(has_line)} coefficients")
    residual = values - values.mean()
    if has_line:
        residual = residual - centred * (centred @ residual) / (centred @ centred)
    return Spread(_cleared(np.sqrt(residual @ residual / df), values), float(df))


def root_mean_square_successive_difference(times: Array, values: Array, *, gap: float | None = None) -> Spread:
    r"""Give RMSSD, the root of the mean squared difference of successive values.

    For independent values of variance sigma^2 its square has mean 2 sigma^2 and 2 (n - 1)^2 / (3 n - 4) effective
    degrees of freedom (von Neumann's variance of it, matched to a chi-square). With ``gap`` each difference is divided
    by the root of its time in gaps, as for a course that wanders; then all n - 1 differences count in full.

    Parameters
    ----------
    times, values
        Shape (n,); in any order.
    gap
        Time in which differences are expressed, in the unit of ``times``; None takes them as they come.

    Raises
    ------
    ModelError
        There are fewer than two values, or two at one time while differences are divided by their time.

    References
    ----------
    von Neumann, Kent, Bellinson & Hart (1941), Ann. Math. Stat. 12, 153-162; Jahng, Wood & Trull (2008), Psychol.
    Methods 13, 354-375 (differences adjusted for time).
    """
    order = np.argsort(times, kind="stable")
    differences, passed = np.diff(values[order]), np.diff(times[order])
    n = len(values)
    if n < 2:
        raise ModelError("one value has no successor")
    if gap is None:
        return Spread(_cleared(np.sqrt(np.mean(differences**2)), values), 2.0 * (n - 1) ** 2 / (3 * n - 4))
    if not (passed > 0).all():
        raise ModelError("two values at one time have no difference for each unit of time: leave gap out")
    return Spread(_cleared(np.sqrt(np.mean(differences**2 * gap / passed)), values), float(n - 1))


def log_spread(value: Array, df: Array) -> Array:
    """Give the logarithm of a spread, without the bias that few degrees of freedom give it.

    Parameters
    ----------
    value, df
        Shape (n,), positive.

    References
    ----------
    Bartlett & Kendall (1946), Suppl. J. R. Stat. Soc. 8, 128-138; Nakagawa et al. (2015), Methods Ecol. Evol. 6,
    143-152 (lnVR, whose correction 1 / (2 nu) is the first term of this one).
    """
    return np.asarray(np.log(value) - (psi(df / 2) - np.log(df / 2)) / 2)


def log_spread_variance(df: Array) -> Array:
    """Give the sampling variance of the logarithm of a spread with these degrees of freedom, shape (n,)."""
    return np.asarray(polygamma(1, np.asarray(df, dtype=float) / 2) / 4)


def _cleared(spread: float, values: Array) -> float:
    """Give zero for a spread that is rounding alone."""
    return 0.0 if spread <= _NO_SPREAD * max(1.0, float(np.abs(values).max())) else float(spread)
