"""Predictions for the rows of a frame: the mean at their covariates, and the table of what a subject's values imply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.column_checks import numbers_of, refuse_infinite, require_columns
from postinfusion.analyses.design import Array, Covariate, Design
from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.reference_grid import NOT_ESTIMABLE, estimates_frame
from postinfusion.core.contrasts import estimates
from postinfusion.core.inference import Inference

MISSING = "a variable of the model is missing"
COLUMNS = ["estimate", "std_error", "df", "conf_low", "conf_high", "error"]


@dataclass(frozen=True)
class CompleteRows:
    """The rows of a frame that have all variables of a prediction.

    Attributes
    ----------
    frame
        As it came.
    complete
        Shape (n,): which of its rows have no missing value.
    """

    frame: pd.DataFrame
    complete: NDArray[np.bool_]

    @property
    def rows(self) -> pd.DataFrame:
        """Give the complete rows."""
        return self.frame[self.complete]

    def table(self, found: pd.DataFrame) -> pd.DataFrame:
        """Give the predictions of the complete rows in the rows of the frame; the others are NaN with an error."""
        table = pd.DataFrame(np.nan, index=self.frame.index, columns=COLUMNS[:-1])
        problems = np.full(len(self.frame), MISSING, dtype=object)
        table.loc[self.complete] = found[COLUMNS[:-1]].to_numpy()
        problems[self.complete] = found["error"]
        return table.assign(error=problems)


def complete_for(frame: pd.DataFrame, designs: Iterable[Design], others: Iterable[str] = ()) -> CompleteRows:
    """Find the rows without a missing value in the variables of these designs and in other columns.

    Raises
    ------
    ModelError
        A column is not there, or a covariate is not a finite number.
    """
    variables = {name: variable for design in designs for name, variable in design.variables.items()}
    needed = list(dict.fromkeys([*variables, *others]))
    require_columns(frame, needed)
    found = CompleteRows(frame, np.asarray(frame[needed].notna().all(axis=1), dtype=np.bool_))
    for name in (name for name, variable in variables.items() if isinstance(variable, Covariate)):
        refuse_infinite(numbers_of(found.rows[name], name), name)
    return found


def marginal_predictions(
    frame: pd.DataFrame, design: Design, inference: Inference, *, confidence: float
) -> pd.DataFrame:
    """Estimate the mean at the covariates of each row; rows with a missing value are NaN with an error."""
    found = complete_for(frame, [design])
    rows = Rows(pd.DataFrame(index=pd.RangeIndex(len(found.rows))), design.matrix(found.rows))
    return found.table(estimates_frame(rows, inference, confidence=confidence))


def subject_table(
    found: CompleteRows,
    matrix: Array,
    inference: Inference,
    predicted: tuple[Array, Array],
    *,
    confidence: float,
) -> pd.DataFrame:
    """Give the table of predictions by subject and of the variances of their errors.

    Intervals are normal: the covariance is held at its estimate. Rows of the design, ``matrix``, that are not estimable
    are NaN with an error.
    """
    known = inference.basis.is_estimable(matrix)
    estimate, error = (np.where(known, values, np.nan) for values in (predicted[0], np.sqrt(predicted[1])))
    result = estimates(estimate, error, np.full(len(error), np.inf), confidence=confidence)
    table = pd.DataFrame({name: getattr(result, name) for name in COLUMNS[:-1]})
    return found.table(table.assign(error=np.where(known, "", NOT_ESTIMABLE)))
