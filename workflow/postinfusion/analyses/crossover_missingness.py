"""Which assessments of a crossover trial are missing, and why: by treatment, period and visit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import observed
from postinfusion.analyses.populations import Members
from postinfusion.plan.plan import Plan

PERIOD_OF = "period"
_PERIODS = (1, 2, 3)


def grid_of_periods(records: pd.DataFrame, population: Members, visits: list[str]) -> pd.DataFrame:
    """Say who has an assessment when: booleans, participants × (period, visit), in the order of time."""
    present = observed(records)
    periods = [period for period in _PERIODS if f"TRT0{period}P" in population.frame]
    columns = pd.MultiIndex.from_product([periods, visits], names=["APERIOD", "AVISIT"])
    seen = pd.crosstab(present["USUBJID"], [present["APERIOD"], present["AVISIT"]]).astype("bool")
    return seen.reindex(index=population.frame["USUBJID"], columns=columns, fill_value=False)


def nominal_times(plan: Plan, records: pd.DataFrame, columns: pd.Index) -> np.ndarray:
    """Give the hours since time zero of each period and visit: those of the visit after the usual start of the period.

    The usual start is the median over participants; a period that began for nobody lies after everything.
    """
    started = records.assign(START=records["AHRFIRST"] - records["APERHR"]).groupby("APERIOD")["START"].median()
    hours: Mapping[str, float] = plan.nominal_hours
    return np.array([float(started.get(period, np.inf)) + hours[str(visit)] for period, visit in columns])


def by_treatment(status: pd.DataFrame, population: Members) -> dict[str, pd.DataFrame]:
    """Give the status by visit for each treatment, one row for each participant who was to have it.

    The empty name has every period of every participant, as a row of its own.
    """
    people = population.frame.set_index("USUBJID")
    kind = getattr(population, "kind", "P")
    periods = status.columns.get_level_values(0).unique()
    parts = [status[period].assign(ARM=people[f"TRT0{period}{kind}"].reindex(status.index)) for period in periods]
    stacked = pd.concat(parts)
    stacked = stacked[stacked["ARM"].fillna("") != ""]
    by_arm = {arm: stacked[stacked["ARM"] == arm].drop(columns="ARM") for arm in population.arms}
    return {"": stacked.drop(columns="ARM"), **by_arm}


def by_period(status: pd.DataFrame, population: Members) -> dict[str, pd.DataFrame]:
    """Give the status by visit for each period, one row for each participant who was to have a treatment in it."""
    people = population.frame.set_index("USUBJID")
    kind = getattr(population, "kind", "P")
    found: dict[str, pd.DataFrame] = {}
    for period in status.columns.get_level_values(0).unique():
        has_treatment = people[f"TRT0{period}{kind}"].reindex(status.index).fillna("") != ""
        found[str(period)] = pd.DataFrame(status[period])[has_treatment]
    return found
