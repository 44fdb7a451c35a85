"""Which assessments of an endpoint are missing, and why (method missingness)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.crossover_missingness import (
    PERIOD_OF,
    by_period,
    by_treatment,
    grid_of_periods,
    nominal_times,
)
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.populations import CrossoverMembers, Members, denominators
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.analyses import Missingness
from postinfusion.plan.plan import Plan

OBSERVED, INTERMITTENT, DISCONTINUED = "observed", "intermittent", "discontinued"
LAST_SEEN_BEFORE = "no later assessment"


def missingness(plan: Plan, analysis: Missingness, adam: Adam, population: Members) -> list[Row]:
    """Count observed and missing assessments by visit, arm and reason.

    An assessment after the participant left the trial is missing because of that, with its reason; any other missing
    one is intermittent. Where the data do not say who left, it is told apart only whether any later assessment follows.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    records = endpoint_records(adam, endpoint, population)
    if isinstance(population, CrossoverMembers):
        return _of_periods(plan, records, population, {"parameter": endpoint.parameter})
    present = observed(records)
    planned = set(records["AVISIT"])
    visits = [visit for visit in plan.visit_names if visit in planned]
    seen = _grid(present, population, visits)
    nominal = np.array([plan.nominal_hours[str(visit)] for visit in seen.columns])
    status = _status(nominal, seen, population.frame.set_index("USUBJID"))
    key = {"parameter": endpoint.parameter}
    result = denominators(population)
    for arm in ("", *population.arms):
        of_arm = status.loc[population.of(arm)["USUBJID"]]
        result += [row | key | {"arm": arm} for row in _by_visit(plan, of_arm, status)]
    return result


def _grid(present: pd.DataFrame, population: Members, visits: list[str]) -> pd.DataFrame:
    """Say who has an assessment when: booleans, participants × visits."""
    seen = pd.crosstab(present["USUBJID"], present["AVISIT"]).astype("bool")
    return seen.reindex(index=population.frame["USUBJID"], columns=visits, fill_value=False)


def _of_periods(plan: Plan, records: pd.DataFrame, population: CrossoverMembers, key: dict[str, str]) -> list[Row]:
    """Count by treatment and visit, and by period and visit; every treatment of a participant counts by itself."""
    planned = set(records["AVISIT"])
    seen = grid_of_periods(records, population, [visit for visit in plan.visit_names if visit in planned])
    nominal = nominal_times(plan, records, seen.columns)
    status = _status(nominal, seen, population.frame.set_index("USUBJID"))
    result = denominators(population)
    for arm, of_arm in by_treatment(status, population).items():
        result += [row | key | {"arm": arm} for row in _by_visit(plan, of_arm, status)]
    for period, of_period in by_period(status, population).items():
        of = {"subgroup": PERIOD_OF, "subgroup_level": period}
        result += [row | key | of for row in _by_visit(plan, of_period, status)]
    return result


def _status(nominal: np.ndarray, seen: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Give ``observed``, ``intermittent`` or ``discontinued|reason`` for each participant and visit.

    Without a disposition nobody is known to have left: then ``no later assessment`` in place of ``discontinued``.
    """
    later = seen.iloc[:, ::-1].cumsum(axis=1).iloc[:, ::-1] > 0
    has_left = ~later
    if "EOSSTT" in adsl:
        end = adsl["EOSHR"].loc[seen.index].to_numpy() if "EOSHR" in adsl else np.full(len(seen), np.nan)
        discontinued = (adsl["EOSSTT"].loc[seen.index] == "discontinued").to_numpy()
        has_left &= discontinued[:, None] & ~(nominal[None, :] < end[:, None])
    level = DISCONTINUED if "EOSSTT" in adsl else LAST_SEEN_BEFORE
    reason = adsl.loc[seen.index, "DCSREAS"] if "DCSREAS" in adsl else pd.Series("", index=seen.index)
    gone = (level + "|" + reason.astype("str")).to_numpy()[:, None]
    values = np.where(seen, OBSERVED, np.where(has_left, gone, INTERMITTENT))
    return pd.DataFrame(values, index=seen.index, columns=seen.columns)


def _by_visit(plan: Plan, of_arm: pd.DataFrame, status: pd.DataFrame) -> list[Row]:
    """Count each status by visit, every one that occurs at any visit in any arm."""
    occurring = sorted(set(status.to_numpy().ravel()) - {OBSERVED, INTERMITTENT})
    result = []
    for visit in map(str, of_arm.columns):
        for value in (OBSERVED, INTERMITTENT, *occurring):
            level, _, term = value.partition("|")
            which = of_arm[visit] == value
            statistics = {"n": int(which.sum()), "proportion": float(which.mean()) if len(which) else float("nan")}
            time = canonical_hours(plan.nominal_hours[visit])
            result += rows(statistics, variable="assessment", visit=visit, time=time, level=level, term=term)
    return result
