"""What an analysis of the simulated trial should find, from both potential outcomes of many people.

The people have times of assessment that scatter as in a trial. Everyone has both outcomes with the same randomness, so
that a difference has little Monte Carlo error; diagnoses have exactly the shares of the trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from postinfusion.simulate.attendance import Attendance, draw_attendance, draw_event_hours, event_shift
from postinfusion.simulate.courses import baseline, deviations_of, later, visit_positions
from postinfusion.simulate.covariance import Traits, draw_deviations
from postinfusion.simulate.endpoints import (
    ANXIETY,
    BINGES,
    CRAVING,
    DIAGNOSES,
    EDEQ,
    EQ_VAS,
    MADRS,
    PURGES,
    VISIT_HOURS,
    VISIT_LABELS,
    Behaviour,
    Endpoint,
)
from postinfusion.simulate.people import STRATA, draw_entry_traits
from postinfusion.simulate.scenarios import SCENARIOS, Scenario
from postinfusion.simulate.schedule import Schedule, draw_schedule
from postinfusion.simulate.weights import mean_change

PEOPLE = 96 * 400
SEED = 20_261_124
SCALES: Mapping[str, Endpoint] = {
    "madrs": MADRS, "anxiety": ANXIETY, "edeq": EDEQ, "fcqs": CRAVING, "eqvas": EQ_VAS
}  # fmt: skip
BEHAVIOURS: Mapping[str, Behaviour] = {"binge": BINGES, "purge": PURGES}
ARMS = (True, False)


@dataclass(frozen=True)
class People:
    """Many people with the randomness that both of their outcomes share."""

    scenario: Scenario
    diagnosis: np.ndarray
    traits: Traits
    schedule: Schedule
    deviations: np.ndarray

    def active(self, on_ketamine: bool) -> np.ndarray:
        """Give whether each gets what ketamine does, all being in one arm."""
        return self.scenario.acts_in(np.full(len(self.diagnosis), on_ketamine))

    def scores(self, endpoint: Endpoint, on_ketamine: bool, shift: np.ndarray | float = 0.0) -> np.ndarray:
        """Give the recorded scores after baseline, people × visits of the endpoint."""
        positions = visit_positions(endpoint.visits)
        hours = self.schedule.visits[:, positions]
        deviations = deviations_of(endpoint, self.deviations)[:, positions]
        return later(endpoint, self.active(on_ketamine), self.diagnosis, hours, deviations, shift=shift)


@dataclass(frozen=True)
class Madrs:
    """Baseline and scores of the MADRS of everyone in one arm, with what events do to them, and who was there."""

    before: np.ndarray
    scores: np.ndarray
    attendance: Attendance

    @property
    def seen(self) -> np.ndarray:
        """Whether each score was recorded: people × visits."""
        return self.attendance.in_trial(self.scores.shape[1]) & ~self.attendance.missed


@cache
def people(scenario: str) -> People:
    """Draw the people of a truth."""
    shares = np.array([STRATA[name] for name in DIAGNOSES], dtype=float)
    count = np.rint(PEOPLE * shares / shares.sum()).astype(int)
    diagnosis = np.repeat(np.arange(len(DIAGNOSES)), count)
    generator = np.random.default_rng(SEED)
    traits = draw_entry_traits(len(diagnosis), generator)
    schedule = draw_schedule(len(diagnosis), generator)
    deviations = draw_deviations(traits, schedule.visits, generator)
    return People(SCENARIOS[scenario], diagnosis, traits, schedule, deviations)


@cache
def madrs(scenario: str, on_ketamine: bool) -> Madrs:
    """Give the MADRS under treatment policy: events act, and after dropout scores are what they are in the truth."""
    everyone = people(scenario)
    active, hours = everyone.active(on_ketamine), everyone.schedule.visits
    events = draw_event_hours(active, np.random.default_rng(SEED + 1))
    shift = event_shift(events, hours)
    before = baseline(MADRS, everyone.traits)
    recorded = everyone.scores(MADRS, on_ketamine, shift)
    attendance = draw_attendance(before, recorded, active, hours, np.random.default_rng(SEED + 2))
    after = everyone.scenario.madrs_after_dropout
    if not after:
        return Madrs(before, recorded, attendance)
    gone = ~attendance.in_trial(len(VISIT_LABELS))
    return Madrs(before, everyone.scores(MADRS, on_ketamine, shift + after * gone), attendance)


@cache
def differences(endpoint: str, scenario: str, diagnosis: str = "") -> dict[str, float]:
    """Give the true difference, ketamine minus midazolam, by visit of the plan, of all or of one diagnosis.

    Of the MADRS under treatment policy for the events of the plan; the other scales know no events.
    """
    if endpoint == "madrs":
        ketamine, midazolam = (madrs(scenario, arm).scores for arm in ARMS)
        labels: tuple[str, ...] = VISIT_LABELS
    else:
        scale = SCALES[endpoint]
        ketamine, midazolam = (people(scenario).scores(scale, arm) for arm in ARMS)
        labels = scale.visits
    of = people(scenario).diagnosis == DIAGNOSES.index(diagnosis) if diagnosis else slice(None)
    means = (ketamine - midazolam)[of].mean(axis=0)
    return {visit_of_plan(label): float(mean) for label, mean in zip(labels, means, strict=True)}


def bmi_difference(diagnosis: str, day: float, scenario: str) -> float:
    """Give the true difference of body mass index in one diagnosis at a planned day."""
    place, days, truth = DIAGNOSES.index(diagnosis), np.array([day]), SCENARIOS[scenario]
    acts = truth.acts_in(np.array([True, False]))
    ketamine, midazolam = (mean_change(place, days, active=bool(effect))[0] for effect in acts)
    return float(ketamine - midazolam)


def response_differences(scenario: str, labels: tuple[str, ...]) -> float:
    """Give the true difference in the share that responded at every one of these visits, no value being no response.

    Response is at least half of the baseline value gone. This is the estimand of missing as failure: who has left, or
    missed a visit, counts as not responding, so that it is identified whatever dropout depends on.
    """
    shares = []
    for arm in ARMS:
        of_arm = madrs(scenario, arm)
        positions = visit_positions(labels)
        falls = of_arm.before[:, None] - of_arm.scores[:, positions] >= 0.5 * of_arm.before[:, None]
        shares.append(float((falls & of_arm.seen[:, positions]).all(axis=1).mean()))
    return shares[0] - shares[1]


def differences_at_hours(scenario: str) -> dict[float, float]:
    """Give the true difference of the MADRS at the planned hours themselves, under treatment policy for events."""
    everyone = people(scenario)
    means = []
    for arm in ARMS:
        active = everyone.active(arm)
        events = draw_event_hours(active, np.random.default_rng(SEED + 1))
        hours = np.broadcast_to(VISIT_HOURS[None, :], everyone.schedule.visits.shape)
        deviations = deviations_of(MADRS, everyone.deviations)
        shift = event_shift(events, hours)
        means.append(
            later(MADRS, active, everyone.diagnosis, VISIT_HOURS[None, :], deviations, shift=shift).mean(axis=0)
        )
    return dict(zip(VISIT_HOURS.tolist(), (means[0] - means[1]).tolist(), strict=True))


def rate_ratios(endpoint: str, scenario: str) -> dict[str, float]:
    """Give the true ratio of rates, ketamine to midazolam, by visit of the plan; it is the same for each person."""
    behaviour, truth = BEHAVIOURS[endpoint], SCENARIOS[scenario]
    power = float(truth.has_effects) * (-1.0 if truth.is_reversed else 1.0)
    return {f"Day {day:g}": ratio**power for day, ratio in zip(behaviour.days, behaviour.rate_ratios, strict=True)}


def visit_of_plan(label: str) -> str:
    """Give the plan's name of a visit."""
    return label.replace("day ", "Day ")
