"""One model for repeated measures fitted to many data sets, as simulations need: the formula is worked out once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import level_values
from postinfusion.analyses.design import build_design, complete_rows, numeric_values
from postinfusion.analyses.formula import parse_formula
from postinfusion.analyses.grid_rows import At, Grid, Rows, as_names, difference_rows, mean_rows
from postinfusion.analyses.reference_grid import count_cells
from postinfusion.core.batched_fit import Replicate, fit_replicates
from postinfusion.core.covariance import covariance_model
from postinfusion.core.fit import OptimumReport
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.linalg import Array
from postinfusion.core.repeated_measures import Asked, RepeatedMeasures
from postinfusion.errors import ModelError

NO_ROW = "No row has all the variables of the model; nothing can be fitted"
STATISTICS = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


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
        conf_low, conf_high; of the replicate's optimum iterations, max_gradient and whether it was searched_alone,
        which the search of many at once leaves to the usual one; error. A replicate that could not be fitted has NaN
        and the reason.

    Raises
    ------
    ModelError
        The model cannot be set up for any replicate, or the rows of a replicate do not follow each other.
    """
    formula = parse_formula(fixed)
    rows = complete_rows(frame, [replicate, response, subject, visit, *formula.variables])
    if not len(rows):
        raise ModelError(NO_ROW)
    asked = Asked(method, df, information, vcov)
    covariance_model(covariance, rows[visit].nunique())
    design = build_design(formula, rows, categorical=[visit])
    grid = Grid(design, count_cells(design, rows), None)
    contrasts = difference_rows(mean_rows(grid, [specs, *as_names(by)], at or {}, "equal"), specs, reference)
    names, bounds = _replicates(rows[replicate])
    visits = level_values(rows[visit])
    arrays = _Arrays(
        X=design.matrix(rows),
        y=numeric_values(rows, response, "response"),
        subject=np.asarray(pd.factorize(rows[subject])[0], dtype=np.intp),
        visit=np.asarray(pd.Index(visits).get_indexer(pd.Index(rows[visit])), dtype=np.intp),
        visit_names=tuple(map(str, visits)),
    )
    fitted = fit_replicates((arrays.part(*own) for own in bounds), covariance, asked=asked)
    found = [_contrasts(one, contrasts.L, confidence) for one in fitted]
    empty = pd.Index(frame[replicate].dropna().unique()).difference(names, sort=False)
    found += [_contrasts(Replicate(None, NO_ROW, alone=False), contrasts.L, confidence)] * len(empty)
    return _table(replicate, names.append(empty), contrasts, found)


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


@dataclass(frozen=True)
class _Found:
    """The statistics of the contrasts of one replicate, (7, contrasts), with its optimum's dossier or the reason."""

    statistics: Array
    dossier: OptimumReport | None
    alone: bool
    reason: str


def _contrasts(one: Replicate, combinations: Array, confidence: float) -> _Found:
    """Give the statistics of the contrasts of a replicate; NaN where there is no fit."""
    if one.fit is None:
        return _Found(np.full((len(STATISTICS), len(combinations)), np.nan), None, one.alone, one.reason)
    found = one.fit.inference.estimates(combinations, confidence=confidence)
    return _Found(np.stack([getattr(found, name) for name in STATISTICS]), one.fit.optimum, one.alone, "")


def _table(replicate: str, names: pd.Index, contrasts: Rows, found: list[_Found]) -> pd.DataFrame:
    """Put the statistics of all replicates into one frame."""
    m = len(contrasts.L)
    labels = pd.concat([contrasts.labels] * len(found), ignore_index=True)
    labels.insert(0, replicate, names.repeat(m))
    numbers = np.concatenate([one.statistics for one in found], axis=1)
    dossiers = [one.dossier for one in found]
    return labels.assign(
        **dict(zip(STATISTICS, numbers, strict=True)),
        iterations=pd.array(np.repeat([None if of is None else of.iterations for of in dossiers], m), dtype="Int64"),
        max_gradient=np.repeat([np.nan if of is None else of.max_gradient for of in dossiers], m),
        searched_alone=np.repeat([one.alone for one in found], m),
        error=np.repeat([one.reason for one in found], m),
    )
