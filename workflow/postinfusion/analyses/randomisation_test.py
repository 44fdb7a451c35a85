"""Randomisation test beside the model of the same question (method randomisation-test)."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, build_design
from postinfusion.analyses.endpoint_models import rows_of_model
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.populations import Members, denominators, members
from postinfusion.ard.build import Row, rows, table
from postinfusion.ard.query import select
from postinfusion.ard.schema import canonical_hours
from postinfusion.core import randomisation_tests as core
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova, Mmrm, RandomisationTest, Trajectory
from postinfusion.plan.plan import Plan

TEST, MODEL = "randomisation-test", "model"
AGREE = "test and model agree"
MODEL_ALONE = (
    "only the model's p is below {level}: the test, which rests on the randomisation alone, does not confirm it"
)
TEST_ALONE = "only the test's p is below {level}: the model does not confirm it"
OUT_OF_REACH = (
    "the test could not have given a p below {level} with these few participants: it cannot confirm the model"
)


def randomisation_test(plan: Plan, analysis: RandomisationTest, adam: Adam) -> list[Row]:
    """Deal out the labels of the arms again, within strata; give the model's p beside that of the test.

    The test uses endpoint, population, covariates and events of the model, and its participants with a value at the
    visit. Each arm is compared with the reference arm among the participants of these two.

    Raises
    ------
    ModelError
        An arm has fewer than three participants with a value: they are described only.
    """
    model = plan.analyses[analysis.of]
    assert isinstance(model, Mmrm | Ancova | Trajectory)  # noqa: S101  the rules of the plan refuse others
    name = plan.estimands[model.estimand].population if model.estimand else model.population
    population = members(plan, adam["ADSL"], name)
    data = model_records(plan, _at_visit(model, analysis.visit), adam, population)
    refuse_few(data)
    beside = _model_rows(plan, model, adam, population)
    place = {"time": canonical_hours(plan.nominal_hours[analysis.visit])}
    beside = select(beside, **(place if isinstance(model, Trajectory) else {"visit": analysis.visit}))
    endpoint = plan.endpoints[model.endpoint]
    key = {"parameter": endpoint.parameter, "variable": data.response, "visit": analysis.visit, **place}
    found = [row for arm in data.arms[1:] for row in _compared(plan, analysis, data, arm, beside)]
    return [row | {"population": name} for row in [*denominators(population), *(row | key for row in found)]]


def _at_visit(model: Mmrm | Ancova | Trajectory, visit: str) -> Ancova:
    """Give the analysis of covariance at the visit that uses what the model uses; a model over time is of change."""
    names = ("endpoint", "estimand", "covariates", "form", "population")
    kept = {name: getattr(model, name) for name in names if hasattr(model, name)}
    imputation = model.imputation if isinstance(model, Ancova) else "none"
    return Ancova.model_validate({**kept, "method": "ancova", "visit": visit, "imputation": imputation})


def _model_rows(plan: Plan, model: Mmrm | Ancova | Trajectory, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the differences of the model; none where it could not be fitted."""
    try:
        found = rows_of_model(plan, model, adam, population)
    except ModelError:
        found = []
    return select(table(found), term="difference")


def _compared(plan: Plan, analysis: RandomisationTest, data: ModelData, arm: str, beside: pd.DataFrame) -> list[Row]:
    """Give the rows of one comparison: the test, the model, and what they say together."""
    reference = data.arms[0]
    frame = data.frame[data.frame[ARM].isin([arm, reference])].sort_values("USUBJID").reset_index(drop=True)
    key = {"arm": arm, "comparator": reference}
    result: list[Row] = []
    for name in (arm, reference):
        result += rows({"n": int((frame[ARM] == name).sum())}, term="observed", arm=name)
    p_model = _statistic(beside, "p_value", **key)
    for name in ("estimate", "p_value"):
        reason = {} if np.isfinite(p_model) else {"error": "the model gives no p at this visit"}
        value = _statistic(beside, name, **key)
        result += [row | reason for row in rows({name: value}, term=MODEL, **key)]
    statistic, adjusted = _studentised(data, frame)
    strata = _strata(plan, frame)
    in_arm = (frame[ARM] == arm).to_numpy()
    found = core.randomisation_test(
        statistic,
        in_arm,
        strata,
        _generator(plan, analysis, arm),
        exact_up_to=analysis.exact_up_to,
        draws=analysis.draws,
    )
    numbers = {
        "statistic": found.statistic,
        "p_value": found.p_value,
        "smallest_p": found.smallest_p,
        "n_allocations": found.n_used,
        "n_strata": len(np.unique(strata)),
    }
    texts = {"how": "all allocations" if found.is_exact else "drawn allocations", "adjusted_for": adjusted}
    said = {"agreement": _agreement(found, p_model, 1 - analysis.confidence)} if np.isfinite(p_model) else {}
    return [*result, *rows({**numbers, **texts, **said}, term=TEST, **key)]


def _studentised(data: ModelData, frame: pd.DataFrame) -> tuple[core.StudentisedDifference, str]:
    """Give the statistic with what it is adjusted for: all that the model has, or nothing where these are too few."""
    outcomes = frame[data.response].to_numpy(dtype=float)
    names = [name for name in [*(["BASE"] if data.has_baseline else []), *data.covariates] if frame[name].nunique() > 1]
    if names:
        design = build_design(" + ".join(f"`{name}`" for name in names), frame)
        try:
            return core.studentised_difference(outcomes, design.matrix(frame)[:, 1:]), ", ".join(names)
        except ModelError:
            pass
    return core.studentised_difference(outcomes, _none(len(frame))), "nothing"


def _none(n: int) -> Array:
    """Give no covariates."""
    return np.empty((n, 0))


def _strata(plan: Plan, frame: pd.DataFrame) -> np.ndarray:
    """Give the code of each participant's stratum of the randomisation."""
    columns = [participant_column(name) for name in plan.design.strata]
    if not columns:
        return np.zeros(len(frame), dtype=np.intp)
    return frame.groupby(columns, observed=True, sort=True).ngroup().to_numpy(dtype=np.intp)


def _statistic(beside: pd.DataFrame, name: str, **key: str) -> float:
    """Give one statistic of the model; NaN without it."""
    found = select(beside, stat_name=name, **key)["stat"]
    return float(found.iloc[0]) if len(found) else float("nan")


def _agreement(found: core.RandomisationTest, p_model: float, alpha: float) -> str:
    """Say whether test and model tell the same at a level."""
    level = f"{alpha:.6g}"
    by_test, by_model = found.p_value <= alpha, p_model <= alpha
    if by_test == by_model:
        return AGREE
    if by_test:
        return TEST_ALONE.format(level=level)
    return (OUT_OF_REACH if found.smallest_p > alpha else MODEL_ALONE).format(level=level)


def _generator(plan: Plan, analysis: RandomisationTest, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one comparison: from the plan's seed, the analysis' name and the arm."""
    name = next((key for key, found in plan.analyses.items() if found is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{arm}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))
