"""Individual courses of an endpoint, anchored at the infusions (method courses). Internal only: not results."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows
from postinfusion.plan.analyses import Courses
from postinfusion.plan.plan import Plan

COLUMNS = ["USUBJID", "TRTP", "KIND", "AHRFIRST", "AVAL"]


NOMINAL = "N"


def times_of_courses(plan: Plan, analysis: Courses, adam: Adam, population: Members) -> list[Row]:
    """Count the assessments that are drawn, and those among them whose time is only that of the schedule."""
    drawn = _drawn(plan, analysis, adam, population)
    nominal = int((drawn["ATMF"] == NOMINAL).sum()) if "ATMF" in drawn else 0
    key = {"variable": "time", "parameter": plan.endpoints[analysis.endpoint].parameter}
    counted = rows({"n_observations": len(drawn)}, **key) + rows({"n_observations": nominal}, level="nominal", **key)
    return [*denominators(population), *counted]


def courses(plan: Plan, analysis: Courses, adam: Adam, population: Members) -> pd.DataFrame:
    """Give every observed assessment and every infusion of each participant over time.

    Returns
    -------
    pandas.DataFrame
        ``USUBJID``, ``TRTP`` (the arm in which the population counts the participant), ``KIND`` (``assessment`` or
        ``infusion``), ``AHRFIRST`` (h), ``AVAL`` (missing for an infusion).
    """
    observed = _drawn(plan, analysis, adam, population)
    if plan.design.crossover is not None:
        return _of_periods(observed, adam, population)
    parts = [observed.assign(KIND="assessment", TRTP=observed["ARM"].astype("str"))]
    if "ADEX" in adam:
        arms = population.frame.set_index("USUBJID")["ARM"].astype("str")
        infusions = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(arms.index)]
        parts.append(infusions.assign(KIND="infusion", TRTP=infusions["USUBJID"].map(arms), AVAL=float("nan")))
    stacked = pd.concat([part[COLUMNS] for part in parts], ignore_index=True)
    return stacked.sort_values(["TRTP", "USUBJID", "AHRFIRST", "KIND"], ignore_index=True)


def _of_periods(observed: pd.DataFrame, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the courses of each period by itself: a line for each participant and period, under its treatment.

    Times are hours since the start of the period; what belongs to no period is left out.
    """
    of_period = observed[observed["APERIOD"].notna() & observed["ARM"].notna() & observed["APERHR"].notna()]
    parts = [of_period.assign(KIND="assessment", TRTP=of_period["ARM"].astype("str"), AHRFIRST=of_period["APERHR"])]
    if "ADEX" in adam:
        given = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(population.frame["USUBJID"])]
        given = given[given["APERIOD"].notna()]
        begun = given.groupby(["USUBJID", "APERIOD"])["AHRFIRST"].transform("min")
        arm = pd.Series(population.arm_of(given), index=given.index).astype("str")
        parts.append(given.assign(KIND="infusion", TRTP=arm, AHRFIRST=given["AHRFIRST"] - begun, AVAL=float("nan")))
    named = [part.assign(USUBJID=part["USUBJID"] + "·" + part["APERIOD"].astype("str"))[COLUMNS] for part in parts]
    return pd.concat(named, ignore_index=True).sort_values(["TRTP", "USUBJID", "AHRFIRST", "KIND"], ignore_index=True)


def _drawn(plan: Plan, analysis: Courses, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the assessments that were observed at a known time."""
    records = endpoint_records(adam, plan.endpoints[analysis.endpoint], population)
    return records[(records["DTYPE"] == "") & records["AVAL"].notna() & records["AHRFIRST"].notna()]
