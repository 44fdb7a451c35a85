"""A simulated crossover trial: three oral treatments a week apart in anorexia nervosa, with known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.simulate.crossover_truth import (
    PERIOD_SHIFT,
    SCALES,
    SEQUENCES,
    VISIT_HOURS,
    WASHOUT_HOURS,
    Scale,
    expected_change,
)
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.streams import stream

PER_SEQUENCE = 4
LEAVES = 0.08
"""Chance of leaving the trial between two periods."""
MISSED = 0.03
REASONS = ("withdrew consent", "intensified weight restoration")
DOSE_MG_PER_KG = {"KH": 0.75, "KL": 0.375, "M": 0.01}
DRUG = {"KH": "ketamine, oral", "KL": "ketamine, oral", "M": "midazolam, oral"}
MINUTES_TO_SWALLOW = 10
EVENTS = (
    ("Dizziness", {"KH": 0.40, "KL": 0.22, "M": 0.10}, 0.5, 1.5),
    ("Dissociation", {"KH": 0.30, "KL": 0.12, "M": 0.02}, 0.5, 1.0),
    ("Nausea", {"KH": 0.15, "KL": 0.10, "M": 0.06}, 1.0, 2.0),
    ("Somnolence", {"KH": 0.15, "KL": 0.15, "M": 0.30}, 0.7, 3.0),
)
"""Event, chance by treatment, mean hours to onset, mean hours of duration."""
GRADE = {"mild": 1, "moderate": 2}
"""Toxicity grade of each severity: the words of the Common Terminology Criteria for the first two grades."""


@dataclass(frozen=True)
class _Course:
    """What happened to the participants: arrays over persons, or persons × periods."""

    root: np.random.SeedSequence
    sequence: np.ndarray
    arm: np.ndarray
    start: Floats
    n_periods: np.ndarray
    height_cm: Floats
    weight: Floats
    has_effects: bool

    @property
    def count(self) -> int:
        """Number of participants."""
        return len(self.sequence)

    def stream(self, name: str) -> np.random.Generator:
        """Give the generator of one concept."""
        return stream(self.root, name)

    def names(self, person: np.ndarray) -> list[str]:
        """Give the numbers of participants as the tables write them."""
        return [f"X{number + 1:02d}" for number in person]


def simulate_crossover(
    root: np.random.SeedSequence, *, has_effects: bool = True, per_sequence: int = PER_SEQUENCE
) -> dict[str, pd.DataFrame]:
    """Simulate one crossover trial.

    Parameters
    ----------
    root
        Seed sequence of this trial.
    has_effects
        Ketamine differs from midazolam; otherwise all three do the same.
    per_sequence
        Participants in each of the six orders of the treatments.

    Returns
    -------
    dict
        Name of the table to its rows; times are hours since the first treatment.
    """
    course = _draw_course(root, has_effects, per_sequence)
    return {
        "participants": _participants(course),
        "infusions": _infusions(course),
        "assessments": _assessments(course),
        "weights": _weights(course),
        "adverse_events": _adverse_events(course),
        "disposition": _disposition(course),
    }


def crossover_assessments(root: np.random.SeedSequence, *, has_effects: bool = True) -> dict[str, pd.DataFrame]:
    """Simulate participants, treatments and assessments only: the same rows as in the whole trial."""
    course = _draw_course(root, has_effects, PER_SEQUENCE)
    return {"participants": _participants(course), "infusions": _infusions(course), "assessments": _assessments(course)}


def _draw_course(root: np.random.SeedSequence, has_effects: bool, per_sequence: int) -> _Course:
    """Draw what the tables have in common."""
    generator = stream(root, "allocation")
    sequence = generator.permutation(np.repeat(np.arange(len(SEQUENCES)), per_sequence))
    arm = np.array(list(SEQUENCES.values()))[sequence]
    count = len(sequence)
    schedule = stream(root, "schedule")
    gaps = WASHOUT_HOURS + np.round(schedule.normal(0.0, 1.0, (count, 2)), 2)
    start = np.concatenate([np.zeros((count, 1)), np.cumsum(gaps, axis=1)], axis=1)
    n_periods = 1 + (np.cumsum(stream(root, "leaving").random((count, 2)) < LEAVES, axis=1) == 0).sum(axis=1)
    height = np.clip(stream(root, "height").normal(165.0, 6.0, count), 150.0, 185.0).round(1)
    bmi = np.clip(stream(root, "body mass index").normal(16.4, 1.1, count), 13.8, 18.2)
    return _Course(root, sequence, arm, start, n_periods, height, bmi * (height / 100) ** 2, has_effects)


def _participants(course: _Course) -> pd.DataFrame:
    """Give one row for each participant."""
    generator, count = course.stream("people"), course.count
    age = np.clip(np.rint(generator.normal(27.0, 7.0, count)), 18, 60).astype(int)
    return pd.DataFrame(
        {
            "participant": course.names(np.arange(count)),
            "order": np.array(list(SEQUENCES))[course.sequence],
            "dx": "AN",
            "subtype": np.where(generator.random(count) < 0.4, "AN-BP", "AN-R"),
            "sex": np.where(generator.random(count) < 0.92, "female", "male"),
            "age": age,
            "height_cm": course.height_cm,
            "illness_years": np.minimum(generator.gamma(1.8, 4.0, count) + 0.5, age - 11.0).round(1),
        }
    )


def _infusions(course: _Course) -> pd.DataFrame:
    """Give one row for each treatment that was taken."""
    person, period = _taken(course)
    arm = course.arm[person, period]
    per_kg = np.array([DOSE_MG_PER_KG[name] for name in arm])
    start = course.start[person, period]
    return pd.DataFrame(
        {
            "participant": course.names(person),
            "number": period + 1,
            "period": period + 1,
            "treatment": arm,
            "drug": [DRUG[name] for name in arm],
            "started": start.round(2),
            "ended": (start + MINUTES_TO_SWALLOW / 60).round(2),
            "dose": (per_kg * course.weight[person]).round(2),
            "dose_mg_per_kg": per_kg,
        }
    )


def _assessments(course: _Course) -> pd.DataFrame:
    """Give one row for each score."""
    tables = [_scores(course, name, scale) for name, scale in SCALES.items()]
    stacked = pd.concat(tables).sort_values(["participant", "assessed", "scale"], kind="stable", ignore_index=True)
    return stacked[["participant", "scale", "value", "assessed"]]


def _scores(course: _Course, name: str, scale: Scale) -> pd.DataFrame:
    """Give the scores of one scale before and after each treatment."""
    generator = course.stream(f"scores {name}")
    person, period = _taken(course)
    trait = generator.normal(scale.mean, scale.sd_person, course.count)
    of_period = generator.normal(0.0, scale.sd_period, course.start.shape)
    frames = []
    for visit, hours in VISIT_HOURS.items():
        noise = generator.normal(0.0, scale.sd_residual, len(person))
        late = (
            generator.uniform(-0.04, 0.04, len(person)) * hours if hours else -generator.uniform(0.3, 1.5, len(person))
        )
        shift = _shift(course, name, visit, person, period)
        value = trait[person] + of_period[person, period] + shift + noise
        kept = generator.random(len(person)) >= (MISSED if hours else 0.0)
        frames.append(
            pd.DataFrame(
                {
                    "participant": course.names(person),
                    "scale": name,
                    "value": np.clip(np.rint(value), 0, scale.maximum).astype(int),
                    "assessed": (course.start[person, period] + hours + late).round(2),
                }
            )[kept]
        )
    return pd.concat(frames)


def _shift(course: _Course, name: str, visit: str, person: np.ndarray, period: np.ndarray) -> Floats:
    """Give what period, treatment and the treatment before add to a score."""
    before = np.where(period > 0, course.arm[person, np.maximum(period - 1, 0)], "")
    now = course.arm[person, period]
    added = [
        expected_change(name, visit, str(arm), str(previous), has_effects=course.has_effects)
        for arm, previous in zip(now, before, strict=True)
    ]
    return np.asarray(np.array(added) + np.array(PERIOD_SHIFT)[period])


def _weights(course: _Course) -> pd.DataFrame:
    """Give one row for each weighing, before each treatment."""
    generator = course.stream("weighings")
    person, period = _taken(course)
    kg = course.weight[person] + 0.15 * period + generator.normal(0.0, 0.3, len(person))
    weighed = course.start[person, period] - generator.uniform(0.5, 2.0, len(person))
    return pd.DataFrame({"participant": course.names(person), "kg": kg.round(1), "weighed": weighed.round(2)})


def _adverse_events(course: _Course) -> pd.DataFrame:
    """Give one row for each adverse event."""
    generator = course.stream("adverse events")
    person, period = _taken(course)
    arm = course.arm[person, period] if course.has_effects else np.full(len(person), "M")
    frames = []
    for term, chance, onset, length in EVENTS:
        happens = generator.random(len(person)) < np.array([chance[name] for name in arm])
        began = course.start[person, period] + 0.25 + generator.exponential(onset, len(person))
        ended = began + 0.2 + generator.exponential(length, len(person))
        severity = np.where(generator.random(len(person)) < 0.8, "mild", "moderate")
        rows = {"participant": course.names(person), "event": term, "began": began.round(2), "ended": ended.round(2),
                "severity": severity, "serious": "no", "outcome": "resolved"}  # fmt: skip
        frames.append(pd.DataFrame(rows)[happens])
    events = pd.concat(frames).sort_values(["participant", "began"], kind="stable", ignore_index=True)
    return events.assign(grade=events["severity"].map(GRADE))


def _disposition(course: _Course) -> pd.DataFrame:
    """Give one row for each participant: how the trial ended."""
    generator = course.stream("disposition")
    everyone = np.arange(course.count)
    completed = course.n_periods == course.start.shape[1]
    last = course.start[everyone, course.n_periods - 1] + np.where(
        completed, 168.0, generator.uniform(80, 160, course.count)
    )
    reason = np.where(completed, "", generator.choice(np.array(REASONS), course.count))
    status = np.where(completed, "completed", "discontinued")
    return pd.DataFrame(
        {"participant": course.names(everyone), "status": status, "reason": reason, "left": last.round(2)}
    )


def _taken(course: _Course) -> tuple[np.ndarray, np.ndarray]:
    """Give person and period of each treatment that was taken, both from zero."""
    person, period = np.nonzero(np.arange(course.start.shape[1])[None, :] < course.n_periods[:, None])
    return person, period
