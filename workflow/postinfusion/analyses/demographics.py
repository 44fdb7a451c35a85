"""Who the participants are at baseline, and how far the arms differ (method demographics)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.analyses.describe import (
    describe_number,
    standardised_difference,
    standardised_difference_of_proportions,
)
from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.pooling import diagnoses_of
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.datasets.adam import ADSL, participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Demographics
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS
from postinfusion.vocabulary import BODY_MASS_INDEX, in_order

MISSING = "(missing)"


def demographics(plan: Plan, analysis: Demographics, adam: Adam, population: Members) -> list[Row]:
    """Describe each variable by arm and over all arms, with standardised differences to the reference arm."""
    result = denominators(population)
    for name in analysis.variables:
        try:
            values, unit = values_of(plan, name, adam, population)
        except ModelError as error:
            result.append(error_row(str(error), variable=name))
            continue
        describe = _number if pd.api.types.is_numeric_dtype(values) else _category
        key = {"variable": name, "unit": unit}
        result += [row | key | of for of, who in _apart(plan, name, population) for row in describe(values, who)]
    return result


def _apart(plan: Plan, name: str, population: Members) -> list[tuple[Row, Members]]:
    """Give the participants who are described together, with the key of their group.

    Those are all, but for body mass index of several diagnoses the participants of each, since they are never pooled.
    """
    endpoint = plan.endpoints.get(name)
    if endpoint is None or endpoint.measure != BODY_MASS_INDEX or diagnoses_of(population) <= 1:
        return [({}, population)]
    column = participant_column(DIAGNOSIS)
    own = population.frame[column]
    return [
        ({"subgroup": column, "subgroup_level": level}, replace(population, frame=population.frame[own == level]))
        for level in in_order(set(own.dropna()) - {""})
    ]


def values_of(plan: Plan, name: str, adam: Adam, population: Members) -> tuple[pd.Series, str]:
    """Give one variable by participant and its unit: a column of ADSL, or the baseline of an endpoint."""
    if name in plan.endpoints:
        endpoint = plan.endpoints[name]
        records = endpoint_records(adam, endpoint, population)
        first = records[records["ABLFL"] == "Y"].sort_values("AHRFIRST", kind="stable").drop_duplicates("USUBJID")
        base = first.set_index("USUBJID")["AVAL"]
        return base.reindex(population.frame["USUBJID"]), endpoint.unit
    column = participant_column(name)
    if column not in population.frame:
        raise ModelError(f"the data hold no values of {name}")
    values = population.frame.set_index("USUBJID")[column]
    unit = ADSL.column(column).unit if column in ADSL.names else ""
    return values, unit


def _number(values: pd.Series, population: Members) -> list[Row]:
    """Describe a number by arm."""
    of_arm = _by_arm(values.astype("float64"), population)
    result = []
    for arm, found in of_arm.items():
        result += rows(describe_number(found) | {"n_missing": int(found.isna().sum())}, arm=arm)
    for arm in population.compared:
        smd = standardised_difference(of_arm[arm].dropna(), of_arm[str(population.reference)].dropna())
        result += rows({"smd": smd}, arm=arm, comparator=population.reference)
    return result


def _category(values: pd.Series, population: Members) -> list[Row]:
    """Count each category by arm."""
    named = values.astype("object").where(values.notna() & (values != ""), MISSING).astype("str")
    of_arm = _by_arm(named, population)
    levels = in_order(set(named) - {MISSING}) + ([MISSING] if (named == MISSING).any() else [])
    result = []
    for level in levels:
        share = {arm: float((found == level).mean()) for arm, found in of_arm.items()}
        for arm, found in of_arm.items():
            result += rows({"n": int((found == level).sum()), "proportion": share[arm]}, level=level, arm=arm)
        for arm in population.compared:
            smd = standardised_difference_of_proportions(share[arm], share[str(population.reference)])
            result += rows({"smd": smd}, level=level, arm=arm, comparator=population.reference)
    return result


def _by_arm(values: pd.Series, population: Members) -> dict[str, pd.Series]:
    """Split the values of participants by arm; the empty arm has all."""
    return {arm: values[values.index.isin(population.of(arm)["USUBJID"])] for arm in ("", *population.arms)}
