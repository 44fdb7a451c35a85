"""Rates of events by arm and visit: a negative binomial mixed model, and estimating equations beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from postinfusion.analyses.category_data import fixed_effects, observed_at_visits, tested_terms
from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.gee import GeeFit, fit_gee
from postinfusion.analyses.glmm import GlmmFit, fit_glmm
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import MEAN, coefficient_rows, estimate_rows, joint_test_rows
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Counts
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan

RATE, BY_EQUATIONS = "rate", "rate by estimating equations"
LOG_BASELINE, WINDOW, WINDOW_BEFORE = "LOGBASE", "WINDOW", "WINDOW0"
RATIO = ("estimate", "std_error", "conf_low", "conf_high", "df", "statistic", "p_value")
# The usual step that keeps the logarithm of a count of zero finite; it matters for small counts alone.
ADDED_TO_BASELINE = 0.5


def rate_rows(plan: Plan, analysis: Counts, adam: Adam, population: Members) -> list[Row]:
    """Fit the rate by arm × visit, log(baseline count + 0.5), strata and covariates, with log(window) as the offset.

    The window is the days of the endpoint, or at each record the number that the endpoint is out of, as trials of a
    task; the baseline count is then divided by its own.

    Rows with level ``rate`` come from the mixed model (variance mu + mu²/k, random intercept, Laplace), those with
    level ``rate by estimating equations`` from equations with the variance mu + alpha mu² and errors for few subjects.
    Where an arm had no event at a visit, no ratio exists there: the visit is left out of both models and said.
    """
    key = {"variable": "count"}
    try:
        data = count_data(plan, analysis, adam, population)
        refuse_few(data)
        data, without = with_events(data)
    except ModelError as error:
        return [error_row(str(error), term="fit", level=RATE, **key)]
    found = [*_no_events(plan, without, population), *without_variation_rows(data)]
    formula = fixed_effects(data)
    if data.frame.empty:
        return [row | key for row in found]
    for level, fitted in ((RATE, mixed_model), (BY_EQUATIONS, equations)):
        try:
            fit = fitted(data, formula)
        except ModelError as error:
            found.append(error_row(str(error), term="fit", level=level))
            continue
        estimated = [*_rates(plan, data, fit, analysis.confidence),
                     *_ratios(plan, data, fit, population.reference, analysis.confidence)]  # fmt: skip
        found += [row | {"level": level} for row in estimated]
        if isinstance(fit, GlmmFit):
            found += _model_rows(plan, analysis, data, fit, formula)
        found += [warning_row(text) for text in fit.warnings]
    return [row | key for row in found]


def count_data(plan: Plan, analysis: Counts, adam: Adam, population: Members) -> ModelData:
    """Give the observed counts of the visits with the days of the window and the logarithm of the baseline count.

    Raises
    ------
    ModelError
        No record is left.
    """
    has_baseline = "baseline" in analysis.covariates
    own = has_baseline and not analysis.before
    needed = tuple(name for name in analysis.covariates if own or name != "baseline")
    data = observed_at_visits(plan, analysis.model_copy(update={"covariates": needed}), adam, population)
    frame = _with_window(plan.endpoints[analysis.endpoint], data.frame, adam, population)
    own_names: tuple[str, ...] = ()
    if has_baseline:
        before = frame["BASE"] if own else frame["USUBJID"].map(_before(plan, analysis, adam, population))
        per_window = np.log(before + ADDED_TO_BASELINE) - np.log(frame[WINDOW_BEFORE])
        frame = frame.assign(LOGBASE=per_window).dropna(subset=[LOG_BASELINE])
        own_names = (LOG_BASELINE,)
    if frame.empty:
        raise ModelError("no participant has a count before treatment and one at a visit of the model")
    frame = frame.assign(AVISIT=frame["AVISIT"].cat.remove_unused_categories())
    found = data.without_baseline().analysed(frame)
    return replace(found, covariates=(*own_names, *found.covariates))


def _with_window(endpoint: Endpoint, frame: pd.DataFrame, adam: Adam, population: Members) -> pd.DataFrame:
    """Add the days of the window, or out of how many each count is, here and at baseline; what lacks it is left out."""
    if not endpoint.out_of:
        return frame.assign(WINDOW=float(endpoint.days or 1), WINDOW0=1.0)
    records = endpoint_records(adam, endpoint.model_copy(update={"score": endpoint.out_of}), population)
    number = records.assign(NUMBER=records["AVAL"].where(records["AVAL"] > 0)).dropna(subset=["NUMBER"])
    here = number.drop_duplicates(["USUBJID", "AHRFIRST"]).set_index(["USUBJID", "AHRFIRST"])["NUMBER"]
    before = number[number["ABLFL"] == "Y"].drop_duplicates("USUBJID").set_index("USUBJID")["NUMBER"]
    window = here.reindex(pd.MultiIndex.from_frame(frame[["USUBJID", "AHRFIRST"]])).to_numpy()
    found = frame.assign(WINDOW=window, WINDOW0=frame["USUBJID"].map(before))
    return found.dropna(subset=[WINDOW])


def usual_window(data: ModelData) -> float:
    """Give the most frequent window of the records: that of all of them where it is a number of days."""
    return float(data.frame[WINDOW].mode().iloc[0])


def with_events(data: ModelData) -> tuple[ModelData, list[tuple[str, list[str]]]]:
    """Leave out the visits at which an arm had no event at all, and name these with their arms."""
    sums = data.frame.groupby(["AVISIT", ARM], observed=True)["AVAL"].sum()
    empty = sums[sums == 0].reset_index()
    without = [(str(visit), [str(arm) for arm in rows[ARM]]) for visit, rows in empty.groupby("AVISIT", observed=True)]
    kept = data.frame[~data.frame["AVISIT"].isin([visit for visit, _ in without])]
    return data.replaced(kept.assign(AVISIT=kept["AVISIT"].cat.remove_unused_categories())), without


def mixed_model(data: ModelData, formula: str) -> GlmmFit:
    """Fit the negative binomial mixed model with a random intercept of the participant.

    Raises
    ------
    ModelError
        It cannot be fitted, with the reason.
    """
    return fit_glmm(data.frame, "AVAL", formula, "1", "USUBJID", family="nbinom2", exposure=WINDOW)


def equations(data: ModelData, formula: str) -> GeeFit:
    """Solve estimating equations, exchangeable, with Morel, Bokossa and Neerchal's errors for few participants.

    The variance is mu + alpha mu² with alpha by moments. Poisson's variance would give a participant with many events a
    weight in proportion to them, so that one of them could turn the ratio.

    Raises
    ------
    ModelError
        They cannot be solved, with the reason.
    """
    return fit_gee(
        data.frame, "AVAL", formula, "USUBJID", family="nbinom2", covariance="morel", exposure=WINDOW
    )  # fmt: skip


def _before(plan: Plan, analysis: Counts, adam: Adam, population: Members) -> pd.Series:
    """Give the count before treatment of each participant, USUBJID → value at baseline of another endpoint."""
    records = endpoint_records(adam, plan.endpoints[analysis.before], population)
    return records[records["ABLFL"] == "Y"].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]


def _no_events(plan: Plan, without: list[tuple[str, list[str]]], population: Members) -> Iterator[Row]:
    """Say at which visits no ratio exists, and why."""
    nothing = {"estimate": np.nan, "std_error": np.nan, "conf_low": np.nan, "conf_high": np.nan}
    for visit, arms in without:
        reason = f"no event in {', '.join(arms)} at {visit}: no rate ratio exists there, see abstinence"
        yield warning_row(f"{reason}; the models leave the visit out")
        for arm in population.compared:
            key = {**_at(plan, visit), "arm": arm, "comparator": population.reference, "term": "ratio", "level": RATE}
            yield from (row | {"error": reason} for row in rows(nothing, **key))


def _at(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit."""
    return {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}


def _rates(plan: Plan, data: ModelData, fit: GlmmFit | GeeFit, confidence: float) -> Iterator[Row]:
    """Give the events expected in the window by arm and visit, standardised over the analysed records."""
    by = ["AVISIT"] if "AVISIT" in fit.design.variables else []
    specs = [ARM, *by] if len(data.arms) > 1 else by
    only = str(data.frame["AVISIT"].cat.categories[0])
    days = usual_window(data)
    seen = data.frame.groupby(["AVISIT", ARM], observed=True)["USUBJID"].nunique()
    means = fit.means(specs, weights="counterfactual", confidence=confidence, kind="marginal")
    for record in means.to_dict("records"):
        arm, visit = str(record.get(ARM, data.arms[0])), str(record.get("AVISIT", only))
        key = {**_at(plan, visit), "arm": arm, "term": "rate"}
        in_window = {name: days * float(record[name]) for name in ("estimate", "std_error", "conf_low", "conf_high")}
        yield from estimate_rows(record | in_window, MEAN, **key)
        yield from rows({"n": int(seen.get((visit, arm), 0))}, **key)


def _ratios(
    plan: Plan, data: ModelData, fit: GlmmFit | GeeFit, reference: str | None, confidence: float
) -> Iterator[Row]:
    """Give rate ratios to the reference arm by visit, and that of the mean log rate; errors are of the logarithm."""
    if len(data.arms) < 2 or reference not in data.arms:
        return
    by = ["AVISIT"] if "AVISIT" in fit.design.variables else []
    only = str(data.frame["AVISIT"].cat.categories[0])
    tables = [rate_ratios(data, fit, by, reference, confidence)]
    if by:
        average = rate_ratios(data, fit, [], reference, confidence)
        tables.append(average.assign(AVISIT="average"))
    for record in (record for table in tables for record in table.to_dict("records")):
        visit, arm = str(record.get("AVISIT", only)), str(record[ARM])
        at = {"visit": visit} if visit == "average" else _at(plan, visit)
        key = {**at, "arm": arm, "comparator": reference, "term": "ratio"}
        of_logarithm = {"std_error": float(record["std_error"]) / float(record["estimate"])}
        yield from estimate_rows(record | of_logarithm, RATIO, **key)
        of_pair = data.frame[data.frame[ARM].isin([arm, reference])]
        here = of_pair if visit == "average" else of_pair[of_pair["AVISIT"] == visit]
        yield from rows({"n": int(here["USUBJID"].nunique())}, **key)


def rate_ratios(
    data: ModelData, fit: GlmmFit | GeeFit, by: Sequence[str], reference: str, confidence: float
) -> pd.DataFrame:
    """Give rate ratios to the reference arm with limits for the number of participants that there is.

    Maximum likelihood takes the variance between participants as if the p parameters of what differs between them were
    known. As in a linear model of the means of n participants its squared error is multiplied by n / (n - p), and the
    limits are those of Student's t with n - p degrees of freedom; errors of the equations are for few already.

    Returns
    -------
    pandas.DataFrame
        As ``GlmmFit.ratios`` gives it, a row for each arm and level of ``by``; ``statistic`` and ``df`` are those of t.
    """
    table = fit.ratios(ARM, by=list(by), reference=reference, confidence=confidence)
    n = int(data.frame["USUBJID"].nunique())
    df = n - _between_participants(data)
    if df < 1:
        return table
    logarithm = pd.Series(np.log(table["estimate"]), table.index)
    factor = math.sqrt(n / df) if isinstance(fit, GlmmFit) else 1.0
    error = factor * table["std_error"] / table["estimate"]
    width = float(stdtrit(df, (1 + confidence) / 2)) * error
    return table.assign(
        std_error=error * table["estimate"], df=float(df), statistic=logarithm / error,
        p_value=2 * stdtr(df, -(logarithm / error).abs()),
        conf_low=np.exp(logarithm - width), conf_high=np.exp(logarithm + width),
    )  # fmt: skip


def _between_participants(data: ModelData) -> int:
    """Count the parameters of what differs between participants: mean, arms and covariates, not visits."""
    people = data.frame.drop_duplicates("USUBJID")
    of_covariates = sum(
        1 if pd.api.types.is_numeric_dtype(people[name]) else people[name].nunique() - 1 for name in data.covariates
    )
    return len(data.arms) + of_covariates


def _model_rows(plan: Plan, analysis: Counts, data: ModelData, fit: GlmmFit, formula: str) -> Iterator[Row]:
    """Give tests, coefficients and the dossier of the mixed model."""
    yield from joint_test_rows(fit, tested_terms(data))
    yield from coefficient_rows(fit)
    yield from rows({"covariance": float(fit.random_covariance.to_numpy()[0, 0])}, term="covariance", level="intercept")
    yield from rows({"estimate": float(fit.dispersion)}, term="dispersion")
    endpoint = plan.endpoints[analysis.endpoint]
    window = f"{usual_window(data):g} {endpoint.out_of or 'days'}"
    numbers: dict[str, float | int | bool | str] = {
        "n_observations": fit.n_observations,
        "n_participants": fit.n_subjects,
        "log_likelihood": fit.log_likelihood,
        "aic": fit.aic,
        "bic": fit.bic,
        "converged": True,
        "formula": f"{endpoint.parameter} ~ {formula} + offset(log({endpoint.out_of or window}))",
        "window": window,
        "df_method": "asymptotic",
        "random_effects": "intercept",
        "estimation": "maximum likelihood (Laplace), negative binomial with variance μ + μ²/k",
    }
    yield from rows(numbers, term="fit")
    for arm in data.arms:
        n = int(data.frame.loc[data.frame[ARM] == arm, "USUBJID"].nunique())
        yield from rows({"n_participants": n}, term="fit", arm=arm)
