"""The columns of time in a model over continuous time: of the records, and of the times at which means are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_records import DAYS, HOURS_PER_DAY
from postinfusion.core.decay import accumulated_decay, decay
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory
from postinfusion.plan.plan import Plan

SINCE = "SINCE"
BEND = "BEND"
DECAY = "DECAY"
INFUSIONS = "INFUSIONS"
LOG_SINCE = "LOGSINCE"


@dataclass(frozen=True)
class Moments:
    """Times with the infusions that were begun before each.

    Attributes
    ----------
    days
        Shape (n,): days since the origin of time of the analysis.
    starts
        Shape (n, k): starts of the infusions on the same scale, NaN where an infusion does not count for a time.
    """

    days: Array
    starts: Array

    @property
    def number(self) -> Array:
        """Number of infusions begun, shape (n,)."""
        return np.asarray((~np.isnan(self.starts)).sum(axis=1), dtype=float)

    @property
    def since_last(self) -> Array:
        """Days since the last of them, shape (n,); NaN before the first."""
        if not self.starts.shape[1]:
            return np.full(len(self.days), np.nan)
        latest = np.where(np.isnan(self.starts), -np.inf, self.starts).max(axis=1)
        return np.asarray(np.where(np.isinf(latest), np.nan, self.days - latest))


def time_variable(analysis: Trajectory) -> str:
    """Name the column of the time that a basis of one time is about."""
    return SINCE if analysis.since == "last-infusion" else DAYS


def time_terms(analysis: Trajectory) -> tuple[str, ...]:
    """Give the terms of the formula that make up the basis of time."""
    time = time_variable(analysis)
    knots = ", ".join(f"{knot / HOURS_PER_DAY:g}" for knot in analysis.knots)
    bends = tuple(f"{BEND}{number}" for number in range(1, len(analysis.knots) + 1))
    return {
        "linear": (time,),
        "log": (f"log1p({time})",),
        "spline": (f"ns({time}, knots = c({knots}))",),
        "piecewise": (time, *bends),
        "decay": (DECAY,),
        "accumulation": (DECAY,),
        "cumulative": (INFUSIONS, LOG_SINCE),
    }[analysis.shape]


def time_columns(analysis: Trajectory, at: Moments, tau: float | None = None) -> dict[str, Array]:
    """Give the columns of the basis at some times.

    Parameters
    ----------
    analysis
        The basis.
    at
        The times.
    tau
        Decay time in days, where the basis has one; None takes the one that the plan fixes.
    """
    if analysis.shape == "cumulative":
        return {INFUSIONS: at.number, LOG_SINCE: np.log1p(at.since_last)}
    if analysis.shape in ("decay", "accumulation"):
        return {DECAY: _decayed(analysis, at, _rate(analysis, tau))[0]}
    time = {time_variable(analysis): at.days}
    if analysis.shape != "piecewise":
        return time
    bends = {
        f"{BEND}{number}": np.maximum(at.days - knot / HOURS_PER_DAY, 0.0)
        for number, knot in enumerate(analysis.knots, start=1)
    }
    return time | bends


def decay_of(analysis: Trajectory, at: Moments, tau: float) -> tuple[Array, Array]:
    """Give the decay, or its accumulation, and its derivative in log tau, shape (n,) each."""
    return _decayed(analysis, at, tau)


def decay_slope(analysis: Trajectory, at: Moments, tau: float) -> Array:
    """Give the derivative of the decay in log tau, shape (n,)."""
    return decay_of(analysis, at, tau)[1]


def moments_of_records(plan: Plan, analysis: Trajectory, adam: Adam, frame: pd.DataFrame) -> Moments:
    """Give the times of records with the infusions that count for each.

    The actual ones are those that the datasets count before an assessment; the planned ones begin as the design says.

    Raises
    ------
    ModelError
        The data do not know the infusions before an assessment.
    """
    since_first = frame["AHRFIRST"].to_numpy(dtype=float) / HOURS_PER_DAY
    if not analysis.needs_infusions:
        return Moments(since_first, np.empty((len(frame), 0)))
    if analysis.infusions == "planned":
        moments = planned_moments(plan, since_first)
    else:
        moments = Moments(since_first, _actual_starts(adam, frame))
    return Moments(moments.since_last, moments.starts) if analysis.since == "last-infusion" else moments


def moments_of_report(plan: Plan, analysis: Trajectory, hours: Sequence[float] | Array) -> Moments:
    """Give the times at which means are given, for a participant who has the infusions as planned."""
    days = np.asarray(hours, dtype=float) / HOURS_PER_DAY
    return planned_moments(plan, days) if analysis.counts_infusions else Moments(days, np.empty((len(days), 0)))


def planned_moments(plan: Plan, days: Array) -> Moments:
    """Give times since time zero with the planned infusions begun before each: what happens at its start is before."""
    planned = np.asarray(plan.design.infusions, dtype=float) / HOURS_PER_DAY
    return Moments(days, np.where(planned < days[:, None], planned, np.nan))


def _actual_starts(adam: Adam, frame: pd.DataFrame) -> Array:
    """Give the starts of the infusions counted before each record, in days since the first, shape (n, k)."""
    if "INFNUM" not in frame or frame["INFNUM"].isna().any():
        raise ModelError("the number of infusions before some assessments is not known; choose another basis of time")
    given = adam["ADEX"].pivot_table(index="USUBJID", columns="INFNUM", values="AHRFIRST", aggfunc="first")
    starts = given.reindex(frame["USUBJID"]).to_numpy(dtype=float) / HOURS_PER_DAY
    counted = given.columns.to_numpy(dtype=float) <= frame["INFNUM"].to_numpy(dtype=float)[:, None]
    found = np.where(counted, starts, np.nan)
    if np.isnan(found).all(axis=1).any():
        raise ModelError("the starts of the infusions before some assessments are not known; choose another basis")
    return np.asarray(found)


def _rate(analysis: Trajectory, tau: float | None) -> float:
    """Give the decay time in days: as given, else as the plan fixes it."""
    if tau is None and analysis.fixed_rate is None:
        raise ModelError("the decay time is neither fixed by the plan nor estimated")
    return tau if tau is not None else float(analysis.fixed_rate or np.nan) / HOURS_PER_DAY


def _decayed(analysis: Trajectory, at: Moments, tau: float) -> tuple[Array, Array]:
    """Give the decay, or its accumulation, with its derivative in log tau."""
    if analysis.shape == "decay":
        return decay(at.days, tau)
    return accumulated_decay(at.days, at.starts, tau)
