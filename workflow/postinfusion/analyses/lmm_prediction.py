"""Predictions and residuals of a linear mixed model for rows of a data frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.design import Design
from postinfusion.analyses.predictions import complete_for, subject_table
from postinfusion.core.mixed_model import MixedModelFit
from postinfusion.core.mixed_prediction import NewRows, predict_rows, residuals
from postinfusion.core.residuals import check_kind
from postinfusion.errors import ModelError


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
    found = complete_for(frame, [design, *random.designs], random.groups)
    matrix = design.matrix(found.rows)
    in_random_columns = tuple(each.matrix(found.rows) for each in random.designs)
    new = NewRows(fit.inference.in_basis(matrix), in_random_columns, random.codes(found.rows))
    return subject_table(found, matrix, fit.inference, predict_rows(fit, new), confidence=confidence)


def residual_series(fit: MixedModelFit, index: pd.Index | None, *, kind: str, by_subject: bool) -> pd.Series[float]:
    """Give the residuals of the analysed rows.

    Raises
    ------
    ModelError
        The kind is not there, or not defined given the random effects.
    """
    check_kind(kind)
    if kind == "cholesky" and by_subject:
        raise ModelError('kind="cholesky" takes the whole covariance out; it is not defined given the random effects')
    found = residuals(fit)
    values = found.conditional if by_subject else found.marginal
    if kind == "standardised":
        values = values / (found.conditional_deviation if by_subject else found.marginal_deviation)
    return pd.Series(found.cholesky if kind == "cholesky" else values, index=index)
