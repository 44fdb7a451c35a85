"""Potential outcomes: what a large number of people would score on ketamine and on midazolam.

Both outcomes of a person share all randomness, so that their difference has little Monte Carlo error. Under the
hypothetical strategy no intercurrent event happens; under treatment policy the score is what it is, whatever happened
before, also after the person has left the trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from postinfusion.simulate.adverse_events import draw_acute
from postinfusion.simulate.attendance import draw_attendance, draw_event_hours, event_shift
from postinfusion.simulate.courses import (
    Bools,
    Integers,
    baseline,
    behaviour_labels,
    counts,
    deviations_of,
    ideation,
    ideation_probability,
    later,
    later_rates,
    visit_positions,
)
from postinfusion.simulate.covariance import Traits, draw_deviations
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.endpoints import (
    BEHAVIOURS,
    DIAGNOSES,
    ENDPOINTS,
    IDEATION,
    MADRS,
    VISIT_HOURS,
    VISIT_LABELS,
    Endpoint,
)
from postinfusion.simulate.harms import ACUTE_EVENTS
from postinfusion.simulate.people import STRATA, draw_entry_traits, draw_subtypes
from postinfusion.simulate.scenarios import Scenario
from postinfusion.simulate.streams import stream

CHUNK = 10_000
EVERYONE = "all"
HYPOTHETICAL, POLICY = "hypothetical", "treatment-policy"
ARMS = {"ketamine": True, "midazolam": False}


@dataclass(frozen=True, order=True)
class Quantity:
    """What a mean is of: endpoint, strategy, group of people, and the labels of its entries."""

    endpoint: str
    strategy: str
    group: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """Sums over people of both outcomes and of their difference: 3 × entries, and of the squares alike."""

    people: int
    total: Floats
    squares: Floats

    def plus(self, other: Tally) -> Tally:
        """Give the tally of both groups of people together."""
        return Tally(self.people + other.people, self.total + other.total, self.squares + other.squares)

    def mean(self) -> Floats:
        """Give means on ketamine, on midazolam, and of the difference."""
        return np.asarray(self.total / self.people)

    def monte_carlo_error(self) -> Floats:
        """Give the standard errors of the means that come from the finite number of people."""
        variance = np.maximum(self.squares / self.people - self.mean() ** 2, 0.0)
        return np.asarray(np.sqrt(variance / self.people))


@dataclass(frozen=True)
class _Group:
    """Some people and their common randomness."""

    diagnosis: Integers
    subtype: np.ndarray
    traits: Traits
    deviations: Floats
    root: np.random.SeedSequence
    scenario: Scenario

    def active(self, arm: str) -> Bools:
        """Give whether each person gets what ketamine does in this arm."""
        return self.scenario.acts_in(np.full(len(self.diagnosis), ARMS[arm]))

    def stream(self, name: str) -> np.random.Generator:
        """Give a generator that starts alike in both arms."""
        return stream(self.root, name)


def potential_outcomes(root: np.random.SeedSequence, scenario: Scenario, people: int) -> dict[Quantity, Tally]:
    """Simulate both potential outcomes of many people and sum them, in groups that bound the memory.

    Parameters
    ----------
    root
        Seed sequence; group *i* takes the spawn key (i,).
    scenario
        Under which truth.
    people
        How many.
    """
    tallies: dict[Quantity, Tally] = {}
    for number, first in enumerate(range(0, people, CHUNK)):
        key = np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, number))
        group = _draw_group(min(CHUNK, people - first), key, scenario)
        for quantity, tally in _tallies_of(group):
            tallies[quantity] = tallies[quantity].plus(tally) if quantity in tallies else tally
    return tallies


def _draw_group(size: int, root: np.random.SeedSequence, scenario: Scenario) -> _Group:
    """Draw people like those of the trial."""
    shares = np.array([STRATA[name] for name in DIAGNOSES], dtype=float)
    generator = stream(root, "people")
    diagnosis = generator.choice(len(DIAGNOSES), size, p=shares / shares.sum())
    traits = draw_entry_traits(size, generator)
    deviations = draw_deviations(traits, VISIT_HOURS[None, :], stream(root, "deviations"))
    return _Group(diagnosis, draw_subtypes(diagnosis, generator), traits, deviations, root, scenario)


def _tallies_of(group: _Group) -> Iterator[tuple[Quantity, Tally]]:
    """Give every quantity of one group of people."""
    for endpoint in ENDPOINTS:
        outcome = {arm: _change(group, endpoint, arm) for arm in ARMS}
        yield from _by_diagnosis(group, endpoint.name, HYPOTHETICAL, endpoint.visits, outcome)
    policy, dropout = _policy(group)
    yield from _by_diagnosis(group, MADRS.name, POLICY, VISIT_LABELS, policy)
    yield Quantity("dropout", POLICY, EVERYONE, VISIT_LABELS), _tally(dropout)
    yield from _behaviours(group)
    yield Quantity("ideation", HYPOTHETICAL, EVERYONE, IDEATION.visits), _tally(_ideation(group))
    terms = tuple(kind.term for kind in ACUTE_EVENTS)
    yield Quantity("acute events over six infusions", HYPOTHETICAL, EVERYONE, terms), _tally(_acute(group))


def _change(group: _Group, endpoint: Endpoint, arm: str, shift: Floats | float = 0.0) -> Floats:
    """Give changes from baseline at the endpoint's visits: people × visits."""
    positions = visit_positions(endpoint.visits)
    deviations = deviations_of(endpoint, group.deviations)[:, positions]
    hours = VISIT_HOURS[None, positions]
    after = later(endpoint, group.active(arm), group.diagnosis, hours, deviations, shift=shift)
    return np.asarray(after - baseline(endpoint, group.traits)[:, None])


def _policy(group: _Group) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give MADRS changes under treatment policy, and who has left before each visit."""
    changes, dropouts = {}, {}
    before, hours = baseline(MADRS, group.traits), VISIT_HOURS[None, :]
    for arm in ARMS:
        active = group.active(arm)
        shift = event_shift(draw_event_hours(active, group.stream("intercurrent events")), hours)
        scores = before[:, None] + _change(group, MADRS, arm, shift)
        attendance = draw_attendance(before, scores, active, hours, group.stream("dropout"))
        gone = ~attendance.in_trial(len(VISIT_LABELS))
        changes[arm] = _change(group, MADRS, arm, shift + group.scenario.madrs_after_dropout * gone)
        dropouts[arm] = gone.astype(float)
    return changes, dropouts


def _behaviours(group: _Group) -> Iterator[tuple[Quantity, Tally]]:
    """Give mean counts in 28 days of those whose subtype does not exclude the behaviour."""
    for behaviour in BEHAVIOURS:
        outcome = {}
        for arm in ARMS:
            mean = later_rates(behaviour, group.subtype, group.active(arm))
            outcome[arm] = counts(behaviour, mean, group.traits, group.stream(behaviour.name)).astype(float)
        for subtype, _ in behaviour.means:
            chosen = {arm: values[group.subtype == subtype] for arm, values in outcome.items()}
            yield Quantity(behaviour.name, HYPOTHETICAL, subtype, behaviour_labels()), _tally(chosen)


def _ideation(group: _Group) -> dict[str, Floats]:
    """Give whether there is any suicidal ideation: people × visits."""
    return {
        arm: (
            ideation(ideation_probability(group.active(arm), IDEATION.visits), group.traits, group.stream("ideation"))
            > 0
        ).astype(float)
        for arm in ARMS
    }


def _acute(group: _Group) -> dict[str, Floats]:
    """Give whether each acute event happens at least once over six infusions: people × kinds."""
    return {
        arm: draw_acute(group.active(arm), group.stream("acute events")).happens.any(axis=1).astype(float)
        for arm in ARMS
    }


def _by_diagnosis(
    group: _Group, name: str, strategy: str, labels: tuple[str, ...], outcome: Mapping[str, Floats]
) -> Iterator[tuple[Quantity, Tally]]:
    """Give the tallies of everyone and of each diagnosis."""
    yield Quantity(name, strategy, EVERYONE, labels), _tally(outcome)
    for position, diagnosis in enumerate(DIAGNOSES):
        chosen = {arm: values[group.diagnosis == position] for arm, values in outcome.items()}
        yield Quantity(name, strategy, diagnosis, labels), _tally(chosen)


def _tally(outcome: Mapping[str, Floats]) -> Tally:
    """Sum both outcomes and their difference over people."""
    ketamine, midazolam = outcome["ketamine"], outcome["midazolam"]
    stacked = np.stack([ketamine, midazolam, ketamine - midazolam])
    return Tally(len(ketamine), stacked.sum(axis=1), (stacked**2).sum(axis=1))
