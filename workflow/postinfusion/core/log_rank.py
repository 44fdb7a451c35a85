"""The log-rank test of two groups, stratified, and its re-randomisation form for small samples.

Notation: within a stratum, t_j the distinct event times, d_j events among Y_j at risk, of whom Y_1j in the group;
U = O - E with E = sum of d_j Y_1j / Y_j. The score of participant i is c_i = event_i - H(t_i), with H the stratum's
cumulative hazard by Nelson and Aalen; then U is the sum of the scores of the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from postinfusion.core.kaplan_meier import checked_times, risk_table
from postinfusion.errors import ModelError

Array = NDArray[np.float64]

MOST_ARRANGEMENTS = 20_000
"""Up to so many arrangements all are gone through; beyond, they are drawn."""
DRAWS = 9_999
# Sums of the same scores in another order differ by rounding.
_SAME = 1e-9


@dataclass(frozen=True)
class LogRank:
    """The test of two groups.

    Attributes
    ----------
    observed, expected
        Events of the group, and events expected of it if hazards did not differ.
    variance
        Variance of observed - expected.
    statistic, p_value
        (O - E)^2 / variance, on one degree of freedom.
    """

    observed: float
    expected: float
    variance: float
    statistic: float
    p_value: float


@dataclass(frozen=True)
class Rerandomised:
    """The p-value of the observed allocation among those that the strata allow.

    Attributes
    ----------
    p_value
        Share of arrangements in which U lies at least as far from 0 as observed.
    smallest
        The smallest p-value that these data could have given.
    arrangements
        How many arrangements were gone through or drawn.
    is_exact
        All arrangements were gone through.
    """

    p_value: float
    smallest: float
    arrangements: int
    is_exact: bool


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None) -> LogRank:
    """Test whether the hazards of two groups are equal.

    Parameters
    ----------
    time, event
        Time to the event or to the end of observation, and whether the event happened, (n,).
    group
        True for the group, False for the one it is compared with, (n,).
    strata
        A number for each stratum, (n,); None for one stratum.

    Raises
    ------
    ModelError
        A group is empty, or no event happened while both groups were under observation.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50, 163-170. Peto & Peto (1972), J. Royal Statistical Society A 135,
    185-206.
    """
    moments, happened, inside, strata_ = _checked(time, event, group, strata)
    observed = expected = variance = 0.0
    for stratum in np.unique(strata_):
        of = strata_ == stratum
        times, at_risk, events, _ = risk_table(moments[of], happened[of])
        in_group = (moments[of & inside][:, None] >= times).sum(axis=0)
        share = in_group / at_risk
        observed += float(happened[of & inside].sum())
        expected += float((events * share).sum())
        several = np.maximum(at_risk - 1, 1)
        variance += float((events * share * (1 - share) * (at_risk - events) / several).sum())
    if variance <= 0:
        raise ModelError("no event happened while both arms were under observation in a stratum: no log-rank test")
    statistic = (observed - expected) ** 2 / variance
    return LogRank(observed, expected, variance, statistic, float(chdtrc(1, statistic)))


def rerandomised(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    *,
    generator: np.random.Generator,
) -> Rerandomised:
    """Give the p-value of the log-rank statistic under re-randomisation within strata, group sizes kept.

    All arrangements are gone through where they are at most 20,000; else 9,999 are drawn and the observed one is
    counted among them. The test is exact where the event times and, under no effect, the ends of observation do not
    depend on the group.

    Parameters
    ----------
    time, event, group, strata
        As in :func:`log_rank`.
    generator
        Source of the draws.

    References
    ----------
    Phipson & Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9, 39, on counting the observed
    arrangement.
    """
    moments, happened, inside, strata_ = _checked(time, event, group, strata)
    scores = log_rank_scores(moments, happened, strata_)
    parts = [(scores[strata_ == stratum], int(inside[strata_ == stratum].sum())) for stratum in np.unique(strata_)]
    count = 1
    for values, size in parts:
        count *= comb(values.size, size)
    is_exact = count <= MOST_ARRANGEMENTS
    sums = _all_sums(parts) if is_exact else _drawn_sums(parts, generator)
    observed = abs(scores[inside].sum())
    extreme = int((np.abs(sums) >= observed - _SAME).sum())
    if is_exact:
        most = int((np.abs(sums) >= np.abs(sums).max() - _SAME).sum())
        return Rerandomised(extreme / count, most / count, count, is_exact)
    return Rerandomised((extreme + 1) / (DRAWS + 1), 1 / (DRAWS + 1), DRAWS, is_exact)


def log_rank_scores(time: ArrayLike, event: ArrayLike, strata: ArrayLike) -> Array:
    """Give each participant's score, the event less the cumulative hazard of the stratum; they sum to 0 in each."""
    moments, happened, strata_ = checked_times(time, event, strata)
    scores = happened.copy()
    for stratum in np.unique(strata_):
        of = strata_ == stratum
        times, at_risk, events, _ = risk_table(moments[of], happened[of] > 0)
        scores[of] -= np.cumsum(events / at_risk)[np.searchsorted(times, moments[of])]
    return scores


def _checked(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_], Array]:
    """Give the arrays, one stratum where none is given."""
    zeros = np.zeros(np.atleast_1d(np.asarray(time)).shape) if strata is None else strata
    moments, happened, inside, strata_ = checked_times(time, event, group, zeros)
    if not 0 < (inside > 0).sum() < inside.size:
        raise ModelError("one of the two arms has nobody to compare. Compare arms with participants.")
    return moments, happened > 0, inside > 0, strata_


def _all_sums(parts: list[tuple[Array, int]]) -> Array:
    """Give the sum of scores of the group for every arrangement."""
    sums = np.zeros(1)
    for values, size in parts:
        chosen = np.array(list(combinations(range(values.size), size)), dtype=np.intp)
        chosen = chosen.reshape(comb(values.size, size), size)
        sums = np.add.outer(sums, values[chosen].sum(axis=1)).ravel()
    return sums


def _drawn_sums(parts: list[tuple[Array, int]], generator: np.random.Generator) -> Array:
    """Give the sum of scores of the group for drawn arrangements."""
    sums = np.zeros(DRAWS)
    for values, size in parts:
        order = generator.random((DRAWS, values.size)).argsort(axis=1)[:, :size]
        sums += values[order].sum(axis=1)
    return sums
