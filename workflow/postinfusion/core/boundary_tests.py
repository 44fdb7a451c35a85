"""Likelihood-ratio tests of a variance that lies on the boundary of its range under the hypothesis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from postinfusion.errors import ModelError

# A larger model whose maximum lies this much below the smaller one's did not reach its own.
BELOW = 1e-6


@dataclass(frozen=True)
class BoundaryTest:
    """A likelihood-ratio test with its mixture of chi-square distributions.

    Attributes
    ----------
    statistic
        Twice the difference of the log-likelihoods.
    df, weights
        Degrees of freedom of the chi-square distributions that are mixed, and their shares; 0 df is a point mass at
        zero.
    p_value
        Of the mixture.
    naive_p_value
        Of the chi-square distribution with the number of parameters: too large.
    """

    statistic: float
    df: tuple[int, ...]
    weights: tuple[float, ...]
    p_value: float
    naive_p_value: float


def boundary_test(larger: float, smaller: float, *, n_boundary: int, n_interior: int) -> BoundaryTest:
    """Test the parameters that a smaller model lacks, at most one of which lies on its boundary there.

    With one variance on the boundary and m other parameters (its covariances with the q = m random effects that stay)
    the statistic is distributed as a mixture of chi-square with m and m + 1 df in equal shares; with none as
    chi-square with m df.

    Parameters
    ----------
    larger, smaller
        Log-likelihoods at the maxima; both restricted with the same fixed effects, or neither.
    n_boundary
        Number of tested variances (or correlations that cannot be negative): 0 or 1.
    n_interior
        Number of the other tested parameters.

    Raises
    ------
    ModelError
        Nothing is tested, more than one parameter lies on the boundary, or the larger model fits worse.

    References
    ----------
    Self & Liang (1987), J. Am. Stat. Assoc. 82, 605-610, cases 5 and 6; Stram & Lee (1994), Biometrics 50, 1171-1177,
    cases 1 to 3.
    """
    if n_boundary > 1:
        raise ModelError(
            f"{n_boundary} variances are tested at once: the shares of their mixture depend on the data's information; "
            "test one at a time"
        )
    if n_boundary + n_interior < 1:
        raise ModelError("The two models have the same variances and correlations; nothing is tested")
    statistic = 2 * (larger - smaller)
    if statistic < -BELOW:
        raise ModelError(
            f"The larger model has a log-likelihood {-statistic / 2:.2g} below the smaller one's; they are not nested, "
            "or fitted to different rows"
        )
    statistic = max(statistic, 0.0)
    df = (n_interior, n_interior + 1) if n_boundary else (n_interior,)
    weights = (0.5, 0.5) if n_boundary else (1.0,)
    return BoundaryTest(
        statistic=statistic,
        df=df,
        weights=weights,
        p_value=mixture_p_value(statistic, df, weights),
        naive_p_value=mixture_p_value(statistic, (n_boundary + n_interior,), (1.0,)),
    )


def mixture_p_value(statistic: float, df: tuple[int, ...], weights: tuple[float, ...]) -> float:
    """Give the upper tail of a mixture of chi-square distributions at a statistic of at least zero."""
    tails = [float(chdtrc(k, statistic)) if k > 0 else float(statistic <= 0) for k in df]
    return float(np.dot(weights, tails))
