"""Vital signs, alertness and perception around the infusions, at the planned minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtr

from postinfusion.simulate.adverse_events import Acute
from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.harms import DISSOCIATION, HALLUCINATION, INFUSIONS, SEDATION
from postinfusion.simulate.infusions import Infusions
from postinfusion.simulate.people import People, resting

MINUTES = np.array([0, 15, 30, 40, 45, 60, 75, 90, 105, 120])
VITAL_MINUTES = (0, 15, 30, 40, 60, 90, 120)
ALERTNESS_MINUTES = (0, 15, 30, 45, 60, 75, 90, 105, 120)
PERCEPTION_MINUTES = (0, 40, 120)
# Share of the peak change at each of MINUTES. The slow shape and chance together leave a tenth of the ketamine
# infusions above baseline + 10 % at 90 minutes.
USUAL_SHAPE = np.array([0.0, 0.70, 1.0, 1.0, 0.90, 0.50, 0.22, 0.05, 0.02, 0.0])
SLOW_SHAPE = np.array([0.0, 0.70, 1.0, 1.0, 0.98, 0.95, 0.90, 0.85, 0.60, 0.40])
SLOW_SHARE = 0.08
MISSED_SET = 0.012


@dataclass(frozen=True)
class Sign:
    """The truth about one vital sign: mean change at the peak by arm, its SD, the SD of one reading, the limit."""

    ketamine: float
    midazolam: float
    sd: float
    reading_sd: float
    highest: float = np.inf


SIGNS: Mapping[str, Sign] = {
    "systolic": Sign(15.0, -3.0, 10.0, 4.0),
    "diastolic": Sign(9.0, -2.0, 7.0, 3.0),
    "heart_rate": Sign(5.0, 0.0, 6.0, 3.0),
    "spo2": Sign(-1.0, -1.0, 0.9, 0.5, highest=100.0),
}


@dataclass(frozen=True)
class Dissociation:
    """The truth about the CADSS total at 40 minutes: mean and SD, and the factor of both per infusion."""

    mean: float
    sd: float
    factor: float = 1.0


CADSS = {"ketamine": Dissociation(14.0, 12.0, 0.90), "midazolam": Dissociation(2.0, 3.0)}
CADSS_BACK = 0.97
CADSS_MAXIMUM = 92.0


def vital_rows(
    people: People, active: Bools, acute: Acute, infusions: Infusions, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each participant, infusion given and minute; times in hours since the first infusion."""
    grid = (people.count, INFUSIONS, len(MINUTES))
    columns = {**_vital_signs(people, active, generator), "moaas": _alertness(acute, generator)}
    columns |= _perception(active, acute, generator)
    late = np.where(MINUTES == 0, generator.uniform(-8.0, -1.0, grid), MINUTES + generator.uniform(-2.0, 2.0, grid))
    hours = infusions.start[:, :, None] + np.rint(late) / 60.0
    missed = generator.random(grid) < MISSED_SET
    for name in SIGNS:
        columns[name] = np.where(missed, np.nan, columns[name])
    person, infusion, minute = np.nonzero(np.broadcast_to(infusions.given[:, :, None], grid))
    where = (person, infusion, minute)
    frame = pd.DataFrame({"person": person, "infusion": infusion + 1, "minute": MINUTES[minute]})
    frame["measured"] = hours[where]
    return frame.assign(**{name: values[where] for name, values in columns.items()})


def _vital_signs(people: People, active: Bools, generator: np.random.Generator) -> dict[str, Floats]:
    """Draw the four vital signs on the whole grid; missing at minutes when they are not due."""
    systolic = resting("systolic", people, generator)
    rest = {
        "systolic": systolic,
        "diastolic": 0.6 * systolic + generator.normal(2.0, 6.0, people.count),
        "heart_rate": resting("pulse", people, generator),
        "spo2": generator.normal(97.8, 0.6, people.count),
    }
    slow = generator.random((people.count, INFUSIONS, 1)) < SLOW_SHARE
    shape = np.where(slow, SLOW_SHAPE, USUAL_SHAPE)
    due = np.isin(MINUTES, VITAL_MINUTES)
    shared = generator.standard_normal((2, people.count, INFUSIONS))
    return {
        name: np.where(due, _sign(SIGNS[name], rest[name], active, shape, shared=shared, generator=generator), np.nan)
        for name in SIGNS
    }


def _sign(
    sign: Sign, rest: Floats, active: Bools, shape: Floats, *, shared: Floats, generator: np.random.Generator
) -> Floats:
    """Draw one vital sign; the change at its peak varies between persons and between their infusions alike."""
    own = generator.standard_normal((2, *shared.shape[1:]))
    mixed = np.sqrt(0.5) * (shared + own) if sign.sd > 2.0 else own
    # The SD of a change includes two readings; the rest is half the person's and half the infusion's.
    true_sd = np.sqrt(sign.sd**2 - 2.0 * sign.reading_sd**2)
    vary = np.sqrt(0.5) * (mixed[0][:, :1] + mixed[1])
    mean = np.where(active, sign.ketamine, sign.midazolam)[:, None]
    peak = mean + true_sd * vary
    day = generator.normal(0.0, sign.reading_sd, (*peak.shape, 1))
    reading = generator.normal(0.0, sign.reading_sd, shape.shape)
    value = np.rint(rest[:, None, None] + day + peak[:, :, None] * shape + reading)
    return np.asarray(np.minimum(value, sign.highest))


def _alertness(acute: Acute, generator: np.random.Generator) -> Floats:
    """Draw MOAA/S: 5, lower while sedation lasts."""
    shape = (*acute.happens.shape[:2], len(MINUTES))
    depth = 1 + np.searchsorted([0.75, 0.97], generator.random(shape[:2]))
    onset, minutes = acute.onset[:, :, SEDATION, None], acute.minutes[:, :, SEDATION, None]
    sedated = acute.happens[:, :, SEDATION, None] & (onset <= MINUTES) & (onset + minutes > MINUTES)
    drowsy = (generator.random(shape) < 0.01) & (MINUTES > 0)
    value = 5.0 - np.where(sedated, depth[:, :, None], np.where(drowsy, 1, 0))
    return np.where(np.isin(MINUTES, ALERTNESS_MINUTES), value, np.nan)


def _perception(active: Bools, acute: Acute, generator: np.random.Generator) -> dict[str, Floats]:
    """Draw CADSS and the positive items of the BPRS before, at 40 and at 120 minutes."""
    shape = acute.happens.shape[:2]
    before = np.minimum(generator.poisson(0.5, shape), 4).astype(float)
    peak = _cadss_peak(active, acute, generator)
    higher = 2 + generator.poisson(2.0, shape)
    after = before + np.where(generator.random(shape) < CADSS_BACK, generator.integers(0, 2, shape), higher)
    symptom = generator.poisson(np.where(active, 1.5, 0.4)[:, None], shape)
    bprs_before = np.minimum(generator.poisson(0.4, shape), 4).astype(float)
    bprs_peak = np.minimum(bprs_before + symptom + 4 * acute.happens[:, :, HALLUCINATION], 24.0)
    return {
        "cadss": _at_perception_minutes(before, peak, after),
        "bprs_positive": _at_perception_minutes(bprs_before, bprs_peak, bprs_before),
    }


def _cadss_peak(active: Bools, acute: Acute, generator: np.random.Generator) -> Floats:
    """Draw CADSS at 40 minutes: gamma, half of its variation the person's, who is also prone to report dissociation."""
    shape = acute.happens.shape[:2]
    person = acute.person[:, DISSOCIATION, None]
    uniform = ndtr(np.sqrt(0.5) * (person + generator.standard_normal(shape)))
    number = np.arange(INFUSIONS)
    ketamine, midazolam = (
        (gammaincinv((t.mean / t.sd) ** 2, uniform) * t.sd**2 / t.mean) * t.factor**number
        for t in (CADSS["ketamine"], CADSS["midazolam"])
    )
    return np.asarray(np.minimum(np.rint(np.where(active[:, None], ketamine, midazolam)), CADSS_MAXIMUM))


def _at_perception_minutes(before: Floats, peak: Floats, after: Floats) -> Floats:
    """Put three values of each infusion on the grid of minutes."""
    grid = np.full((*before.shape, len(MINUTES)), np.nan)
    for minute, value in zip(PERCEPTION_MINUTES, (before, peak, after), strict=True):
        grid[:, :, np.flatnonzero(minute == MINUTES)[0]] = value
    return grid
