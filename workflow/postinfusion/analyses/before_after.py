"""Segmented mixed model of a single arm before and after time zero (method before-after)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.change_sign_flip import sign_flip_rows
from postinfusion.analyses.design import Array
from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.expectation import Score, association_rows
from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import (
    MEAN,
    NOT_NEEDED,
    TEST,
    USED,
    estimate_rows,
    fit_rows,
    participants_rows,
    warnings_of,
)
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.reference_grid import estimates_frame
from postinfusion.analyses.regression_to_the_mean import regression_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Ancova, BeforeAfter
from postinfusion.plan.plan import Plan

HOURS_PER_WEEK = 168.0
WEEKS, AFTER, WEEKS_AFTER = "WEEKS", "AFTER", "WEEKS_AFTER"
FORMULA = f"{WEEKS} + {AFTER} + {WEEKS_AFTER}"
SEGMENT, DEVIATION = "segment", "difference-from-line"
SLOPE_BEFORE, LEVEL_CHANGE, SLOPE_AFTER, SLOPE_CHANGE = "slope before", "level change", "slope after", "slope change"
SEGMENTS: Mapping[str, Mapping[str, float]] = {
    SLOPE_BEFORE: {WEEKS: 1.0},
    LEVEL_CHANGE: {AFTER: 1.0},
    SLOPE_AFTER: {WEEKS: 1.0, WEEKS_AFTER: 1.0},
    SLOPE_CHANGE: {WEEKS_AFTER: 1.0},
}
_FEWEST_BEFORE = 2
_COLUMNS = {"slope": WEEKS, "level": AFTER}


@dataclass(frozen=True)
class _Rung:
    """One step of the ladder of what varies between participants."""

    name: str
    formula: str
    correlated: bool


def before_after(plan: Plan, analysis: BeforeAfter, adam: Adam, population: Members) -> list[Row]:
    """Fit a line before time zero, a change of level at it, and a line after; say what regression to the mean expects.

    Raises
    ------
    ModelError
        Fewer than three participants have values before and after time zero: they are described only.
    """
    endpoint, arm = plan.endpoints[analysis.endpoint], population.arms[0]
    records = endpoint_records(adam, endpoint, population)
    frame = segmented(records, analysis)
    _refuse_few(frame)
    key = {"parameter": endpoint.parameter, "variable": "AVAL"}
    counted = [*denominators(population), *(row | key for row in _counts(frame, arm))]
    regression = [row | {"parameter": endpoint.parameter} for row in regression_rows(plan, analysis, records, arm)]
    if analysis.expectation:
        regression += _association(plan, analysis, adam, population)
    try:
        _refuse_short_past(frame)
        model = _model(analysis, frame, arm)
    except ModelError as error:
        model = [error_row(str(error))]
    flips = sign_flip_rows(plan, analysis, records, arm, _p_values(model))
    return [
        *counted,
        *(row | key for row in model),
        *regression,
        *(row | {"parameter": endpoint.parameter} for row in flips),
    ]


def _p_values(model: list[Row]) -> dict[str, float]:
    """Give the p value of the difference from the line before at each time that is reported."""
    key = {"term": DEVIATION, "stat_name": "p_value"}
    found = [row for row in model if all(row.get(name) == text for name, text in key.items())]
    return {str(row["time"]): row["stat"] for row in found if isinstance(row["stat"], float)}


def _association(plan: Plan, analysis: BeforeAfter, adam: Adam, population: Members) -> list[Row]:
    """Give the association of the expectation score with the change at the visit, at the same baseline."""
    of_change = Ancova.model_validate({"method": "ancova", "endpoint": analysis.endpoint, "visit": analysis.visit})
    score = Score(analysis.expectation, analysis.visit, analysis.confidence)
    return association_rows(plan, of_change, adam, population, score)


def segmented(records: pd.DataFrame, analysis: BeforeAfter) -> pd.DataFrame:
    """Give the observed records of an analysis with weeks since time zero, after or not, and weeks after it.

    A record at time zero itself is one before it: the first infusion has only just begun.
    """
    hours = records["AHRFIRST"]
    start, until = analysis.start or -np.inf, analysis.until or np.inf
    inside = (records["DTYPE"] == "") & records["AVAL"].notna() & (hours >= start) & (hours <= until)
    if analysis.entry_value == "leave-out":
        inside &= records["ABLFL"] != "Y"
    frame = records[inside]
    weeks = frame["AHRFIRST"] / HOURS_PER_WEEK
    after = (weeks > 0).astype("float64")
    return frame.assign(**{WEEKS: weeks, AFTER: after, WEEKS_AFTER: weeks * after}).reset_index(drop=True)


def _counts(frame: pd.DataFrame, arm: str) -> list[Row]:
    """Count records and participants before and after time zero."""
    result: list[Row] = []
    for level, part in (("before", frame[frame[AFTER] == 0]), ("after", frame[frame[AFTER] == 1])):
        found = {"n_participants": int(part["USUBJID"].nunique()), "n_observations": len(part)}
        result += rows(found, term="records", level=level, arm=arm)
    return result


def _refuse_few(frame: pd.DataFrame) -> None:
    """Refuse a model of so few participants that it could only repeat them."""
    sides = frame.groupby("USUBJID")[AFTER].nunique()
    both = int((sides == 2).sum())
    if both < FEWEST_PARTICIPANTS:
        raise ModelError(
            f"{both} participants have values before and after time zero, fewer than {FEWEST_PARTICIPANTS}: described "
            "only"
        )


def _refuse_short_past(frame: pd.DataFrame) -> None:
    """Refuse a slope before time zero where too few participants have two records there."""
    past = frame[frame[AFTER] == 0].groupby("USUBJID")[WEEKS].nunique()
    enough = int((past >= _FEWEST_BEFORE).sum())
    if enough < FEWEST_PARTICIPANTS:
        raise ModelError(
            f"a line before time zero needs two records or more before it in {FEWEST_PARTICIPANTS} participants or "
            f"more; {enough} have them: take the change from baseline (method mmrm)"
        )


def _model(analysis: BeforeAfter, frame: pd.DataFrame, arm: str) -> list[Row]:
    """Give the rows of the segmented model."""
    fit, used, ladder = _first_that_fits(analysis, frame)
    if fit is None or used is None:
        return [*ladder, error_row(f"nothing of the ladder could be fitted: {ladder[-1]['stat_text']}")]
    texts = {
        "formula": f"AVAL ~ {FORMULA} + ({used.formula} | participant)",
        "estimation": fit.method,
        "df_method": fit.df,
        "random_effects": used.name,
    }
    found = [*_segments(analysis, fit, arm), *_deviations(analysis, fit, arm)]
    return [
        *ladder,
        *participants_rows(frame, [arm]),
        *found,
        *_variances(fit),
        *fit_rows(fit, texts),
        *warnings_of(ladder, found, fit),
        *_trend_before(analysis, found),
    ]


def _rungs(analysis: BeforeAfter) -> Iterator[_Rung]:
    """Give what varies between participants, from all that the plan names down to the intercept."""
    chosen = [name for name in ("level", "slope") if name in analysis.random]
    while chosen:
        formula = " + ".join(["1", *(_COLUMNS[name] for name in chosen)])
        named = f"{', '.join(['intercept', *chosen][:-1])} and {chosen[-1]}"
        yield _Rung(f"correlated {named}", formula, correlated=True)
        yield _Rung(f"uncorrelated {named}", formula, correlated=False)
        chosen = chosen[:-1]
    yield _Rung("intercept", "1", correlated=True)


def _first_that_fits(analysis: BeforeAfter, frame: pd.DataFrame) -> tuple[LmmFit | None, _Rung | None, list[Row]]:
    """Go down the ladder to the first fit inside the parameter space; the last rung may lie on its boundary."""
    fit: LmmFit | None = None
    used: _Rung | None = None
    ladder: list[Row] = []
    rungs = list(_rungs(analysis))
    for rung in rungs:
        outcome = NOT_NEEDED
        if fit is None:
            try:
                tried = fit_lmm(
                    frame, "AVAL", FORMULA, rung.formula, "USUBJID", correlated=rung.correlated, df=analysis.df.value
                )
                is_borne = not tried.optimum.boundary or rung is rungs[-1]
                outcome = USED if is_borne else "a variance of zero or a correlation of one: the data do not bear it"
                fit, used = (tried, rung) if is_borne else (None, None)
            except ModelError as error:
                outcome = str(error)
        ladder += rows({"outcome": outcome}, term="ladder", level=rung.name)
    return fit, used, ladder


def _segments(analysis: BeforeAfter, fit: LmmFit, arm: str) -> list[Row]:
    """Give slopes by week and the change of level."""
    combinations = np.array([_combination(fit, weights) for weights in SEGMENTS.values()])
    table = _estimated(analysis, fit, pd.DataFrame({"level": list(SEGMENTS)}), combinations)
    return [
        row
        for record in table.to_dict("records")
        for row in estimate_rows(record, TEST, term=SEGMENT, level=str(record["level"]), arm=arm)
    ]


def _deviations(analysis: BeforeAfter, fit: LmmFit, arm: str) -> list[Row]:
    """Give how far the fitted mean lies from the line before, continued, and that mean itself."""
    if not analysis.report_at:
        return []
    labels = pd.DataFrame({"time": [canonical_hours(hours) for hours in analysis.report_at]})
    weeks = [hours / HOURS_PER_WEEK for hours in analysis.report_at]
    away = np.array([_combination(fit, {AFTER: 1.0, WEEKS_AFTER: week}) for week in weeks])
    line = np.array([_combination(fit, {"(Intercept)": 1.0, WEEKS: week}) for week in weeks])
    result: list[Row] = []
    for term, names, combinations in (("fitted-mean", MEAN, away + line), (DEVIATION, TEST, away)):
        for record in _estimated(analysis, fit, labels, combinations).to_dict("records"):
            result += estimate_rows(record, names, term=term, time=str(record["time"]), arm=arm)
    return result


def _combination(fit: LmmFit, weights: Mapping[str, float]) -> Array:
    """Give weights of coefficients in the order of the design."""
    return np.array([weights.get(name, 0.0) for name in fit.design.names])


def _estimated(analysis: BeforeAfter, fit: LmmFit, labels: pd.DataFrame, combinations: Array) -> pd.DataFrame:
    """Give the estimates of combinations of the coefficients."""
    return estimates_frame(Rows(labels, combinations), fit.inference, confidence=analysis.confidence)


def _variances(fit: LmmFit) -> list[Row]:
    """Give the variances between and within participants."""
    diagonal = np.diag(fit.random_covariance.to_numpy())
    labels = [str(label) for label in fit.random_covariance.index]
    result: list[Row] = []
    for label, value in zip(labels, diagonal, strict=True):
        result += rows({"covariance": float(value)}, term="covariance", level=label)
    return result + rows({"covariance": fit.residual_variance}, term="covariance", level="residual")


def _trend_before(analysis: BeforeAfter, found: list[Row]) -> list[Row]:
    """Warn where values moved already before time zero."""
    key = {"term": SEGMENT, "level": SLOPE_BEFORE, "stat_name": "p_value"}
    value = next((row["stat"] for row in found if all(row.get(name) == text for name, text in key.items())), np.nan)
    if not isinstance(value, float) or not value < 1 - analysis.confidence:
        return []
    return [warning_row("values moved already before time zero: the line before is not level")]
