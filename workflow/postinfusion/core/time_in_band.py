"""How long a quantity that is measured now and then stays within a band, by straight lines between the measurements.

Notation: measurements y_1 … y_n at times t_1 < … < t_n, band [a, b]. Between neighbours that lie at most g apart the
quantity follows the straight line; between others nothing is known, and that time counts neither way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postinfusion.errors import ModelError

Array = NDArray[np.float64]
BELOW, WITHIN, ABOVE = -1, 0, 1


@dataclass(frozen=True)
class Stretches:
    """Stretches of time in which a quantity lies on one side of a band, in order.

    Attributes
    ----------
    start, end
        Shape (k,), in the unit of the times.
    side
        Shape (k,): -1 below the band, 0 within it, its limits included, 1 above.
    """

    start: Array
    end: Array
    side: NDArray[np.int64]

    @property
    def covered(self) -> float:
        """The time in which the quantity is known."""
        return float((self.end - self.start).sum())

    @property
    def within(self) -> float:
        """The time within the band."""
        return float((self.end - self.start)[self.side == WITHIN].sum())

    @property
    def share(self) -> float:
        """The share of the known time within the band; NaN where no time is known."""
        return self.within / self.covered if self.covered > 0 else np.nan


def stretches(times: ArrayLike, values: ArrayLike, low: float, high: float, *, longest_gap: float) -> Stretches:
    """Give the stretches below, within and above a band.

    Parameters
    ----------
    times, values
        Shape (n,) each; times in any order but no two alike, nothing missing.
    low, high
        a < b, in the unit of the values.
    longest_gap
        g, in the unit of the times: neighbours further apart are not joined.

    Raises
    ------
    ModelError
        Two times are alike, or the band has no width.
    """
    if not low < high:
        raise ModelError(f"the band from {low:g} to {high:g} has no width")
    order = np.argsort(np.asarray(times, dtype=float), kind="stable")
    t, y = np.asarray(times, dtype=float)[order], np.asarray(values, dtype=float)[order]
    if (np.diff(t) <= 0).any():
        raise ModelError("two measurements of one participant have the same time: keep one of them")
    parts = [
        _along_line((t[k], t[k + 1]), (y[k], y[k + 1]), low, high)
        for k in range(len(t) - 1)
        if t[k + 1] - t[k] <= longest_gap
    ]
    ends = np.concatenate([np.zeros((0, 2)), *(ends for ends, _ in parts)])
    sides = np.concatenate([np.zeros(0, dtype=np.int64), *(sides for _, sides in parts)])
    return Stretches(ends[:, 0], ends[:, 1], sides)


def _along_line(
    times: tuple[float, float], values: tuple[float, float], low: float, high: float
) -> tuple[Array, NDArray[np.int64]]:
    """Cut the line between two measurements where it crosses a limit; give the pieces and their sides."""
    (t0, t1), (y0, y1) = times, values
    rise = y1 - y0
    crossings = [
        t0 + (t1 - t0) * (limit - y0) / rise for limit in (low, high) if rise and min(y0, y1) < limit < max(y0, y1)
    ]
    cuts = np.array([t0, *sorted(crossings), t1])
    ends = np.column_stack([cuts[:-1], cuts[1:]])
    middle = y0 + rise * (ends.mean(axis=1) - t0) / (t1 - t0)
    return ends, np.where(middle < low, BELOW, np.where(middle > high, ABOVE, WITHIN)).astype(np.int64)
