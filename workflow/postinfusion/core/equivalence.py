"""Two one-sided tests that a difference is smaller than a margin in both directions.

Notation: d is the estimate, s its standard error with df degrees of freedom, m > 0 the margin, T a Student t variable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr

from postinfusion.core.contrasts import estimates
from postinfusion.errors import ModelError

LEVEL = 0.05


@dataclass(frozen=True)
class OneSidedTests:
    """Both tests of an estimate against a margin.

    Attributes
    ----------
    statistic_above, p_above
        Test that the true value is above -m: t = (d + m) / s and P(T > t).
    statistic_below, p_below
        Test that it is below m: t = (d - m) / s and P(T < t).
    p_value
        The larger of both: below the level, the true value is shown to lie within (-m, m).
    conf_low, conf_high
        Interval with coverage 1 - 2 level, which lies within (-m, m) exactly where ``p_value`` is below the level.
    """

    statistic_above: float
    p_above: float
    statistic_below: float
    p_below: float
    p_value: float
    conf_low: float
    conf_high: float


def two_one_sided_tests(
    estimate: float, std_error: float, df: float, margin: float, *, level: float = LEVEL
) -> OneSidedTests:
    """Test an estimate against -m and m.

    Parameters
    ----------
    estimate, std_error, df
        d, s > 0 and df > 0, infinite for the normal distribution. Where d or s is missing, so is all of the result.
    margin
        m, in the unit of the estimate.
    level
        Of each one-sided test, between 0 and 0.5.

    Raises
    ------
    ModelError
        The margin is not above zero, or the level is not between 0 and 0.5.

    References
    ----------
    Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.
    """
    if not margin > 0:
        raise ModelError(f"the margin is {margin:g}; it must be above zero, in the unit of the estimate")
    if not 0 < level < 0.5:
        raise ModelError(f"the level of a one-sided test is {level:g}; it must lie between 0 and 0.5")
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below = (np.divide(estimate + sign * margin, std_error) for sign in (1, -1))
    interval = estimates([estimate], [std_error], [df], confidence=1 - 2 * level)
    p_above, p_below = _lower_tail(-above, df), _lower_tail(below, df)
    return OneSidedTests(
        float(above), p_above, float(below), p_below, float(np.maximum(p_above, p_below)),
        float(interval.conf_low[0]), float(interval.conf_high[0]),
    )  # fmt: skip


def _lower_tail(statistic: float, df: float) -> float:
    """Give P(T < t); of the normal distribution where df is infinite."""
    return float(ndtr(statistic) if np.isinf(df) else stdtr(df, statistic))
