"""How the trial was run: screening, medication, intercurrent events, deviations, discharge, guesses and endings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.simulate.adverse_events import Withdrawal
from postinfusion.simulate.attendance import EVENT_TYPES, Attendance
from postinfusion.simulate.courses import Bools
from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.harms import (
    ANTIEMETIC,
    ANTIEMETIC_PROPHYLAXIS,
    PLANNED_ADMISSION_DAY,
    SeriousEvent,
)
from postinfusion.simulate.infusions import Infusions
from postinfusion.simulate.people import KETAMINE, MIDAZOLAM, People
from postinfusion.simulate.schedule import INFUSION_DAYS, INFUSION_MINUTES

EXCLUSIONS = {
    "MADRS below 20": 11,
    "unstable physical state": 6,
    "potassium or electrocardiogram outside limits": 3,
    "psychotic or bipolar disorder": 3,
    "substance use disorder": 2,
    "uncontrolled hypertension": 2,
    "declined to take part": 8,
    "pregnant or breastfeeding": 0,
    "allergy to ketamine or midazolam": 0,
}
DECLINED = "declined to take part"
DROPOUT_REASONS = {"withdrew consent": 0.40, "lost to follow-up": 0.35, "lack of effect": 0.15, "moved away": 0.10}
BACKGROUND = {
    "sertraline": "depression", "fluoxetine": "depression", "mirtazapine": "depression", "ferrous sulfate": "anaemia",
    "vitamin D": "supplement", "levothyroxine": "hypothyroidism",
}  # fmt: skip
BACKGROUND_SHARE = 0.75
RESCUE_MEDICINES = {"rescue": ("lorazepam", "anxiety"), "new-psychotropic": ("quetiapine", "depression")}
GUESS_RIGHT = {"ketamine": 0.75, "midazolam": 0.50}
GUESS_UNKNOWN = {"ketamine": 0.15, "midazolam": 0.20}
NO_GUESS = "don't know"
AT_ANY_TIME = {
    "assessment by telephone instead of in person": (0.15, "no"),
    "treatment revealed to the rater": (0.03, "yes"),
}
BEFORE_AN_INFUSION = {
    "alcohol within 24 hours before an infusion": (0.03, "no"),
    "benzodiazepine within 24 hours before an infusion": (0.04, "yes"),
}
CHECKLIST_COMPLETE = {"criteria_met": 0.98, "escort": 0.975, "driving_advice": 0.99}


def screening_rows(people: People, generator: np.random.Generator) -> pd.DataFrame:
    """Give one row for each person assessed for eligibility, in the order of screening."""
    reasons = np.repeat(list(EXCLUSIONS), list(EXCLUSIONS.values()))
    total = people.count + len(reasons)
    included = np.zeros(total, dtype=bool)
    included[generator.choice(total - 1, people.count - 1, replace=False)] = True
    included[-1] = True
    participant, reason = np.full(total, "", dtype=object), np.full(total, "", dtype=object)
    participant[included], reason[~included] = people.names, generator.permutation(reasons)
    return pd.DataFrame(
        {
            "screening": [f"S{number:03d}" for number in range(1, total + 1)],
            "participant": participant,
            "eligible": np.where(included | (reason == DECLINED), "yes", "no"),
            "reason": reason,
            "checklist_complete": np.where(generator.random(total) < 0.98, "yes", "no"),
        }
    )


def disposition_rows(
    attendance: Attendance, last_contact: Floats, withdrawal: Withdrawal, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each participant: how the trial ended; times in hours."""
    count = len(attendance.left)
    reasons = generator.choice(np.array(list(DROPOUT_REASONS)), count, p=list(DROPOUT_REASONS.values()))
    # Those whose infusions an event ended and who left soon after, left for it.
    soon = np.zeros(count, dtype=bool)
    soon[withdrawal.persons] = attendance.left[withdrawal.persons] < 28 * HOURS_PER_DAY
    reason = np.where(attendance.completed, "", np.where(soon, "adverse event", reasons))
    return pd.DataFrame(
        {
            "person": np.arange(count),
            "status": np.where(attendance.completed, "completed", "discontinued"),
            "reason": reason,
            "left": np.where(attendance.completed, last_contact, attendance.left),
            "died": "no",
        }
    )


def medication_rows(
    people: People, vomited: pd.DataFrame, events: Floats, left: Floats, generator: np.random.Generator
) -> pd.DataFrame:
    """Give background medicines, antiemetics and medicines of intercurrent events; times in hours.

    Parameters
    ----------
    people
        The participants.
    vomited
        Rows of adverse events that an antiemetic was given for.
    events
        Hours of intercurrent events, persons × kinds.
    left
        Hours at which participants left; infinite when not.
    generator
        Source of randomness.
    """
    background = np.flatnonzero(generator.random(people.count) < BACKGROUND_SHARE)
    medicine = generator.choice(np.array(list(BACKGROUND)), len(background))
    since: Floats = -HOURS_PER_DAY * generator.integers(60, 900, len(background)).astype(float)
    prophylaxis = np.flatnonzero(generator.random(people.count) < ANTIEMETIC_PROPHYLAXIS)
    given = vomited["began"].to_numpy(dtype=float) + 0.25
    last_infusion = np.minimum(INFUSION_DAYS[-1] * HOURS_PER_DAY, left)
    frames = [
        _medicines(background, medicine, [BACKGROUND[name] for name in medicine], since, use="background"),
        _medicines(prophylaxis, ANTIEMETIC, "nausea", -0.5, end=last_infusion[prophylaxis], use="prophylaxis"),
        _medicines(vomited["person"].to_numpy(), ANTIEMETIC, "vomiting", given, end=given, use="rescue"),
    ]
    for position, kind in enumerate(EVENT_TYPES):
        persons = np.flatnonzero(events[:, position] < left)
        if kind.name in RESCUE_MEDICINES:
            name, indication = RESCUE_MEDICINES[kind.name]
            use = "rescue" if kind.name == "rescue" else "new"
            frames.append(_medicines(persons, name, indication, events[persons, position], use=use))
    return pd.concat(frames, ignore_index=True)


def intercurrent_rows(
    events: Floats,
    attendance: Attendance,
    admissions: Sequence[tuple[int, float]],
    withdrawal: Withdrawal,
    stop: Floats,
) -> pd.DataFrame:
    """Give one row for each intercurrent event that happened in the trial; times in hours.

    Parameters
    ----------
    events
        Hours of the drawn events, persons × kinds.
    attendance
        Who left and when; leaving is an event too.
    admissions
        Participant and hours of each admission.
    withdrawal, stop
        Whose infusions were ended by an event, and when the event began.
    """
    rows: list[tuple[int, str, float]] = []
    for position, kind in enumerate(EVENT_TYPES):
        persons = np.flatnonzero(events[:, position] < attendance.left)
        rows += [(int(person), kind.name, events[person, position]) for person in persons]
    rows += [(person, "admission", hours) for person, hours in admissions]
    rows += [(int(person), "treatment-stopped", hours) for person, hours in zip(withdrawal.persons, stop, strict=True)]
    left = np.flatnonzero(~attendance.completed)
    rows += [(int(person), "withdrawal", attendance.left[person]) for person in left]
    return pd.DataFrame(rows, columns=["person", "event", "occurred"])


def admissions(
    serious: Sequence[tuple[int, SeriousEvent]],
    people: People,
    active: Bools,
    left: Floats,
    generator: np.random.Generator,
) -> tuple[tuple[int, float], ...]:
    """Give participant and hours of every admission: the serious events, and a planned one on ketamine."""
    unplanned = [(person, event.day * HOURS_PER_DAY + 6.0) for person, event in serious]
    hours = PLANNED_ADMISSION_DAY * HOURS_PER_DAY
    pool = active & (people.arm == KETAMINE) & (left > hours) & np.char.startswith(people.subtype, "AN")
    pool[[person for person, _ in serious]] = False
    planned = [(int(generator.choice(np.flatnonzero(pool))), hours)] if pool.any() else []
    return tuple(unplanned + planned)


def deviation_rows(
    infusions: Infusions, planned_days: Floats, off_protocol: Floats, left: Floats, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each departure from the protocol; times in hours.

    Parameters
    ----------
    infusions, planned_days
        The infusions, and the days on which they were planned.
    off_protocol
        Hours at which participants took ketamine outside the trial; infinite for most.
    left
        Hours at which participants left; infinite when not.
    generator
        Source of randomness.
    """
    late = infusions.given & (infusions.start - planned_days * HOURS_PER_DAY > 20.0)
    person, number = np.nonzero(late)
    frames = [_departures(person, "infusion a day late or more", "no", infusions.start[person, number])]
    last = infusions.start[np.arange(len(left)), infusions.last_number() - 1]
    for names, hours in ((AT_ANY_TIME, HOURS_PER_DAY * generator.uniform(1.0, 120.0, len(left))),
                         (BEFORE_AN_INFUSION, last - 3.0)):  # fmt: skip
        for name, (share, major) in names.items():
            persons = np.flatnonzero((generator.random(len(left)) < share) & (hours < left))
            frames.append(_departures(persons, name, major, hours[persons]))
    persons = np.flatnonzero(off_protocol < left)
    frames.append(_departures(persons, "ketamine outside the trial", "yes", off_protocol[persons]))
    return pd.concat(frames, ignore_index=True)


def discharge_rows(infusions: Infusions, generator: np.random.Generator) -> pd.DataFrame:
    """Give the check before going home after each infusion; times in hours."""
    shape = infusions.given.shape
    checked = infusions.start + (INFUSION_MINUTES + np.rint(generator.uniform(82.0, 140.0, shape))) / 60.0
    yes = {name: generator.random(shape) < share for name, share in CHECKLIST_COMPLETE.items()}
    person, number = np.nonzero(infusions.given)
    frame = pd.DataFrame({"person": person, "infusion": number + 1, "checked": checked[person, number]})
    return frame.assign(**{name: np.where(done[person, number], "yes", "no") for name, done in yes.items()})


def guess_rows(
    people: People, active: Bools, asked: Floats, present: Bools, generator: np.random.Generator
) -> pd.DataFrame:
    """Give the participants' guesses of their arm at the day-21 visit; times in hours."""
    right, unknown = (
        np.where(active, shares["ketamine"], shares["midazolam"]) for shares in (GUESS_RIGHT, GUESS_UNKNOWN)
    )
    chance = generator.random(people.count)
    other = np.where(people.arm == KETAMINE, MIDAZOLAM, KETAMINE)
    guess = np.where(chance < right, people.arm, np.where(chance < right + unknown, NO_GUESS, other))
    persons = np.flatnonzero(present)
    return pd.DataFrame({"person": persons, "guess": guess[persons], "asked": asked[persons]})


def _medicines(
    persons: NDArray[np.int64],
    medicine: str | NDArray[np.str_],
    indication: str | list[str],
    start: float | Floats,
    *,
    end: Floats | None = None,
    use: str,
) -> pd.DataFrame:
    """Give rows of one kind of medicine."""
    frame = pd.DataFrame({"person": persons})
    return frame.assign(
        medicine=medicine, indication=indication, start=start, end=np.nan if end is None else end, use=use
    )


def _departures(persons: NDArray[np.int64], name: str, major: str, hours: Floats) -> pd.DataFrame:
    """Give rows of one kind of departure."""
    return pd.DataFrame({"person": persons}).assign(deviation=name, major=major, occurred=hours)
