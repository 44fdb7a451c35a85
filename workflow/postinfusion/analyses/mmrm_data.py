"""From the rows of a data frame to the arrays of a model for repeated measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.column_checks import level_values
from postinfusion.analyses.design import Design, Levels, numeric_values
from postinfusion.core.repeated_measures import RepeatedMeasures
from postinfusion.core.spatial_covariance import SPATIAL
from postinfusion.errors import ModelError

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a model for repeated measures beside those of its formula.

    Attributes
    ----------
    response, subject, visit
        Always there.
    group
        Groups of subjects with a covariance each.
    time
        Actual times, for covariances on them.
    weights
        Weights of the rows.
    """

    response: str
    subject: str
    visit: str
    group: str | None = None
    time: str | None = None
    weights: str | None = None

    @property
    def needed(self) -> list[str]:
        """Name the columns in which no value may be missing."""
        optional = (self.group, self.time, self.weights)
        return [self.response, self.subject, self.visit, *(name for name in optional if name is not None)]


@dataclass(frozen=True)
class SubjectData:
    """Arrays of a model, with the labels of their codes.

    Attributes
    ----------
    data
        The arrays.
    subjects, visits, groups
        Labels of the codes; groups are empty when there are none.
    """

    data: RepeatedMeasures
    subjects: pd.Index
    visits: tuple[Any, ...]
    groups: tuple[Any, ...]


def with_time(columns: Columns, frame: pd.DataFrame, covariance: str) -> Columns:
    """Give the columns with the one of the times, where the covariance needs it: ``visit`` itself when it is numeric.

    Raises
    ------
    ModelError
        There is none, or a time was named for a covariance by visit.
    """
    if covariance not in SPATIAL:
        if columns.time is not None:
            raise ModelError(
                f'time= is for {" and ".join(SPATIAL)}; the covariance "{covariance}" goes by the visit: leave it out'
            )
        return columns
    if columns.time is not None:
        return columns
    visit = frame.get(columns.visit)
    if visit is None or not pd.api.types.is_numeric_dtype(visit) or pd.api.types.is_bool_dtype(visit):
        raise ModelError(f"{covariance} needs actual times: name their column with time= ({columns.visit} has none)")
    return Columns(columns.response, columns.subject, columns.visit, columns.group, columns.visit, columns.weights)


def subject_data(columns: Columns, rows: pd.DataFrame, design: Design) -> SubjectData:
    """Give the arrays of the analysed rows.

    Raises
    ------
    ModelError
        A column is not numeric, or a subject is in two groups.
    """
    codes, subjects = pd.factorize(rows[columns.subject])
    subject = np.asarray(codes, dtype=np.intp)
    visits = design.factors.get(columns.visit) or level_values(rows[columns.visit])
    groups = () if columns.group is None else level_values(rows[columns.group])
    data = RepeatedMeasures(
        X=design.matrix(rows),
        y=numeric_values(rows, columns.response, "response"),
        subject=subject,
        visit=Levels(visits).codes(rows[columns.visit]),
        visit_names=tuple(map(str, visits)),
        group=None if columns.group is None else _subject_groups(rows[columns.group], groups, subject),
        group_names=tuple(map(str, groups)),
        time=None if columns.time is None else numeric_values(rows, columns.time, "time"),
        weights=None if columns.weights is None else numeric_values(rows, columns.weights, "weight"),
    )
    return SubjectData(data, pd.Index(subjects, name=columns.subject), visits, groups)


def _subject_groups(column: pd.Series[Any], groups: tuple[Any, ...], subject: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give the code of each subject's group."""
    of_row = Levels(groups).codes(column)
    of_subject = np.empty(int(subject.max()) + 1, dtype=np.intp)
    of_subject[subject] = of_row
    moved = np.unique(subject[of_subject[subject] != of_row])
    if len(moved):
        raise ModelError(
            f"{len(moved)} subjects are in more than one group of {column.name}; a covariance by group needs a group "
            "that is constant within the subject"
        )
    return of_subject
