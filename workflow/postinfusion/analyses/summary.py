"""Observed values and changes by visit and arm (method summary), and weight by diagnosis (method weight)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd

from postinfusion.analyses.describe import describe_number, mean_interval
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.pooling import groups_hold_several
from postinfusion.analyses.populations import Members, denominators, groups_by, unknown_rows
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Summary, Weight
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import BODY_MASS_INDEX, in_order

_NEVER_POOLED = "body mass index is never pooled over diagnoses: write by: diagnosis"

AT_LIMIT = {"AVAL": "stopped", "CHG": "stopped-change"}
"""Variable of the results → that of how many of its values are at a limit."""


def summary(plan: Plan, analysis: Summary, adam: Adam, population: Members) -> list[Row]:
    """Describe an endpoint's values and changes by visit and arm, and count what is known as a limit only."""
    endpoint = plan.endpoints[analysis.endpoint]
    every = _with_limits(endpoint, endpoint_records(adam, endpoint, population))
    records = observed(every)
    described = _by_visit(plan, endpoint, records, population.arms)
    return [*denominators(population), *described, *_at_limit(plan, endpoint, records, population.arms)]


def weight(plan: Plan, analysis: Weight, adam: Adam, population: Members) -> list[Row]:
    """Describe weight and body mass index by visit and arm, within each group of ``by``.

    Body mass index is never pooled over the groups: the sum of gains in anorexia and losses in binge-eating disorder
    says nothing about either.
    """
    result = [*denominators(population), *(unknown_rows(population, analysis.by) if analysis.by else [])]
    for key in analysis.endpoints:
        endpoint = plan.endpoints[key]
        try:
            records = observed(endpoint_records(adam, endpoint, population))
        except ModelError as error:
            result.append(error_row(str(error), parameter=endpoint.parameter))
            continue
        is_index = endpoint.measure == BODY_MASS_INDEX
        if is_index and groups_hold_several(population, analysis.by):
            result.append(error_row(_NEVER_POOLED, parameter=endpoint.parameter))
            continue
        if not (analysis.by and is_index):
            result += _by_visit(plan, endpoint, records, population.arms)
        result += _by_group(plan, analysis, endpoint, records, population)
    return result


def _by_group(
    plan: Plan, analysis: Weight, endpoint: Endpoint, records: pd.DataFrame, population: Members
) -> list[Row]:
    """Describe an endpoint within each group of the participants."""
    if not analysis.by:
        return []
    group_of = groups_by(population, analysis.by).set_axis(population.frame["USUBJID"])
    groups = records["USUBJID"].map(group_of)
    return [
        row | {"subgroup": analysis.by, "subgroup_level": str(level)}
        for level in in_order(group_of.dropna().unique())
        for row in _by_visit(plan, endpoint, records[groups == level], population.arms)
    ]


def by_visit(
    plan: Plan, records: pd.DataFrame, arms: tuple[str, ...], *, confidence: float = 0.95, **key: str
) -> list[Row]:
    """Describe values and changes by visit and arm, and over all arms.

    Parameters
    ----------
    plan
        Its visits.
    records
        AVISIT, ARM, AVAL and CHG of the records that represent their visit.
    arms
        The arms, in order.
    confidence
        Level of the intervals of means.
    **key
        Further key columns of the rows, as parameter and unit.
    """
    result: list[Row] = []
    for variable, visit, arm, values in _cells(plan, records, arms):
        statistics = describe_number(values)
        own = {"variable": variable, "visit": visit, "time": canonical_hours(plan.nominal_hours[visit]), "arm": arm}
        result += rows(statistics | mean_interval(statistics, confidence=confidence), **key, **own)
    return result


def _by_visit(plan: Plan, endpoint: Endpoint, records: pd.DataFrame, arms: tuple[str, ...]) -> list[Row]:
    """Describe values and changes of an endpoint by visit and arm, and over all arms."""
    return by_visit(plan, records, arms, parameter=endpoint.parameter, unit=endpoint.unit)


def _with_limits(endpoint: Endpoint, records: pd.DataFrame) -> pd.DataFrame:
    """Say which values, and which changes, are known as a limit only; a value above the cap of the plan is the cap.

    ``AVALLIM`` is of the value, ``CHGLIM`` of the change: its value or its baseline is a limit.
    """
    cap = np.inf if endpoint.cap is None else endpoint.cap
    stopped = (records["AVAL"] >= cap) | (records["CENSFL"] == "Y" if "CENSFL" in records else False)
    before = records["USUBJID"].isin(records.loc[stopped & (records["ABLFL"] == "Y"), "USUBJID"])
    value, base = (records[name].clip(upper=cap) for name in ("AVAL", "BASE"))
    change = records["CHG"] if endpoint.cap is None else (value - base).where(records["CHG"].notna())
    return records.assign(AVAL=value, CHG=change, AVALLIM=stopped, CHGLIM=stopped | before)


def _at_limit(plan: Plan, endpoint: Endpoint, records: pd.DataFrame, arms: tuple[str, ...]) -> Iterator[Row]:
    """Count values and changes at a limit by visit and arm, at each visit that has any in some arm."""
    for (variable, visit), cells in groupby(_cells(plan, records, arms), key=itemgetter(0, 1)):
        counts = {arm: int(records.loc[values.index, f"{variable}LIM"].sum()) for _, _, arm, values in cells}
        key = {"parameter": endpoint.parameter, "variable": AT_LIMIT[variable], "visit": visit}
        time = canonical_hours(plan.nominal_hours[visit])
        for arm, number in counts.items() if any(counts.values()) else ():
            yield from rows({"n": number}, **key, term="stopped", arm=arm, time=time)


def _cells(plan: Plan, records: pd.DataFrame, arms: tuple[str, ...]) -> Iterator[tuple[str, str, str, pd.Series]]:
    """Give variable, visit, arm and values of each cell that has any value at its visit."""
    for variable in ("AVAL", "CHG"):
        for visit in plan.visit_names:
            at_visit = records[(records["AVISIT"] == visit) & records[variable].notna()]
            if at_visit.empty:
                continue
            for arm in ("", *arms):
                yield variable, visit, arm, (at_visit if arm == "" else at_visit[at_visit["ARM"] == arm])[variable]
