"""Blood tests and electrocardiograms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.simulate.attendance import Attendance
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.endpoints import VISIT_LABELS
from postinfusion.simulate.people import People
from postinfusion.simulate.schedule import Schedule


@dataclass(frozen=True)
class LaboratoryTest:
    """One test: unit, mean and SD, decimals, and bounds of what was seen."""

    name: str
    unit: str
    mean: float
    sd: float
    decimals: int
    low: float
    high: float
    visits: tuple[str, ...] = ("day 7", "day 21", "day 84")


TESTS = (
    LaboratoryTest("K", "mmol/L", 4.0, 0.32, 1, 3.1, 5.3),
    LaboratoryTest("PO4", "mmol/L", 1.15, 0.16, 2, 0.65, 1.6),
    LaboratoryTest("MG", "mmol/L", 0.82, 0.07, 2, 0.60, 1.05),
    LaboratoryTest("ALT", "U/L", 24.0, 9.0, 0, 7.0, 95.0),
    LaboratoryTest("QTCF", "ms", 412.0, 17.0, 0, 370.0, 478.0, ("day 7", "day 21")),
)
LOW_POTASSIUM = (2.7, 2.9)
LOW_POTASSIUM_PER_ARM = 2
PERSON_SHARE = 0.5
PURGING = ("AN-BP", "BN")


def laboratory_rows(
    people: People, schedule: Schedule, attendance: Attendance, generator: np.random.Generator
) -> pd.DataFrame:
    """Give one row for each result; times in hours since the first infusion."""
    present = attendance.in_trial(len(VISIT_LABELS)) & ~attendance.missed
    rows = pd.concat([_rows_of(test, people, schedule, present, generator) for test in TESTS], ignore_index=True)
    return _with_low_potassium(rows, people, generator)


def _rows_of(
    test: LaboratoryTest, people: People, schedule: Schedule, present: np.ndarray, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw the results of one test at baseline and at its visits."""
    positions = [VISIT_LABELS.index(label) for label in test.visits]
    hours = np.column_stack([schedule.before_treatment + 0.5, schedule.visits[:, positions] + 0.2])
    there = np.column_stack([np.ones(people.count, dtype=bool), present[:, positions]])
    level = np.sqrt(PERSON_SHARE) * generator.standard_normal((people.count, 1))
    drawn = level + np.sqrt(1.0 - PERSON_SHARE) * generator.standard_normal(hours.shape)
    value = np.clip(test.mean + test.sd * drawn, test.low, test.high).round(test.decimals)
    person, column = np.nonzero(there)
    return pd.DataFrame(
        {
            "person": person,
            "test": test.name,
            "result": value[person, column],
            "unit": test.unit,
            "sampled": hours[person, column],
        }
    )


def _with_low_potassium(rows: pd.DataFrame, people: People, generator: np.random.Generator) -> pd.DataFrame:
    """Lower one potassium result of the fixed number of purging participants in each arm."""
    values: Floats = rows["result"].to_numpy(dtype=float).copy()
    purging = np.isin(people.subtype, np.array(PURGING))
    for arm in np.unique(people.arm):
        pool = np.flatnonzero(purging & (people.arm == arm))
        for person in generator.choice(pool, min(LOW_POTASSIUM_PER_ARM, len(pool)), replace=False):
            own = np.flatnonzero((rows["person"] == person) & (rows["test"] == "K"))
            values[generator.choice(own)] = np.round(generator.uniform(*LOW_POTASSIUM), 1)
    return rows.assign(result=values)
