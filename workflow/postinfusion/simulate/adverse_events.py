"""The adverse events that happened: acute ones after each infusion, late ones, and the serious ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.simulate.attendance import Attendance
from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.harms import (
    ACUTE_EVENTS,
    ANTIEMETIC,
    ANTIEMETIC_RESCUE,
    INFUSIONS,
    LATE_EVENTS,
    LATE_GEOMETRIC_SD,
    ONSET_GEOMETRIC_SD,
    PERSON_LOGIT_SD,
    RELATION_SHARES,
    SERIOUS_EVENTS,
    SEVERITY_SHARES,
    UNKNOWN_END,
    VOMITING,
    WITHDRAWALS,
    SeriousEvent,
)
from postinfusion.simulate.infusions import Infusions
from postinfusion.simulate.people import KETAMINE, People

_TERMS = [kind.term for kind in ACUTE_EVENTS]


@dataclass(frozen=True)
class Acute:
    """What every infusion would bring: persons × six × kinds of event.

    Attributes
    ----------
    person
        Standard normal proneness, persons × kinds.
    happens
        Whether the event follows the infusion.
    onset, minutes
        Minutes from the start of the infusion to the event, and its duration.
    """

    person: Floats
    happens: Bools
    onset: Floats
    minutes: Floats


@dataclass(frozen=True)
class Withdrawal:
    """Who had an event that ended the infusions: positions of participants, terms and numbers of the infusion."""

    persons: NDArray[np.int64]
    terms: tuple[str, ...]
    infusions: NDArray[np.int64]

    def until(self, start: Floats) -> Floats:
        """Give the hours after which each participant gets no more infusions."""
        until = np.full(start.shape[0], np.inf)
        until[self.persons] = start[self.persons, self.infusions - 1] + 1.0
        return until


def draw_acute(active: Bools, generator: np.random.Generator) -> Acute:
    """Draw the acute events of all six infusions, given or not."""
    count, kinds = len(active), len(ACUTE_EVENTS)
    person = generator.standard_normal((count, kinds))
    ketamine = np.stack([kind.ketamine.logits() for kind in ACUTE_EVENTS], axis=1)
    midazolam = np.stack([kind.midazolam.logits() for kind in ACUTE_EVENTS], axis=1)
    logit = np.where(active[:, None, None], ketamine, midazolam) + PERSON_LOGIT_SD * person[:, None, :]
    shape = (count, INFUSIONS, kinds)
    happens = generator.random(shape) * (1.0 + np.exp(-logit)) < 1.0
    medians = np.array([(kind.onset_minutes, kind.duration_minutes) for kind in ACUTE_EVENTS]).T
    spread = np.log([kind.geometric_sd for kind in ACUTE_EVENTS])
    onset = medians[0] * np.exp(np.log(ONSET_GEOMETRIC_SD) * generator.standard_normal(shape))
    minutes = medians[1] * np.exp(spread * generator.standard_normal(shape))
    return Acute(person, happens, np.maximum(np.rint(onset), 1.0), np.maximum(np.rint(minutes), 1.0))


def choose_withdrawals(
    acute: Acute, people: People, active: Bools, left: Floats, start: Floats, *, generator: np.random.Generator
) -> Withdrawal:
    """Choose for whom an event ended the infusions: the fixed number in each arm, among those who had it then."""
    persons: list[int] = []
    terms: list[str] = []
    numbers: list[int] = []
    for arm in np.unique(people.arm):
        rule = WITHDRAWALS["ketamine" if active[people.arm == arm].any() else "midazolam"]
        for number in rule.infusions:
            present = (people.arm == arm) & (left > start[:, number - 1] + 24.0)
            present[persons] = False
            had_it = present & acute.happens[:, number - 1, _TERMS.index(rule.term)]
            pool = np.flatnonzero(had_it if had_it.any() else present)
            if len(pool):  # a very small trial may have nobody left
                persons.append(int(generator.choice(pool)))
                terms.append(rule.term)
                numbers.append(number)
    return Withdrawal(np.array(persons, dtype=np.int64), tuple(terms), np.array(numbers, dtype=np.int64))


def with_withdrawals(acute: Acute, withdrawal: Withdrawal) -> Acute:
    """Give the acute events such that whoever was withdrawn had the event."""
    happens = acute.happens.copy()
    for person, term, number in zip(withdrawal.persons, withdrawal.terms, withdrawal.infusions, strict=True):
        happens[person, number - 1, _TERMS.index(term)] = True
    return Acute(acute.person, happens, acute.onset, acute.minutes)


def acute_rows(
    acute: Acute, infusions: Infusions, withdrawal: Withdrawal, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each acute event after an infusion that was given; times in hours."""
    person, infusion, kind = np.nonzero(acute.happens & infusions.given[:, :, None])
    onset = infusions.start[person, infusion] + acute.onset[person, infusion, kind] / 60.0
    count = len(person)
    rows = pd.DataFrame(
        {
            "person": person,
            "event": np.array(_TERMS)[kind],
            "body_system": np.array([event.body_system for event in ACUTE_EVENTS])[kind],
            "began": onset,
            "ended": onset + acute.minutes[person, infusion, kind] / 60.0,
            "severity": _shares(SEVERITY_SHARES, count, generator),
            "serious": "no",
            "criterion": "",
            "related": _shares(RELATION_SHARES, count, generator),
            "action": "none",
            "treatment": "",
            "outcome": "resolved",
            "solicited": "yes",
            "infusion": infusion + 1,
        }
    )
    treated = (kind == VOMITING) & (generator.random(count) < ANTIEMETIC_RESCUE)
    rows.loc[treated, "treatment"] = ANTIEMETIC
    unknown = generator.random(count) < UNKNOWN_END
    rows.loc[unknown, "ended"] = np.nan
    rows.loc[unknown, "outcome"] = "unknown"
    return _mark_withdrawals(rows, withdrawal)


def late_rows(
    active: Bools, attendance: Attendance, infusions: Infusions, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each event that was reported spontaneously while its participant was in the trial."""
    frames = [_late_rows_of(position, active, generator) for position in range(len(LATE_EVENTS))]
    rows = pd.concat(frames, ignore_index=True)
    left = attendance.left[rows["person"]]
    rows = rows[rows["began"].to_numpy() < left].reset_index(drop=True)
    left = np.minimum(attendance.left[rows["person"]], 168 * HOURS_PER_DAY)
    ongoing = rows["ended"].to_numpy() > left
    rows.loc[ongoing, "ended"] = np.nan
    rows.loc[ongoing, "outcome"] = "not resolved"
    rows["infusion"] = _infusion_before(rows, infusions)
    return rows


def choose_serious(
    people: People, active: Bools, attendance: Attendance, generator: np.random.Generator
) -> tuple[tuple[int, SeriousEvent], ...]:
    """Choose who has the serious events: someone of a fitting subtype who is in the trial, each at most one."""
    chosen: list[tuple[int, SeriousEvent]] = []
    for arm in (KETAMINE, "M"):
        members = people.arm == arm
        for event in SERIOUS_EVENTS["ketamine" if active[members].any() else "midazolam"]:
            fitting = members & (attendance.left > (event.day + event.days) * HOURS_PER_DAY)
            fitting[[person for person, _ in chosen]] = False
            by_subtype = fitting & np.isin(people.subtype, np.array(event.subtypes))
            pool = np.flatnonzero(by_subtype if by_subtype.any() else fitting)
            if len(pool):
                chosen.append((int(generator.choice(pool)), event))
    return tuple(chosen)


def serious_rows(chosen: Sequence[tuple[int, SeriousEvent]]) -> pd.DataFrame:
    """Give one row for each serious event."""
    return pd.DataFrame(
        {
            "person": [person for person, _ in chosen],
            "event": [event.term for _, event in chosen],
            "body_system": [event.body_system for _, event in chosen],
            "began": [event.day * HOURS_PER_DAY for _, event in chosen],
            "ended": [(event.day + event.days) * HOURS_PER_DAY for _, event in chosen],
            "severity": [event.severity for _, event in chosen],
            "serious": "yes",
            "criterion": [event.criterion for _, event in chosen],
            "related": [event.related for _, event in chosen],
            "action": "none",
            "treatment": "hospital admission",
            "outcome": "resolved",
            "solicited": "no",
            "infusion": np.nan,
        }
    )


def _late_rows_of(position: int, active: Bools, generator: np.random.Generator) -> pd.DataFrame:
    """Give one row for each late event of one kind, whoever has left."""
    kind = LATE_EVENTS[position]
    happens = generator.random(len(active)) < np.where(active, kind.ketamine, kind.midazolam)
    began = HOURS_PER_DAY * generator.uniform(kind.first_day, kind.last_day, len(active))
    days = kind.median_days * np.exp(np.log(LATE_GEOMETRIC_SD) * generator.standard_normal(len(active)))
    severity = np.where(generator.random(len(active)) < 0.75, "mild", "moderate")
    related = np.where(generator.random(len(active)) < 0.6, "none", "unlikely")
    person = np.flatnonzero(happens)
    return pd.DataFrame(
        {
            "person": person,
            "event": kind.term,
            "body_system": kind.body_system,
            "began": began[person],
            "ended": (began + days * HOURS_PER_DAY)[person],
            "severity": severity[person],
            "serious": "no",
            "criterion": "",
            "related": related[person],
            "action": "none",
            "treatment": "",
            "outcome": "resolved",
            "solicited": "no",
        }
    )


def _infusion_before(rows: pd.DataFrame, infusions: Infusions) -> Floats:
    """Give the number of the infusion within the week before each event, missing when there is none."""
    start = np.where(infusions.given, infusions.start, np.inf)[rows["person"].to_numpy()]
    began = rows["began"].to_numpy()[:, None]
    recent = (start <= began) & (began < start + 7 * HOURS_PER_DAY)
    number = np.where(recent, np.arange(1, start.shape[1] + 1), 0).max(axis=1)
    return np.where(number > 0, number, np.nan)


def _mark_withdrawals(rows: pd.DataFrame, withdrawal: Withdrawal) -> pd.DataFrame:
    """Mark the events that ended the infusions."""
    for person, term, number in zip(withdrawal.persons, withdrawal.terms, withdrawal.infusions, strict=True):
        mark = (rows["person"] == person) & (rows["event"] == term) & (rows["infusion"] == number)
        rows.loc[mark, ["severity", "action"]] = ["severe", "withdrawn"]
    return rows


def _shares(shares: dict[str, float], count: int, generator: np.random.Generator) -> NDArray[np.str_]:
    """Draw one of the names for each event, in the given shares."""
    return np.asarray(generator.choice(np.array(list(shares)), count, p=list(shares.values())))
