"""Mixed models of vital signs and ratings around an infusion: means, ratios, and the worst value as a category."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from postinfusion.analyses.clustered_shares import clustered_rows
from postinfusion.analyses.glmm import fit_glmm
from postinfusion.analyses.infusion_readings import Readings
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import MEAN, TEST
from postinfusion.analyses.ordinal import RATIO, inverted
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.cochran_mantel_haenszel import row_mean_scores
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CourseMeasure, InfusionCoursePart

PEAK, AVERAGE = "peak", "average"
_MOST_CATEGORIES = 8
_FEWEST_MINUTES = 3


def model_rows(
    analysis: InfusionCoursePart, measure: CourseMeasure, found: Readings, summary: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Give the rows of the model of a measure; a row of error with the reason where there is none.

    All but that of the worst value are of infusions with a value before.
    """
    based = summary[summary["BASE"].notna()]
    try:
        if measure.model != "none":
            _refuse(summary if measure.model == "ordinal" else based, population)
        if measure.model == "mean":
            yield from _means(analysis, measure, found, based, population)
        elif measure.model == "log1p":
            yield from _ratios(analysis, measure, found, population)
        elif measure.model == "ordinal":
            yield from _worst(analysis, measure, summary, population)
    except ModelError as error:
        yield error_row(str(error), term="fit")


def _refuse(summary: pd.DataFrame, population: Members) -> None:
    """Refuse a model of few participants, or of participants who are in several arms."""
    if isinstance(population, CrossoverMembers):
        raise ModelError("participants of a crossover trial are in several arms: described only")
    few = [arm for arm in population.arms
           if summary.loc[summary["ARM"] == arm, "USUBJID"].nunique() < FEWEST_PARTICIPANTS]  # fmt: skip
    if few:
        raise ModelError(
            f"fewer than {FEWEST_PARTICIPANTS} participants with readings in {', '.join(few)}: described only"
        )


def _fit(frame: pd.DataFrame, response: str, base: str, population: Members) -> LmmFit:
    """Fit a model of one value for each infusion: arm, its number and the value before; participants are random.

    What is left over is the infusion within the participant.
    """
    varying = [name for name in ("GROUP", base) if frame[name].nunique() > 1]
    terms = [*(["ARM"] if len(population.arms) > 1 else []), *varying]
    kept = frame.assign(GROUP=frame["GROUP"].cat.remove_unused_categories())
    return fit_lmm(kept, response, " + ".join(terms) or "1", "1", "USUBJID")


def _contrasted(
    fit: LmmFit, analysis: InfusionCoursePart, population: Members, by: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, str], dict[Hashable, Any]]]:
    """Give the adjusted mean of each arm and the difference of each from the reference arm: term, key, record."""
    options: dict[str, Any] = {"by": by, "weights": "proportional", "confidence": analysis.confidence}
    several = len(population.arms) > 1
    for record in fit.means(["ARM"] if several else [], **options).to_dict("records"):
        arm = str(record["ARM"]) if several else population.arms[0]
        yield "marginal-mean", {"arm": arm}, record
    if several and population.reference:
        for record in fit.contrasts("ARM", reference=population.reference, **options).to_dict("records"):
            yield "difference", {"arm": str(record["ARM"]), "comparator": population.reference}, record


def _estimates(
    fit: LmmFit, analysis: InfusionCoursePart, population: Members, at: dict[str, str], by: tuple[str, ...] = ()
) -> Iterator[Row]:
    """Give the rows of means and differences of one model, at each minute where they are by ``MINUTE``."""
    n = fit.random_effects.index.get_level_values(0).nunique()
    for term, key, record in _contrasted(fit, analysis, population, by):
        numbers = {name: float(record[name]) for name in (MEAN if term == "marginal-mean" else TEST)}
        numbers |= {"n_participants": n}
        time = {"time": canonical_hours(float(str(record["MINUTE"])) / 60)} if by else {}
        yield from rows(numbers, variable="CHG", term=term, **at, **time, **key)


def _means(
    analysis: InfusionCoursePart, measure: CourseMeasure, found: Readings, summary: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Give the models of the change: at the peak, and at all minutes together, or each alone where these fail."""
    after = found.planned[found.planned["CHG"].notna() & (found.planned["MINUTE"] > 0)]
    yield from _estimates(_fit(summary, "CHG", "BASE", population), analysis, population, {"level": PEAK})
    try:
        fit = fit_pulse(after, population)
    except ModelError as error:
        yield warning_row(
            f"{measure.label or measure.measure}: each minute has a model of its own, since that of all minutes was "
            f"not fitted: {error}",
            term="fit",
        )
        yield from _minutes_apart(analysis, measure, after, population)
    else:
        yield from _estimates(fit, analysis, population, {}, by=("MINUTE",))
        yield from _estimates(fit, analysis, population, {"level": AVERAGE})
        yield from _variances(fit)


def _minutes_apart(
    analysis: InfusionCoursePart, measure: CourseMeasure, after: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Give a model of each minute alone."""
    for minute in analysis.minutes_of(measure)[1:]:
        at = {"time": canonical_hours(minute / 60)}
        yield from _estimates(
            _fit(after[after["MINUTE"] == minute], "CHG", "BASE", population), analysis, population, at
        )


def fit_pulse(after: pd.DataFrame, population: Members) -> LmmFit:
    """Fit the changes at all planned minutes, with participant and infusion within participant as random effects.

    Both levels have an intercept, by which all readings of a participant or of an infusion lie higher, and a height of
    the pulse, which is largest when the mean change is: the random part is 1 + PULSE at each level.

    Parameters
    ----------
    after
        A row per reading: USUBJID, INFNUM, GROUP, MINUTE, BASE, CHG, ARM.
    population
        Its arms.

    Raises
    ------
    ModelError
        There are fewer than three planned minutes, or the optimum was not reached.
    """
    if after["MINUTE"].nunique() < _FEWEST_MINUTES:
        raise ModelError(f"fewer than {_FEWEST_MINUTES} planned minutes have values")
    mean = after.groupby(["ARM", "MINUTE"], observed=True)["CHG"].mean().abs().groupby("MINUTE").max()
    order = [f"{minute:.0f}" for minute in sorted(after["MINUTE"].unique())]
    frame = after.assign(
        UNIT=after["USUBJID"].astype("str") + " " + after["INFNUM"].astype("str"),
        PULSE=after["MINUTE"].map(mean / mean.max()),
        MINUTE=pd.Categorical(after["MINUTE"].map("{:.0f}".format), order),
        GROUP=after["GROUP"].cat.remove_unused_categories(),
    )
    terms = ["ARM * MINUTE" if len(population.arms) > 1 else "MINUTE"]
    terms += [name for name in ("GROUP", "BASE") if frame[name].nunique() > 1]
    return fit_lmm(frame, "CHG", " + ".join(terms), "1 + PULSE", ["USUBJID", "UNIT"])


def _variances(fit: LmmFit) -> Iterator[Row]:
    """Give the variances of the model of all minutes."""
    names = ("participant", "participant, height of the pulse", "infusion within participant",
             "infusion within participant, height of the pulse", "reading within infusion")  # fmt: skip
    variances = [*np.diag(fit.random_covariance.to_numpy()), fit.residual_variance]
    for level, variance in zip(names, variances, strict=True):
        yield from rows({"covariance": float(variance)}, term="covariance", level=level)


def _ratios(
    analysis: InfusionCoursePart, measure: CourseMeasure, found: Readings, population: Members
) -> Iterator[Row]:
    """Give geometric means of 1 + value and their ratios at each minute, with a test of ranks beside them."""
    after = found.planned[found.planned["BASE"].notna() & (found.planned["MINUTE"] > 0)]
    frame = after.assign(LOG=np.log1p(after["AVAL"]), LOGBASE=np.log1p(after["BASE"]))
    for minute in analysis.minutes_of(measure)[1:]:
        at_minute, at = frame[frame["MINUTE"] == minute], {"time": canonical_hours(minute / 60)}
        fit = _fit(at_minute, "LOG", "LOGBASE", population)
        for term, key, record in _contrasted(fit, analysis, population):
            is_mean = term == "marginal-mean"
            back = np.expm1 if is_mean else np.exp
            numbers = {name: float(back(record[name])) for name in ("estimate", "conf_low", "conf_high")}
            numbers |= {"df": float(record["df"]), "n_participants": fit.n_subjects}
            numbers |= {} if is_mean else {"p_value": float(record["p_value"])}
            yield from rows(numbers, term="geometric-mean" if is_mean else "ratio", **at, **key)
        yield from _rank_test(at_minute, population, at)


def _rank_test(frame: pd.DataFrame, population: Members, at: dict[str, str]) -> Iterator[Row]:
    """Compare the participants' means over their infusions by ranks: one value each, whatever its distribution."""
    for arm in population.compared:
        means = frame.groupby(["USUBJID", "ARM"], observed=True)["AVAL"].mean().reset_index()
        means = means[means["ARM"].isin([arm, population.reference])]
        ranks = means["AVAL"].rank()
        table = pd.crosstab(means["ARM"].astype("str") == arm, ranks)
        of_arm = ranks[means["ARM"] == arm]
        others = len(means) - len(of_arm)
        superior = (of_arm.sum() - len(of_arm) * (len(of_arm) + 1) / 2) / (len(of_arm) * others)
        numbers = {"estimate": float(superior), "p_value": float("nan"), "n_participants": len(means)}
        if ranks.nunique() > 1:
            numbers["p_value"] = row_mean_scores(table.to_numpy()[None], table.columns.to_numpy()).p_value
        yield from rows(numbers, term="rank-test", arm=arm, comparator=str(population.reference), **at)


def _worst(
    analysis: InfusionCoursePart, measure: CourseMeasure, summary: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Count the worst value of each infusion, and give the odds ratio of a worse one."""
    categories = sorted(summary["PEAK"].unique())
    if len(categories) > _MOST_CATEGORIES or any(value % 1 for value in categories):
        raise ModelError(f"{measure.measure} has too many values, or broken ones, for ordered categories")
    for arm in population.arms:
        of_arm = summary[summary["ARM"] == arm]
        for value in categories:
            has = of_arm[of_arm["PEAK"] == value]
            key = {"variable": "worst", "level": f"{value:g}", "arm": arm}
            shares = clustered_rows(of_arm["PEAK"] == value, of_arm["USUBJID"], analysis.confidence, **key)
            yield from (row for row in shares if row["stat_name"] != "n_participants")
            yield from rows({"n_participants": has["USUBJID"].nunique()}, **key)
    if not population.reference:
        return
    fit = fit_glmm(summary, "PEAK", "ARM", "1", "USUBJID", family="ordinal")
    table = fit.ratios("ARM", reference=population.reference, confidence=analysis.confidence)
    for record in table.to_dict("records"):
        of_student = _by_student(record, fit.n_subjects - len(population.arms), analysis.confidence)
        turned = inverted(of_student) if measure.peak == "lowest" else of_student
        numbers = {name: float(turned[name]) for name in RATIO} | {"n_participants": fit.n_subjects}
        key = {"arm": str(record["ARM"]), "comparator": population.reference}
        yield from rows(numbers, term="common-odds-ratio", **key)


def _by_student(record: dict[Hashable, Any], df: int, confidence: float) -> dict[Hashable, Any]:
    """Give a ratio with limits and test of Student's t on the log scale, as of participants: normal ones are too close.

    Wald limits by the normal distribution hold the odds ratio of 8 and 8 participants in 92 % of trials.
    """
    error = record["std_error"] / record["estimate"]
    factor = np.exp(stdtrit(df, (1 + confidence) / 2) * error)
    return record | {
        "conf_low": record["estimate"] / factor,
        "conf_high": record["estimate"] * factor,
        "df": float(df),
        "p_value": 2 * stdtr(df, -abs(record["statistic"])),
    }
