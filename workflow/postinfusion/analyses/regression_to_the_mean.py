"""The observed change of a single arm beside what regression to the mean alone lets expect."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import observed
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import TEST
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.regression_to_the_mean import (
    Remainder,
    SourcePopulation,
    beyond_regression,
    expected_change,
    expected_change_beyond,
)
from postinfusion.plan.analyses import BeforeAfter, RegressionToTheMean
from postinfusion.plan.plan import Plan

OBSERVED, EXPECTED, BEYOND = "observed-change", "regression-to-the-mean", "beyond-regression"
FROM_BASELINES, FROM_CUT_OFF = "from the baseline values", "from the cut-off"
_NO_SHARE = "the observed change does not go in the direction of regression to the mean"


def regression_rows(plan: Plan, analysis: BeforeAfter, records: pd.DataFrame, arm: str) -> list[Row]:
    """Give the observed change at a visit, the change that regression to the mean lets expect, and what is left.

    The expected change has no interval: it follows from the baseline values, or from the cut-off, and from a source
    population that counts as known.

    Parameters
    ----------
    plan, analysis
        The analysis names the visit and the source population.
    records
        Records of the endpoint.
    arm
        Name of the arm.
    """
    stated = analysis.regression_to_the_mean
    if stated is None:
        return []
    at_visit = observed(records)
    at_visit = at_visit[at_visit["AVISIT"] == analysis.visit].dropna(subset=["CHG", "BASE"])
    time = canonical_hours(plan.nominal_hours[analysis.visit])
    key = {"visit": analysis.visit, "time": time, "arm": arm, "variable": "CHG"}
    first, change = (at_visit[name].to_numpy(dtype=float) for name in ("BASE", "CHG"))
    result = rows({"n": len(first)}, term=OBSERVED, **key)
    if len(first) < FEWEST_PARTICIPANTS:
        text = f"{len(first)} participants have a change at {analysis.visit}, fewer than {FEWEST_PARTICIPANTS}"
        return [*result, error_row(f"{text}: described only", term=OBSERVED, **key)]
    population = SourcePopulation(stated.mean, stated.sd, stated.correlation)
    nothing = SourcePopulation(stated.mean, stated.sd, correlation=1.0)
    result += rows({"n": len(first), "mean": float(first.mean())}, term=OBSERVED, **key, level="baseline")
    result += _tested(beyond_regression(nothing, first, change, confidence=analysis.confidence), OBSERVED, key)
    result += _expected(population, stated, first, float(change.mean()), key)
    left = beyond_regression(population, first, change, confidence=analysis.confidence)
    return [*result, *rows({"n": len(first)}, term=BEYOND, **key), *_tested(left, BEYOND, key)]


def _expected(
    population: SourcePopulation, stated: RegressionToTheMean, first: np.ndarray, change: float, key: dict[str, str]
) -> list[Row]:
    """Give the expected change from the baseline values, and from the cut-off where entry needed one."""
    found = {FROM_BASELINES: float(expected_change(population, first).mean())}
    cut_off = stated.at_least if stated.at_least is not None else stated.at_most
    if cut_off is not None:
        is_lowest = stated.at_least is not None
        found[FROM_CUT_OFF] = expected_change_beyond(population, cut_off, is_lowest=is_lowest)
    result: list[Row] = []
    for level, expected in found.items():
        result += rows({"n": len(first), "estimate": expected}, term=EXPECTED, level=level, **key)
        share = expected / change if expected * change > 0 else math.nan
        reason = {} if math.isfinite(share) else {"error": _NO_SHARE}
        result += [row | reason for row in rows({"proportion": share}, term=EXPECTED, level=level, **key)]
    return result


def _tested(left: Remainder, term: str, key: dict[str, str]) -> list[Row]:
    """Give a mean change with its interval."""
    return rows({name: getattr(left, name) for name in TEST}, term=term, **key)
