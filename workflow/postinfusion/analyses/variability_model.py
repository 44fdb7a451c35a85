"""The location-scale mixed model of an endpoint: a standard deviation of each person's own, compared between arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array, build_design
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.model_rows import NOT_NEEDED, USED
from postinfusion.analyses.variability_data import SD
from postinfusion.analyses.variability_two_steps import log_ratio, logarithms, scale_design, usable_covariates
from postinfusion.core.person_scale import BOUNDARY, PersonScaleFit, fit_person_scale, person_rows
from postinfusion.core.random_scale import FEWEST_SUBJECTS
from postinfusion.errors import ModelError

TIME = "STANDARDTIME"
STARTING_DEVIATION = 0.4
"""Of random effects and of the log standard deviation, with values of unit standard deviation."""
RANDOM_SLOPE, RANDOM_INTERCEPT = "random scale, intercept and slope", "random scale, intercept"
FIXED, TWO_STEPS = "one standard deviation for each arm", "two steps"
NOTHING_BETWEEN = "persons do not differ in their standard deviations beyond the columns of the model"
_EFFECT_VANISHED = "a variance of the random effects is zero"


@dataclass(frozen=True)
class ScaleModel:
    """A fitted location-scale model.

    Attributes
    ----------
    ratios
        Arm → estimate, std_error (of the logarithm), df, statistic, p_value, conf_low, conf_high.
    rung
        Which rung of the ladder it is.
    between
        Standard deviation of the log standard deviations between persons.
    dossier
        What the fit says of itself: numbers and texts.
    """

    ratios: dict[str, dict[str, float]]
    rung: str
    between: float
    dossier: dict[str, float | str]


@dataclass(frozen=True)
class _Data:
    """What the models are fitted to.

    Attributes
    ----------
    frame
        The values of the persons with their arm, time standardised.
    persons
        One row for each person.
    columns
        Covariates of the log standard deviation.
    trend
        Each person has a straight line of its own.
    confidence
        Coverage of the intervals.
    """

    frame: pd.DataFrame
    persons: pd.DataFrame
    columns: tuple[str, ...]
    trend: bool
    confidence: float

    @property
    def location(self) -> str:
        """The fixed effects of the mean."""
        return f"{ARM} * {TIME}" if self.trend else ARM

    def ratios(self, names: list[str], gamma: Array, errors: Array) -> dict[str, dict[str, float]]:
        """Give the ratio of each arm to the first one; degrees of freedom count the persons."""
        df = float(len(self.persons) - len(names))
        places = {arm: names.index(f"{ARM}{arm}") for arm in list(self.persons[ARM].cat.categories)[1:]}
        return {arm: log_ratio(float(gamma[at]), float(errors[at]), df, self.confidence) for arm, at in places.items()}


def scale_model(
    records: pd.DataFrame, persons: pd.DataFrame, columns: Sequence[str], *, trend: bool, confidence: float
) -> tuple[ScaleModel | None, dict[str, str]]:
    """Go down the ladder to a model that the data bear; None where only two steps are left.

    Parameters
    ----------
    records
        The values of the persons: USUBJID, AHRFIRST, AVAL.
    persons
        One row for each person: USUBJID, ARM, spreads, covariates.
    columns
        Covariates of the log standard deviation.
    trend
        Each person has a straight line of its own.
    confidence
        Coverage of the intervals.

    Returns
    -------
    model, ladder
        The model, and rung → its outcome.
    """
    random = [RANDOM_SLOPE, RANDOM_INTERCEPT] if trend else [RANDOM_INTERCEPT]
    ladder = dict.fromkeys([*random, FIXED, TWO_STEPS], NOT_NEEDED)
    if len(persons) < FEWEST_SUBJECTS:
        few = f"{len(persons)} participants: fewer than {FEWEST_SUBJECTS} do not tell how standard deviations vary"
        return None, {**dict.fromkeys(ladder, few), TWO_STEPS: USED}
    kept, _ = usable_covariates(persons, columns)
    data = _Data(_standardised(records, persons), persons, kept, trend, confidence)
    for rung in random:
        try:
            fit = _with_random_scale(data, slope=rung == RANDOM_SLOPE)
        except (ModelError, np.linalg.LinAlgError) as error:
            ladder[rung] = str(error)
            continue
        if fit.deviation < BOUNDARY:
            ladder[rung] = NOTHING_BETWEEN
            return _one_for_each_arm(data, ladder)
        if not fit.boundary:
            return _random(data, fit, rung), {**ladder, rung: USED}
        ladder[rung] = _EFFECT_VANISHED
    return None, {**ladder, FIXED: "not tried: persons may differ, and it takes them for alike", TWO_STEPS: USED}


def _standardised(records: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Give the values of the persons with their arm, and time with mean 0 and standard deviation 1."""
    frame = records.drop(columns=ARM, errors="ignore").merge(persons[["USUBJID", ARM]], on="USUBJID")
    hours = frame["AHRFIRST"]
    spread = float(hours.std()) or 1.0
    return frame.assign(**{TIME: (hours - hours.mean()) / spread})


def _with_random_scale(data: _Data, *, slope: bool) -> PersonScaleFit:
    """Fit the model with a random scale."""
    frame, persons = data.frame, data.persons
    fixed = build_design(data.location, frame).matrix(frame)
    random = np.column_stack([np.ones(len(frame)), *([frame[TIME]] if slope else [])])
    values = frame["AVAL"].to_numpy(dtype=float)
    size = float(values.std())
    y = (values - values.mean()) / size
    scale = scale_design(persons, data.columns).matrix(persons)
    rows = person_rows(fixed, random, y, scale, pd.Index(persons["USUBJID"]).get_indexer(frame["USUBJID"]))
    logs = logarithms(persons, SD)[0] - np.log(size)
    gamma = np.linalg.lstsq(scale, logs, rcond=None)[0]
    free = np.where(rows.lower[0] == rows.lower[1], np.log(STARTING_DEVIATION), 0.0)
    beta = np.linalg.lstsq(fixed, y, rcond=None)[0]
    return fit_person_scale(rows, np.concatenate([beta, free, gamma, [STARTING_DEVIATION]]))


def _random(data: _Data, fit: PersonScaleFit, rung: str) -> ScaleModel:
    """Give the ratios of a random scale."""
    n, size = len(data.frame), float(data.frame["AVAL"].std(ddof=0))
    dossier: dict[str, float | str] = {
        "n_observations": n,
        "log_likelihood": fit.log_likelihood - n * float(np.log(size)),
        "iterations": fit.iterations,
        "gradient": fit.gradient,
        "condition": fit.condition,
        "converged": True,
        "random_effects": rung,
        "estimation": "ml",
        "df_method": "between-within",
    }
    names = list(scale_design(data.persons, data.columns).names)
    ratios = data.ratios(names, fit.gamma, np.sqrt(np.diag(fit.gamma_covariance)))
    return ScaleModel(ratios, rung, fit.deviation, dossier)


def _one_for_each_arm(data: _Data, ladder: dict[str, str]) -> tuple[ScaleModel | None, dict[str, str]]:
    """Fit the model without differences between persons beyond its columns, by restricted maximum likelihood."""
    reasons: list[str] = []
    for random in ([f"1 + {TIME}"] if data.trend else []) + ["1"]:
        try:
            fit = _with_fixed_scale(data, random)
        except ModelError as error:
            reasons.append(str(error))
            continue
        if not fit.optimum.boundary or random == "1":
            return _fixed(data, fit, random), {**ladder, FIXED: USED}
        reasons.append(_EFFECT_VANISHED)
    return None, {**ladder, FIXED: "; ".join(dict.fromkeys(reasons)), TWO_STEPS: USED}


def _with_fixed_scale(data: _Data, random: str) -> LmmFit:
    """Fit the model whose log standard deviation depends on its columns alone."""
    joined = data.frame.merge(data.persons[["USUBJID", *data.columns]], on="USUBJID")
    scale = " + ".join([ARM, *(f"`{name}`" for name in data.columns)])
    return fit_lmm(joined, "AVAL", data.location, random, "USUBJID", scale=scale, df="asymptotic")


def _fixed(data: _Data, fit: LmmFit, random: str) -> ScaleModel:
    """Give the ratios of a scale without differences between persons."""
    table = fit.scale_coefficients
    names = ["(Intercept)", *map(str, table["term"])]
    gamma, errors = (np.append(0.0, table[name].to_numpy(dtype=float)) for name in ("estimate", "std_error"))
    dossier: dict[str, float | str] = {
        "n_observations": fit.n_observations,
        "log_likelihood": fit.log_likelihood,
        "iterations": fit.optimum.iterations,
        "gradient": fit.optimum.max_gradient,
        "condition": fit.optimum.condition,
        "converged": True,
        "random_effects": f"{FIXED}, {'intercept' if random == '1' else 'intercept and slope'}",
        "estimation": "reml",
        "df_method": "between-within",
    }
    return ScaleModel(data.ratios(names, gamma, errors), FIXED, 0.0, dossier)
