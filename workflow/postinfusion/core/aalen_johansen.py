"""Cumulative incidence with competing events, by Aalen and Johansen, and the time lost to each cause.

Notation: t_j the distinct times, Y_j at risk just before, d_kj events of cause k, d_j of any cause; S the probability
of no event of any cause; F_k(t) = sum over t_j <= t of S(t_j-) d_kj / Y_j.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postinfusion.core.kaplan_meier import RiskTable, checked_times
from postinfusion.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CumulativeIncidence(RiskTable):
    """The probability of an event of one cause up to each time, in the presence of the others.

    Attributes
    ----------
    times
        Distinct times of events and of censoring, ascending, (T,).
    at_risk, events, censored
        Participants at risk just before, with an event of the cause at, and censored at each time, (T,).
    estimate
        F_k(t_j), (T,).
    std_error
        Standard error of F_k(t_j), (T,).
    event_free
        S(t_j): no event of any cause, (T,).
    influence
        Influence of each participant on F_k(t_j), (n, T).
    """

    estimate: Array
    std_error: Array
    event_free: Array
    influence: Array

    def at(self, times: ArrayLike) -> tuple[Array, Array]:
        """Give F_k and its standard error at any times: NaN after the last one, unless all had an event by then."""
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        place = np.searchsorted(self.times, asked, side="right")
        unknown = (asked > self.last) & (self.event_free[-1] > 0)
        return (
            np.where(unknown, np.nan, np.concatenate([[0.0], self.estimate])[place]),
            np.where(unknown, np.nan, np.concatenate([[0.0], self.std_error])[place]),
        )


def aalen_johansen(time: ArrayLike, cause: ArrayLike, *, of: int = 1) -> CumulativeIncidence:
    """Estimate the cumulative incidence of one cause.

    Parameters
    ----------
    time
        Time to the first event of any cause, or to the end of observation, (n,), 0 or more.
    cause
        0 where observation ended without an event, else the number of the cause, (n,).
    of
        The cause of interest.

    Raises
    ------
    ModelError
        There is nobody, or a time is negative or not finite.

    Notes
    -----
    The standard error is the root of the sum of squared influences (infinitesimal jackknife), as R's survfit gives it
    for several states; with a single cause it equals Greenwood's. The influence of participant i on the increment
    dH(t) = d / Y is (dN_i - Y_i dH) / Y; it is carried through S(t) = S(t-)(1 - dH) and F_k(t) = F_k(t-) + S(t-) dH_k
    by the product rule.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian J. Statistics 5, 141-150. Andersen, Borgan, Gill & Keiding (1993), Statistical
    Models Based on Counting Processes, section IV.4.
    """
    moments, causes = checked_times(time, cause)
    times, place = np.unique(moments, return_inverse=True)
    at_time = place[:, None] == np.arange(times.size)
    at_risk = (place[:, None] >= np.arange(times.size)).sum(axis=0).astype(np.float64)
    of_cause, of_any = at_time & (causes == of)[:, None], at_time & (causes > 0)[:, None]
    events = of_cause.sum(axis=0).astype(np.float64)
    estimate, event_free, influence = _carried(place, at_risk, of_cause, of_any)
    return CumulativeIncidence(
        times=times,
        at_risk=at_risk,
        events=events,
        censored=(at_time & (causes == 0)[:, None]).sum(axis=0).astype(np.float64),
        estimate=estimate,
        std_error=np.sqrt((influence**2).sum(axis=0)),
        event_free=event_free,
        influence=influence,
    )


def _carried(
    place: NDArray[np.intp], at_risk: Array, of_cause: NDArray[np.bool_], of_any: NDArray[np.bool_]
) -> tuple[Array, Array, Array]:
    """Give F_k, S and the influence on F_k at each time, carried from time to time."""
    n, steps = of_any.shape
    hazard, hazard_of_cause = of_any.sum(axis=0) / at_risk, of_cause.sum(axis=0) / at_risk
    event_free, on_event_free = 1.0, np.zeros(n)
    incidence, on_incidence = 0.0, np.zeros(n)
    estimate, remaining, influence = np.empty(steps), np.empty(steps), np.empty((n, steps))
    for step in range(steps):
        present = place >= step
        on_hazard = (of_any[:, step] - present * hazard[step]) / at_risk[step]
        on_cause = (of_cause[:, step] - present * hazard_of_cause[step]) / at_risk[step]
        on_incidence = on_incidence + on_event_free * hazard_of_cause[step] + event_free * on_cause
        incidence += event_free * hazard_of_cause[step]
        on_event_free = on_event_free * (1 - hazard[step]) - event_free * on_hazard
        event_free *= 1 - hazard[step]
        estimate[step], remaining[step], influence[:, step] = incidence, event_free, on_incidence
    return estimate, remaining, influence


def time_lost(curve: CumulativeIncidence, horizon: float) -> tuple[float, float]:
    """Give the mean time up to a horizon that lies after an event of the cause, with its standard error.

    It is the area under F_k; with a single cause the horizon less the restricted mean.

    Raises
    ------
    ModelError
        Nobody was followed up to the horizon, and not everyone had an event before.

    References
    ----------
    Andersen (2013), Statistics in Medicine 32, 5278-5285.
    """
    if horizon > curve.last and curve.event_free[-1] > 0:
        raise ModelError("nobody was followed up to the horizon of the time lost. Choose an earlier one.")
    inside = curve.times < horizon
    lengths = np.diff(np.concatenate([curve.times[inside], [horizon]]))
    influence = curve.influence[:, inside] @ lengths
    return float(curve.estimate[inside] @ lengths), float(np.sqrt(influence @ influence))
