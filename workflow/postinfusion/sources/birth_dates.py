"""Dates of birth that a plan reads as times of the trial: relative to time zero they would tell the age to the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Clock
from postinfusion.sources.tables import Delivery

HOURS_PER_DAY, DAYS_PER_YEAR = 24.0, 365.25
_YEARS, _MOST = 10, 0.5
_TEXT = (
    "looks like a date of birth (values not shown): one date for each participant, years before all else. Remove it, "
    "or replace it by age."
)


def check(plan: Plan, deliveries: Mapping[str, Delivery]) -> Iterator[Problem]:
    """Give a problem for each column of dates that holds one per participant, most of them years before the trial.

    The trial is where the median of the other columns of dates lies. Old dates of which a participant has several, as
    earlier weights from a record, are no dates of birth.
    """
    dated = {name: delivery for name, delivery in deliveries.items() if plan.sources[name].clock is Clock.DATE_TIME}
    days = {(table, name): cells for table, delivery in dated.items() for name, cells in _days(delivery.frame)}
    medians = {way: cells.median() for way, cells in days.items()}
    for (table, name), cells in days.items():
        others = [median for way, median in medians.items() if way != (table, name)]
        if others and _are_of_birth(deliveries[table].frame["id"], cells, max(others)):
            yield from deliveries[table].problems_of([Finding((name,), np.flatnonzero(cells.notna()), _TEXT)])


def _days(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Give the columns of times of a table of participants in whole days, with their names."""
    for name in frame.columns if "id" in frame else ():
        if f"{name}_date_only" in frame and frame[name].notna().any():
            yield str(name), frame[name] // HOURS_PER_DAY


def _are_of_birth(ids: pd.Series, days: pd.Series, trial: float) -> bool:
    """Say whether most participants have one date only, and most of these lie years before the trial."""
    by_person = days.dropna().groupby(ids).agg(["nunique", "first"])
    is_single = by_person["nunique"] == 1
    is_old = by_person["first"] < trial - _YEARS * DAYS_PER_YEAR
    return bool((is_single & is_old).mean() > _MOST)
