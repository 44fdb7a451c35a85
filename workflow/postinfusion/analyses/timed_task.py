"""Times of a task that is stopped at a limit: description, ratios between arms, practice (method timed-task)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.category_data import fixed_effects, tested_terms, visits_of
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed, under_strategies
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import coefficient_rows, estimate_rows, joint_test_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.timed_task_data import LOG_TIME, SEEN, SIDE, timed_data, with_sides
from postinfusion.analyses.timed_task_fit import TimedTaskFit, fit_timed_task
from postinfusion.analyses.timed_task_practice import practice_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TimedTask
from postinfusion.plan.plan import Plan

TIME, STOPPED = "time", "stopped"
MEAN = ("estimate", "std_error", "df", "conf_low", "conf_high")
RATIO = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
_ON_LOG = ("estimate", "conf_low", "conf_high")


def timed_task(plan: Plan, analysis: TimedTask, adam: Adam, population: Members) -> list[Row]:
    """Describe the times by visit and arm, and compare the arms by a mixed model of log seconds.

    Where the model cannot be fitted, the description stays and a row of error says why.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint.
    """
    found = list(_observed_rows(plan, analysis, adam, population))
    try:
        found += _modelled(plan, analysis, adam, population)
    except ModelError as error:
        found.append(error_row(str(error), term="fit", variable=TIME))
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter}
    return [*denominators(population), *(key | row for row in found)]


def _modelled(plan: Plan, analysis: TimedTask, adam: Adam, population: Members) -> list[Row]:
    """Give the rows of the model."""
    found = timed_data(plan, analysis, adam, population)
    refuse_few(found.data)
    fit = fit_timed_task(found.data.frame, fixed_effects(found.data))
    warnings = [*found.left_out, *fit.warnings]
    made = [
        *_no_mean(plan, found.without_seen, population),
        *_means(plan, analysis, found.data, fit),
        *_ratios(plan, analysis, found.data, fit, population),
        *practice_rows(plan, analysis, found.data, fit, population),
        *joint_test_rows(fit, tested_terms(found.data)),
        *coefficient_rows(fit),
        *_fit_rows(plan, analysis, found.data, fit),
        *without_variation_rows(found.data),
        *(warning_row(text) for text in warnings),
    ]
    return [row | {"variable": TIME} for row in made]


def _observed_rows(plan: Plan, analysis: TimedTask, adam: Adam, population: Members) -> Iterator[Row]:
    """Give number, geometric mean and median of the times by visit and arm, and how many of them were stopped.

    Times that are limits count as the limit: the geometric mean is then itself a lower limit.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    estimand = plan.estimands[analysis.estimand] if analysis.estimand else None
    records = observed(under_strategies(endpoint_records(adam, endpoint, population), estimand, adam))
    records, _ = with_sides(plan, endpoint, records.dropna(subset=["AVAL"]), adam, population)
    wanted = (plan.baseline_visit, *visits_of(plan, analysis))
    for visit in (name for name in plan.visit_names if name in wanted):
        here = records[records["AVISIT"] == visit]
        for arm in population.arms if len(here) else ():
            of_arm = here[here[ARM] == arm]
            key = {**at_visit(plan, visit), "arm": arm}
            yield from rows({"n": len(of_arm), **_described(of_arm)}, variable=TIME, term="observed", **key)
            yield from rows({"n": int((of_arm[SIDE] != SEEN).sum())}, variable=STOPPED, term=STOPPED, **key)


def _described(records: pd.DataFrame) -> dict[str, float]:
    """Give geometric mean and median of the times; nothing without any."""
    if records.empty:
        return {}
    logs = records[LOG_TIME]
    return {"geometric_mean": float(np.exp(logs.mean())), "median": float(np.exp(logs).median())}


def at_visit(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit."""
    return {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}


def _no_mean(plan: Plan, without: Mapping[str, tuple[str, ...]], population: Members) -> Iterator[Row]:
    """Say at which visits no ratio exists since every time of an arm was stopped."""
    for visit, arms in without.items():
        reason = f"every time of {', '.join(arms)} at {visit} was stopped: no mean exists there"
        yield warning_row(f"{reason}; the model leaves the visit out")
        for arm in population.compared:
            key = {**at_visit(plan, visit), "arm": arm, "comparator": population.reference, "term": "ratio"}
            yield from (row | {"error": reason} for row in rows(dict.fromkeys(RATIO, np.nan), **key))


def from_logs(record: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    """Give an estimate on the scale of logarithms as seconds or as a ratio; its error stays that of the logarithm."""
    return {**record, **{name: float(np.exp(record[name])) for name in _ON_LOG}}


def _means(plan: Plan, analysis: TimedTask, data: ModelData, fit: TimedTaskFit) -> Iterator[Row]:
    """Give adjusted geometric means by arm and visit."""
    by, only = _by_visit(data)
    specs = [ARM, *by] if len(data.arms) > 1 else by
    seen = data.frame.groupby(["AVISIT", ARM], observed=True)["USUBJID"].nunique()
    means = fit.means(specs, weights="proportional", confidence=analysis.confidence)
    for record in means.to_dict("records"):
        arm, visit = str(record.get(ARM, data.arms[0])), str(record.get("AVISIT", only))
        key = {**at_visit(plan, visit), "arm": arm, "term": "geometric-mean"}
        yield from estimate_rows(from_logs(record), MEAN, **key)
        yield from rows({"n": int(seen.get((visit, arm), 0))}, **key)


def _ratios(plan: Plan, analysis: TimedTask, data: ModelData, fit: TimedTaskFit, population: Members) -> Iterator[Row]:
    """Give ratios of geometric means, arm / reference arm, by visit and for the mean over the visits."""
    reference = population.reference
    if len(data.arms) < 2 or reference not in data.arms:
        return
    by, only = _by_visit(data)
    options = {"reference": reference, "weights": "proportional", "confidence": analysis.confidence}
    tables = [fit.contrasts(ARM, by=by, **options)]  # type: ignore[arg-type]
    if by:
        tables.append(fit.contrasts(ARM, reference=reference, confidence=analysis.confidence).assign(AVISIT="average"))
    for record in (record for table in tables for record in table.to_dict("records")):
        visit, arm = str(record.get("AVISIT", only)), str(record[ARM])
        at = {"visit": visit} if visit == "average" else at_visit(plan, visit)
        key = {**at, "arm": arm, "comparator": reference, "term": "ratio"}
        yield from estimate_rows(from_logs(record), RATIO, **key)
        of_pair = data.frame[data.frame[ARM].isin([arm, reference])]
        here = of_pair if visit == "average" else of_pair[of_pair["AVISIT"] == visit]
        yield from rows({"n": int(here["USUBJID"].nunique())}, **key)


def _by_visit(data: ModelData) -> tuple[list[str], str]:
    """Give the factor of visits where there are several, and the name of the first."""
    visits = data.frame["AVISIT"].cat.categories
    return (["AVISIT"] if len(visits) > 1 else []), str(visits[0])


def _fit_rows(plan: Plan, analysis: TimedTask, data: ModelData, fit: TimedTaskFit) -> Iterator[Row]:
    """Give variances and the dossier of the fit."""
    found = fit.optimum
    repeats = data.frame["USUBJID"].duplicated().any()
    if repeats:
        yield from rows({"covariance": found.tau**2}, term="covariance", level="intercept")
    yield from rows({"covariance": found.sigma**2}, term="covariance", level="residual")
    dossier: dict[str, float | int | bool | str] = {
        "n_observations": len(data.frame),
        "n_stopped": int((data.frame[SIDE] != SEEN).sum()),
        "n_participants": found.n_subjects,
        "log_likelihood": found.log_likelihood,
        "aic": 2 * found.n_parameters - 2 * found.log_likelihood,
        "iterations": found.optimum.iterations,
        "gradient": found.optimum.max_gradient,
        "condition": found.optimum.condition,
        "converged": True,
        "boundary": found.optimum.boundary,
        "formula": f"log({plan.endpoints[analysis.endpoint].parameter}) ~ {fit.formula}",
        "random_effects": "intercept" if repeats else "",
        "df_method": "participants less columns that differ between them",
        "estimation": "ml",
    }
    yield from rows(dossier, term="fit")
    for arm in data.arms:
        n = int(data.frame.loc[data.frame[ARM] == arm, "USUBJID"].nunique())
        yield from rows({"n_participants": n}, term="fit", arm=arm)
