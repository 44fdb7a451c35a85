r"""Who leaves the trial when, what is missed, and the events that change what later scores mean.

Before each visit from 24 h on a participant leaves with probability :math:`\mathrm{expit}(a + 0.06 (y - 20))`, *y*
the last recorded MADRS: missing at random. The intercepts *a*, by arm and period, were found by bisection so that 8 %
(ketamine) and 12 % (midazolam) have left by day 28, 25 % and 33 % by day 168.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.endpoints import VISIT_LABELS

MADRS_SLOPE, MADRS_CENTRE = 0.06, 20.0
MISSED_VISIT = 0.05
MISSED_MOOD = 0.10


@dataclass(frozen=True)
class DropoutIntercepts:
    """Intercepts of the logit of leaving before a visit: up to day 28, and later."""

    early: float
    late: float


DROPOUT = {"ketamine": DropoutIntercepts(-4.308, -3.277), "midazolam": DropoutIntercepts(-4.166, -3.083)}


@dataclass(frozen=True)
class EventType:
    """One kind of intercurrent event.

    Attributes
    ----------
    name
        As written in the table.
    ketamine, midazolam
        Probability by day 168 of a participant who stays.
    madrs
        Added to the MADRS from the event on.
    """

    name: str
    ketamine: float
    midazolam: float
    madrs: float


# Either of the first two happens to 10 % on ketamine and 20 % on midazolam: 1 - sqrt(0.9) and 1 - sqrt(0.8) for each.
EVENT_TYPES = (
    EventType("rescue", 0.0513, 0.1056, -3.0),
    EventType("new-psychotropic", 0.0513, 0.1056, -3.0),
    EventType("off-protocol-ketamine", 0.0, 0.06, -4.0),
)
EVENT_DAYS = (5.0, 165.0)


@dataclass(frozen=True)
class Attendance:
    """Who is there.

    Attributes
    ----------
    dropout
        Position of the first visit that a participant is no longer in the trial for; the number of visits when none.
    left
        Hours at which the participant left; infinite when not.
    missed
        Visits missed by someone still in the trial: persons × visits.
    """

    dropout: NDArray[np.int64]
    left: Floats
    missed: Bools

    @property
    def completed(self) -> Bools:
        """Who stayed to the end."""
        return np.isinf(self.left)

    def in_trial(self, visits: int) -> Bools:
        """Give whether each participant is still in the trial at each visit: persons × visits."""
        return np.arange(visits) < self.dropout[:, None]


def draw_event_hours(active: Bools, generator: np.random.Generator) -> Floats:
    """Draw when each kind of intercurrent event happens: persons × kinds, infinite when it does not."""
    shape = (len(active), len(EVENT_TYPES))
    ketamine = np.array([kind.ketamine for kind in EVENT_TYPES])
    midazolam = np.array([kind.midazolam for kind in EVENT_TYPES])
    happens = generator.random(shape) < np.where(active[:, None], ketamine, midazolam)
    return np.where(happens, 24.0 * generator.uniform(*EVENT_DAYS, shape), np.inf)


def event_shift(event_hours: Floats, hours: Floats) -> Floats:
    """Give what intercurrent events add to the MADRS: persons × visits."""
    started = event_hours[:, :, None] <= hours[:, None, :]
    return np.asarray(np.einsum("ikv,k->iv", started, np.array([kind.madrs for kind in EVENT_TYPES])))


def draw_attendance(
    madrs_before: Floats, madrs: Floats, active: Bools, hours: Floats, generator: np.random.Generator
) -> Attendance:
    """Draw missed visits and dropout, visit by visit.

    Parameters
    ----------
    madrs_before, madrs
        Scores at baseline and at the visits (persons × visits) as they would be recorded.
    active
        Whether a participant gets what ketamine does.
    hours
        Times of the visits, persons × visits or 1 × visits.
    generator
        Source of randomness.
    """
    count, visits = madrs.shape
    missed = generator.random((count, visits)) < MISSED_VISIT
    missed[:, 0] = False
    chance = generator.random((count, visits))
    dropout = np.full(count, visits)
    last = madrs_before.copy()
    for visit in range(visits):
        leaves = chance[:, visit] < _leaving_probability(visit, last, active)
        dropout = np.where(leaves & (dropout == visits), visit, dropout)
        last = np.where(missed[:, visit], last, madrs[:, visit])
    left = _hours_of_leaving(dropout, np.broadcast_to(hours, madrs.shape), generator)
    return Attendance(dropout, left, missed)


def _leaving_probability(visit: int, last: Floats, active: Bools) -> Floats:
    """Give the probability of leaving before a visit; nobody leaves before 4 h, on the ward."""
    if visit == 0:
        return np.zeros(len(last))
    early = visit <= VISIT_LABELS.index("day 28")
    ketamine, midazolam = (
        intercepts.early if early else intercepts.late for intercepts in (DROPOUT["ketamine"], DROPOUT["midazolam"])
    )
    intercept = np.where(active, ketamine, midazolam)
    return np.asarray(expit(intercept + MADRS_SLOPE * (last - MADRS_CENTRE)))


def _hours_of_leaving(dropout: NDArray[np.int64], hours: Floats, generator: np.random.Generator) -> Floats:
    """Draw when participants left: between the last visit they were in for and the next."""
    person, visits = np.arange(len(dropout)), hours.shape[1]
    share = generator.uniform(0.05, 0.95, len(dropout))
    upper = np.minimum(dropout, visits - 1)
    lower = np.maximum(upper - 1, 0)
    moment = hours[person, lower] + share * (hours[person, upper] - hours[person, lower])
    return np.where(dropout < visits, moment, np.inf)
