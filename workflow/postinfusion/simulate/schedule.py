"""When things happen: infusions, assessments and weighings, with the irregularity of real life.

All times are hours since the start of the first infusion; ``origin`` is that start on the trial's clock. Assessments
of days 7 and 14 are taken before the infusion of the same day and move with it, so that an assessment always comes
before the infusion that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.endpoints import MOOD_DAYS, VISIT_HOURS, VISIT_LABELS

INFUSION_DAYS = (0, 4, 7, 11, 14, 18)
WEIGHING_DAYS = (7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 126, 168)
INFUSION_MINUTES = 40
PRE_DOSE = {"day 7": 2, "day 14": 4}
SD_4_H, SD_24_H, SD_DAY_3, SD_LATER_DAYS, LARGEST_SHIFT_DAYS = 0.25, 2.0, 4.0, 1.0, 3.0
FIRST_MONDAY = np.datetime64("2031-01-06T00:00", "m")
ENROLMENT_WEEKS = 48

Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Schedule:
    """Times of every participant; hours since the start of the first infusion unless said otherwise.

    Attributes
    ----------
    origin
        Start of the first infusion, to the minute.
    infusions
        Persons × six.
    visits
        Persons × visits, in the order of ``VISITS``.
    weighings
        Persons × ``WEIGHING_DAYS``.
    moods
        Persons × (baseline and ``MOOD_DAYS`` days).
    before_infusion, before_treatment
        Baseline on the day of the first infusion, and the longer baseline assessment some days earlier.
    """

    origin: Times
    infusions: Floats
    visits: Floats
    weighings: Floats
    moods: Floats
    before_infusion: Floats
    before_treatment: Floats

    def clock(self, hours: Floats, persons: NDArray[np.int64] | slice = slice(None)) -> Times:
        """Give date and time to the minute; ``persons`` says to whom each entry belongs."""
        minutes = np.rint(hours * 60.0).astype("timedelta64[m]")
        origin = self.origin[persons]
        return np.asarray((origin[:, None] if minutes.ndim == 2 else origin) + minutes)


def draw_schedule(count: int, generator: np.random.Generator) -> Schedule:
    """Draw the times of all participants, who enter in the order of their numbers."""
    weeks = np.sort(generator.integers(0, ENROLMENT_WEEKS, count))
    start = generator.integers(10 * 12, 14 * 12, count) * 5
    origin = FIRST_MONDAY + (weeks * 7 * 24 * 60 + start).astype("timedelta64[m]")
    infusions = _infusions(count, generator)
    visits = _visits(start / 60.0, infusions, generator)
    return Schedule(
        origin,
        infusions,
        visits,
        _weighings(visits, generator),
        _moods(start / 60.0, count, generator),
        -generator.uniform(0.75, 2.5, count),
        -HOURS_PER_DAY * generator.integers(1, 6, count) + generator.uniform(-2.0, 2.0, count),
    )


def _infusions(count: int, generator: np.random.Generator) -> Floats:
    """Draw the starts: mostly on the planned day, at least two days apart, at about the same time of day."""
    planned = np.array(INFUSION_DAYS, dtype=float)
    shift = generator.choice([-1.0, 0.0, 1.0], size=(count, len(planned)), p=[0.04, 0.88, 0.08])
    shift[:, 0] = 0.0
    shift[:, 1] = np.abs(shift[:, 1])
    days = planned + shift
    for number in range(1, len(planned)):
        days[:, number] = np.maximum(days[:, number], days[:, number - 1] + 2.0)
    noise = np.clip(generator.normal(0.0, 0.75, days.shape), -1.5, 1.5)
    noise[:, 0] = 0.0
    return _to_the_minute(days * HOURS_PER_DAY + noise)


def _visits(start: Floats, infusions: Floats, generator: np.random.Generator) -> Floats:
    """Draw the times of the assessments after baseline; ``start`` is the hour of day of the first infusion."""
    count = len(start)
    visits = np.broadcast_to(VISIT_HOURS, (count, len(VISIT_HOURS))).copy()
    visits[:, 0] += np.clip(generator.normal(0.0, SD_4_H, count), -0.75, 0.75)
    visits[:, 1] += _by_day(start, np.clip(generator.normal(0.0, SD_24_H, count), -4.0, 4.0))
    visits[:, 2] += _by_day(start, generator.normal(0.0, SD_DAY_3, count))
    for label, infusion in PRE_DOSE.items():
        visits[:, VISIT_LABELS.index(label)] = infusions[:, infusion] - generator.uniform(0.5, 2.0, count)
    later = slice(VISIT_LABELS.index("day 21"), None)
    visits[:, later] += _day_shift(visits[:, later].shape, generator)
    day_21 = VISIT_LABELS.index("day 21")
    visits[:, day_21] = np.maximum(visits[:, day_21], infusions[:, -1] + HOURS_PER_DAY)
    return _to_the_minute(visits)


def _by_day(start: Floats, shift: Floats) -> Floats:
    """Keep a shifted time between 7 and 21 o'clock."""
    return np.clip(shift, 7.0 - start, 21.0 - start)


def _day_shift(shape: tuple[int, ...], generator: np.random.Generator) -> Floats:
    """Draw whole days early or late with some hours, at most three days in all."""
    days = np.rint(generator.normal(0.0, SD_LATER_DAYS, shape))
    hours = days * HOURS_PER_DAY + generator.uniform(-1.5, 1.5, shape)
    limit = LARGEST_SHIFT_DAYS * HOURS_PER_DAY
    return np.clip(hours, -limit, limit)


def _weighings(visits: Floats, generator: np.random.Generator) -> Floats:
    """Give the weighings: a few minutes after the assessment where there is one that day, else by themselves."""
    count = visits.shape[0]
    own = np.array(WEIGHING_DAYS) * HOURS_PER_DAY + _day_shift((count, len(WEIGHING_DAYS)), generator)
    for position, day in enumerate(WEIGHING_DAYS):
        if f"day {day}" in VISIT_LABELS:
            own[:, position] = visits[:, VISIT_LABELS.index(f"day {day}")] + 0.25
    return _to_the_minute(own)


def _moods(start: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Give the evenings of the mood diary, after a first entry before the infusion."""
    evenings = 20.0 - start[:, None] + HOURS_PER_DAY * np.arange(0, MOOD_DAYS + 1)
    moods = evenings + generator.uniform(-1.0, 1.0, evenings.shape)
    moods[:, 0] = -generator.uniform(0.6, 2.5, count)
    return _to_the_minute(moods)


def _to_the_minute(hours: Floats) -> Floats:
    """Round to whole minutes, as clocks are read."""
    return np.asarray(np.rint(hours * 60.0) / 60.0)
