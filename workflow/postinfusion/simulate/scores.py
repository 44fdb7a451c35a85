"""The assessments as records: every score that was due, with an empty value where a visit was missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.simulate.attendance import MISSED_MOOD, Attendance
from postinfusion.simulate.courses import (
    SUBSCALES,
    Bools,
    baseline,
    counts,
    deviations_of,
    ideation,
    ideation_probability,
    later,
    later_rates,
    rates,
    recorded,
    subscales,
    visit_positions,
)
from postinfusion.simulate.covariance import draw_deviations_of
from postinfusion.simulate.curves import Floats, latent_mean
from postinfusion.simulate.endpoints import BEHAVIOURS, EDEQ, ENDPOINTS, IDEATION, MADRS, MOOD, TRAILS, Endpoint
from postinfusion.simulate.people import People
from postinfusion.simulate.schedule import Schedule

TRAIL_A_LOG_MEAN, TRAIL_A_LOG_SD, TRAIL_B_LIMIT = 3.35, 0.25, 300.0


@dataclass(frozen=True)
class Setting:
    """What all scores of a trial have in common.

    Attributes
    ----------
    people, active, schedule, attendance
        Who, under which treatment's effects, when, and who was there.
    deviations
        Persons × visits × traits.
    madrs_shift
        What intercurrent events add to the MADRS.
    """

    people: People
    active: Bools
    schedule: Schedule
    attendance: Attendance
    deviations: Floats
    madrs_shift: Floats


@dataclass(frozen=True)
class _Series:
    """One score of everyone: values and hours (persons × baseline and visits), and which were due and done."""

    measure: str
    score: str
    values: Floats
    hours: Floats
    due: Bools
    done: Bools

    def rows(self) -> pd.DataFrame:
        """Give one row for each score that was due."""
        person, column = np.nonzero(self.due)
        value = np.where(self.done, self.values, np.nan)[person, column]
        return pd.DataFrame(
            {
                "person": person,
                "scale": self.measure,
                "score": self.score,
                "value": value,
                "assessed": self.hours[person, column],
            }
        )


def score_rows(setting: Setting, generator: np.random.Generator) -> pd.DataFrame:
    """Give one row for each score; times in hours since the first infusion."""
    series = [
        *(_endpoint_series(setting, endpoint) for endpoint in ENDPOINTS if endpoint not in (EDEQ, TRAILS)),
        *_eating_series(setting, generator),
        *_trail_series(setting, generator),
        _ideation_series(setting, generator),
        _mood_series(setting, generator),
    ]
    return pd.concat([one.rows() for one in series], ignore_index=True)


def _values(setting: Setting, endpoint: Endpoint) -> Floats:
    """Give baseline and later values of one endpoint: persons × (1 + its visits)."""
    positions = visit_positions(endpoint.visits)
    shift = setting.madrs_shift[:, positions] if endpoint is MADRS else 0.0
    hours = setting.schedule.visits[:, positions]
    deviations = deviations_of(endpoint, setting.deviations)[:, positions]
    after = later(endpoint, setting.active, setting.people.diagnosis, hours, deviations, shift=shift)
    return np.column_stack([baseline(endpoint, setting.people.traits), after])


def _series(
    setting: Setting,
    measure: str,
    score: str,
    values: Floats,
    visits: tuple[str, ...],
    *,
    on_infusion_day: bool = False,
) -> _Series:
    """Add times and attendance to the values of one score."""
    schedule, attendance, positions = setting.schedule, setting.attendance, visit_positions(visits)
    first = schedule.before_infusion if on_infusion_day else schedule.before_treatment
    everyone = np.ones(setting.people.count, dtype=bool)
    in_trial = attendance.in_trial(schedule.visits.shape[1])[:, positions]
    return _Series(
        measure,
        score,
        values,
        np.column_stack([first, schedule.visits[:, positions]]),
        np.column_stack([everyone, in_trial]),
        np.column_stack([everyone, ~attendance.missed[:, positions]]),
    )


def _endpoint_series(setting: Setting, endpoint: Endpoint) -> _Series:
    """Give one normally distributed score."""
    values = _values(setting, endpoint)
    return _series(
        setting, endpoint.measure, endpoint.score, values, endpoint.visits, on_infusion_day=endpoint.on_infusion_day
    )


def _eating_series(setting: Setting, generator: np.random.Generator) -> list[_Series]:
    """Give the EDE-Q: subscales, the global score that is their mean, and the counts of behaviours."""
    parts = subscales(_values(setting, EDEQ), generator)
    named = {name: parts[..., position] for position, name in enumerate(SUBSCALES)}
    named["global"] = parts.mean(axis=-1).round(2)
    people = setting.people
    for behaviour in BEHAVIOURS:
        mean = np.column_stack(
            [rates(behaviour, people.subtype), later_rates(behaviour, people.subtype, setting.active)]
        )
        named[behaviour.score] = counts(behaviour, mean, people.traits, generator).astype(float)
    return [_series(setting, EDEQ.measure, name, values, EDEQ.visits) for name, values in named.items()]


def _trail_series(setting: Setting, generator: np.random.Generator) -> list[_Series]:
    """Give seconds for Trail Making A and B; B is stopped at 300 s."""
    difference = np.exp(_values(setting, TRAILS))
    person = np.sqrt(0.7) * generator.standard_normal((len(difference), 1))
    standard = person + np.sqrt(0.3) * generator.standard_normal(difference.shape)
    part_a = np.exp(TRAIL_A_LOG_MEAN + TRAIL_A_LOG_SD * standard)
    part_b = np.minimum(part_a + difference, TRAIL_B_LIMIT)
    parts = {"A": part_a.round(1), "B": part_b.round(1)}
    return [_series(setting, TRAILS.measure, name, values, TRAILS.visits) for name, values in parts.items()]


def _ideation_series(setting: Setting, generator: np.random.Generator) -> _Series:
    """Give the level of suicidal ideation."""
    traits = setting.people.traits
    before = np.full((setting.people.count, 1), IDEATION.baseline)
    probability = np.column_stack([before, ideation_probability(setting.active, IDEATION.visits)])
    levels = ideation(probability, traits, generator).astype(float)
    return _series(setting, "C-SSRS", "ideation", levels, IDEATION.visits, on_infusion_day=True)


def _mood_series(setting: Setting, generator: np.random.Generator) -> _Series:
    """Give the daily mood, which is kept as long as its participant is in the trial."""
    traits, hours = setting.people.traits, setting.schedule.moods
    mean = latent_mean(np.array(MOOD.mean), MOOD.sd, MOOD.low, MOOD.high)
    deviations = draw_deviations_of("mood", traits, hours[:, 1:], generator)
    after = later(MOOD, setting.active, setting.people.diagnosis, hours[:, 1:], deviations)
    values = np.column_stack([recorded(mean + MOOD.sd * traits.of("mood")[0], MOOD), after])
    due = hours < setting.attendance.left[:, None]
    kept = due & ((generator.random(hours.shape) >= MISSED_MOOD) | (np.arange(hours.shape[1]) == 0))
    return _Series(MOOD.measure, MOOD.score, values, hours, kept, kept)
