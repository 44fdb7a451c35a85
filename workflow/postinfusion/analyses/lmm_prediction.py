"""Predictions and residuals of a linear mixed model for rows of a data frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.column_checks import require_columns
from postinfusion.analyses.design import Design
from postinfusion.core.contrasts import Estimates, estimates
from postinfusion.core.mixed_model import MixedModelFit
from postinfusion.core.mixed_prediction import NewRows, predict_rows, residuals
from postinfusion.errors import ModelError, nearest

Kind = Literal["raw", "standardised", "cholesky"]
KINDS: tuple[Kind, ...] = ("raw", "standardised", "cholesky")
COLUMNS = ["estimate", "std_error", "df", "conf_low", "conf_high", "error"]
MISSING = "a variable of the model is missing"
NOT_ESTIMABLE = "not estimable: a cell of the design that it needs holds no data"


@dataclass(frozen=True)
class RandomDesigns:
    """How the random effects of each level are read from a frame.

    Attributes
    ----------
    designs
        Of each level, the outermost first.
    groups
        Columns of the groups.
    labels
        Groups of each level that the model has seen, in the order of their codes.
    """

    designs: tuple[Design, ...]
    groups: tuple[str, ...]
    labels: tuple[pd.Index, ...]

    @property
    def terms(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give each level with the names of its random effects."""
        return tuple((group, tuple(each.names)) for group, each in zip(self.groups, self.designs, strict=True))

    def codes(self, rows: pd.DataFrame) -> tuple[NDArray[np.intp], ...]:
        """Give the codes of each level's groups; -1 for a group that the model has not seen."""
        found = []
        for depth, labels in enumerate(self.labels, start=1):
            names = list(self.groups[:depth])
            keys = pd.Index(rows[names[0]]) if depth == 1 else pd.MultiIndex.from_frame(rows[names])
            found.append(np.asarray(labels.get_indexer(keys), dtype=np.intp))
        return tuple(found)


def marginal_predictions(frame: pd.DataFrame, design: Design, fit: MixedModelFit, *, confidence: float) -> pd.DataFrame:
    """Estimate the mean at the covariates of each row; rows with a missing value are NaN with an error."""
    rows, complete = _complete(frame, design.variables)
    return _table(frame, complete, fit.inference.estimates(design.matrix(rows), confidence=confidence))


def subject_predictions(
    frame: pd.DataFrame, design: Design, random: RandomDesigns, fit: MixedModelFit, *, confidence: float
) -> pd.DataFrame:
    """Predict each row's mean given its groups' random effects; a new group's are zero, and add to the error.

    Parameters
    ----------
    frame
        Has the columns of the fixed and random effects and of the groups; rows with a missing value are NaN.
    design
        The fixed effects.
    random
        The random effects.
    fit
        The fitted model.
    confidence
        Coverage of the intervals; they are normal, the variances being held at their estimates.
    """
    in_random = [name for each in random.designs for name in each.variables]
    rows, complete = _complete(frame, [*design.variables, *random.groups, *in_random])
    matrix = design.matrix(rows)
    in_basis = fit.inference.in_basis(matrix)
    new = NewRows(in_basis, tuple(each.matrix(rows) for each in random.designs), random.codes(rows))
    estimate, variance = predict_rows(fit, new)
    known = fit.inference.basis.is_estimable(matrix)
    estimate, error = np.where(known, estimate, np.nan), np.where(known, np.sqrt(variance), np.nan)
    return _table(frame, complete, estimates(estimate, error, np.inf, confidence=confidence))


def _complete(frame: pd.DataFrame, names: Iterable[str]) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Give the rows without a missing value in these columns, and which they are."""
    needed = list(dict.fromkeys(names))
    require_columns(frame, needed)
    complete = np.asarray(frame[needed].notna().all(axis=1), dtype=np.bool_)
    return frame[complete], complete


def _table(frame: pd.DataFrame, complete: NDArray[np.bool_], found: Estimates) -> pd.DataFrame:
    """Give the table of predictions in the rows of the frame."""
    table = pd.DataFrame(np.nan, index=frame.index, columns=COLUMNS[:-1])
    for name in table.columns:
        table.loc[complete, name] = getattr(found, name)
    problems = np.full(len(frame), MISSING, dtype=object)
    problems[complete] = np.where(np.isnan(found.estimate), NOT_ESTIMABLE, "")
    return table.assign(error=problems)


def residual_series(fit: MixedModelFit, index: pd.Index, *, kind: str, by_subject: bool) -> pd.Series[float]:
    """Give the residuals of the analysed rows.

    Raises
    ------
    ModelError
        The kind is not there, or not defined given the random effects.
    """
    if kind not in KINDS:
        raise ModelError(f'kind "{kind}" is not available; available are {", ".join(KINDS)}. {nearest(kind, KINDS)}')
    if kind == "cholesky" and by_subject:
        raise ModelError('kind="cholesky" takes the whole covariance out; it is not defined given the random effects')
    found = residuals(fit)
    values = found.conditional if by_subject else found.marginal
    if kind == "standardised":
        values = values / (found.conditional_deviation if by_subject else found.marginal_deviation)
    return pd.Series(found.cholesky if kind == "cholesky" else values, index=index)
