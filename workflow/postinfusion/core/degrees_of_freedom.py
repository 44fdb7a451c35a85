"""Degrees of freedom by counting: between-within and residual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array


def between_within_df(X: Array, subject: NDArray[np.intp]) -> Array:
    """Give each column's degrees of freedom by the between-within rule.

    A column that is constant within every subject is a between effect: subjects - between columns; all others, and
    the intercept, are within effects: observations - subjects - within columns. The intercept counts as a between
    column and takes the within degrees of freedom, as in SAS and mmrm.

    Parameters
    ----------
    X
        Shape (n, p): independent columns.
    subject
        Shape (n,): codes 0, 1, ...

    References
    ----------
    Schluchter & Elashoff (1990), J. Stat. Comput. Simul. 37, 69-87.
    """
    first = np.full(int(subject.max()) + 1, len(subject), dtype=np.intp)
    np.minimum.at(first, subject, np.arange(len(subject)))
    within = (X[first[subject]] != X).any(axis=0)
    constant = (X[0] == X).all(axis=0)
    n_subjects = len(first)
    between_df = n_subjects - int((~within).sum())
    within_df = len(X) - n_subjects - int(within.sum())
    return np.where(within | constant, within_df, between_df).astype(float)


def residual_df(X: Array) -> Array:
    """Give observations - columns, for each column of X (n, p)."""
    return np.full(X.shape[1], float(X.shape[0] - X.shape[1]))
