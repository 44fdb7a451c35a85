"""Where each row of a model for repeated measures stands: the pattern of its subject, and its position there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.linalg import Array
from postinfusion.core.patterns import (
    Integers,
    Products,
    SubjectRows,
    missingness_patterns,
    row_positions,
    stacked_rows,
    sums_by_pattern,
    visits_seen,
)
from postinfusion.errors import ModelError

# Where patterns hold fewer subjects than this on average, sums over them cost more than the rows themselves.
FEW_PER_PATTERN = 2.0
# The sums hold a number for each pair of visits and of columns: with few visits they cost little whatever the patterns.
# With many, an unstructured covariance asks T^2 / 2 times for weighted sums of T^2 / 2 pairs; rows need T^2 products.
MANY_VISITS = 10
PAIRS_PER_ROW = 8


@dataclass(frozen=True)
class SubjectBlocks:
    """The data of a likelihood, with the way back to the rows.

    Attributes
    ----------
    products
        Of [X | y].
    pattern
        Shape (subjects,): the pattern of each subject.
    position
        Shape (n,): the position of each row among the T of its pattern.
    group
        Shape (P,): the group of each pattern; zero without groups.
    times
        Shape (P, T): the times of the positions, the first one where there is no row; None when positions are visits.
    """

    products: Products
    pattern: Integers
    position: Integers
    group: Integers
    times: Array | None = None

    @property
    def n_groups(self) -> int:
        """Count the groups."""
        return int(self.group.max()) + 1


def visit_blocks(
    Z: Array, subject: Integers, visit: Integers, n_visits: int, *, group: Integers | None = None
) -> SubjectBlocks:
    """Give the blocks of subjects seen at visits.

    Parameters
    ----------
    Z
        Shape (n, q): [X | y].
    subject, visit
        Shape (n,): codes.
    n_visits
        T.
    group
        Shape (subjects,): codes of the subjects' groups.

    Raises
    ------
    ModelError
        A subject has two rows at one visit.
    """
    seen = visits_seen(subject, visit, n_visits)
    observed, pattern, of_pattern = missingness_patterns(seen, group)
    stacked = stacked_rows(Z, subject, visit, seen.shape)
    few = len(observed) * max(FEW_PER_PATTERN, n_visits**2 / PAIRS_PER_ROW) > len(seen)
    if n_visits >= MANY_VISITS and few:
        of_subject = np.zeros(len(seen), dtype=np.intp) if group is None else group
        return SubjectBlocks(SubjectRows(seen, stacked), np.arange(len(seen)), visit, of_subject)
    return SubjectBlocks(sums_by_pattern(stacked, observed, pattern), pattern, visit, of_pattern)


def time_blocks(Z: Array, subject: Integers, time: Array, *, group: Integers | None = None) -> SubjectBlocks:
    """Give the blocks of subjects seen at actual times; subjects with the same times share a pattern.

    Parameters
    ----------
    Z
        Shape (n, q): [X | y].
    subject
        Shape (n,): codes.
    time
        Shape (n,): finite.
    group
        Shape (subjects,): codes of the subjects' groups.

    Raises
    ------
    ModelError
        A time is not finite, or a subject has two rows at one time.
    """
    if not np.isfinite(time).all():
        raise ModelError("A time is missing or infinite; remove these rows")
    order = np.lexsort((time, subject))
    position = np.empty(len(subject), dtype=np.intp)
    position[order] = row_positions(subject[order])
    shape = int(subject.max()) + 1, int(position.max()) + 1
    observed = np.zeros(shape, dtype=np.bool_)
    observed[subject, position] = True
    times = np.zeros(shape)
    times[subject, position] = time
    _refuse_equal_times(times, observed)
    times = np.where(observed, times, times[:, :1])
    of_subject = np.zeros(shape[0], dtype=np.intp) if group is None else group
    keys = np.column_stack([of_subject, observed.sum(axis=1), times])
    _, first, pattern = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    stacked = stacked_rows(Z, subject, position, shape)
    if len(first) * FEW_PER_PATTERN > shape[0]:
        return SubjectBlocks(SubjectRows(observed, stacked), np.arange(shape[0]), position, of_subject, times)
    products = sums_by_pattern(stacked, observed[first], pattern)
    return SubjectBlocks(products, pattern, position, of_subject[first], times[first])


def _refuse_equal_times(times: Array, observed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> None:
    """Refuse two rows of a subject at one time; times (subjects, T) come in order."""
    repeats = int(np.count_nonzero((np.diff(times, axis=1) == 0) & observed[:, 1:]))
    if repeats:
        raise ModelError(
            f"{repeats} rows repeat a time of the same subject; a covariance on actual times needs different times: "
            "choose one record per time first"
        )
