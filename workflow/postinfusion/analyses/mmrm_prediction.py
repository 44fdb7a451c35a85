"""Predictions of an MMRM for rows of a data frame by what the subjects' other values imply."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.column_checks import refuse_infinite, require_columns
from postinfusion.analyses.design import Design, numeric_values
from postinfusion.analyses.mmrm_data import Columns, SubjectData
from postinfusion.analyses.predictions import complete_for, subject_table
from postinfusion.core.prediction import NewRows, predict_rows
from postinfusion.core.repeated_measures import Fitted
from postinfusion.core.spatial_covariance import SPATIAL
from postinfusion.errors import ModelError


def subject_predictions(
    frame: pd.DataFrame, design: Design, fitted: Fitted, found: SubjectData, columns: Columns, *, confidence: float
) -> pd.DataFrame:
    """Predict the values of each row from its covariates and from what was observed of its subject.

    Standard errors are those of the prediction of the value; the interval is normal, Sigma being held at its estimate.
    """
    complete = complete_for(frame, [design], [columns.subject, *_places(columns, fitted.covariance)])
    matrix = design.matrix(complete.rows)
    predicted = _by_subject(matrix, complete.rows, fitted, found, columns)
    return subject_table(complete, matrix, fitted.fit.inference, predicted, confidence=confidence)


def _places(columns: Columns, covariance: str) -> list[str]:
    """Name the columns that place a row within its subject."""
    by_time = columns.time if covariance in SPATIAL and columns.time is not None else columns.visit
    return [name for name in (by_time, columns.weights) if name is not None]


def _by_subject(
    matrix: NDArray[np.float64],
    rows: pd.DataFrame,
    fitted: Fitted,
    found: SubjectData,
    columns: Columns,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict the rows of one subject after the other; those of unknown subjects stand alone."""
    in_basis, place = fitted.fit.inference.in_basis(matrix), _place(rows, fitted, found, columns)
    subject = np.asarray(found.subjects.get_indexer(pd.Index(rows[columns.subject])), dtype=np.intp)
    weights = _weights(rows, columns.weights)
    group = _groups(rows, subject, found, columns)
    order = np.argsort(fitted.data.subject, kind="stable")
    start = np.searchsorted(fitted.data.subject[order], np.arange(len(found.subjects) + 1))
    estimate, variance = np.empty(len(rows)), np.empty(len(rows))
    # A row of an unknown subject is a block by itself.
    block = np.where(subject >= 0, subject, -1 - np.arange(len(rows)))
    for code in np.unique(block):
        members = np.flatnonzero(block == code)
        observed = order[start[code] : start[code + 1]] if code >= 0 else order[:0]
        new = NewRows(in_basis[members], place[members], weights[members])
        estimate[members], variance[members] = predict_rows(fitted, new, observed, int(group[members[0]]))
    return estimate, variance


def _place(rows: pd.DataFrame, fitted: Fitted, found: SubjectData, columns: Columns) -> NDArray[np.float64]:
    """Give the time of each row, or the code of its visit."""
    name = _places(columns, fitted.covariance)[0]
    if fitted.covariance in SPATIAL:
        time = numeric_values(rows, name, "time")
        refuse_infinite(time, f"The time {name}")
        return time
    codes = pd.Index(found.visits).get_indexer(pd.Index(rows[name]))
    if (codes < 0).any():
        raise ModelError(
            f"{name} holds a visit that the model has not seen; its visits are {', '.join(map(str, found.visits))}"
        )
    return np.asarray(codes, dtype=float)


def _weights(rows: pd.DataFrame, name: str | None) -> NDArray[np.float64]:
    """Give the weight of each row: one without a column of weights."""
    if name is None:
        return np.ones(len(rows))
    weights = numeric_values(rows, name, "weight")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise ModelError(f"The weight {name} must be positive and finite; a prediction has the variance of its weight")
    return weights


def _groups(rows: pd.DataFrame, subject: NDArray[np.intp], found: SubjectData, columns: Columns) -> NDArray[np.intp]:
    """Give the group of each row: that of its subject, else the one that the row names."""
    if found.data.group is None or columns.group is None:
        return np.zeros(len(rows), dtype=np.intp)
    codes: Any = found.data.group[np.maximum(subject, 0)]
    if (subject < 0).any():
        require_columns(rows, [columns.group])
        named = pd.Index(found.groups).get_indexer(pd.Index(rows[columns.group]))
        codes = np.where(subject >= 0, codes, named)
    if (codes < 0).any():
        raise ModelError(f"{columns.group} holds a group that the model has not seen")
    return np.asarray(codes, dtype=np.intp)
