r"""Two proportions of the same participants: the difference with its score interval, and the exact test.

Of n participants a have the status with both treatments, b with the first alone, c with the second alone, d with
neither; the difference is (b - c) / n, and a and d tell nothing of its sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincinv, ndtri
from scipy.stats import binom

from postinfusion.errors import ModelError

_STEPS = 200
"""Halvings of an interval no longer than 1: far more than a double holds."""


@dataclass(frozen=True)
class PairedDifference:
    """The difference of two proportions of the same participants.

    Attributes
    ----------
    estimate, conf_low, conf_high
        (b - c) / n and its score limits.
    p_value
        Exact two-sided p of b among b + c with probability 1/2 (McNemar); 1 without any discordant participant.
    odds_ratio, odds_low, odds_high
        b / c, the conditional odds ratio, with its exact limits; NaN without discordant participants, infinite at c = 0
    """

    estimate: float
    conf_low: float
    conf_high: float
    p_value: float
    odds_ratio: float
    odds_low: float
    odds_high: float


def paired_difference(first_alone: int, second_alone: int, n: int, *, confidence: float = 0.95) -> PairedDifference:
    r"""Compare two proportions of the same participants.

    The limits of the difference are where Tango's score statistic

    .. math::

        T(\Delta) = \frac{b - c - n\Delta}{\sqrt{n(2\tilde q + \Delta(1 - \Delta))}},\quad
        \tilde q = \frac{\sqrt{B^2 - 8n\,C} - B}{4n},\\
        B = -b - c + (2n - b + c)\Delta,\quad C = -c\Delta(1 - \Delta)

    equals plus and minus the normal quantile; :math:`\tilde q` is the likeliest share of c at the difference.

    Parameters
    ----------
    first_alone, second_alone
        b and c.
    n
        All participants with both treatments, above 0.
    confidence
        Level of the intervals.

    Raises
    ------
    ModelError
        There are no participants, or more discordant ones than participants.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; Tango (1998), Statistics in Medicine 17, 891-908, equations 24 to 27;
    Fagerland, Lydersen & Laake (2014), Statistics in Medicine 33, 2850-2875 (recommend both).
    """
    b, c = first_alone, second_alone
    if n < 1 or b < 0 or c < 0 or b + c > n:
        raise ModelError(f"{b} and {c} of {n} participants cannot be discordant")
    z = float(ndtri(0.5 + confidence / 2))
    estimate = (b - c) / n
    low, high = (_limit((b, c, n), z, outer, estimate) for outer in (-1.0, 1.0))
    p_value = min(1.0, 2 * float(binom.cdf(min(b, c), b + c, 0.5))) if b + c else 1.0
    return PairedDifference(estimate, low, high, p_value, *_conditional_odds_ratio(b, c, confidence))


def score_statistic(first_alone: int, second_alone: int, n: int, difference: float) -> float:
    """Give Tango's score statistic at a difference; infinite where the difference has no variance there."""
    b, c = first_alone, second_alone
    B = -b - c + (2 * n - b + c) * difference
    C = -c * difference * (1 - difference)
    q = (math.sqrt(max(B * B - 8 * n * C, 0.0)) - B) / (4 * n)
    distance = b - c - n * difference
    variance = n * (2 * q + difference * (1 - difference))
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def _limit(counts: tuple[int, int, int], quantile: float, outer: float, inner: float) -> float:
    """Give where the size of the score statistic is a quantile, between the estimate and the end of the scale."""
    if inner == outer:
        return outer
    for _ in range(_STEPS):
        middle = (inner + outer) / 2
        is_inside = abs(score_statistic(*counts, middle)) < quantile
        inner, outer = (middle, outer) if is_inside else (inner, middle)
    return (inner + outer) / 2


def _conditional_odds_ratio(b: int, c: int, confidence: float) -> tuple[float, float, float]:
    """Give b / c with the limits that follow from those of the share b / (b + c)."""
    if b + c == 0:
        return math.nan, math.nan, math.nan
    tail = (1 - confidence) / 2
    low = float(betaincinv(b, c + 1, tail)) if b else 0.0
    high = float(betaincinv(b + 1, c, 1 - tail)) if c else 1.0
    return b / c if c else math.inf, low / (1 - low), high / (1 - high) if high < 1 else math.inf
