"""Simultaneous intervals of many linear combinations: the quantile of max|t| of their joint t distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, fdtrc

from postinfusion.core.contrasts import check_confidence, t_quantile
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

DRAWS = 20_000
# Eigenvalues of the correlation below this share of the largest are rounding: the estimates lie in fewer dimensions.
RANK = 1e-9


@dataclass(frozen=True)
class SimultaneousBand:
    """Intervals that hold all quantities at once with the stated confidence.

    Attributes
    ----------
    estimate, std_error
        Shape (m,).
    conf_low, conf_high
        Shape (m,): ``estimate -+ critical_value std_error``.
    critical_value
        The quantile c of max|t|.
    df
        Degrees of freedom of the joint t distribution; infinite for the normal one.
    draws
        Number of directions that the quantile was averaged over.
    """

    estimate: Array
    std_error: Array
    conf_low: Array
    conf_high: Array
    critical_value: float
    df: float
    draws: int


def simultaneous_band(
    estimate: Array,
    covariance: Array,
    df: float,
    rng: np.random.Generator,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
) -> SimultaneousBand:
    """Give intervals that contain all m quantities together with the stated confidence.

    Parameters
    ----------
    estimate
        Shape (m,).
    covariance
        Shape (m, m): of the estimates, with a positive diagonal; may be singular.
    df
        The smallest degrees of freedom among the estimates; infinite for the normal distribution.
    rng
        Where the directions come from.
    confidence
        Probability that all intervals hold their quantity.
    draws
        Number of directions.

    Raises
    ------
    ModelError
        A variance is not positive, or the confidence is no share.
    """
    variance = np.diag(covariance)
    if not len(variance) or not (variance > 0).all():
        raise ModelError("a simultaneous band needs estimates with standard errors at every point of its grid")
    std_error = np.sqrt(variance)
    correlation = covariance / np.outer(std_error, std_error)
    c = max_t_quantile(correlation, df, rng, confidence=confidence, draws=draws)
    margin = c * std_error
    return SimultaneousBand(estimate, std_error, estimate - margin, estimate + margin, c, df, draws)


def max_t_quantile(
    correlation: Array, df: float, rng: np.random.Generator, *, confidence: float = 0.95, draws: int = DRAWS
) -> float:
    """Give the quantile of the largest absolute value of a multivariate t vector.

    With ``R = F F'`` of rank r, a draw is ``t = rho F u``: a direction u, uniform on the unit sphere of r dimensions,
    and a radius with ``rho^2 / r ~ F(r, df)``. Directions are drawn; over the radius the probability is exact::

        P(max|t| > c) = E_u[ P( F(r, df) > c^2 / (r max|F u|^2) ) ]

    so that perfectly correlated estimates (r = 1) have the quantile of Student's t without any Monte Carlo error.

    Parameters
    ----------
    correlation
        Shape (m, m), positive semidefinite.
    df
        Degrees of freedom, infinite for the normal distribution.
    rng
        Where the directions come from.
    confidence, draws
        As in :func:`simultaneous_band`.

    References
    ----------
    Hothorn, Bretz & Westfall (2008), Biometrical Journal 50, 346-363, section 3; Genz & Bretz (2009), Computation of
    Multivariate Normal and t Probabilities, section 4.1 (radial integration).
    """
    check_confidence(confidence)
    factor = _factor(correlation)
    rank = factor.shape[1]
    highest = _highest(factor, rng, draws)
    pointwise = float(t_quantile((1 + confidence) / 2, df))
    # Bonferroni's inequality with the estimates taken as independent bounds the quantile from above.
    bonferroni = float(t_quantile(1 - (1 - confidence) / (2 * len(factor)), df))

    def excess(c: float) -> float:
        return float(_radius_beyond(c / highest, rank, df).mean()) - (1 - confidence)

    if rank == 1 or excess(pointwise) <= 0:
        return pointwise
    return float(brentq(excess, pointwise, 1.1 * bonferroni, xtol=1e-10))


def _factor(correlation: Array) -> Array:
    """Give F (m, r) with R = F F', its rows of length one."""
    values, vectors = np.linalg.eigh(correlation)
    kept = values > RANK * values[-1]
    factor = vectors[:, kept] * np.sqrt(values[kept])
    return np.asarray(factor / np.linalg.norm(factor, axis=1, keepdims=True))


def _highest(factor: Array, rng: np.random.Generator, draws: int) -> Array:
    """Draw directions u and give max|F u| of each, shape (draws,)."""
    found = []
    for part in np.array_split(rng.standard_normal((draws, factor.shape[1])), max(draws // 2_000, 1)):
        u = part / np.linalg.norm(part, axis=1, keepdims=True)
        found.append(np.abs(u @ factor.T).max(axis=1))
    return np.concatenate(found)


def _radius_beyond(radius: Array, rank: int, df: float) -> Array:
    """Give the probability that the radius of a multivariate t vector of that rank is larger."""
    squared = radius**2
    return np.asarray(chdtrc(rank, squared) if np.isinf(df) else fdtrc(rank, df, squared / rank))
