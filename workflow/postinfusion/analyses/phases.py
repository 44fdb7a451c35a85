"""Who entered maintenance after a course, and how values went on by phase (method phases): descriptions only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from postinfusion.analyses.demographics import values_of
from postinfusion.analyses.describe import describe_number
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.response_status import baselines, has_response, response_at, values_at
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.proportions import clopper_pearson
from postinfusion.datasets.adam import participant_column, population_flag
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import PhasesAnalysis
from postinfusion.plan.phases_design import Phases
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import in_order

ENTERED, NOT_ENTERED = "entered maintenance", "did not enter maintenance"
INDUCTION, BETWEEN, MAINTENANCE = "induction", "between", "maintenance"
RESPONDING, NOT_RESPONDING = "responding", "not responding"
UNKNOWN = "not recorded"
SELECTED = (
    "participants in maintenance were selected for it ({criterion}) and are still treated: what is seen of them tells "
    "neither how long a course lasts nor what maintenance does"
)
_GROUPS = (ENTERED, NOT_ENTERED)


def phases(plan: Plan, analysis: PhasesAnalysis, adam: Adam, population: Members) -> list[Row]:
    """Count who entered maintenance and why others did not, describe both, and describe values by phase.

    Nothing is compared: who entered was decided by what followed the start of treatment.

    Raises
    ------
    ModelError
        The data do not say who entered maintenance, or hold no values of the endpoint.
    """
    design = plan.design.phases
    assert design is not None  # noqa: S101 - the rules of the plan demand it
    endpoint = plan.endpoints[analysis.endpoint]
    records = endpoint_records(adam, endpoint, population)
    entered = entered_maintenance(plan, design, adam, population)
    found = [*_entry_rows(entered, population), *_reason_rows(analysis, entered, population)]
    for name in analysis.variables:
        found += _variable_rows(plan, name, adam, population, entered)
    found += _value_rows(plan, analysis, records, population, entered)
    found += _still_rows(plan, analysis, records, population, entered)
    found.append(warning_row(SELECTED.format(criterion=design.criterion)))
    return [*denominators(population), *({"parameter": endpoint.parameter} | row for row in found)]


def entered_maintenance(plan: Plan, design: Phases, adam: Adam, population: Members) -> pd.Series:
    """Say by participant who entered maintenance: as flagged, as responding, or with an infusion in maintenance.

    Raises
    ------
    ModelError
        The data do not tell.
    """
    people = population.frame["USUBJID"]
    if design.entered:
        flags = population.frame.set_index("USUBJID")[population_flag(design.entered)]
        return flags == "Y"
    if design.response is not None:
        endpoint = plan.endpoints[design.response.endpoint]
        of_endpoint = endpoint_records(adam, endpoint, population)
        status = has_response(
            endpoint, values_at(of_endpoint, design.response.visit, population), baselines(of_endpoint, population)
        )
        return status == 1
    if "ADEX" not in adam:
        raise ModelError("the data hold no infusions: nothing says who entered maintenance")
    treated = adam["ADEX"].loc[adam["ADEX"]["AHRFIRST"] >= design.maintenance_from, "USUBJID"]
    return pd.Series(people.isin(treated).to_numpy(), index=pd.Index(people))


def phase_of(design: Phases, hours: float) -> str:
    """Give the phase of a time since time zero."""
    if hours >= design.maintenance_from:
        return MAINTENANCE
    return INDUCTION if hours <= design.induction_until else BETWEEN


def _of_group(entered: pd.Series, group: str) -> pd.Index:
    """Give the participants who entered, or the others."""
    return entered.index[entered if group == ENTERED else ~entered]


def _of_arm(population: Members, arm: str) -> set[str]:
    """Give the participants of an arm; of all arms for the empty one."""
    return {str(name) for name in population.of(arm)["USUBJID"]}


def _entry_rows(entered: pd.Series, population: Members) -> Iterator[Row]:
    """Count who entered and who did not, by arm."""
    for arm, total in population.n_by_arm.items():
        for group in _GROUPS:
            n = len(_of_arm(population, arm).intersection(_of_group(entered, group)))
            share = {"proportion": n / total} if total else {}
            yield from rows({"n": n, **share}, variable="phase", level=group, arm=arm)


def _reason_rows(analysis: PhasesAnalysis, entered: pd.Series, population: Members) -> Iterator[Row]:
    """Count why participants did not enter: as the plan's column says, else as they left the trial."""
    column = participant_column(analysis.reason) if analysis.reason else "DCSREAS"
    if column not in population.frame:
        return
    told = population.frame.set_index("USUBJID")[column].reindex(_of_group(entered, NOT_ENTERED))
    told = told.astype("object").where(told.notna() & (told != ""), UNKNOWN).astype("str")
    names = sorted(set(told) - {UNKNOWN}) + ([UNKNOWN] if (told == UNKNOWN).any() else [])
    for name in names:
        for arm in population.n_by_arm:
            n = int((told[told.index.isin(_of_arm(population, arm))] == name).sum())
            yield from rows({"n": n}, variable="phase", level=NOT_ENTERED, term=name, arm=arm)


def _variable_rows(plan: Plan, name: str, adam: Adam, population: Members, entered: pd.Series) -> list[Row]:
    """Describe one variable at baseline of those who entered and of the others; they are not compared by a test."""
    try:
        values, unit = values_of(plan, name, adam, population)
    except ModelError as error:
        return [error_row(str(error), variable=name)]
    result: list[Row] = []
    for group in _GROUPS:
        of_group = values.reindex(_of_group(entered, group))
        key = {"variable": name, "term": group, "unit": unit}
        if pd.api.types.is_numeric_dtype(values):
            told = describe_number(of_group.astype("float64"))
            result += rows({name: told[name] for name in ("n", "mean", "sd", "median", "q1", "q3")}, **key)
            continue
        known = of_group[of_group.notna() & (of_group != "")].astype("str")
        for level in in_order({str(value) for value in values.dropna()} - {""}):
            share = {"proportion": float((known == level).mean())} if len(known) else {}
            result += rows({"n": int((known == level).sum()), **share}, level=level, **key)
    return result


def _visits(plan: Plan, analysis: PhasesAnalysis) -> Sequence[str]:
    """Give the visits that are described."""
    return analysis.visits or plan.visit_names[1:]


def _value_rows(
    plan: Plan, analysis: PhasesAnalysis, records: pd.DataFrame, population: Members, entered: pd.Series
) -> Iterator[Row]:
    """Describe values and changes by visit and arm, in those who entered and in the others."""
    design = plan.design.phases
    assert design is not None  # noqa: S101 - asked only where there are phases
    seen = observed(records)
    for visit in (plan.baseline_visit, *_visits(plan, analysis)):
        hours = plan.nominal_hours[visit]
        at = {"visit": visit, "time": canonical_hours(hours), "level": phase_of(design, hours)}
        of_visit = seen[seen["AVISIT"] == visit].drop_duplicates("USUBJID").set_index("USUBJID")
        for group in _GROUPS:
            for arm in population.n_by_arm:
                who = _of_group(entered, group).intersection(list(_of_arm(population, arm)))
                for column in ("AVAL", "CHG"):
                    held = of_visit[column].reindex(who).dropna().astype("float64")
                    told: dict[str, float] = {"n": len(held)}
                    told |= {"mean": float(held.mean())} if len(held) else {}
                    told |= {"sd": float(held.std())} if len(held) > 1 else {}
                    yield from rows(told, variable=column, term=group, arm=arm, **at)


def _still_rows(
    plan: Plan, analysis: PhasesAnalysis, records: pd.DataFrame, population: Members, entered: pd.Series
) -> Iterator[Row]:
    """Give the share with a response at each visit of maintenance, of those who entered and have a value there."""
    endpoint, design = plan.endpoints[analysis.endpoint], plan.design.phases
    if endpoint.response is None or design is None:
        return
    who = _of_group(entered, ENTERED)
    for visit in _visits(plan, analysis):
        hours = plan.nominal_hours[visit]
        if phase_of(design, hours) != MAINTENANCE:
            continue
        status = response_at(endpoint, records, visit, population, baseline_above=0.0).has.reindex(who).dropna()
        for arm in population.n_by_arm:
            held = status[status.index.isin(_of_arm(population, arm))]
            key = {"variable": "still-responding", "visit": visit, "time": canonical_hours(hours), "arm": arm}
            for level, n in ((RESPONDING, held.sum()), (NOT_RESPONDING, (held == 0).sum())):
                yield from rows({"n": int(n)}, level=level, **key)
            numbers: dict[str, float] = {"n": int(held.sum()), "n_total": len(held)}
            if len(held):
                share = clopper_pearson(int(held.sum()), len(held), confidence=analysis.confidence)
                numbers |= {"estimate": float(share.estimate), "conf_low": float(share.conf_low)}
                numbers |= {"conf_high": float(share.conf_high)}
            yield from rows(numbers, term="proportion", level=ENTERED, **key)
