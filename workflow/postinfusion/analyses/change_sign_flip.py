"""The sign-flip test of the change from baseline in a single arm, and whether it and the models say the same."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.endpoint_records import observed
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import TEST
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.contrasts import estimates
from postinfusion.core.sign_flip import DRAWS, SignFlipTest, sign_flip_test
from postinfusion.plan.analyses import BeforeAfter
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import windows

MEAN_CHANGE, SIGN_FLIP = "mean-change", "sign-flip"
ALL, DRAWN = "all patterns", "drawn patterns"


def sign_flip_rows(
    plan: Plan, analysis: BeforeAfter, records: pd.DataFrame, arm: str, of_model: dict[str, float]
) -> list[Row]:
    """Give mean change, its t test and its sign-flip test at each reported visit.

    The visits are the one that the analysis names, and those nearest to the times at which it reports, where these lie
    in their window.

    Parameters
    ----------
    plan, analysis
        The plan, whose seed the draws come from, and the analysis.
    records
        Records of the endpoint.
    arm
        Name of the arm.
    of_model
        Time, in canonical hours → p value of the segmented model there.
    """
    result: list[Row] = []
    frame = observed(records).dropna(subset=["CHG"]).sort_values("USUBJID")
    for visit, time in _reported(plan, analysis).items():
        changes = frame.loc[frame["AVISIT"] == visit, "CHG"].to_numpy(dtype=float)
        key = {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit]), "arm": arm, "variable": "CHG"}
        result += _at_visit(plan, analysis, changes, key, (time, of_model.get(time, np.nan)))
    return result


def _reported(plan: Plan, analysis: BeforeAfter) -> dict[str, str]:
    """Give the visits whose change is tested, in their order, each with the reported time that it stands for."""
    later = [window.as_planned() for window in windows(plan) if window.visit != plan.baseline_visit]
    found = {analysis.visit: ""} if analysis.visit else {}
    for hours in analysis.report_at if later else ():
        nearest = min(later, key=lambda window: abs(window.nominal - hours))
        if nearest.start <= hours <= nearest.until and not found.get(nearest.visit):
            found[nearest.visit] = canonical_hours(hours)
    return {visit: found[visit] for visit in plan.nominal_hours if visit in found}


def _at_visit(
    plan: Plan, analysis: BeforeAfter, changes: NDArray[np.float64], key: dict[str, str], model: tuple[str, float]
) -> list[Row]:
    """Give the rows of one visit; few participants are counted only."""
    n = len(changes)
    if n < FEWEST_PARTICIPANTS:
        text = f"{key['visit']}: {n} participants have a change, fewer than {FEWEST_PARTICIPANTS}: no sign-flip test"
        return [*rows({"n": n}, term=SIGN_FLIP, **key), warning_row(text, **key)]
    mean, p_value = _mean_change(analysis, changes)
    test = sign_flip_test(changes, _generator(plan, analysis, key))
    patterns = 2.0 ** int((changes != 0).sum()) if test.is_exact else float(DRAWS)
    numbers = {"n": n, "p_value": test.p_value, "smallest_p": test.smallest_p, "n_allocations": patterns}
    how = {"how": ALL if test.is_exact else DRAWN}
    said = [
        warning_row(f"{key['visit']}: {text}", **key)
        for text in _disagreements(test, {"t test of the mean change": p_value, **_named(model)}, analysis.confidence)
    ]
    tested = [*rows(numbers, term=SIGN_FLIP, **key), *rows(how, term=SIGN_FLIP, **key)]
    return [*rows({"n": n, **mean}, term=MEAN_CHANGE, **key), *tested, *said]


def _mean_change(analysis: BeforeAfter, changes: NDArray[np.float64]) -> tuple[dict[str, float], float]:
    """Give the mean change with its one-sample t interval and test, and the p value; no test without spread."""
    error = float(np.std(changes, ddof=1) / np.sqrt(len(changes)))
    if not error > 0:
        return {"estimate": float(changes.mean())}, np.nan
    found = estimates([float(changes.mean())], [error], [len(changes) - 1.0], confidence=analysis.confidence)
    numbers = {name: float(getattr(found, name)[0]) for name in TEST}
    return numbers, numbers["p_value"]


def _named(model: tuple[str, float]) -> dict[str, float]:
    """Give the p value of the segmented model below its name; nothing where it has none at this time."""
    time, p_value = model
    return {f"segmented model at {hours_as_text(float(time))}": p_value} if time else {}


def _disagreements(test: SignFlipTest, others: dict[str, float], confidence: float) -> list[str]:
    """Say which tests and the sign-flip test lie on different sides of the level."""
    level = round(1 - confidence, 9)
    named = [
        name
        for name, p_value in others.items()
        if np.isfinite(p_value) and (p_value <= level) != (test.p_value <= level)
    ]
    reach = (
        f"; it could not have given a p of {level:.6g} or less with so few changes" if test.smallest_p > level else ""
    )
    said = "the sign-flip test of the change and the {} disagree at the level {:.6g}{}"
    return [said.format(name, level, reach) for name in named]


def _generator(plan: Plan, analysis: BeforeAfter, key: dict[str, str]) -> np.random.Generator:
    """Give the stream of random numbers of one test: from the plan's seed, the analysis' name, visit and arm."""
    name = next((known for known, candidate in plan.analyses.items() if candidate is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{key['visit']}\0{key['arm']}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))
