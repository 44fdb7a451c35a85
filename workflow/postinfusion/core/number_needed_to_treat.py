"""Number needed to treat: the reciprocal of a difference of proportions, with Altman's interval."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class NumberNeeded:
    """A number needed to treat for one more benefit (positive) or one more harm (negative).

    Attributes
    ----------
    estimate
        1 / d; infinite at d = 0.
    conf_low, conf_high
        Reciprocals of the upper and of the lower limit of d. Where the interval of d holds zero, ``conf_low`` is
        positive (benefit) and ``conf_high`` negative (harm): the interval then runs from ``conf_low`` over infinity to
        ``conf_high``.
    spans_infinity
        The interval of d holds zero.
    """

    estimate: float
    conf_low: float
    conf_high: float
    spans_infinity: bool


def number_needed_to_treat(benefit: float, conf_low: float, conf_high: float) -> NumberNeeded:
    """Give the number needed to treat from a difference of proportions that is positive where the arm is better.

    Parameters
    ----------
    benefit, conf_low, conf_high
        The difference and its limits, oriented so that a positive one is a benefit.

    References
    ----------
    Altman (1998), BMJ 317, 1309-1312: an interval of the difference from -0.05 to 0.45 is written as
    "NNTB 2.2 to infinity to NNTH 20".
    """
    spans = conf_low <= 0 <= conf_high
    return NumberNeeded(_reciprocal(benefit), _reciprocal(conf_high), _reciprocal(conf_low, -1 if spans else 1), spans)


def _reciprocal(value: float, sign_of_zero: int = 1) -> float:
    """Give 1 / value, infinite with a given sign at zero."""
    return 1 / value if value else math.copysign(math.inf, sign_of_zero)
