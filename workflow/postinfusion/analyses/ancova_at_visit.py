"""Analysis of covariance at one visit (method ancova)."""

from __future__ import annotations

from postinfusion.analyses.ancova import AncovaFit, fit_ancova
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.model_rows import MEAN, TEST, coefficient_rows, estimate_rows, participants_rows
from postinfusion.analyses.participation import participation_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.analyses import Ancova
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY


def ancova_at_visit(plan: Plan, analysis: Ancova, adam: Adam, population: Members) -> list[Row]:
    """Fit arm, baseline, strata and covariates by least squares to one record per participant at a visit."""
    data = model_records(plan, analysis, adam, population)
    refuse_few(data)
    fixed = [*([ARM] if len(data.arms) > 1 else []), *(["BASE"] if data.has_baseline else [])]
    formula = " + ".join([*fixed, *(f"`{name}`" for name in data.covariates)]) or "1"
    fit = fit_ancova(data.frame, data.response, formula)
    key = {
        "parameter": plan.endpoints[analysis.endpoint].parameter,
        "variable": data.response,
    }
    visit = {"visit": analysis.visit, "time": canonical_hours(plan.nominal_hours[analysis.visit])}
    found = [*_estimates(analysis, data, fit, visit), *_fit_rows(analysis, data, fit, formula, visit)]
    if analysis.estimand == PRIMARY:
        found += _agreement(data, fit)
    who = participation_rows(plan, analysis, adam, population, data)
    return [*denominators(population), *who, *(row | key for row in found)]


def _agreement(data: ModelData, fit: AncovaFit) -> list[Row]:
    """Compare the fit with that of the second engine."""
    from postinfusion.core.dense_engine import of_independent

    several = len(data.arms) > 1
    compared = fit.contrast_rows(ARM, reference=data.arms[0]).L if several else None
    first = Recomputed(fit, data.frame, data.response, "USUBJID")
    return agreement_rows(first, of_independent(len(data.frame)), compared)


def _estimates(analysis: Ancova, data: ModelData, fit: AncovaFit, visit: dict[str, str]) -> list[Row]:
    """Give adjusted means and differences to the reference arm."""
    result: list[Row] = []
    several = len(data.arms) > 1
    for record in fit.means([ARM] if several else [], confidence=analysis.confidence).to_dict("records"):
        arm = str(record.get(ARM, data.arms[0]))
        result += estimate_rows(record, MEAN, term="marginal-mean", arm=arm, **visit)
    if not several:
        return result
    differences = fit.contrasts(ARM, reference=data.arms[0], confidence=analysis.confidence)
    for record in differences.to_dict("records"):
        key = {"arm": str(record[ARM]), "comparator": data.arms[0]}
        result += estimate_rows(record, TEST, term="difference", **key, **visit)
    return result


def _fit_rows(analysis: Ancova, data: ModelData, fit: AncovaFit, formula: str, visit: dict[str, str]) -> list[Row]:
    """Give numbers analysed, observed means, coefficients and the description of the model."""
    result = [*participants_rows(data.frame, data.arms), *coefficient_rows(fit)]
    for arm in data.arms:
        values = data.frame.loc[data.frame[ARM] == arm, data.response]
        result += rows({"n": len(values), "mean": values.mean()}, term="observed", arm=arm, **visit)
    imputed = int((data.frame["DTYPE"] != "").sum())
    numbers = {"n_observations": len(data.frame), "n_imputed": imputed, "converged": True}
    texts = {
        "formula": f"{data.response} ~ {formula}",
        "estimation": "least squares",
        "df_method": "residual",
        "imputation": analysis.imputation,
    }
    return result + rows({**numbers, **texts}, term="fit")
