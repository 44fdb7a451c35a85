"""Does the outcome vary more in one arm than in the other (method variance-ratio); courses and spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.courses import courses
from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.model_data import ARM, ModelData, model_data
from postinfusion.analyses.populations import CrossoverMembers, Members, denominators
from postinfusion.analyses.subgroup_groups import NEVER_POOLED, NOT_TESTABLE, pools_diagnoses
from postinfusion.analyses.treatment_variance import treatment_variance
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.least_squares import fit_least_squares
from postinfusion.core.linalg import Array
from postinfusion.core.variance_ratio import FEWEST, brown_forsythe, deviation_ratio
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Courses, VarianceRatio
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

RATIO, SPREAD = "sd-ratio", "spread-test"
INDIVIDUAL = (
    f"{NOT_TESTABLE}: each participant had one treatment, so that nobody's own effect was seen. A ratio of 1 does not "
    "show that everybody has the same effect, and another ratio does not tell who benefits"
)


def variance_ratio(plan: Plan, analysis: VarianceRatio, adam: Adam, population: Members) -> list[Row]:
    """Give the standard deviations of the outcome by arm, adjusted within the arm, and their ratio.

    In a crossover trial it is the variance between participants of the effect itself, where a treatment was repeated.

    Raises
    ------
    ModelError
        There are no arms to compare, or the data do not allow it.
    """
    if isinstance(population, CrossoverMembers):
        found = treatment_variance(plan, analysis, adam, population)
        return [*denominators(population), *found]
    if not population.compared:
        raise ModelError(f"{NOT_TESTABLE}: without arms that are compared no spread tells of a treatment")
    if pools_diagnoses(plan, analysis.endpoint, population):
        raise ModelError(NEVER_POOLED)
    data = _at_visit(plan, analysis, adam, population)
    place = {
        "parameter": plan.endpoints[analysis.endpoint].parameter,
        "variable": data.response,
        "visit": analysis.visit,
        "time": canonical_hours(plan.nominal_hours[analysis.visit]),
    }
    columns = _covariates(analysis, data)
    values = {arm: data.frame.loc[data.frame[ARM] == arm] for arm in population.arms}
    found = [row for arm, frame in values.items() for row in _counts(frame[data.response], arm)]
    for arm in population.compared:
        key = {"arm": arm, "comparator": str(population.reference)}
        found += [row | key for row in _ratio_rows(analysis, data, columns, key)]
    found += rows({"outcome": INDIVIDUAL}, term="individual-effect")
    return [*denominators(population), *(row | place for row in found)]


def courses_beside(plan: Plan, analysis: VarianceRatio, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the individual courses that stand beside the spread, as method courses does."""
    asked = Courses(method=Method.COURSES, endpoint=analysis.endpoint, population=analysis.population)
    return courses(plan, asked, adam, population)


def residuals_within(frame: pd.DataFrame, response: str, columns: list[str]) -> tuple[Array, int]:
    """Give the residuals of a regression within one arm, and how many columns it has.

    Raises
    ------
    ModelError
        There are too few participants for its columns.
    """
    words = [name for name in columns if not pd.api.types.is_numeric_dtype(frame[name])]
    coded = pd.get_dummies(frame[columns], columns=words, drop_first=True, dtype=float).astype("float64")
    design = np.column_stack([np.ones(len(frame)), *(coded[name].to_numpy() for name in coded)])
    y = frame[response].to_numpy(dtype=float)
    if len(y) < max(FEWEST, design.shape[1] + 2):
        raise ModelError(
            f"a ratio of standard deviations needs {max(FEWEST, design.shape[1] + 2)} participants in each arm"
        )
    fit = fit_least_squares(design, y)
    rank = len(fit.inference.beta)
    return y - design[:, fit.inference.basis.kept] @ fit.inference.coefficients(), rank


def _at_visit(plan: Plan, analysis: VarianceRatio, adam: Adam, population: Members) -> ModelData:
    """Give one record for each participant with a value at the visit and all covariates."""
    data = model_data(plan, analysis, adam, population, Form.CHANGE)
    frame = observed(data.frame)
    needed = [data.response, *_covariates(analysis, data)]
    frame = frame[frame["AVISIT"] == analysis.visit].dropna(subset=needed)
    if frame.empty:
        raise ModelError(f"no participant has a value at {analysis.visit} and its covariates")
    return ModelData(frame, data.response, data.has_baseline, data.covariates, data.arms)


def _covariates(analysis: VarianceRatio, data: ModelData) -> list[str]:
    """Name the columns that the values are adjusted for: those of the analysis, not the strata."""
    own = [participant_column(name) for name in analysis.covariates]
    return [*(["BASE"] if data.has_baseline else []), *(name for name in data.covariates if name in own)]


def _counts(values: pd.Series, arm: str) -> list[Row]:
    """Give number, mean and plain standard deviation of the change at the visit."""
    spread = {"mean": float(values.mean())} if len(values) else {}
    spread |= {"sd": float(values.std())} if len(values) > 1 else {}
    return rows({"n": len(values), **spread}, term="observed", arm=arm)


def _ratio_rows(analysis: VarianceRatio, data: ModelData, columns: list[str], key: dict[str, str]) -> list[Row]:
    """Give the ratio of two arms with its interval, and Brown and Forsythe's test; or why there is none."""
    try:
        sides = [
            residuals_within(data.frame[data.frame[ARM] == arm], data.response, columns)
            for arm in (key["arm"], key["comparator"])
        ]
        (first, lost), (second, others) = sides
        found = deviation_ratio(first, second, lost=(lost, others), confidence=analysis.confidence)
        test = brown_forsythe([first, second])
    except ModelError as error:
        return [error_row(str(error), term=RATIO)]
    ratio = {
        "estimate": found.ratio,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "p_value": found.p_value,
    }
    ratio |= {"std_error": found.log_std_error, "kurtosis": found.kurtosis}
    tested = {
        "statistic": test.statistic,
        "num_df": test.df_numerator,
        "df": test.df_denominator,
        "p_value": test.p_value,
    }
    deviations = [
        row for level, sd in (("arm", found.first), ("comparator", found.second))
        for row in rows({"sd": sd}, term="adjusted-sd", level=level)
    ]  # fmt: skip
    return [*deviations, *rows(ratio, term=RATIO), *rows(tested, term=SPREAD)]
