"""Where a difference that changes with a moderator is distinguishable from none: regions of significance.

Notation: difference ``d(x) = a + b x`` at moderator x, with covariance V of (a, b); c the critical value. It is
distinguishable from none where ``d(x)^2 > c^2 (v_aa + 2 v_ab x + v_bb x^2)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from postinfusion.core.contrasts import check_confidence, t_quantile
from postinfusion.errors import ModelError

_LINE = 2


@dataclass(frozen=True)
class Region:
    """One interval of the moderator on which the difference is distinguishable from none.

    Attributes
    ----------
    low, high
        Its ends, within the range that was looked at.
    sign
        1 where the difference is positive there, -1 where it is negative.
    """

    low: float
    high: float
    sign: int


def pointwise_critical_value(df: float, *, confidence: float = 0.95) -> float:
    """Give Student's quantile: right for one value of the moderator that was chosen beforehand.

    References
    ----------
    Johnson & Neyman (1936), Statistical Research Memoirs 1, 57-93.
    """
    return float(t_quantile((1 + confidence) / 2, df))


def potthoff_critical_value(df: float, *, confidence: float = 0.95) -> float:
    """Give ``sqrt(2 F(2, df))``: right for all values of the moderator together, as Scheffe's for a line.

    Parameters
    ----------
    df
        Degrees of freedom of the covariance of (a, b); infinite for a known one.
    confidence
        Probability that no value of the moderator at which there is no difference is called one.

    References
    ----------
    Potthoff (1964), Psychometrika 29, 241-256; Scheffe (1959), The Analysis of Variance, section 3.5.
    """
    check_confidence(confidence)
    if not df > 0:
        raise ModelError("a region needs positive degrees of freedom")
    quantile = -2 * math.log1p(-confidence) / _LINE if math.isinf(df) else float(fdtri(_LINE, df, confidence))
    return math.sqrt(_LINE * quantile)


def regions_of_line(
    coefficients: ArrayLike, covariance: ArrayLike, critical: float, low: float, high: float
) -> tuple[Region, ...]:
    """Give the regions of a linear difference in closed form, within a range of the moderator.

    Parameters
    ----------
    coefficients
        Shape (2,): a and b.
    covariance
        Shape (2, 2): V.
    critical
        c.
    low, high
        The range that was observed; nothing is said beyond it.

    Returns
    -------
    tuple of Region
        In rising order; empty where the difference is nowhere distinguishable from none.

    Raises
    ------
    ModelError
        The range is empty, or a number is not finite.

    References
    ----------
    Bauer & Curran (2005), Multivariate Behavioral Research 40, 373-400.
    """
    (a, b), V = np.asarray(coefficients, dtype=float), np.asarray(covariance, dtype=float)
    if not low < high or not np.isfinite([a, b, *V.ravel(), critical, low, high]).all():
        raise ModelError("a region needs a range of the moderator and finite coefficients with their covariance")
    polynomial = np.array(
        [b**2 - critical**2 * V[1, 1], 2 * (a * b - critical**2 * V[0, 1]), a**2 - critical**2 * V[0, 0]]
    )
    inside = [x for x in _roots(*map(float, polynomial)) if low < x < high]
    return _between(
        [low, *inside, high], lambda x: float(np.polyval(polynomial, x)) > 0, lambda x: 1 if a + b * x > 0 else -1
    )


def regions_of_curve(x: ArrayLike, estimate: ArrayLike, half_width: ArrayLike) -> tuple[Region, ...]:
    """Give the regions of a curve that is known on a grid; ends within the grid are interpolated linearly.

    Parameters
    ----------
    x
        Shape (m,), rising.
    estimate, half_width
        Shape (m,): the difference, and critical value times standard error.

    Raises
    ------
    ModelError
        Fewer than two points.
    """
    places, d, w = (np.asarray(values, dtype=float) for values in (x, estimate, half_width))
    if len(places) < _LINE:
        raise ModelError("a region needs a grid of two points or more")
    ends = [places[0]]
    for limit in (d - w, d + w):
        (change,) = np.nonzero(np.sign(limit[:-1]) * np.sign(limit[1:]) < 0)
        share = limit[change] / (limit[change] - limit[change + 1])
        ends += list(places[change] + share * (places[change + 1] - places[change]))
    excess = np.abs(d) - w
    return _between(
        [*sorted(ends), places[-1]],
        lambda point: float(np.interp(point, places, excess)) > 0,
        lambda point: 1 if float(np.interp(point, places, d)) > 0 else -1,
    )


def _roots(square: float, linear: float, constant: float) -> list[float]:
    """Give the real roots of a polynomial of degree two or less, in rising order, without cancellation."""
    if square == 0.0:
        return [-constant / linear] if linear else []
    discriminant = linear * linear - 4 * square * constant
    if discriminant <= 0:
        return []
    half = -(linear + math.copysign(math.sqrt(discriminant), linear)) / 2
    return sorted([half / square, constant / half] if half else [0.0])


def _between(ends: list[float], holds: Callable[[float], bool], sign_of: Callable[[float], int]) -> tuple[Region, ...]:
    """Give the pieces between neighbouring ends on whose middle the condition holds."""
    middles = [((low + high) / 2, low, high) for low, high in pairwise(ends) if low < high]
    return tuple(Region(float(low), float(high), sign_of(middle)) for middle, low, high in middles if holds(middle))
