"""Tables of means and comparisons on the response scale, from averages with their covariance."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from postinfusion.analyses.design import Array
from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.reference_grid import NOT_ESTIMABLE, estimates_frame
from postinfusion.core.contrasts import estimates
from postinfusion.core.inference import Inference
from postinfusion.errors import ModelError

Scale = Literal["log", "logit"]
Measure = Literal["difference", "ratio", "odds-ratio"]
MEASURES = ("difference", "ratio", "odds-ratio")


@dataclass(frozen=True)
class Averages:
    """Averages of expected outcomes, what identifies them, and how sure they are.

    Attributes
    ----------
    labels
        A row per average.
    estimate
        Shape (g,).
    covariance
        Shape (g, g).
    is_estimable
        Shape (g,).
    scale
        On which intervals are symmetric: ``log`` for counts, ``logit`` for probabilities.
    """

    labels: pd.DataFrame
    estimate: Array
    covariance: Array
    is_estimable: NDArray[np.bool_]
    scale: Scale


def mean_table(averages: Averages, confidence: float) -> pd.DataFrame:
    """Give each average with its delta-method error; intervals are formed on the scale and carried back.

    Parameters
    ----------
    averages
        What was estimated.
    confidence
        Coverage of the intervals.
    """
    m = averages.estimate
    error = np.sqrt(np.maximum(np.diag(averages.covariance), 0.0))
    scaled, slope = _transformed(m, averages.scale)
    on_scale = estimates(scaled, error * slope, np.inf, confidence=confidence)
    back = np.exp if averages.scale == "log" else expit
    table = averages.labels.reset_index(drop=True).assign(
        estimate=m, std_error=error, df=np.inf, conf_low=back(on_scale.conf_low), conf_high=back(on_scale.conf_high)
    )
    return _without_inestimable(table, averages.is_estimable)


def comparison_table(
    averages: Averages, name: str, reference: Hashable, measure: Measure, confidence: float
) -> pd.DataFrame:
    """Give differences or ratios of averages to the reference level of one label, within all other labels.

    Parameters
    ----------
    averages
        What was estimated; the label varies over the same levels within each combination of the others.
    name
        The label that is compared.
    reference
        Its level to compare with; the first by default.
    measure
        ``difference``; ``ratio`` (rate or risk ratio) or ``odds-ratio``, whose tests and intervals are on the log.
    confidence
        Coverage of the intervals.

    Raises
    ------
    ModelError
        The measure or the level is not there.
    """
    if measure not in MEASURES:
        raise ModelError(f'measure "{measure}" is not available; available are {", ".join(MEASURES)}')
    if measure == "odds-ratio" and averages.scale == "log":
        raise ModelError('Counts have no odds; use measure="ratio" or measure="difference"')
    others, against = _pairs(averages.labels, name, reference)
    scale = {"difference": None, "ratio": "log", "odds-ratio": "logit"}[measure]
    value, slope = _transformed(averages.estimate, scale)
    difference = np.eye(len(value))[others] - np.eye(len(value))[against]
    moved = difference * slope
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", moved, averages.covariance, moved), 0.0))
    found = estimates(value[others] - value[against], error, np.inf, confidence=confidence)
    labels = averages.labels.iloc[others].reset_index(drop=True)
    labels.insert(list(labels.columns).index(name) + 1, "reference", averages.labels[name].to_numpy()[against])
    ratio = measure != "difference"
    table = labels.assign(
        estimate=np.exp(found.estimate) if ratio else found.estimate,
        std_error=found.std_error * np.exp(found.estimate) if ratio else found.std_error,
        df=found.df,
        statistic=found.statistic,
        p_value=found.p_value,
        conf_low=np.exp(found.conf_low) if ratio else found.conf_low,
        conf_high=np.exp(found.conf_high) if ratio else found.conf_high,
    )
    return _without_inestimable(table, averages.is_estimable[others] & averages.is_estimable[against])


def ratio_table(rows: Rows, inference: Inference, confidence: float) -> pd.DataFrame:
    """Give exponentiated contrasts of the linear predictor: rate ratios under a log link, odds ratios under a logit.

    Parameters
    ----------
    rows
        The contrasts.
    inference
        Of the coefficients.
    confidence
        Coverage of the intervals, which are formed before exponentiating.
    """
    table = estimates_frame(rows, inference, confidence=confidence)
    ratio = np.exp(table["estimate"])
    return table.assign(
        estimate=ratio,
        std_error=ratio * table["std_error"],
        conf_low=np.exp(table["conf_low"]),
        conf_high=np.exp(table["conf_high"]),
    )


def _transformed(value: Array, scale: str | None) -> tuple[Array, Array]:
    """Give values on a scale, and the derivative of the scale there."""
    if scale is None:
        return value, np.ones_like(value)
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return np.log(value), 1 / value
        return np.asarray(logit(value)), 1 / (value * (1 - value))


def _pairs(labels: pd.DataFrame, name: str, reference: Hashable) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the positions of what is compared and of what it is compared with."""
    levels = list(dict.fromkeys(labels[name]))
    base = levels[0] if reference is None else reference
    if base not in levels:
        raise ModelError(f'{name} has no level "{base}" to compare with; its levels are {", ".join(map(str, levels))}')
    group = labels.drop(columns=name)
    keys = list(group.itertuples(index=False, name=None))
    at_base = {key: i for i, (key, level) in enumerate(zip(keys, labels[name], strict=True)) if level == base}
    others = np.array([i for i, level in enumerate(labels[name]) if level != base], dtype=np.intp)
    return others, np.array([at_base[keys[i]] for i in others], dtype=np.intp)


def _without_inestimable(table: pd.DataFrame, is_estimable: NDArray[np.bool_]) -> pd.DataFrame:
    """Take the numbers away where there is no estimate, and say why."""
    numbers = [
        name
        for name in ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
        if name in table
    ]
    table.loc[~is_estimable, numbers] = np.nan
    return table.assign(error=np.where(is_estimable, "", NOT_ESTIMABLE))
