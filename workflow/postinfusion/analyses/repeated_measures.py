"""Mixed model for repeated measures over the visits of a plan, with its ladder of covariances (method mmrm)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.mmrm import MmrmFit, fit_mmrm
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few
from postinfusion.analyses.model_records import model_records, visits_of
from postinfusion.analyses.model_rows import (
    MEAN,
    NOT_NEEDED,
    TEST,
    USED,
    coefficient_rows,
    estimate_rows,
    fit_rows,
    joint_test_rows,
    participants_rows,
    warnings_of,
)
from postinfusion.analyses.participation import participation_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Mmrm, RepeatedMeasuresPart
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY

AVERAGE = "average"
VISIT = "AVISIT"
ROBUST = "empirical-cr2"


def repeated_measures(plan: Plan, analysis: Mmrm, adam: Adam, population: Members) -> list[Row]:
    """Fit the model with the first covariance of the plan that can be fitted, and give its results.

    The means are arm x visit, baseline x visit (or baseline alone), strata and covariates. What was tried and why it
    failed stands in the rows of the ladder; when nothing can be fitted there is one row of error beside them.
    """
    data = model_records(plan, analysis, adam, population)
    refuse_few(data)
    formula = mmrm_formula(data, baseline_by_visit=analysis.baseline_by_visit)
    fit, ladder = first_that_fits(analysis, data, formula)
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter, "variable": data.response}
    who = participation_rows(plan, analysis, adam, population, data)
    result = [*denominators(population), *who, *(row | key for row in ladder)]
    if fit is None:
        return [*result, error_row(f"no covariance of the plan could be fitted: {ladder[-1]['stat_text']}", **key)]
    found = _results(plan, analysis, data, fit, formula)
    if analysis.estimand == PRIMARY:
        found += _agreement(data, fit)
    warnings = warnings_of(ladder, found, fit)
    absent = [visit for visit in visits_of(plan, analysis) if visit not in set(data.frame[VISIT])]
    warnings += [warning_row(f"no participant has a value at {visit}: it is not in the model") for visit in absent]
    return [*result, *(row | key for row in [*found, *warnings])]


def mmrm_formula(data: ModelData, *, baseline_by_visit: bool) -> str:
    """Give the fixed effects: arm x visit, baseline x visit or baseline, then strata and covariates."""
    arm = [f"{ARM} * {VISIT}"] if len(data.arms) > 1 else [VISIT]
    baseline = [f"BASE * {VISIT}" if baseline_by_visit else "BASE"] if data.has_baseline else []
    return " + ".join([*arm, *baseline, *(f"`{name}`" for name in data.covariates)])


def first_that_fits(analysis: RepeatedMeasuresPart, data: ModelData, formula: str) -> tuple[MmrmFit | None, list[Row]]:
    """Go down the ladder of covariances; give the first fit, and a row of outcome for each structure."""
    ladder: list[Row] = []
    fit: MmrmFit | None = None
    for structure in analysis.covariance:
        outcome = NOT_NEEDED
        if fit is None:
            try:
                fit = fit_mmrm(
                    data.frame, data.response, formula, "USUBJID", VISIT, covariance=structure, df=analysis.df.value
                )
                outcome = USED
            except ModelError as error:
                outcome = str(error)
        ladder += rows({"outcome": outcome}, term="ladder", level=structure.value)
    return fit, ladder


def _results(plan: Plan, analysis: Mmrm, data: ModelData, fit: MmrmFit, formula: str) -> list[Row]:
    """Give all rows of a fitted model."""
    terms = [term for term in (f"{ARM}:{VISIT}", f"BASE:{VISIT}") if term in _terms(fit)]
    texts = {"formula": f"{data.response} ~ {formula}", "estimation": fit.method, "df_method": fit.df}
    return [
        *participants_rows(data.frame, data.arms),
        *_observed(plan, data),
        *_means(plan, analysis, data, fit),
        *(_differences(plan, analysis, data, fit) if len(data.arms) > 1 else []),
        *_robust_differences(plan, analysis, data, fit, formula),
        *joint_test_rows(fit, terms),
        *coefficient_rows(fit),
        *_covariance(fit),
        *fit_rows(fit, texts | {"covariance_structure": fit.covariance_structure}),
    ]


def _terms(fit: MmrmFit) -> set[str]:
    """Name the terms of the model that can be tested."""
    return {":".join(map(str, term)) for term in fit.design.formula.terms}


def _observed(plan: Plan, data: ModelData) -> list[Row]:
    """Count participants with a value, and give their plain mean, by visit and arm."""
    found = data.frame.groupby([VISIT, ARM], observed=False)[data.response].agg(["size", "mean"])
    return [
        row
        for (visit, arm), n, mean in found.itertuples()
        for row in rows({"n": n, "mean": mean}, term="observed", visit=visit, time=_time(plan, visit), arm=arm)
    ]


def _means(plan: Plan, analysis: Mmrm, data: ModelData, fit: MmrmFit) -> list[Row]:
    """Give the adjusted means by visit and arm, and their averages over the visits."""
    factors = [ARM] if len(data.arms) > 1 else []
    by_visit = fit.means(factors, by=VISIT, confidence=analysis.confidence)
    average = fit.means(factors, confidence=analysis.confidence).assign(AVISIT=AVERAGE)
    return _rows_of(plan, pd.concat([by_visit.astype({VISIT: "str"}), average]), "marginal-mean", MEAN, data.arms)


def _differences(plan: Plan, analysis: Mmrm, data: ModelData, fit: MmrmFit) -> list[Row]:
    """Give the differences to the reference arm by visit, with standardised effects, and averaged over the visits."""
    reference, confidence = data.arms[0], analysis.confidence
    by_visit = fit.contrasts(ARM, by=VISIT, reference=reference, confidence=confidence)
    standardised = fit.effect_sizes(ARM, reference=reference, confidence=confidence)
    by_visit = by_visit.assign(std_effect=standardised["estimate"].to_numpy())
    average = fit.contrasts(ARM, reference=reference, confidence=confidence)
    average = average.assign(AVISIT=AVERAGE, std_effect=np.nan)
    stacked = pd.concat([by_visit.astype({VISIT: "str"}), average])
    return [
        row
        for row in _rows_of(plan, stacked, "difference", (*TEST, "std_effect"), data.arms)
        if not (row["stat_name"] == "std_effect" and row["visit"] == AVERAGE)
    ]


def _robust_differences(plan: Plan, analysis: Mmrm, data: ModelData, fit: MmrmFit, formula: str) -> list[Row]:
    """Give the differences with CR2 standard errors where the covariance is not unstructured: it may be wrong."""
    if fit.covariance_structure == "us" or len(data.arms) < 2:
        return []
    robust = fit_mmrm(
        data.frame, data.response, formula, "USUBJID", VISIT,
        covariance=fit.covariance_structure, df="satterthwaite", vcov=ROBUST,
    )  # fmt: skip
    table = robust.contrasts(ARM, by=VISIT, reference=data.arms[0], confidence=analysis.confidence)
    return _rows_of(plan, table.astype({VISIT: "str"}), "robust-difference", TEST, data.arms)


def _agreement(data: ModelData, fit: MmrmFit) -> list[Row]:
    """Compare the fit with that of the second engine."""
    from postinfusion.core.dense_engine import of_visits

    several = len(data.arms) > 1
    compared = fit.contrast_rows(ARM, by=VISIT, reference=data.arms[0]).L if several else None
    visit = fit.covariance.index.get_indexer(data.frame[VISIT])
    covariance = of_visits(fit.covariance_structure, visit, len(fit.covariance))
    first = Recomputed(fit, data.frame, data.response, "USUBJID", fit.log_likelihood)
    return agreement_rows(first, covariance, compared)


def _rows_of(plan: Plan, table: pd.DataFrame, term: str, names: tuple[str, ...], arms: tuple[str, ...]) -> list[Row]:
    """Give the rows of a table of estimates by visit."""
    result = []
    for record in table.to_dict("records"):
        visit = str(record[VISIT])
        key = {"visit": visit, "time": "" if visit == AVERAGE else _time(plan, visit)}
        key["arm"] = str(record.get(ARM, arms[0]))
        if term.endswith("difference"):
            key["comparator"] = arms[0]
        result += estimate_rows(record, names, term=term, **key)
    return result


def _covariance(fit: MmrmFit) -> list[Row]:
    """Give the covariances and correlations of the visits, each pair once."""
    sd = np.sqrt(np.diag(fit.covariance))
    labels = [str(label) for label in fit.covariance.index]
    values = fit.covariance.to_numpy()
    result = []
    for i, j in zip(*np.triu_indices(len(labels)), strict=True):
        statistics = {"covariance": values[i, j], "correlation": values[i, j] / (sd[i] * sd[j])}
        result += rows(statistics, term="covariance", visit=labels[i], level=labels[j])
    return result


def _time(plan: Plan, visit: str) -> str:
    """Give the nominal time of a visit in the form of the results."""
    return canonical_hours(plan.nominal_hours[visit])
