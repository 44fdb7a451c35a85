"""Onset, peak, duration, half-benefit time and area of an effect curve, with intervals from its simultaneous band.

The benefit b(t) is the difference d(t) turned so that larger is better, known on a grid of times and linear between
them; delta > 0 is the smallest benefit that counts. Every curve that lies within the band is compatible with the data,
so the interval of a feature holds the features of all these curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

FLAT_AT_ZERO = "not identifiable: the band holds zero throughout"
FLAT = "not identifiable: the band holds a constant throughout"


class Censoring(StrEnum):
    """Where a time stands when it is not inside the grid."""

    NONE = ""
    BEFORE = "≤ first assessment"
    AFTER = "> last visit"
    NEVER = "never reached"


@dataclass(frozen=True)
class Instant:
    """A time of the curve, or what stands in its place.

    Attributes
    ----------
    time
        In the unit of the grid; the first or last time of the grid where the feature lies before or after it, infinite
        where it is never reached.
    censoring
        Why it is not a time inside the grid.
    """

    time: float
    censoring: Censoring = Censoring.NONE


@dataclass(frozen=True)
class TimeFeature:
    """One time that a curve tells, with its interval; without an estimate there is the reason.

    Attributes
    ----------
    estimate, low, high
        Of the estimated curve, and the earliest and the latest of the curves within the band.
    error
        Why the data do not tell it; empty where they do.
    """

    estimate: Instant
    low: Instant
    high: Instant
    error: str = ""


@dataclass(frozen=True)
class Benefit:
    """An estimated benefit over time with its simultaneous band.

    Attributes
    ----------
    time
        Shape (m,): rising, two points or more.
    estimate, low, high
        Shape (m,): the curve and its band, larger is better.
    """

    time: Array
    estimate: Array
    low: Array
    high: Array

    def __post_init__(self) -> None:
        """Refuse a grid without order and a band that does not hold its curve."""
        if len(self.time) < 2 or not (np.diff(self.time) > 0).all():
            raise ModelError("an effect curve needs two or more times, each later than the one before")
        if not ((self.low <= self.estimate) & (self.estimate <= self.high)).all():
            raise ModelError("an effect curve must lie within its band")


def onset(curve: Benefit, delta: float) -> TimeFeature:
    """Give the first time at which the benefit is at least delta.

    The earliest onset within the band is that of its upper edge, the latest that of its lower edge.
    """
    earliest = _first_at_least(curve.time, curve.high, delta)
    return TimeFeature(
        estimate=_first_at_least(curve.time, curve.estimate, delta),
        low=earliest,
        high=_first_at_least(curve.time, curve.low, delta),
        error=_flat_at_zero(curve, delta),
    )


def duration(curve: Benefit, delta: float) -> TimeFeature:
    """Give the first time after the peak at which the benefit is below delta.

    ``> last visit`` where it stays above, ``never reached`` where the benefit is below delta throughout. Within
    the band a peak can lie wherever the upper edge reaches both delta and the highest point of the lower edge: the
    earliest end is where the lower edge is first below delta after the earliest such time, the latest where the upper
    edge falls below delta after the latest one.
    """
    peaks = _possible_peaks(curve, delta)
    if not len(peaks):
        nothing = Instant(np.inf, Censoring.NEVER)
        return TimeFeature(nothing, nothing, nothing)
    top, never = int(curve.estimate.argmax()), Instant(np.inf, Censoring.NEVER)
    return TimeFeature(
        estimate=never if curve.estimate[top] < delta else _end(curve.time, curve.estimate, top, delta),
        low=never if curve.low.max() < delta else _end(curve.time, curve.low, int(peaks[0]), delta),
        high=_end(curve.time, curve.high, int(peaks[-1]), delta),
        error=_flat_at_zero(curve, delta),
    )


def peak_time(curve: Benefit) -> TimeFeature:
    """Give the time of the largest benefit; at an end of the grid it may lie beyond.

    A curve within the band can have its peak wherever the upper edge reaches the highest point of the lower edge.
    """
    possible = np.flatnonzero(curve.high >= curve.low.max())
    return TimeFeature(
        estimate=_at(curve.time, int(curve.estimate.argmax())),
        low=_at(curve.time, int(possible[0])),
        high=_at(curve.time, int(possible[-1])),
        error=_flat(curve),
    )


def peak_benefit(curve: Benefit) -> tuple[float, float, float]:
    """Give the largest benefit with its interval: the highest points of the band's edges."""
    return float(curve.estimate.max()), float(curve.low.max()), float(curve.high.max())


def half_benefit(curve: Benefit) -> TimeFeature:
    """Give the first time after the peak at which the benefit is below half of that at the peak.

    Within the band: earliest where the lower edge falls below half of the upper edge at a possible peak, latest where
    the upper edge falls below half of the highest point of the lower edge after the latest possible peak.
    """
    top = int(curve.estimate.argmax())
    if curve.estimate[top] <= 0:
        nothing = Instant(np.inf, Censoring.NEVER)
        return TimeFeature(nothing, nothing, nothing, error=_flat(curve) or "not identifiable: no benefit at any time")
    peaks = np.flatnonzero((curve.high >= curve.low.max()) & (curve.high > 0))
    ends = [_end(curve.time, curve.low, int(p), float(curve.high[p]) / 2) for p in peaks]
    lowest = max(float(curve.low.max()), 0.0)
    return TimeFeature(
        estimate=_end(curve.time, curve.estimate, top, float(curve.estimate[top]) / 2),
        low=min(ends, key=_order),
        high=_end(curve.time, curve.high, int(peaks[-1]), lowest / 2),
        error=_flat(curve),
    )


def area_weights(time: Array) -> Array:
    """Give the weights w of the area under a curve on the grid, ``sum_j w_j b(t_j)``, by the trapezoidal rule.

    The area is a linear combination of the estimates, so its interval is that of any contrast.

    Parameters
    ----------
    time
        Shape (m,), rising.
    """
    steps = np.diff(time)
    return np.asarray((np.append(steps, 0.0) + np.append(0.0, steps)) / 2)


def _flat_at_zero(curve: Benefit, delta: float) -> str:
    """Say that there may be no effect at all; where the band stays below delta, that alone is known and counts."""
    holds_zero = curve.low.max() <= 0 <= curve.high.min()
    return FLAT_AT_ZERO if holds_zero and curve.high.max() >= delta else ""


def _flat(curve: Benefit) -> str:
    """Say that a curve that never moves is compatible with the data."""
    if curve.low.max() <= 0 <= curve.high.min():
        return FLAT_AT_ZERO
    return FLAT if curve.low.max() <= curve.high.min() else ""


def _possible_peaks(curve: Benefit, delta: float) -> NDArray[np.intp]:
    """Give where a curve within the band that reaches delta can have its peak."""
    return np.flatnonzero(curve.high >= max(float(curve.low.max()), delta))


def _first_at_least(time: Array, values: Array, level: float) -> Instant:
    """Give the first time at which a curve is at a level or above."""
    reached = np.flatnonzero(values >= level)
    if not len(reached):
        return Instant(np.inf, Censoring.NEVER)
    first = int(reached[0])
    return Instant(float(time[0]), Censoring.BEFORE) if first == 0 else Instant(_crossing(time, values, first, level))


def _end(time: Array, values: Array, peak: int, level: float) -> Instant:
    """Give the first time from a peak on at which a curve, or an edge of the band, is below a level.

    Where the lower edge is below it at the peak itself, a curve within the band can fall at once: the time of the peak.
    """
    below = np.flatnonzero(values[peak:] < level)
    if not len(below):
        return Instant(float(time[-1]), Censoring.AFTER)
    first = peak + int(below[0])
    if first == peak:
        return Instant(float(time[peak]))
    return Instant(_crossing(time, values, first, level))


def _crossing(time: Array, values: Array, position: int, level: float) -> float:
    """Give where the straight line from the point before crosses a level."""
    before, after = values[position - 1], values[position]
    share = (level - before) / (after - before)
    return float(time[position - 1] + share * (time[position] - time[position - 1]))


def _at(time: Array, position: int) -> Instant:
    """Give a time of the grid, which at its ends stands for whatever is beyond."""
    censoring = {0: Censoring.BEFORE, len(time) - 1: Censoring.AFTER}.get(position, Censoring.NONE)
    return Instant(float(time[position]), censoring)


def _order(instant: Instant) -> tuple[bool, float]:
    """Order instants in time, those after the grid last."""
    return instant.censoring is not Censoring.NONE, instant.time
