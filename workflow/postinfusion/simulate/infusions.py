"""The infusions that were given: how many to whom, how long and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.people import KETAMINE
from postinfusion.simulate.schedule import INFUSION_MINUTES

DOSE_MG_PER_KG = {"K": 0.5, "M": 0.045}
DRUG = {"K": "ketamine", "M": "midazolam"}
STOPPED_EARLY = 0.03
HOURS_TO_DISCHARGE = 6.0
STOP_REASONS = ("participant's request", "infusion line", "monitor alarm")


@dataclass(frozen=True)
class Infusions:
    """The infusions, persons × six.

    Attributes
    ----------
    given
        Whether it was started.
    start
        Hours since the start of the first infusion.
    minutes
        How long it ran.
    stopped_early
        Whether it ended long before the planned 40 minutes.
    stop_reason
        Why, else empty.
    """

    given: Bools
    start: Floats
    minutes: Floats
    stopped_early: Bools
    stop_reason: NDArray[np.str_]

    def last_number(self) -> NDArray[np.int64]:
        """Give how many infusions each participant had."""
        return np.asarray(self.given.sum(axis=1))


def draw_infusions(
    start: Floats, until: Floats, arm: NDArray[np.str_], active: Bools, generator: np.random.Generator
) -> Infusions:
    """Draw the course of each infusion.

    Parameters
    ----------
    start
        Planned starts, persons × six, hours since the first.
    until
        Hours after which a participant gets no more infusions; infinite for most.
    arm, active
        Allocated arm, and whether the participant gets what ketamine does.
    generator
        Source of randomness.
    """
    normal_length = INFUSION_MINUTES + np.rint(np.clip(generator.normal(0.0, 1.2, start.shape), -3.0, 4.0))
    early_length = generator.integers(10, 31, start.shape)
    stops = (generator.random(start.shape) < STOPPED_EARLY) & (active & (arm == KETAMINE))[:, None]
    reason = generator.choice(np.array(STOP_REASONS), start.shape)
    return Infusions(
        start < until[:, None], start, np.where(stops, early_length, normal_length), stops, np.where(stops, reason, "")
    )


def leave_after_discharge(left: Floats, start: Floats) -> Floats:
    """Give the hours of leaving the trial such that nobody leaves between an infusion and the discharge after it."""
    under_way = (start <= left[:, None]) & (left[:, None] < start + HOURS_TO_DISCHARGE)
    return np.asarray(np.where(under_way, start + HOURS_TO_DISCHARGE, left[:, None]).max(axis=1))


def dose_mg_per_kg(infusions: Infusions, arm: NDArray[np.str_]) -> Floats:
    """Give the dose by body weight: the planned one, in proportion where the infusion was stopped early."""
    planned = np.where(arm == KETAMINE, DOSE_MG_PER_KG["K"], DOSE_MG_PER_KG["M"])[:, None]
    share = np.where(infusions.stopped_early, infusions.minutes / INFUSION_MINUTES, 1.0)
    return np.asarray(planned * share)
