"""Rates of events per infusion of participants who have several: limits that respect the clusters.

Notation: participant i has y_i events in n_i infusions; y = sum y_i, n = sum n_i and r = y / n over m participants. The
effective number n* is that of infusions of as many different participants which would tell as much of r.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri, stdtrit

from postinfusion.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClusteredRate:
    """A rate of events per unit in clusters with its confidence limits.

    Attributes
    ----------
    estimate, conf_low, conf_high
        r and its limits.
    effective
        Effective number of units n*.
    """

    estimate: float
    conf_low: float
    conf_high: float
    effective: float


def clustered_rate(events: ArrayLike, units: ArrayLike, *, confidence: float = 0.95) -> ClusteredRate:
    """Give a rate of events per unit with the limits of a Poisson count at its effective number of units.

    The variance of r is that of a ratio over clusters, V = m / (m - 1) sum (y_i - r n_i)^2 / n^2. The limits are
    quantiles of gamma distributions of shape r n* and r n* + 1, divided by n*, where

    n* = r / V x [z / t(m - 1)]^2,   at most n,

    with the quantiles z of the standard normal and t(m - 1) of Student's t. For n* = n they are Garwood's.

    Parameters
    ----------
    events, units
        y_i, 0 or more, and n_i of each participant, (m,); some n_i at least 1. A participant may have more events than
        units. Those without a unit tell nothing of r and are left out, with their events.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        A number is negative, or there is no unit at all.

    Notes
    -----
    n* is at most n: what looks like less variation than chance never narrows the interval. Where V cannot tell how
    alike the units of a participant are, since nobody had an event or there is one participant only, n* is m, as if the
    units of each told the same; the upper limit is then what no event in them still allows. That is also the least that
    any upper limit is: V of one or two events is that of chance and cannot tell clusters either, and a limit below it
    would say that having seen an event allows less than having seen none (Buehler 1957).

    References
    ----------
    Fay & Feuer (1997), Statistics in Medicine 16, 791-801, for gamma limits at a variance. Korn & Graubard (1998),
    Survey Methodology 24, 193-201, for the correction by Student's t. Garwood (1936), Biometrika 28, 437-442. Buehler
    (1957), Journal of the American Statistical Association 52, 482-493, for upper limits that never fall.
    """
    y, n_i = _counts(events, units)
    n, m = float(n_i.sum()), len(n_i)
    r = float(y.sum()) / n
    n_star = _effective(y, n_i, r, (1 + confidence) / 2) if m > 1 and r > 0 else float(m)
    tail, x = (1 - confidence) / 2, r * n_star
    low = 0.0 if r == 0 else float(gammaincinv(x, tail)) / n_star
    of_none = float(gammaincinv(1, 1 - tail)) / m
    return ClusteredRate(r, low, max(float(gammaincinv(x + 1, 1 - tail)) / n_star, of_none), n_star)


def _effective(y: Array, n_i: Array, r: float, upper: float) -> float:
    """Give the effective number of units of several clusters, some with an event."""
    n, m = float(n_i.sum()), len(n_i)
    variance = m / (m - 1) * float(((y - r * n_i) ** 2).sum()) / n**2
    wanted = r * float(ndtri(upper) / stdtrit(m - 1, upper)) ** 2
    return n if wanted >= variance * n else wanted / variance


def _counts(events: ArrayLike, units: ArrayLike) -> tuple[Array, Array]:
    """Give the counts of the clusters that have a unit.

    Raises
    ------
    ModelError
        One is negative, or none has a unit.
    """
    y, n_i = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (events, units))
    if y.shape != n_i.shape or (y < 0).any() or (n_i < 0).any():
        raise ModelError("events and units of a participant must be 0 or more. Give both for each one.")
    held = n_i > 0
    if not held.any():
        raise ModelError("there is nothing to count. Give at least one participant with a unit.")
    return y[held], n_i[held]
