"""Body weight: a level of each person, a slow gain in anorexia nervosa, and weekly variation."""

from __future__ import annotations

import numpy as np

from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.endpoints import DIAGNOSES
from postinfusion.simulate.people import WEEKLY_BMI_SD, People

GAIN_PER_WEEK, LAST_WEEK_OF_GAIN = 0.05, 12.0
KETAMINE_EFFECT_AN, EFFECT_FIRST_DAY, EFFECT_LAST_DAY = -0.1, 7.0, 21.0
SELF_REPORTED = 0.10
SELF_REPORT_FROM_DAY = 100.0


def mean_change(diagnosis: int, days: Floats, *, active: bool) -> Floats:
    """Give the mean change of BMI in kg/m² at planned days: a gain in AN, less by a little while ketamine is given."""
    if diagnosis != DIAGNOSES.index("AN"):
        return np.zeros_like(days)
    gain = GAIN_PER_WEEK * np.clip(days / 7.0, 0.0, LAST_WEEK_OF_GAIN)
    during = (days >= EFFECT_FIRST_DAY) & (days <= EFFECT_LAST_DAY)
    return np.asarray(gain + KETAMINE_EFFECT_AN * (during & active))


def draw_bmi(people: People, active: Bools, days: Floats, generator: np.random.Generator) -> Floats:
    """Draw the BMI of every participant at planned days (0 is before the first infusion): persons × days."""
    change = np.stack(
        [[mean_change(dx, days, active=effect) for dx in range(len(DIAGNOSES))] for effect in (False, True)]
    )
    mean = people.bmi[:, None] + change[active.astype(np.int64), people.diagnosis]
    return np.asarray(mean + generator.normal(0.0, WEEKLY_BMI_SD, mean.shape))


def to_kg(bmi: Floats, height_cm: Floats) -> Floats:
    """Give body weight to 0.1 kg."""
    return np.asarray(np.round(bmi * (height_cm[:, None] / 100.0) ** 2, 1))


def draw_source(shape: tuple[int, ...], hours: Floats, generator: np.random.Generator) -> np.ndarray:
    """Draw whether a weight was measured or, late in the trial, reported by the participant."""
    reported = (generator.random(shape) < SELF_REPORTED) & (hours > SELF_REPORT_FROM_DAY * HOURS_PER_DAY)
    return np.where(reported, "self-reported", "measured")
