"""Treatments compared within participants of a crossover trial, visit by visit (method crossover)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.crossover_checks import (
    baseline_rows,
    carry_over_rows,
    first_period_rows,
    permutation_rows,
    sign_flip_rows,
    washout_warning,
)
from postinfusion.analyses.crossover_data import (
    PERIOD,
    SEQUENCE,
    CrossoverData,
    crossover_data,
    has_sequence,
    terms_of,
    visits_of,
)
from postinfusion.analyses.crossover_fit import fit_with_carry_over, fit_within
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.model_data import ARM, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import (
    MEAN,
    TEST,
    coefficient_rows,
    estimate_rows,
    fit_rows,
    joint_test_rows,
    participants_rows,
    warnings_of,
)
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CrossoverModel
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY

NO_SEQUENCE = "sequence is not in the model: there are too few participants for the means of the sequences"


def crossover(plan: Plan, analysis: CrossoverModel, adam: Adam, population: Members) -> list[Row]:
    """Fit treatment, period, sequence and the parts of the period baseline, with a random intercept, at each visit.

    Carry-over, the first period alone, the return of the baselines and the tests by re-randomisation stand beside each
    result, whatever they say: none of them decides which model is used.
    """
    found = crossover_data(plan, analysis, adam, population)
    refuse_few(found.data)
    if len(found.data.arms) < 2:
        raise ModelError("a single treatment has values: there is nothing to compare within participants")
    result = without_variation_rows(found.data)
    for visit in visits_of(plan, analysis):
        result += _at_visit(plan, analysis, found, visit)
    result += [*_overall(plan, analysis, found), *baseline_rows(found, analysis), *washout_warning(plan)]
    parameter = plan.endpoints[analysis.endpoint].parameter
    return [*denominators(population), *(row | {"parameter": parameter} for row in result)]


def paired_differences(plan: Plan, analysis: CrossoverModel, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the differences within each participant: individual data, for internal displays only."""
    found = crossover_data(plan, analysis, adam, population)
    parts = [
        pd.DataFrame({"AVISIT": visit, "ARM": arm, "DIFFERENCE": differences_of(found, visit, arm).to_numpy()})
        for visit in visits_of(plan, analysis)
        for arm in found.compared
    ]
    return pd.concat(parts, ignore_index=True)


def differences_of(found: CrossoverData, visit: str, arm: str) -> pd.Series:
    """Give the value with an arm minus that with the reference, of each participant who has both at a visit."""
    frame = found.data.frame[found.data.frame["AVISIT"] == visit]
    wide = frame.pivot_table(index="USUBJID", columns=ARM, values=found.data.response, observed=False)
    both = wide.reindex(columns=[arm, found.reference]).dropna()
    return both[arm] - both[found.reference]


def _at_visit(plan: Plan, analysis: CrossoverModel, found: CrossoverData, visit: str) -> list[Row]:
    """Give all rows of one visit; where the model cannot be fitted the reason stands there, and the rest goes on."""
    at = {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}
    frame = found.data.frame[found.data.frame["AVISIT"] == visit]
    key = {"variable": found.data.response}
    result = [row | key for row in _observed(found, frame, at)]
    try:
        fit = fit_within(found, frame, terms_of(found, frame), analysis.df.value)
        with_carry = fit_with_carry_over(found, frame, analysis.df.value)
        adjusts = analysis.carry_over == "adjusted" and not with_carry.is_aliased
        used = with_carry.fit if adjusts else fit
        result += [row | key for row in _of_fit(analysis, found, used, frame, at)]
        differences = _tests(analysis, found, fit, at, "difference-without-carry-over")
        result += [*differences, *carry_over_rows(found, with_carry, analysis, at)]
        p_values = _p_values(found, used)
    except ModelError as error:
        result.append(error_row(f"{visit}: {error}", **at))
        p_values = {}
    for arm in found.compared:
        values = differences_of(found, visit, arm).to_numpy()
        comparison = {"arm": arm, "comparator": found.reference, **at}
        result += sign_flip_rows(plan, analysis, values, comparison)
        result += permutation_rows(plan, analysis, found, comparison, of_model=p_values.get(arm, np.nan))
    return [*result, *first_period_rows(found, frame, analysis, at)]


def _observed(found: CrossoverData, frame: pd.DataFrame, at: dict[str, str]) -> list[Row]:
    """Give number and mean of the values by arm."""
    result: list[Row] = []
    for arm in found.data.arms:
        values = frame.loc[frame[ARM] == arm, found.data.response]
        result += rows({"n": len(values), "mean": float(values.mean())}, term="observed", arm=arm, **at)
    return result


def _of_fit(
    analysis: CrossoverModel, found: CrossoverData, fit: LmmFit, frame: pd.DataFrame, at: dict[str, str]
) -> list[Row]:
    """Give means, differences, tests of terms, coefficients and dossier of the model of one visit."""
    means = [
        row
        for record in fit.means([ARM], confidence=analysis.confidence).to_dict("records")
        for row in estimate_rows(record, MEAN, term="marginal-mean", arm=str(record[ARM]), **at)
    ]
    tested = [ARM, PERIOD, *([SEQUENCE] if has_sequence(frame) and SEQUENCE in fit.design.factors else [])]
    differences = _tests(analysis, found, fit, at, "difference")
    return [
        *means,
        *differences,
        *joint_test_rows(fit, tested, **at),
        *coefficient_rows(fit, **at),
        *fit_rows(fit, _texts(found, frame, fit, analysis), **at),
        *warnings_of([], differences, fit, **at),
    ]


def _texts(found: CrossoverData, frame: pd.DataFrame, fit: LmmFit, analysis: CrossoverModel) -> dict[str, str]:
    """Give what the model is, in words."""
    carried = [*found.carried.values()] if analysis.carry_over == "adjusted" else []
    formula = " + ".join([*terms_of(found, frame), *carried])
    return {
        "formula": f"{found.data.response} ~ {formula} + (1 | participant)",
        "estimation": fit.method,
        "df_method": fit.df,
        "random_effects": "intercept",
    }


def _tests(analysis: CrossoverModel, found: CrossoverData, fit: LmmFit, at: dict[str, str], term: str) -> list[Row]:
    """Give the differences to the reference arm."""
    table = fit.contrasts(ARM, reference=found.reference, confidence=analysis.confidence)
    return [
        row
        for record in table.to_dict("records")
        for row in estimate_rows(record, TEST, term=term, arm=str(record[ARM]), comparator=found.reference, **at)
    ]


def _p_values(found: CrossoverData, fit: LmmFit) -> dict[str, float]:
    """Give the p value of the model for each comparison."""
    table = fit.contrasts(ARM, reference=found.reference)
    return dict(zip(table[ARM].astype("str"), table["p_value"].astype("float64"), strict=True))


def _overall(plan: Plan, analysis: CrossoverModel, found: CrossoverData) -> list[Row]:
    """Give the numbers analysed at any visit, and the dossier of the model at the visit that decides."""
    estimand = plan.estimands.get(analysis.estimand)
    visit = estimand.variable.visit if estimand else visits_of(plan, analysis)[-1]
    frame = found.data.frame[found.data.frame["AVISIT"] == visit]
    key = {"variable": found.data.response}
    result = participants_rows(frame, found.data.arms)
    if not has_sequence(frame):
        result.append(warning_row(NO_SEQUENCE))
    try:
        fit = fit_within(found, frame, terms_of(found, frame), analysis.df.value)
    except ModelError:
        return [row | key for row in result]  # the visit says why
    result += fit_rows(fit, _texts(found, frame, fit, analysis))
    if analysis.estimand == PRIMARY:
        result += _agreement(found, fit, frame)
    return [row | key for row in result]


def _agreement(found: CrossoverData, fit: LmmFit, frame: pd.DataFrame) -> list[Row]:
    """Compare the fit with that of the second engine."""
    from postinfusion.core.dense_engine import of_random_effects

    compared = fit.contrast_rows(ARM, reference=found.reference).L
    first = Recomputed(fit, frame, found.data.response, "USUBJID", fit.log_likelihood)
    return agreement_rows(first, of_random_effects(np.ones((len(frame), 1)), correlated=True), compared)
