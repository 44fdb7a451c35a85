"""One model for repeated measures fitted to many data sets, as simulations need: the formula is worked out once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import level_values
from postinfusion.analyses.design import build_design, complete_rows, numeric_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.grid_rows import At, Grid, Rows, as_names, difference_rows, mean_rows
from postinfusion.analyses.reference_grid import count_cells
from postinfusion.core.covariance import covariance_model
from postinfusion.core.inference import DF_METHODS, DfMethod, check_options
from postinfusion.core.likelihood import Method
from postinfusion.core.linalg import Array
from postinfusion.core.repeated_measures import RepeatedMeasures, fit_repeated_measures
from postinfusion.errors import ModelError

NO_ROW = "No row has all the variables of the model; nothing can be fitted"
STATISTICS = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True)
class Options:
    """What is asked of each fit, as in `fit_mmrm`."""

    covariance: str
    method: Method
    df: DfMethod
    information: str
    vcov: str
    confidence: float


def fit_mmrm_batch(
    frame: pd.DataFrame,
    response: str,
    fixed: str,
    subject: str,
    visit: str,
    *,
    replicate: str,
    specs: str,
    by: str | tuple[str, ...] = (),
    reference: Hashable = None,
    at: At | None = None,
    covariance: str = "us",
    method: Method = "reml",
    df: DfMethod = "kenward-roger-linear",
    information: str = "observed",
    vcov: str = "model",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Fit the model to each replicate and give its contrasts.

    Parameters
    ----------
    frame
        The replicates below each other.
    response, fixed, subject, visit
        As in :func:`~postinfusion.analyses.mmrm.fit_mmrm`. Levels and covariates are those of all replicates together.
    replicate
        Column that tells the replicates apart; the rows of one follow each other.
    specs, by, reference, at
        Which contrasts, as in ``MmrmFit.contrasts``; covariates that ``at`` does not name are at their mean over all
        replicates.
    covariance, method, df, information, vcov
        As in :func:`~postinfusion.analyses.mmrm.fit_mmrm`.
    confidence
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        For each replicate and contrast: the replicate, the labels, estimate, std_error, df, statistic, p_value,
        conf_low, conf_high, error. A replicate that could not be fitted has NaN and the reason.

    Raises
    ------
    ModelError
        The model cannot be set up for any replicate, or the rows of a replicate do not follow each other.
    """
    formula = parse_formula(fixed)
    rows = complete_rows(frame, [replicate, response, subject, visit, *formula.variables])
    if not len(rows):
        raise ModelError(NO_ROW)
    check_options(method, df, information, df_methods=("kenward-roger", *DF_METHODS))
    covariance_model(covariance, rows[visit].nunique())
    design = build_design(formula, rows, categorical=[visit])
    grid = Grid(design, count_cells(design, rows), None)
    contrasts = difference_rows(mean_rows(grid, [specs, *as_names(by)], at or {}, "equal"), specs, reference)
    options = Options(covariance, method, df, information, vcov, confidence)
    names, bounds = _replicates(rows[replicate])
    visits = level_values(rows[visit])
    arrays = _Arrays(
        X=design.matrix(rows),
        y=numeric_values(rows, response, "response"),
        subject=np.asarray(pd.factorize(rows[subject])[0], dtype=np.intp),
        visit=np.asarray(pd.Index(visits).get_indexer(pd.Index(rows[visit])), dtype=np.intp),
        visit_names=tuple(map(str, visits)),
    )
    found = list(_each(arrays, bounds, contrasts.L, options))
    empty = pd.Index(frame[replicate].dropna().unique()).difference(names, sort=False)
    nothing = np.full((len(STATISTICS), len(contrasts.L)), np.nan), NO_ROW
    return _table(replicate, names.append(empty), contrasts, found + [nothing] * len(empty))


@dataclass(frozen=True)
class _Arrays:
    """All replicates as arrays: X (n, c), y, subject and visit (n,)."""

    X: Array
    y: Array
    subject: np.ndarray[tuple[int], np.dtype[np.intp]]
    visit: np.ndarray[tuple[int], np.dtype[np.intp]]
    visit_names: tuple[str, ...]

    def part(self, start: int, stop: int) -> RepeatedMeasures:
        """Give one replicate; its subjects are counted anew."""
        subject = np.unique(self.subject[start:stop], return_inverse=True)[1]
        return RepeatedMeasures(
            self.X[start:stop], self.y[start:stop], subject, self.visit[start:stop], self.visit_names
        )


def _replicates(column: pd.Series[Any]) -> tuple[pd.Index, list[tuple[int, int]]]:
    """Give the replicates and the first and last row of each."""
    codes, names = pd.factorize(column)
    start = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(start) != len(names):
        raise ModelError(f"The rows of a replicate must follow each other; sort the data by {column.name}")
    return pd.Index(names), list(zip(start.tolist(), [*start[1:].tolist(), len(codes)], strict=True))


def _each(
    arrays: _Arrays, bounds: list[tuple[int, int]], combinations: Array, options: Options
) -> Iterator[tuple[Array, str]]:
    """Give the statistics of each replicate, shape (7, contrasts), and why there are none."""
    nothing = np.full((len(STATISTICS), len(combinations)), np.nan)
    for start, stop in bounds:
        try:
            yield _contrasts(arrays.part(start, stop), combinations, options), ""
        except ModelError as error:
            yield nothing, str(error)


def _contrasts(data: RepeatedMeasures, combinations: Array, options: Options) -> Array:
    """Fit one replicate and give the statistics of its contrasts."""
    fit = fit_repeated_measures(
        data,
        options.covariance,
        method=options.method,
        df_method=options.df,
        information=options.information,
        vcov=options.vcov,
    )
    found = fit.inference.estimates(combinations, confidence=options.confidence)
    return np.stack([getattr(found, name) for name in STATISTICS])


def _table(replicate: str, names: pd.Index, contrasts: Rows, found: list[tuple[Array, str]]) -> pd.DataFrame:
    """Put the statistics of all replicates into one frame."""
    m = len(contrasts.L)
    labels = pd.concat([contrasts.labels] * len(found), ignore_index=True)
    labels.insert(0, replicate, names.repeat(m))
    numbers = np.concatenate([statistics for statistics, _ in found], axis=1)
    table = labels.assign(**dict(zip(STATISTICS, numbers, strict=True)))
    return table.assign(error=np.repeat([reason for _, reason in found], m))
