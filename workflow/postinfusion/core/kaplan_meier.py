"""Kaplan-Meier curves: event-free probability with Greenwood's variance, its limits, quantiles and restricted mean.

Notation: t_j the distinct times, Y_j participants at risk just before t_j, d_j events at t_j; S(t) is the probability
of no event up to and including t, F = 1 - S. At a tie events come before censoring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from postinfusion.errors import ModelError

Array = NDArray[np.float64]

# Two cumulative products that should both be 1/2 differ by rounding; R's survfit uses the square root of the precision.
SAME_PROBABILITY = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True)
class RiskTable:
    """Who is under observation, and what happens at each distinct time; each array has shape (T,).

    Attributes
    ----------
    times
        Distinct times of events and of censoring, ascending.
    at_risk, events, censored
        Participants at risk just before, with the event at, and censored at each time.
    """

    times: Array
    at_risk: Array
    events: Array
    censored: Array

    @property
    def last(self) -> float:
        """The longest time under observation."""
        return float(self.times[-1])

    def at_risk_at(self, times: ArrayLike) -> Array:
        """Give how many are at risk at any times, those with the event or the censoring there included."""
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        return np.append(self.at_risk, 0.0)[np.searchsorted(self.times, asked, side="left")]


@dataclass(frozen=True)
class Curve(RiskTable):
    """An event-free probability as a step function; each array has one element per distinct time.

    Attributes
    ----------
    times
        Distinct times of events and of censoring, ascending.
    at_risk, events, censored
        Participants at risk just before, with the event at, and censored at each time.
    survival
        S(t_j).
    std_error
        Standard error of S(t_j), by Greenwood's formula; 0 before the first event, NaN where S is 0.
    """

    survival: Array
    std_error: Array

    def at(self, times: ArrayLike) -> tuple[Array, Array]:
        """Give S and its standard error at any times: NaN after the last time, unless S was 0 by then."""
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        place = np.searchsorted(self.times, asked, side="right")
        unknown = (asked > self.last) & (self.survival[-1] > 0)
        return (
            np.where(unknown, np.nan, np.concatenate([[1.0], self.survival])[place]),
            np.where(unknown, np.nan, np.concatenate([[0.0], self.std_error])[place]),
        )


def checked_times(time: ArrayLike, *others: ArrayLike) -> tuple[Array, ...]:
    """Give times and what belongs to them as arrays.

    Raises
    ------
    ModelError
        There is nobody, the arrays differ in length, or a time is negative or not finite.
    """
    arrays = tuple(np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (time, *others))
    if arrays[0].size == 0:
        raise ModelError("there is nobody to follow. Give at least one time.")
    if len({array.shape for array in arrays}) > 1:
        raise ModelError("times, events and groups must be as many as each other. Give one of each per participant.")
    if not (np.isfinite(arrays[0]).all() and (arrays[0] >= 0).all()):
        raise ModelError("a time is negative or not finite. Give each participant's time since the origin, 0 or more.")
    return arrays


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> Curve:
    """Estimate the event-free probability, S(t) = product over t_j <= t of (1 - d_j / Y_j).

    Parameters
    ----------
    time
        Time to the event or to the end of observation, (n,), 0 or more.
    event
        True where the event happened, False where observation ended without it, (n,).

    Raises
    ------
    ModelError
        There is nobody, or a time is negative or not finite.

    Notes
    -----
    Var S(t) = S(t)^2 sum d_j / (Y_j (Y_j - d_j)).

    References
    ----------
    Kaplan & Meier (1958), J. American Statistical Association 53, 457-481. Greenwood (1926), Reports on Public Health
    and Medical Subjects 33.
    """
    moments, happened = checked_times(time, event)
    times, at_risk, events, left = risk_table(moments, happened > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - events / at_risk).astype(np.float64)
        terms = np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)
        std_error = np.where(survival > 0, survival * np.sqrt(np.cumsum(terms)), np.nan)
    return Curve(times, at_risk, events, left - events, survival, np.asarray(std_error, dtype=np.float64))


def risk_table(time: Array, event: NDArray[np.bool_]) -> tuple[Array, Array, Array, Array]:
    """Give the distinct times, who is at risk at each, who has the event there, and who leaves there for any reason."""
    times, place = np.unique(time, return_inverse=True)
    left: Array = np.bincount(place, minlength=times.size).astype(np.float64)
    events = np.bincount(place, weights=event.astype(np.float64), minlength=times.size).astype(np.float64)
    at_risk: Array = np.cumsum(left[::-1])[::-1].astype(np.float64)
    return times, at_risk, events, left


def survival_limits(survival: ArrayLike, std_error: ArrayLike, *, kind: str, confidence: float) -> tuple[Array, Array]:
    """Give pointwise confidence limits of event-free probabilities.

    Parameters
    ----------
    survival, std_error
        S and its standard error, of one shape.
    kind
        The scale on which the interval is symmetric: ``plain`` S, ``log`` log S, ``log-log`` log(-log S), which equals
        the complementary log-log of F = 1 - S. Plain limits are cut at 0 and 1, log limits at 1, as in R's survfit.
    confidence
        Level of the interval.

    Returns
    -------
    two arrays
        Lower and upper limits; 1 and 1 where S is 1, NaN where S is 0 or the standard error is not known.

    References
    ----------
    Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4.
    """
    p, se = (np.asarray(values, dtype=np.float64) for values in (survival, std_error))
    half = float(ndtri((1 + confidence) / 2)) * se
    inside = (p > 0) & (p < 1) & np.isfinite(se)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "plain":
            low, high = p - half, p + half
        elif kind == "log":
            low, high = p * np.exp(-half / p), p * np.exp(half / p)
        elif kind == "log-log":
            width = half / (p * np.log(p))
            low, high = p ** np.exp(-width), p ** np.exp(width)
        else:
            raise ModelError(f'"{kind}" is no scale of limits. There are: plain, log, log-log.')
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    edge = np.where(p == 1, 1.0, np.nan)
    return np.where(inside, low, edge), np.where(inside, high, edge)


def quantile_of_curve(times: Array, survival: Array, share: float, *, last: float) -> float:
    """Give the first time at which the share of events is reached: S <= 1 - share; NaN where it is never reached.

    Where S equals 1 - share over an interval its middle is given, as R's survfit does. Applied to the limits of S it
    gives the limits of Brookmeyer & Crowley.

    Parameters
    ----------
    times, survival
        A step function: S, or one of its limits, at ascending times; NaN counts as not reached.
    share
        Share of events, between 0 and 1: 0.5 for the median.
    last
        The longest time under observation, where a flat part at the end is taken to end.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38, 29-41.
    """
    reached = np.where(np.isnan(survival), 0.0, 1 - survival)
    first = np.flatnonzero(reached >= share - SAME_PROBABILITY)
    if first.size == 0:
        return float("nan")
    beyond = np.flatnonzero(reached > share + SAME_PROBABILITY)
    end = float(times[beyond[0]]) if beyond.size else last
    is_flat = abs(reached[first[0]] - share) < SAME_PROBABILITY
    return (float(times[first[0]]) + end) / 2 if is_flat else float(times[first[0]])


def restricted_mean(curve: Curve, horizon: float) -> tuple[float, float]:
    """Give the mean event-free time up to a horizon, the area under S, with its standard error.

    Raises
    ------
    ModelError
        Nobody was followed up to the horizon, and not everyone had the event before.

    Notes
    -----
    Variance: sum over t_j <= horizon of A_j^2 d_j / (Y_j (Y_j - d_j)), with A_j the area under S from t_j to the
    horizon.

    References
    ----------
    Klein & Moeschberger (2003), Survival Analysis, 2nd edition, section 4.5. Royston & Parmar (2013), BMC Medical
    Research Methodology 13, 152.
    """
    if horizon > curve.last and curve.survival[-1] > 0:
        raise ModelError("nobody was followed up to the horizon of the restricted mean. Choose an earlier one.")
    inside = curve.times < horizon
    edges = np.concatenate([[0.0], curve.times[inside], [horizon]])
    steps = np.concatenate([[1.0], curve.survival[inside]]) * np.diff(edges)
    after = steps[::-1].cumsum()[::-1][1:]
    at_risk, events = curve.at_risk[inside], curve.events[inside]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(after > 0, after**2 * events / (at_risk * (at_risk - events)), 0.0)
    return float(steps.sum()), float(np.sqrt(terms.sum()))
