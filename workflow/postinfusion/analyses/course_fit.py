"""The fit of a model over continuous time: its formula, its ladder of random effects, and an estimated decay time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from postinfusion.analyses.decay_rate import (
    GRID_DAYS,
    RATE,
    EstimatedRate,
    RateSearch,
    coefficients_of,
    rate_column,
)
from postinfusion.analyses.design import Array
from postinfusion.analyses.grid_rows import Grid, mean_rows
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.analyses.model_records import DAYS
from postinfusion.analyses.model_rows import NOT_NEEDED, USED
from postinfusion.analyses.reference_grid import count_cells
from postinfusion.analyses.time_bases import DECAY, Moments, decay_of, decay_slope, time_columns, time_terms
from postinfusion.ard.build import Row, rows
from postinfusion.core.inference import DfMethod
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Trajectory


@dataclass(frozen=True)
class RandomEffects:
    """One rung of the ladder of random effects: its name in the results, its formula, and whether they correlate."""

    name: str
    formula: str
    correlated: bool


@dataclass(frozen=True)
class CourseFit:
    """What became of a model over time.

    Attributes
    ----------
    fit
        The fit; None where there is none.
    used
        Its random effects; those of the last rung where there is no fit.
    formula
        Its fixed effects.
    frame
        The analysed rows with the columns of time.
    ladder
        A row of outcome for each rung of the ladder.
    rate
        The decay time, where it was estimated.
    failure
        Why there is no fit.
    """

    fit: LmmFit | None
    used: RandomEffects
    formula: str
    frame: pd.DataFrame = field(repr=False)
    ladder: tuple[Row, ...] = ()
    rate: EstimatedRate | None = None
    failure: str = ""

    @property
    def fitted(self) -> LmmFit:
        """The fit.

        Raises
        ------
        ModelError
            There is none.
        """
        if self.fit is None:
            raise ModelError(self.failure)
        return self.fit


def course_formula(analysis: Trajectory, data: ModelData) -> str:
    """Give the fixed effects: arm x time, baseline x time, then strata and covariates."""
    terms = time_terms(analysis)
    time = terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"
    arm = [f"{ARM} * {time}"] if len(data.arms) > 1 else [time]
    baseline = [f"BASE * {time}"] if data.has_baseline else []
    return " + ".join([*arm, *baseline, *(f"`{name}`" for name in data.covariates)])


def random_effects_ladder(analysis: Trajectory) -> tuple[RandomEffects, ...]:
    """Give the random effects to try, in order."""
    slope = DAYS if analysis.shape == "linear" else f"log1p({DAYS})"
    intercept = RandomEffects("intercept", "1", correlated=True)
    if "slope" not in analysis.random:
        return (intercept,)
    return (
        RandomEffects("correlated intercept and slope", f"1 + {slope}", correlated=True),
        RandomEffects("uncorrelated intercept and slope", f"1 + {slope}", correlated=False),
        intercept,
    )


def fit_course(analysis: Trajectory, data: ModelData, at: Moments) -> CourseFit:
    """Fit the model; a decay time that the plan leaves open is estimated by its profile likelihood first.

    Parameters
    ----------
    analysis
        The basis, the random effects, and the degrees of freedom.
    data
        The records.
    at
        The times of the records.
    """
    formula = course_formula(analysis, data)
    # The ladder of a model whose decay time is not yet known is gone down at the middle of the grid.
    tau = float(np.sqrt(GRID_DAYS[0] * GRID_DAYS[-1])) if analysis.estimates_rate else None
    first = _descend(analysis, data, formula, data.frame.assign(**time_columns(analysis, at, tau)))
    return _with_rate(analysis, data, first, at) if tau is not None and first.fit is not None else first


def mean_combinations(analysis: Trajectory, course: CourseFit, arms: tuple[str, ...], at: Moments) -> dict[str, Array]:
    """Give the combination of the coefficients that is the adjusted mean of each arm at each time, shape (m, c).

    Parameters
    ----------
    analysis, course
        The model and its fit.
    arms
        The arms of the data.
    at
        The times.
    """
    fit, rate = course.fitted, course.rate
    grid = Grid(fit.design, count_cells(fit.design, course.frame), fit.analysed)
    keep = [ARM] if len(arms) > 1 else []
    fixed = {RATE: 0.0} if rate else {}
    columns = time_columns(analysis, at, rate.tau if rate else None)

    def rows_at(values: dict[str, list[float]]) -> Array:
        m = max(len(column) for column in values.values())
        return mean_rows(grid, keep, fixed | values, "equal").L.reshape(m, len(arms), -1)

    if len(columns) == 1:
        found = rows_at({name: column.tolist() for name, column in columns.items()})
    else:  # the mean is linear in each of several columns
        none = {name: [0.0] for name in columns}
        base = rows_at(none)
        found = base + sum(
            column[:, None, None] * (rows_at(none | {name: [1.0]}) - base) for name, column in columns.items()
        )
    if rate:
        beta = rate.coefficients.reindex(fit.design.names, fill_value=0.0).to_numpy()
        per_unit = np.diff(rows_at({DECAY: [0.0, 1.0]}), axis=0)[0] @ beta
        found[:, :, fit.design.names.index(RATE)] = decay_slope(analysis, at, rate.tau)[:, None] * per_unit
    return {arm: found[:, place] for place, arm in enumerate(arms)}


def _with_rate(analysis: Trajectory, data: ModelData, first: CourseFit, at: Moments) -> CourseFit:
    """Estimate the decay time, then fit the model with the column of its last step."""

    def columns(tau: float) -> pd.DataFrame:
        return data.frame.assign(**time_columns(analysis, at, tau))

    analysed = data.frame if first.fitted.analysed is None else first.fitted.analysed

    def decay_of_analysed(tau: float) -> tuple[Array, Array]:
        by_row = pd.DataFrame(decay_of(analysis, at, tau), columns=data.frame.index).T.loc[analysed.index]
        return by_row[0].to_numpy(), by_row[1].to_numpy()

    try:
        search = RateSearch(first.fitted, analysed, first.used.correlated, decay_of_analysed)
        profile = search.profile(confidence=analysis.confidence)
        plain = _fit(data, first.formula, first.used, columns(profile.estimate), df="asymptotic")
    except ModelError as error:
        failure = f"the likelihood could not be followed along tau: {error}"
        return CourseFit(None, first.used, first.formula, first.frame, first.ladder, failure=failure)
    rate = EstimatedRate(profile, coefficients_of(plain))
    frame = columns(profile.estimate)
    if profile.problem:
        failure = f"the decay time tau is {profile.problem}: means that take it as known are not given"
        return CourseFit(None, first.used, first.formula, frame, first.ladder, rate, failure)
    frame = frame.assign(**{RATE: rate_column(plain, frame, decay_slope(analysis, at, profile.estimate))})
    found = _descend(analysis, data, f"{first.formula} + {RATE}", frame, begin=first.used)
    return replace(found, rate=rate, ladder=first.ladder if found.used == first.used else found.ladder)


def _descend(
    analysis: Trajectory, data: ModelData, formula: str, frame: pd.DataFrame, begin: RandomEffects | None = None
) -> CourseFit:
    """Go down the ladder of random effects to the first fit."""
    rungs = random_effects_ladder(analysis)
    rungs = rungs[rungs.index(begin) :] if begin else rungs
    fit: LmmFit | None = None
    used, ladder = rungs[-1], list[Row]()
    for rung in rungs:
        outcome = NOT_NEEDED
        if fit is None:
            fit, outcome = _attempt(analysis, data, formula, rung, frame)
            used = rung
        ladder += rows({"outcome": outcome}, term="ladder", level=rung.name)
    failure = "" if fit else f"no random effects of the ladder could be fitted: {ladder[-1]['stat_text']}"
    return CourseFit(fit, used, formula, frame, tuple(ladder), failure=failure)


def _attempt(
    analysis: Trajectory, data: ModelData, formula: str, rung: RandomEffects, frame: pd.DataFrame
) -> tuple[LmmFit | None, str]:
    """Fit one rung; give the fit, or None with the reason."""
    try:
        fit = _fit(data, formula, rung, frame, df=analysis.df_in_use.value)
    except ModelError as error:
        return None, str(error)
    if fit.optimum.boundary and rung != random_effects_ladder(analysis)[-1]:
        return None, "a variance of zero or a correlation of one: the data do not bear it"
    return fit, USED


def _fit(data: ModelData, formula: str, rung: RandomEffects, frame: pd.DataFrame, *, df: DfMethod) -> LmmFit:
    """Fit the model with the random effects of one rung."""
    return fit_lmm(frame, data.response, formula, rung.formula, "USUBJID", df=df, correlated=rung.correlated)
