"""One simulated trial: its tables, as a research group would export them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from postinfusion.simulate import conduct
from postinfusion.simulate.adverse_events import (
    Acute,
    Withdrawal,
    acute_rows,
    choose_serious,
    choose_withdrawals,
    draw_acute,
    late_rows,
    serious_rows,
    with_withdrawals,
)
from postinfusion.simulate.attendance import (
    EVENT_TYPES,
    Attendance,
    draw_attendance,
    draw_event_hours,
    event_shift,
)
from postinfusion.simulate.courses import Bools, baseline, deviations_of, later
from postinfusion.simulate.covariance import draw_deviations
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.endpoints import DIAGNOSES, MADRS, VISIT_LABELS
from postinfusion.simulate.harms import ACUTE_EVENTS, VOMITING
from postinfusion.simulate.infusions import DRUG, Infusions, dose_mg_per_kg, draw_infusions, leave_after_discharge
from postinfusion.simulate.laboratory import laboratory_rows
from postinfusion.simulate.people import KETAMINE, STRATA, People, draw_people
from postinfusion.simulate.physiology import vital_rows
from postinfusion.simulate.scenarios import SCENARIOS, Scenario
from postinfusion.simulate.schedule import INFUSION_DAYS, WEIGHING_DAYS, Schedule, draw_schedule
from postinfusion.simulate.scores import Setting, score_rows
from postinfusion.simulate.streams import stream
from postinfusion.simulate.weights import draw_bmi, draw_source, to_kg

SETTING = "hospital infusion unit, physician and nurse present"
CO_TREATMENTS = ("psychotherapy", "psychotherapy and nutritional counselling")


@dataclass(frozen=True)
class Course:
    """What happened to the participants, before it is written into tables."""

    root: np.random.SeedSequence
    people: People
    active: Bools
    schedule: Schedule
    attendance: Attendance
    event_hours: Floats
    deviations: Floats
    madrs_shift: Floats
    acute: Acute
    withdrawal: Withdrawal
    infusions: Infusions

    def stream(self, name: str) -> np.random.Generator:
        """Give the generator of one concept."""
        return stream(self.root, name)


def simulate_trial(
    root: np.random.SeedSequence,
    scenario: Scenario = SCENARIOS["at-random"],
    strata: Mapping[str, int] = STRATA,
) -> dict[str, pd.DataFrame]:
    """Simulate one trial.

    Parameters
    ----------
    root
        Seed sequence of this trial.
    scenario
        Under which truth.
    strata
        Number of participants of each diagnosis.

    Returns
    -------
    dict
        Name of the table to its rows, with the columns of the export and times to the minute.
    """
    course = draw_course(root, scenario, strata)
    return {
        "participants": _participants(course),
        "screening": conduct.screening_rows(course.people, course.stream("screening")),
        **{name: _finished(rows, course) for name, rows in _timed_tables(course).items()},
    }


def simulate_scores(
    root: np.random.SeedSequence,
    scenario: Scenario = SCENARIOS["at-random"],
    strata: Mapping[str, int] = STRATA,
) -> dict[str, pd.DataFrame]:
    """Simulate participants, infusions, assessments and weights: the same rows as in the whole trial, in less time."""
    course = draw_course(root, scenario, strata)
    tables = {"infusions": _infusions(course), "assessments": _assessments(course), "weights": _weights(course)}
    return {"participants": _participants(course)} | {name: _finished(rows, course) for name, rows in tables.items()}


def draw_course(root: np.random.SeedSequence, scenario: Scenario, strata: Mapping[str, int]) -> Course:
    """Draw everything that tables have in common."""
    people = draw_people(strata, stream(root, "people"))
    active = scenario.acts_in(people.arm == KETAMINE)
    schedule = draw_schedule(people.count, stream(root, "schedule"))
    deviations = draw_deviations(people.traits, schedule.visits, stream(root, "deviations"))
    event_hours = draw_event_hours(active, stream(root, "intercurrent events"))
    shift = event_shift(event_hours, schedule.visits)
    before = baseline(MADRS, people.traits)
    madrs = later(MADRS, active, people.diagnosis, schedule.visits, deviations_of(MADRS, deviations), shift=shift)
    attendance = draw_attendance(before, madrs, active, schedule.visits, stream(root, "dropout"))
    attendance = replace(attendance, left=leave_after_discharge(attendance.left, schedule.infusions))
    acute = draw_acute(active, stream(root, "acute events"))
    withdrawal = choose_withdrawals(
        acute, people, active, attendance.left, schedule.infusions, generator=stream(root, "withdrawals")
    )
    until = np.minimum(attendance.left, withdrawal.until(schedule.infusions))
    infusions = draw_infusions(schedule.infusions, until, people.arm, active, stream(root, "infusions"))
    return Course(
        root, people, active, schedule, attendance, event_hours, deviations, shift,
        with_withdrawals(acute, withdrawal), withdrawal, infusions,
    )  # fmt: skip


def _timed_tables(course: Course) -> dict[str, pd.DataFrame]:
    """Give every table with a ``person`` and times in hours."""
    people, active, attendance = course.people, course.active, course.attendance
    serious = choose_serious(people, active, attendance, course.stream("serious events"))
    events = event_rows(course, serious_rows(serious))
    treated = events[(events["event"] == ACUTE_EVENTS[VOMITING].term) & (events["treatment"] != "")]
    ended = _stop_hours(course)
    admitted = conduct.admissions(serious, people, active, attendance.left, course.stream("admissions"))
    present = attendance.in_trial(len(VISIT_LABELS)) & ~attendance.missed
    day_21, off_protocol = VISIT_LABELS.index("day 21"), _event_position("off-protocol-ketamine")
    last_contact = course.schedule.visits[:, -1]
    return {
        "disposition": conduct.disposition_rows(
            attendance, last_contact, course.withdrawal, course.stream("disposition")
        ),
        "infusions": _infusions(course),
        "assessments": _assessments(course),
        "weights": _weights(course),
        "vitals": vital_rows(people, active, course.acute, course.infusions, course.stream("vital signs")),
        "laboratory": laboratory_rows(people, course.schedule, attendance, course.stream("laboratory")),
        "adverse_events": events,
        "medication": conduct.medication_rows(
            people, treated, course.event_hours, attendance.left, course.stream("medication")
        ),
        "intercurrent_events": conduct.intercurrent_rows(
            course.event_hours, attendance, admitted, course.withdrawal, ended
        ),
        "deviations": conduct.deviation_rows(
            course.infusions, np.array(INFUSION_DAYS, dtype=float), course.event_hours[:, off_protocol],
            attendance.left, course.stream("protocol deviations"),
        ),
        "discharge": conduct.discharge_rows(course.infusions, course.stream("discharge")),
        "guesses": conduct.guess_rows(
            people, active, course.schedule.visits[:, day_21] + 0.3, present[:, day_21], course.stream("guesses")
        ),
    }  # fmt: skip


def _participants(course: Course) -> pd.DataFrame:
    """Give one row for each participant."""
    people, generator = course.people, course.stream("consent")
    consented = -24.0 * generator.integers(8, 22, people.count) + generator.uniform(-1.0, 3.0, people.count)
    randomised = -24.0 * generator.integers(1, 4, people.count) + generator.uniform(2.0, 5.0, people.count)
    return pd.DataFrame(
        {
            "participant": people.names,
            "group": people.arm,
            "centre": people.site,
            "dx": np.array(DIAGNOSES)[people.diagnosis],
            "subtype": people.subtype,
            "sex": people.sex,
            "age": people.age,
            "height_cm": people.height_cm,
            "illness_years": people.illness_years,
            "failed_treatments": people.failed_treatments,
            "co_treatment": generator.choice(np.array(CO_TREATMENTS), people.count, p=(0.6, 0.4)),
            "consented": course.schedule.clock(consented),
            "randomised": course.schedule.clock(randomised),
        }
    )


def _infusions(course: Course) -> pd.DataFrame:
    """Give one row for each infusion that was given."""
    infusions, arm = course.infusions, course.people.arm
    per_kg = dose_mg_per_kg(infusions, arm)
    person, number = where = np.nonzero(infusions.given)
    weight = _kilograms(course)[:, 0]
    start = infusions.start[where]
    return pd.DataFrame(
        {
            "person": person,
            "number": number + 1,
            "drug": np.where(arm == KETAMINE, DRUG["K"], DRUG["M"])[person],
            "started": start,
            "ended": start + infusions.minutes[where] / 60.0,
            "dose": (per_kg[where] * weight[person]).round(1),
            "dose_mg_per_kg": per_kg[where].round(3),
            "stopped_early": np.where(infusions.stopped_early[where], "yes", "no"),
            "stop_reason": infusions.stop_reason[where],
            "setting": SETTING,
        }
    )


def _assessments(course: Course) -> pd.DataFrame:
    """Give one row for each score."""
    setting = Setting(
        course.people, course.active, course.schedule, course.attendance, course.deviations, course.madrs_shift
    )
    return score_rows(setting, course.stream("scores"))


def _kilograms(course: Course) -> Floats:
    """Give body weight before the first infusion and at the weighings."""
    days = np.array([0, *WEIGHING_DAYS], dtype=float)
    bmi = draw_bmi(course.people, course.active, days, course.stream("weights"))
    return to_kg(bmi, course.people.height_cm)


def _weights(course: Course) -> pd.DataFrame:
    """Give one row for each weighing."""
    kg, generator = _kilograms(course), course.stream("weighings")
    hours = np.column_stack([course.schedule.before_infusion + 0.25, course.schedule.weighings])
    missed = generator.random(kg.shape) < 0.05
    missed[:, 0] = False
    for position, day in enumerate(WEIGHING_DAYS, start=1):
        if f"day {day}" in VISIT_LABELS:
            missed[:, position] = course.attendance.missed[:, VISIT_LABELS.index(f"day {day}")]
    source = draw_source(kg.shape, hours, generator)
    where = np.nonzero((hours < course.attendance.left[:, None]) & ~missed)
    return pd.DataFrame({"person": where[0], "kg": kg[where], "weighed": hours[where], "weight_source": source[where]})


def event_rows(course: Course, serious: pd.DataFrame) -> pd.DataFrame:
    """Give one row for each adverse event."""
    acute = acute_rows(course.acute, course.infusions, course.withdrawal, course.stream("acute details"))
    late = late_rows(course.active, course.attendance, course.infusions, course.stream("late events"))
    return pd.concat([acute, late, serious], ignore_index=True)


def _stop_hours(course: Course) -> Floats:
    """Give when the events that ended infusions began."""
    terms = [kind.term for kind in ACUTE_EVENTS]
    withdrawal = course.withdrawal
    kinds = [terms.index(term) for term in withdrawal.terms]
    start = course.infusions.start[withdrawal.persons, withdrawal.infusions - 1]
    return np.asarray(start + course.acute.onset[withdrawal.persons, withdrawal.infusions - 1, kinds] / 60.0)


def _event_position(name: str) -> int:
    """Give the position of one kind of intercurrent event."""
    return [kind.name for kind in EVENT_TYPES].index(name)


_TIMES = ("assessed", "weighed", "measured", "sampled", "started", "began", "start", "ended", "end", "occurred",
          "checked", "asked", "left")  # fmt: skip


def _finished(rows: pd.DataFrame, course: Course) -> pd.DataFrame:
    """Put participants' numbers and the clock in place of positions and hours; sort by participant and time."""
    times = [name for name in _TIMES if name in rows.columns]
    ordered = rows.sort_values(["person", *times[:1]], kind="stable").reset_index(drop=True)
    person = ordered.pop("person").to_numpy()
    ordered.insert(0, "participant", course.people.names[person])
    for name in times:
        ordered[name] = _clock(ordered[name].to_numpy(dtype=float), person, course.schedule)
    return ordered


def _clock(hours: Floats, person: np.ndarray, schedule: Schedule) -> np.ndarray:
    """Give date and time, not-a-time where the hours are missing."""
    known = np.isfinite(hours)
    return np.where(known, schedule.clock(np.where(known, hours, 0.0), person), np.datetime64("NaT", "m"))
