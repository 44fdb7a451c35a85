"""Ordered categories by visit: counts, row mean scores, and a cumulative-logit mixed model (method ordinal)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.binary_comparison import strata_of
from postinfusion.analyses.category_data import fixed_effects, observed_at_visits, tested_terms, with_few_levels
from postinfusion.analyses.endpoint_records import Adam, endpoint_records, observed
from postinfusion.analyses.glmm import GlmmFit, fit_glmm
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import coefficient_rows, estimate_rows, joint_test_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.proportional_odds import proportional_odds_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.cochran_mantel_haenszel import CmhTest, linear_trend, row_mean_scores
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ordinal
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

MOST_CATEGORIES = 12
COMMON = "common-odds-ratio"
RATIO = ("estimate", "conf_low", "conf_high", "df", "statistic", "p_value")


def ordinal(plan: Plan, analysis: Ordinal, adam: Adam, population: Members) -> list[Row]:
    """Count categories by visit and arm, test them by row mean scores, and fit a cumulative-logit mixed model.

    Where the model cannot be fitted, counts and tests stay and a row of error says why.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, or they are not ordered categories.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    records = observed(endpoint_records(adam, endpoint, population))
    with_few_levels(records["AVAL"], MOST_CATEGORIES, endpoint.label)
    categories = sorted(records["AVAL"].dropna().unique())
    found = [*_counts(plan, analysis, records, categories, population)]
    found += _tests(plan, analysis, records, categories, population)
    try:
        data = observed_at_visits(plan, analysis, adam, population)
        refuse_few(data)
        found += [*_model(plan, analysis, data, population), *without_variation_rows(data)]
    except ModelError as error:
        found.append(error_row(str(error), term="fit"))
    key = {"parameter": endpoint.parameter, "variable": "category"}
    return [*denominators(population), *(row | key for row in found)]


def _at(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit."""
    return {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}


def _visits(plan: Plan, analysis: Ordinal, records: pd.DataFrame) -> list[str]:
    """Give the baseline and the visits of the analysis at which anyone has a value."""
    wanted = (plan.baseline_visit, *(analysis.visits or plan.visit_names[1:]))
    return [visit for visit in plan.visit_names if visit in wanted and (records["AVISIT"] == visit).any()]


def _counts(
    plan: Plan, analysis: Ordinal, records: pd.DataFrame, categories: list[float], population: Members
) -> Iterator[Row]:
    """Count the participants in each category by visit and arm, with the share of those observed."""
    for visit in _visits(plan, analysis, records):
        at_visit = records[(records["AVISIT"] == visit) & records["AVAL"].notna()]
        for arm in population.arms:
            of_arm = at_visit.loc[at_visit["ARM"] == arm, "AVAL"]
            for category in categories:
                n = int((of_arm == category).sum())
                share = n / len(of_arm) if len(of_arm) else float("nan")
                key = {**_at(plan, visit), "arm": arm, "level": f"{category:g}"}
                yield from rows({"n": n, "proportion": share}, **key)


def _tests(
    plan: Plan, analysis: Ordinal, records: pd.DataFrame, categories: list[float], population: Members
) -> Iterator[Row]:
    """Test the arms at each visit after baseline, over the strata of the randomisation."""
    if population.reference is None:
        return
    strata = strata_of(plan, population)
    scores = np.arange(1, len(categories) + 1)
    for visit in _visits(plan, analysis, records):
        if visit == plan.baseline_visit:
            continue
        at_visit = records[(records["AVISIT"] == visit) & records["AVAL"].notna()]
        counts = _tables(at_visit, strata, categories, population)
        n: dict[str, float] = {"n": int(counts.sum()), "n_strata": len(counts)}
        key = _at(plan, visit)
        try:
            yield from rows(_statistics(row_mean_scores(counts, scores)) | n, term="row-mean-scores", **key)
            if len(population.arms) > 2:
                order = np.arange(1, len(population.arms) + 1)
                yield from rows(_statistics(linear_trend(counts, order, scores)) | n, term="linear-trend", **key)
        except ModelError as error:
            yield error_row(str(error), term="row-mean-scores", **key)


def _statistics(test: CmhTest) -> dict[str, float]:
    """Give the statistics of a chi-squared test."""
    return {"statistic": test.statistic, "num_df": test.df, "p_value": test.p_value}


def _tables(at_visit: pd.DataFrame, strata: pd.Series, categories: list[float], population: Members) -> np.ndarray:
    """Give participants by stratum, arm in the order of the plan, and category."""
    frame = pd.DataFrame({"stratum": at_visit["USUBJID"].map(strata), "arm": at_visit["ARM"].astype("object"),
                          "category": at_visit["AVAL"]})  # fmt: skip
    index = [sorted(frame["stratum"].unique()), list(population.arms), categories]
    counts = frame.groupby(["stratum", "arm", "category"]).size()
    full = counts.reindex(pd.MultiIndex.from_product(index), fill_value=0)
    return full.to_numpy(dtype=float).reshape([len(part) for part in index])


def _model(plan: Plan, analysis: Ordinal, data: ModelData, population: Members) -> Iterator[Row]:
    """Fit the model and give its odds ratios, coefficients and dossier, and the look at its assumption."""
    formula = fixed_effects(data)
    fit = fit_glmm(data.frame, "AVAL", formula, "1", "USUBJID", family="ordinal", quadrature=analysis.quadrature)
    is_lower_better = plan.endpoints[analysis.endpoint].better is Better.LOWER
    if population.reference in data.arms and len(data.arms) > 1:
        yield from _ratios(plan, analysis, data, fit, population.reference, turned=is_lower_better)
        yield from proportional_odds_rows(data, analysis.confidence, population.reference, turned=is_lower_better)
    yield from joint_test_rows(fit, tested_terms(data))
    yield from coefficient_rows(fit)
    yield from _fit_rows(data, fit, formula, turned=is_lower_better)
    yield from (warning_row(text) for text in fit.warnings)


def _ratios(
    plan: Plan, analysis: Ordinal, data: ModelData, fit: GlmmFit, reference: str, *, turned: bool
) -> Iterator[Row]:
    """Give the common odds ratio by visit, and that of the mean over the visits."""
    by = ["AVISIT"] if "AVISIT" in fit.design.variables else []
    only = str(data.frame["AVISIT"].cat.categories[0])
    seen = data.frame.groupby(["AVISIT", ARM], observed=True)["USUBJID"].nunique()
    of_arm = data.frame.groupby(ARM, observed=True)["USUBJID"].nunique()
    tables = [fit.ratios(ARM, by=by, reference=reference, confidence=analysis.confidence)]
    if by:
        average = fit.ratios(ARM, reference=reference, confidence=analysis.confidence)
        tables.append(average.assign(AVISIT="average"))
    for record in (record for table in tables for record in table.to_dict("records")):
        visit, arm = str(record.get("AVISIT", only)), str(record[ARM])
        is_average = visit == "average"
        at = {"visit": visit} if is_average else _at(plan, visit)
        n = (
            of_arm[arm] + of_arm[reference]
            if is_average
            else seen.get((visit, arm), 0) + seen.get((visit, reference), 0)
        )
        key = {**at, "arm": arm, "comparator": reference, "term": COMMON}
        yield from estimate_rows(inverted(record) if turned else record, RATIO, **key)
        yield from rows({"n": int(n)}, **key)


def inverted(record: dict) -> dict:  # type: ignore[type-arg]
    """Give the reciprocal of a ratio: its limits change places, its test statistic its sign."""
    return record | {
        "estimate": 1 / record["estimate"],
        "conf_low": 1 / record["conf_high"],
        "conf_high": 1 / record["conf_low"],
        "statistic": -record["statistic"],
    }


def _fit_rows(data: ModelData, fit: GlmmFit, formula: str, *, turned: bool) -> Iterator[Row]:
    """Give thresholds, the variance of the random intercept and the dossier of the fit."""
    if fit.thresholds is not None:
        for record in fit.thresholds.to_dict("records"):
            found = {"estimate": record["estimate"], "std_error": record["std_error"]}
            yield from rows(found, term="threshold", level=str(record["term"]))
    yield from rows({"covariance": float(fit.random_covariance.to_numpy()[0, 0])}, term="covariance", level="intercept")
    points = "Laplace" if fit.quadrature == 1 else f"adaptive quadrature with {fit.quadrature} points"
    direction = "a lower category" if turned else "a higher category"
    yield from rows(
        {
            "n_observations": fit.n_observations,
            "n_participants": fit.n_subjects,
            "log_likelihood": fit.log_likelihood,
            "aic": fit.aic,
            "bic": fit.bic,
            "converged": True,
            "formula": f"category ~ {formula} + (1 | participant)",
            "estimation": f"maximum likelihood ({points})",
            "df_method": "asymptotic",
            "direction": direction,
        },
        term="fit",
    )
    for arm in data.arms:
        n = int(data.frame.loc[data.frame[ARM] == arm, "USUBJID"].nunique())
        yield from rows({"n_participants": n}, term="fit", arm=arm)
