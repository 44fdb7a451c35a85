"""Vital signs by visit: values and changes, the worst after baseline, and what is beyond a limit (method vital-signs).

Readings around an infusion are left to the methods infusion-vitals and infusion-ratings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.alerts import AFTER, NOT_ASSESSED, NOT_BEFORE
from postinfusion.analyses.clustered_shares import risk_differences, share_rows
from postinfusion.analyses.describe import describe_number, mean_interval
from postinfusion.analyses.divided import with_groups
from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.summary import by_visit
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import VitalSign, VitalSigns
from postinfusion.plan.plan import Plan

BASELINE = "baseline"
WORST = ("highest", "lowest")
"""Variables of the worst values; those of their change end in ``-change``."""
_COMPARE = {"below": np.less, "at_most": np.less_equal, "at_least": np.greater_equal, "above": np.greater}


def vital_signs(plan: Plan, analysis: VitalSigns, adam: Adam, population: Members) -> list[Row]:
    """Describe each vital sign by visit, its worst values after baseline, and count who was beyond a limit.

    Parameters
    ----------
    plan
        Its visits.
    analysis
        The vital signs and their limits.
    adam
        The datasets; ADVS holds the values.
    population
        Who is described.

    Raises
    ------
    ModelError
        The data hold no value of any of them at a visit.

    Notes
    -----
    Values by visit are those that represent their visit. The worst value is of all values after time zero, of
    unplanned visits too; only a change needs a baseline. A vital sign that the data do not hold gives a row of error.
    """
    return with_groups(analysis, population, lambda members: _all(plan, analysis, adam, members))


def _all(plan: Plan, analysis: VitalSigns, adam: Adam, population: Members) -> list[Row]:
    """Give the rows of all vital signs in the participants of a population.

    Raises
    ------
    ModelError
        The data hold no value of any of them at a visit.
    """
    result, problems = denominators(population), []
    for measure in analysis.measures:
        try:
            records = _records(adam, measure, population)
        except ModelError as error:
            problems.append(error_row(str(error), parameter=measure.measure, variable="AVAL"))
            continue
        found = [
            *by_visit(plan, observed(records), population.arms, confidence=analysis.confidence, unit=measure.unit),
            *_worst(analysis, measure, records, population),
        ]
        result += [row | {"parameter": measure.measure} for row in found]
    if len(problems) == len(analysis.measures):
        raise ModelError("; ".join(str(row["error"]) for row in problems))
    return [*result, *problems]


def _records(adam: Adam, measure: VitalSign, population: Members) -> pd.DataFrame:
    """Give the values of a vital sign that were recorded with neither an infusion nor a planned minute of one.

    Raises
    ------
    ModelError
        There is none.
    """
    every = adam.get("ADVS", pd.DataFrame({"USUBJID": [], "PARAMCD": []}))
    found = every[(every["PARAMCD"] == measure.measure) & every["USUBJID"].isin(population.frame["USUBJID"])]
    of_infusion = [found[name].notna() for name in ("INFNUMR", "ATPTN") if name in found]
    found = found[~np.logical_or.reduce(of_infusion)] if of_infusion else found
    if found.empty:
        raise ModelError(f"the data hold no values of {measure.measure} at visits")
    return found.assign(ARM=population.arm_of(found))


def _worst(analysis: VitalSigns, measure: VitalSign, records: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give highest and lowest value after baseline, and who was beyond a limit."""
    summary = _summary(records)
    for arm in ("", *population.arms):
        own = summary if arm == "" else summary[summary["ARM"] == arm]
        for name in WORST:
            for variable, values in ((name, own[name]), (f"{name}-change", own[name] - own["BASE"])):
                numbers = describe_number(values)
                limits = mean_interval(numbers, confidence=analysis.confidence)
                yield from rows(numbers | limits, variable=variable, arm=arm, unit=measure.unit)
    for arm in population.arms:
        own = summary[summary["ARM"] == arm]
        counts = {NOT_ASSESSED: population.n_by_arm[arm] - len(own), NOT_BEFORE: int(own["BASE"].isna().sum())}
        for level, n in counts.items():
            yield from rows({"n": n}, variable="incidence", level=level, arm=arm)
    base = _baseline(records)
    for limit in measure.limits:
        if not limit.change:
            at_baseline = base.assign(BEYOND=_COMPARE[limit.side](base["AVAL"], limit.value))
            yield from _beyond(analysis, at_baseline, population, f"{measure.measure} {limit.name}", BASELINE)
        known = summary[summary["BASE"].notna()] if limit.change else summary
        worst = known[limit.worst] - (known["BASE"] if limit.change else 0.0)
        after = known.assign(BEYOND=_COMPARE[limit.side](worst, limit.value))
        yield from _beyond(analysis, after, population, f"{measure.measure} {limit.name}", AFTER)


def _summary(records: pd.DataFrame) -> pd.DataFrame:
    """Give arm, baseline, highest and lowest value after time zero of each participant with a value then."""
    known = (records["AHRFIRST"].astype("float64") > 0) & (records["DTYPE"] == "") & records["AVAL"].notna()
    after = records[known].astype({"AVAL": "float64"})
    found = after.groupby("USUBJID").agg(ARM=("ARM", "first"), highest=("AVAL", "max"), lowest=("AVAL", "min"))
    return found.join(_baseline(records)["AVAL"].rename("BASE"))


def _baseline(records: pd.DataFrame) -> pd.DataFrame:
    """Give arm and value of each participant with one at baseline."""
    base = records[(records["ABLFL"] == "Y") & records["AVAL"].notna()].drop_duplicates("USUBJID")
    return base.set_index("USUBJID")[["ARM", "AVAL"]].astype({"AVAL": "float64"})


def _beyond(analysis: VitalSigns, known: pd.DataFrame, population: Members, term: str, level: str) -> Iterator[Row]:
    """Give the participants beyond a limit among those with a value; arms are compared after baseline only."""
    key = {"variable": "incidence", "term": term, "level": level}
    counts: dict[str, tuple[int, int]] = {}
    for arm in population.arms:
        own = known.loc[known["ARM"] == arm, "BEYOND"]
        counts[arm] = (int(own.sum()), len(own))
        if len(own):
            yield from share_rows(counts[arm], analysis.confidence, **key, arm=arm)
    if level == AFTER:
        yield from risk_differences(counts, population, analysis.confidence, **key)
