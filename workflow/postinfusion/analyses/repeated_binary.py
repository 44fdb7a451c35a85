"""Logistic model of a binary status at all visits (method repeated-binary)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from postinfusion.analyses.category_data import fixed_effects, observed_at_visits, tested_terms
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.gee import GeeFit, fit_gee
from postinfusion.analyses.glmm import GlmmFit, fit_glmm
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import MEAN, TEST, coefficient_rows, estimate_rows, joint_test_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.response_status import has_remission, has_response
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import RepeatedBinary
from postinfusion.plan.plan import Plan

STATUS = "STATUS"
RATIO = ("estimate", "conf_low", "conf_high", "df", "statistic", "p_value")


def repeated_binary(plan: Plan, analysis: RepeatedBinary, adam: Adam, population: Members) -> list[Row]:
    """Fit a logistic model of a status, arm × visit, and give odds ratios, probabilities and risk differences by visit.

    Only observed statuses enter. Probabilities and risk differences are those of the population, standardised over the
    covariates of the analysed records.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    data = _with_status(plan, analysis, observed_at_visits(plan, analysis, adam, population))
    refuse_few(data)
    formula = fixed_effects(data)
    fit = _fitted(analysis, data, formula)
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter, "variable": analysis.status}
    found = [
        *_count_rows(plan, data),
        *_estimates(plan, analysis, data, fit, population),
        *joint_test_rows(fit, tested_terms(data)),
        *coefficient_rows(fit),
        *_fit_rows(analysis, data, fit, formula),
        *without_variation_rows(data),
        *(warning_row(text) for text in fit.warnings),
    ]
    return [*denominators(population), *(row | key for row in found)]


def _with_status(plan: Plan, analysis: RepeatedBinary, data: ModelData) -> ModelData:
    """Add the status, and leave out records for which it is not known or not defined."""
    endpoint, frame = plan.endpoints[analysis.endpoint], data.frame
    if analysis.status == "value":
        values = frame["AVAL"].astype(float)
        status = values if analysis.at_least is None else (values >= analysis.at_least).astype(float)
        if not status.isin([0.0, 1.0]).all():
            raise ModelError(f"{endpoint.label} has other values than 0 and 1: add at_least, or choose another status")
    elif analysis.status == "remission":
        status = has_remission(endpoint, frame["AVAL"])
    else:
        status = has_response(endpoint, frame["AVAL"], frame["BASE"]).where(frame["BASE"] > analysis.baseline_above)
    kept = frame.assign(STATUS=status)[status.notna()]
    if kept.empty:
        raise ModelError("no participant has a status at any visit of the model")
    found = data.analysed(kept.assign(AVISIT=kept["AVISIT"].cat.remove_unused_categories()))
    return replace(found, response=STATUS)


def _fitted(analysis: RepeatedBinary, data: ModelData, formula: str) -> GeeFit | GlmmFit:
    """Solve the estimating equations, or fit the mixed model."""
    if analysis.model == "mixed-model":
        return fit_glmm(data.frame, STATUS, formula, "1", "USUBJID", family="binomial", quadrature=analysis.quadrature)
    return fit_gee(
        data.frame,
        STATUS,
        formula,
        "USUBJID",
        family="binomial",
        working=analysis.working,
        covariance=analysis.standard_errors,
        visit="AVISIT" if analysis.working == "ar1" else None,
    )


def _count_rows(plan: Plan, data: ModelData) -> Iterator[Row]:
    """Count participants with and without the status by visit and arm."""
    frame = data.frame
    for visit in frame["AVISIT"].cat.categories:
        for arm in data.arms:
            of_arm = frame.loc[(frame["AVISIT"] == visit) & (frame[ARM] == arm), STATUS]
            at = {**_at(plan, str(visit)), "arm": arm}
            yield from rows({"n": int((of_arm == 1).sum())}, level="yes", **at)
            yield from rows({"n": int((of_arm == 0).sum())}, level="no", **at)


def _at(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit."""
    return {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}


def _estimates(
    plan: Plan, analysis: RepeatedBinary, data: ModelData, fit: GeeFit | GlmmFit, population: Members
) -> Iterator[Row]:
    """Give probabilities by visit and arm, then risk differences and odds ratios against the reference arm."""
    by = ["AVISIT"] if "AVISIT" in fit.design.variables else []
    only = str(data.frame["AVISIT"].cat.categories[0])
    specs = [ARM, *by] if len(data.arms) > 1 else by
    seen = data.frame.groupby(["AVISIT", ARM], observed=True)["USUBJID"].nunique()
    means = fit.means(specs, weights="counterfactual", confidence=analysis.confidence, kind="marginal")
    for record in means.to_dict("records"):
        arm, visit = str(record.get(ARM, data.arms[0])), str(record.get("AVISIT", only))
        key = {**_at(plan, visit), "arm": arm, "term": "probability"}
        yield from estimate_rows(record, MEAN, **key)
        yield from rows({"n": int(seen.get((visit, arm), 0))}, **key)
    reference = population.reference
    if len(data.arms) < 2 or reference not in data.arms:
        return
    options = {"by": by, "reference": reference, "confidence": analysis.confidence}
    differences = fit.response_contrasts(ARM, weights="counterfactual", kind="marginal", **options)  # type: ignore[arg-type]
    ratios = fit.ratios(ARM, **options)  # type: ignore[arg-type]
    for term, table, names in (("risk-difference", differences, TEST), ("odds-ratio", ratios, RATIO)):
        for record in table.to_dict("records"):
            visit, arm = str(record.get("AVISIT", only)), str(record[ARM])
            key = {**_at(plan, visit), "arm": arm, "comparator": reference, "term": term}
            yield from estimate_rows(record, names, **key)
            yield from rows({"n": int(seen.get((visit, arm), 0) + seen.get((visit, reference), 0))}, **key)
    yield from _average(analysis, data, fit, reference)


def _average(analysis: RepeatedBinary, data: ModelData, fit: GeeFit | GlmmFit, reference: str) -> Iterator[Row]:
    """Give the odds ratio of the mean log odds over the visits, each visit with the same weight."""
    if "AVISIT" not in fit.design.variables:
        return
    of_arm = data.frame.groupby(ARM, observed=True)["USUBJID"].nunique()
    for record in fit.ratios(ARM, reference=reference, confidence=analysis.confidence).to_dict("records"):
        key = {"visit": "average", "arm": str(record[ARM]), "comparator": reference, "term": "odds-ratio"}
        yield from estimate_rows(record, RATIO, **key)
        yield from rows({"n": int(of_arm[record[ARM]] + of_arm[reference])}, **key)


def _fit_rows(analysis: RepeatedBinary, data: ModelData, fit: GeeFit | GlmmFit, formula: str) -> Iterator[Row]:
    """Give the dossier of the fit."""
    numbers: dict[str, float | int | bool | str] = {
        "n_observations": fit.n_observations,
        "n_participants": fit.n_subjects,
        "converged": True,
        "formula": f"{analysis.status} ~ {formula}",
        "df_method": "asymptotic",
    }
    if isinstance(fit, GlmmFit):
        points = "Laplace" if fit.quadrature == 1 else f"adaptive quadrature with {fit.quadrature} points"
        texts = {"estimation": f"maximum likelihood ({points})", "random_effects": "intercept"}
        numbers |= {"log_likelihood": fit.log_likelihood, "aic": fit.aic, "bic": fit.bic, **texts}
        yield from rows(
            {"covariance": float(fit.random_covariance.to_numpy()[0, 0])}, term="covariance", level="intercept"
        )
    else:
        numbers |= {"estimation": f"estimating equations, {fit.working} working correlation, {fit.covariance} errors"}
        if not pd.isna(fit.correlation):
            yield from rows({"correlation": fit.correlation}, term="covariance", level="working correlation")
    yield from rows(numbers, term="fit")
    for arm in data.arms:
        n = int(data.frame.loc[data.frame[ARM] == arm, "USUBJID"].nunique())
        yield from rows({"n_participants": n}, term="fit", arm=arm)
