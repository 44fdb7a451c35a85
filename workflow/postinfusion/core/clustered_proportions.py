"""Proportions of events or infusions that several participants share: exact limits that respect the clusters.

Notation: participant i has n_i units, y_i of them with the feature; n = sum n_i, p = sum y_i / n over m participants.
The effective number n* is that of independent units which would tell as much of p as the clustered ones do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

from postinfusion.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClusteredProportion:
    """A proportion of units in clusters with its confidence limits.

    Attributes
    ----------
    estimate, conf_low, conf_high
        p and its limits.
    effective
        Effective number of units n*.
    """

    estimate: float
    conf_low: float
    conf_high: float
    effective: float


def korn_graubard(events: ArrayLike, total: ArrayLike, *, confidence: float = 0.95) -> ClusteredProportion:
    """Give a proportion of clustered units with the exact interval at their effective number.

    The variance of p is that of a ratio over clusters, V = m / (m - 1) sum (y_i - p n_i)^2 / n^2. The limits are those
    of Clopper and Pearson with n* for n and p n* for the events, where

    n* = n / D x [t(n - 1) / t(m - 1)]^2,   D = V (n - 1) / (p (1 - p)),

    with the design effect D and t(d) the quantile of Student's t of d degrees of freedom.

    Parameters
    ----------
    events, total
        y_i and n_i of each participant, (m,); 0 <= y_i <= n_i, and some n_i at least 1. Participants without a unit
        tell nothing of p and are left out.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of proportions, or there is no unit at all.

    Notes
    -----
    n* is at most n: what looks like a negative correlation never narrows the interval. Where V cannot tell the
    correlation, since all units are alike or one participant has all of them, n* is the number of participants, as if
    the units of each said the same. That is also the least that any upper limit is, and the mirrored one the most that
    any lower limit is: V of one or two units that differ from the rest is that of chance, and a limit below the one of
    none would say that having seen an event allows less than having seen none (Buehler 1957). With one unit for each
    participant D is 1 and the interval that of Clopper and Pearson; R's survey::svyciprop(method = "beta") divides by V
    alone and would have n - 1 there.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24, 193-201. Parker et al. (2017), Vital and Health Statistics 2(175),
    National Center for Health Statistics, for n* at most n. Buehler (1957), Journal of the American Statistical
    Association 52, 482-493, for upper limits that never fall.
    """
    y, n_i = _counts(events, total)
    n, m = float(n_i.sum()), len(n_i)
    p = float(y.sum()) / n
    n_star = _effective(y, n_i, p, (1 + confidence) / 2) if m > 1 and 0 < p < 1 else float(m)
    tail, x = (1 - confidence) / 2, p * n_star
    low = 0.0 if p == 0 else float(betaincinv(x, n_star - x + 1, tail))
    high = 1.0 if p == 1 else float(betaincinv(x + 1, n_star - x, 1 - tail))
    of_all = tail ** (1 / m)
    return ClusteredProportion(p, min(low, of_all), max(high, 1 - of_all), n_star)


def _effective(y: Array, n_i: Array, p: float, upper: float) -> float:
    """Give the effective number of units of several clusters that are not all alike."""
    n, m = float(n_i.sum()), len(n_i)
    variance = m / (m - 1) * float(((y - p * n_i) ** 2).sum()) / n**2
    by_df = float(stdtrit(n - 1, upper) / stdtrit(m - 1, upper)) ** 2
    wanted = n * p * (1 - p) / (n - 1) * by_df
    return n if wanted >= variance * n else wanted / variance


def _counts(events: ArrayLike, total: ArrayLike) -> tuple[Array, Array]:
    """Give the counts of the clusters that have a unit.

    Raises
    ------
    ModelError
        They are not those of proportions, or none has a unit.
    """
    y, n_i = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (events, total))
    if y.shape != n_i.shape or (y < 0).any() or (y > n_i).any():
        raise ModelError("events of a participant must be from 0 to the number of units. Give both for each one.")
    held = n_i > 0
    if not held.any():
        raise ModelError("there is nothing to count. Give at least one participant with a unit.")
    return y[held], n_i[held]
