"""A simulated open-label trial of ketamine in bulimia nervosa without a comparison, with known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.single_arm_truth import (
    BMI_MEAN,
    BMI_SD,
    BMI_WEEKLY_SD,
    CORRELATION,
    CORRELATION_WITH_EDEQ,
    DAYS_PER_WEEK,
    EDEQ_CHANGE,
    EDEQ_CORRELATION,
    EDEQ_MEAN,
    EDEQ_SD,
    ENTRY,
    INFUSION_DAYS,
    LEVEL_CHANGE,
    LEVEL_CHANGE_SD,
    POPULATION_MEAN,
    POPULATION_SD,
    SLOPE_AFTER,
    VISITS,
    WAITING_DAYS,
)
from postinfusion.simulate.streams import stream

PARTICIPANTS = 12
MISSED, LEAVES = 0.05, 0.08
DOSE_MG_PER_KG, MINUTES = 0.5, 40
FIRST_DAY = np.datetime64("2031-03-03T00:00", "m")
EVENTS = (("dissociation", 0.35, 15, 50), ("dizziness", 0.22, 20, 60), ("nausea", 0.14, 45, 90))
"""Event, chance at each infusion, minutes to onset and of duration."""
CO_TREATMENTS = ("psychotherapy", "psychotherapy and nutritional counselling")
_WAITING_SD, _VISIT_SD = 2.5, {"4 h": 0.02, "24 h": 0.08, "Day 4": 0.04, "Day 7": 0.04, "Day 14": 1.5, "Day 28": 2.5}


@dataclass(frozen=True)
class _Course:
    """What happened: persons × occasions, in days since the first infusion."""

    root: np.random.SeedSequence
    days: Floats
    madrs: Floats
    level: Floats
    origin: NDArray[np.datetime64]
    left: Floats
    height_cm: NDArray[np.float64]
    bmi: Floats
    has_effects: bool

    @property
    def count(self) -> int:
        """Number of participants."""
        return len(self.days)

    def stream(self, name: str) -> np.random.Generator:
        """Give the generator of one concept."""
        return stream(self.root, name)

    def clock(self, person: NDArray[np.intp], days: Floats) -> NDArray[np.datetime64]:
        """Give date and time to the minute."""
        return np.asarray(self.origin[person] + np.rint(days * 24 * 60).astype("timedelta64[m]"))


def simulate_single_arm(
    root: np.random.SeedSequence, *, has_effects: bool = True, participants: int = PARTICIPANTS
) -> dict[str, pd.DataFrame]:
    """Simulate one trial.

    Parameters
    ----------
    root
        Seed sequence of this trial.
    has_effects
        The infusions change the MADRS and the EDE-Q; otherwise there is regression to the mean and nothing else.
    participants
        How many enter.

    Returns
    -------
    dict
        Name of the table to its rows, with the columns of the export and times to the minute.
    """
    course = _draw(root, participants, has_effects=has_effects)
    tables = {
        "participants": _participants(course),
        "disposition": _disposition(course),
        "infusions": _infusions(course),
        "assessments": pd.concat([_madrs(course), _edeq(course)], ignore_index=True),
        "weights": _weights(course),
        "adverse_events": _adverse_events(course),
    }
    return {name: _named(table) for name, table in tables.items()}


def _draw(root: np.random.SeedSequence, count: int, *, has_effects: bool) -> _Course:
    """Draw who enters, when they are seen, and their scores."""
    level, before = _enrolled(stream(root, "people"), count)
    times = stream(root, "times")
    waiting = np.array(WAITING_DAYS) + np.clip(times.normal(0, _WAITING_SD, (count, len(WAITING_DAYS))), -4, 4)
    entry = -times.uniform(0.5, 3.0, (count, 1)) / HOURS_PER_DAY
    spread = np.array([_VISIT_SD[name] for name in VISITS])
    after = np.array([*VISITS.values()]) + spread * np.clip(times.normal(size=(count, len(VISITS))), -1.5, 1.5)
    days = np.column_stack([waiting, entry, after])
    noise = POPULATION_SD * np.sqrt(1 - CORRELATION) * stream(root, "occasions").standard_normal(days.shape)
    madrs = level[:, None] + noise
    madrs[:, len(WAITING_DAYS)] = before
    if has_effects:
        own = LEVEL_CHANGE + LEVEL_CHANGE_SD * stream(root, "benefit").standard_normal((count, 1))
        madrs += np.where(days > 0, own + SLOPE_AFTER * days / DAYS_PER_WEEK, 0.0)
    leaving = stream(root, "leaving")
    left = np.where(leaving.random(count) < LEAVES, leaving.uniform(8.0, 27.0, count), np.inf)
    starts = np.sort(times.integers(0, 40, count)) * 7 * 24 * 60 + times.integers(9 * 12, 14 * 12, count) * 5
    body = stream(root, "bodies")
    return _Course(
        root, days, np.clip(np.rint(madrs), 0, 60), level, FIRST_DAY + starts.astype("timedelta64[m]"), left,
        body.normal(166, 7, count).round(1), np.clip(body.normal(BMI_MEAN, BMI_SD, count), 18.5, 35), has_effects,
    )  # fmt: skip


def _enrolled(generator: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Draw people from the source population until enough have a value that lets them in; their levels and values."""
    levels, values = np.empty(0), np.empty(0)
    while len(levels) < count:
        level = generator.normal(POPULATION_MEAN, POPULATION_SD * np.sqrt(CORRELATION), 4 * count)
        value = np.rint(level + generator.normal(0, POPULATION_SD * np.sqrt(1 - CORRELATION), 4 * count))
        enters = value >= ENTRY
        levels, values = np.append(levels, level[enters]), np.append(values, value[enters])
    return levels[:count], values[:count]


def _participants(course: _Course) -> pd.DataFrame:
    """Give one row for each participant."""
    generator, persons = course.stream("participants"), np.arange(course.count)
    return pd.DataFrame(
        {
            "person": persons,
            "diagnosis": "BN",
            "sex": np.where(generator.random(course.count) < 0.92, "female", "male"),
            "age": np.clip(np.rint(generator.normal(28, 7, course.count)), 18, 65).astype(int),
            "height_cm": course.height_cm,
            "illness_years": generator.gamma(2.5, 3.0, course.count).round(1),
            "failed_treatments": generator.poisson(1.5, course.count),
            "co_treatment": generator.choice(np.array(CO_TREATMENTS), course.count, p=(0.6, 0.4)),
            "consented": course.clock(persons, np.full(course.count, -42.0)),
        }
    )


def _disposition(course: _Course) -> pd.DataFrame:
    """Give how the trial ended for each participant."""
    stays = np.isinf(course.left)
    last = np.where(stays, course.days[:, -1], course.left)
    return pd.DataFrame(
        {
            "person": np.arange(course.count),
            "status": np.where(stays, "completed", "discontinued"),
            "reason": np.where(stays, "", "withdrew consent"),
            "left": course.clock(np.arange(course.count), last),
            "died": "no",
        }
    )


def _infusions(course: _Course) -> pd.DataFrame:
    """Give one row for each infusion; who leaves before one does not get it."""
    person, number = np.nonzero(np.array(INFUSION_DAYS) < course.left[:, None])
    started = np.array(INFUSION_DAYS)[number]
    kilograms = course.bmi[person] * (course.height_cm[person] / 100) ** 2
    return pd.DataFrame(
        {
            "person": person,
            "number": number + 1,
            "drug": "ketamine",
            "started": course.clock(person, started),
            "ended": course.clock(person, started + MINUTES / 60 / HOURS_PER_DAY),
            "dose": (DOSE_MG_PER_KG * kilograms).round(1),
            "dose_mg_per_kg": DOSE_MG_PER_KG,
        }
    )


def _madrs(course: _Course) -> pd.DataFrame:
    """Give one row for each MADRS that was taken."""
    missed = course.stream("missed").random(course.days.shape) < MISSED
    missed[:, len(WAITING_DAYS)] = False
    person, place = np.nonzero(~missed & (course.days < course.left[:, None]))
    taken = course.clock(person, course.days[person, place])
    return _scores(person, "MADRS", "total", course.madrs[person, place], taken)


def _edeq(course: _Course) -> pd.DataFrame:
    """Give the global score of the EDE-Q while waiting, before the first infusion and four weeks after."""
    generator, places = course.stream("eating"), [1, len(WAITING_DAYS), course.days.shape[1] - 1]
    mood = (course.level - POPULATION_MEAN) / (POPULATION_SD * np.sqrt(CORRELATION))
    own = CORRELATION_WITH_EDEQ * mood + np.sqrt(1 - CORRELATION_WITH_EDEQ**2) * generator.standard_normal(course.count)
    values = EDEQ_MEAN + EDEQ_SD * (
        np.sqrt(EDEQ_CORRELATION) * own[:, None]
        + np.sqrt(1 - EDEQ_CORRELATION) * generator.standard_normal((course.count, len(places)))
    )
    values[:, -1] += EDEQ_CHANGE if course.has_effects else 0.0
    person, column = np.nonzero(course.days[:, places] < course.left[:, None])
    taken = course.clock(person, course.days[:, places][person, column] + 0.01)
    return _scores(person, "EDE-Q", "global", np.clip(values, 0, 6).round(2)[person, column], taken)


def _scores(
    person: NDArray[np.intp], scale: str, score: str, value: Floats, assessed: NDArray[np.datetime64]
) -> pd.DataFrame:
    """Give rows of scores."""
    return pd.DataFrame({"person": person, "scale": scale, "score": score, "value": value, "assessed": assessed})


def _weights(course: _Course) -> pd.DataFrame:
    """Give weighings while waiting, before the first infusion, and on days 7, 14 and 28."""
    places = [1, len(WAITING_DAYS), *range(course.days.shape[1] - 3, course.days.shape[1])]
    bmi = course.bmi[:, None] + course.stream("weights").normal(0, BMI_WEEKLY_SD, (course.count, len(places)))
    kilograms = (bmi * (course.height_cm[:, None] / 100) ** 2).round(1)
    person, column = np.nonzero(course.days[:, places] < course.left[:, None])
    weighed = course.clock(person, course.days[:, places][person, column] - 0.005)
    return pd.DataFrame({"person": person, "kg": kilograms[person, column], "weighed": weighed})


def _adverse_events(course: _Course) -> pd.DataFrame:
    """Give one row for each event after an infusion."""
    generator = course.stream("events")
    shape = (course.count, len(INFUSION_DAYS), len(EVENTS))
    chance = np.array([event[1] for event in EVENTS])
    given = (np.array(INFUSION_DAYS) < course.left[:, None])[:, :, None]
    person, infusion, kind = np.nonzero((generator.random(shape) < chance) & given)
    onset, minutes = (np.array([event[place] for event in EVENTS])[kind] for place in (2, 3))
    minutes = minutes * np.exp(0.5 * generator.standard_normal(len(kind)))
    began = np.array(INFUSION_DAYS)[infusion] + onset / 60 / HOURS_PER_DAY
    return pd.DataFrame(
        {
            "person": person,
            "event": np.array([event[0] for event in EVENTS])[kind],
            "began": course.clock(person, began),
            "ended": course.clock(person, began + np.maximum(minutes, 2) / 60 / HOURS_PER_DAY),
            "severity": generator.choice(["mild", "moderate"], len(kind), p=[0.7, 0.3]),
            "serious": "no",
        }
    )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Put participants' numbers in place of positions; sort by participant and time."""
    times = [name for name in ("assessed", "weighed", "started", "began") if name in table]
    ordered = table.sort_values(["person", *times], kind="stable").reset_index(drop=True)
    ordered.insert(0, "participant", [f"B{person + 1:02d}" for person in ordered.pop("person")])
    return ordered
