"""A rotation of each subject's rows that leaves at most r of them touched by its r random effects.

With ``U_i = Q_i R_i`` the rows ``Q_i' [X_i | y_i]`` have covariance ``R_i G R_i' + sigma2 I``; what is left of the rows
has covariance sigma2 I, whatever G is, and is pooled over all subjects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.core.patterns import SubjectRows
from postinfusion.errors import ModelError

# What a column of U keeps beside the earlier ones, as a share of its length, when it is a combination of them.
DEPENDENT = 1e-10


@dataclass(frozen=True)
class PooledRows:
    """Rows of [X | y] by cluster, and the pooled products of rows that only the residual variance touches.

    To a likelihood each cluster is a pattern of T rows; the pooled rest is one more, with a single row.

    Attributes
    ----------
    observed
        Shape (S + 1, T): which rows of a cluster are there; the first one of the rest.
    Y
        Shape (S, T, q): zero where not observed.
    n_rest
        Number of rows that only the residual variance touches.
    rest
        Shape (q, q): the sum of their products.
    """

    observed: NDArray[np.bool_]
    Y: Array
    n_rest: int
    rest: Array

    @property
    def n(self) -> Array:
        """Give one subject per pattern, and the number of rows of the rest, shape (S + 1,)."""
        return np.append(np.ones(len(self.Y)), float(self.n_rest))

    @property
    def q(self) -> int:
        """Give the number of columns of Z."""
        return int(self.Y.shape[-1])

    @property
    def n_observations(self) -> int:
        """Count the observations."""
        return int(np.count_nonzero(self.observed[:-1])) + self.n_rest

    def weighted(self, weights: Array) -> Array:
        """Give the weighted sum of products, see :class:`~postinfusion.core.patterns.Products`."""
        rows = SubjectRows(self.observed[:-1], self.Y)
        return np.asarray(rows.weighted(weights[..., :-1, :, :]) + weights[..., -1, 0, 0, None, None] * self.rest)

    def contracted(self, K: Array) -> Array:
        """Give the contractions with K, see :class:`~postinfusion.core.patterns.Products`."""
        C = np.zeros((*self.observed.shape, self.observed.shape[1]))
        C[:-1] = SubjectRows(self.observed[:-1], self.Y).contracted(K)
        C[-1, 0, 0] = np.sum(K * self.rest)
        return C


@dataclass(frozen=True)
class RotatedRows(PooledRows):
    """The rotated rows of each subject; T = r.

    Attributes
    ----------
    R
        Shape (S + 1, r, r): triangular factors of the subjects' U; rows of zeros where a subject's U has rank below r,
        and for the rest.
    """

    R: Array


def rotate(Z: Array, U: Array, subject: NDArray[np.intp]) -> RotatedRows:
    """Rotate each subject's rows by the QR decomposition of its U.

    Parameters
    ----------
    Z
        Shape (n, q): [X | y].
    U
        Shape (n, r).
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    """
    r, q = U.shape[1], Z.shape[1]
    rows = np.bincount(subject)
    order = np.argsort(subject, kind="stable")
    start = np.concatenate([[0], np.cumsum(rows)[:-1]])
    R, Y = np.zeros((len(rows) + 1, r, r)), np.zeros((len(rows), r, q))
    rest = np.zeros((q, q))
    for m in np.unique(rows):
        of_size = np.flatnonzero(rows == m)
        index = order[start[of_size][:, None] + np.arange(m)]
        R[of_size], Y[of_size], left = _rotated(U[index], Z[index])
        rest += left.reshape(-1, q).T @ left.reshape(-1, q)
    observed = np.asarray((R != 0).any(axis=2), dtype=np.bool_)
    n_rest = len(subject) - int(np.count_nonzero(observed))
    observed[-1, 0] = True
    return RotatedRows(observed, Y, n_rest, rest, R)


def check_rows(rows: NDArray[np.intp], r: int) -> None:
    """Refuse data that cannot tell the random effects from the residual."""
    if len(rows) < 2 or rows.max() <= r:
        raise ModelError(
            f"{len(rows)} subjects with at most {rows.max()} rows each cannot tell {r} random effects from the "
            "residual; use fewer random effects, or an analysis of covariance"
        )


def _rotated(U: Array, Z: Array) -> tuple[Array, Array, Array]:
    """Rotate subjects with m rows each, U (s, m, r) and Z (s, m, q), by Gram-Schmidt done twice; give R, Q'Z and rest.

    The rest is a difference of rows, not of their squares: a small residual variance keeps its digits.
    """
    r = U.shape[2]
    R, Y, rest = np.zeros((len(U), r, r)), np.zeros((len(U), r, Z.shape[2])), Z
    basis: list[Array] = []
    for a in range(r):
        column = U[:, :, a]
        full = np.sqrt(np.einsum("sm,sm->s", column, column))
        for _ in range(2):  # twice is enough to be orthogonal to rounding
            for b, q in enumerate(basis):
                share = np.einsum("sm,sm->s", q, column)
                R[:, b, a] += share
                column = column - q * share[:, None]
        length = np.sqrt(np.einsum("sm,sm->s", column, column))
        kept = length > DEPENDENT * full
        R[:, a, a] = np.where(kept, length, 0.0)
        basis.append(column * np.where(kept, 1 / np.where(kept, length, 1.0), 0.0)[:, None])
    for _ in range(2):
        for a, q in enumerate(basis):
            share = np.einsum("sm,smq->sq", q, rest)
            Y[:, a] += share
            rest = rest - q[:, :, None] * share[:, None]
    return R, Y, rest
