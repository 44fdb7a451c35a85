"""Linear algebra of the fixed effects: an orthonormal basis of the columns of X, and what it says of estimability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from postinfusion.errors import ModelError

Array = NDArray[np.float64]

# R's lm calls a column aliased when what earlier columns leave of it is below 1e-7 of its length.
ALIASED = 1e-7
# A correlation matrix of the columns with a smaller eigenvalue loses too many digits to its Cholesky factor.
WELL_CONDITIONED = 1e-6
# Rounding in L - L_kept C grows with the number of columns; a contrast that is not estimable is off by about 1.
NOT_ESTIMABLE = 1e-6


@dataclass(frozen=True)
class Basis:
    """An orthonormal basis of the columns of X, and the relations between the columns.

    Attributes
    ----------
    kept
        Shape (p,): positions of the columns that are not combinations of earlier ones.
    aliased
        Shape (c - p,): positions of the others.
    relation
        Shape (p, c - p): ``X[:, aliased] = X[:, kept] @ relation``.
    T
        Shape (p, p): ``X[:, kept] @ T`` has orthonormal columns.
    """

    kept: NDArray[np.intp]
    aliased: NDArray[np.intp]
    relation: Array
    T: Array

    def is_estimable(self, L: Array) -> NDArray[np.bool_]:
        """Say for each row of L (m, c) whether it is a combination of the rows of X."""
        gap = np.abs(L[:, self.aliased] - L[:, self.kept] @ self.relation).max(axis=1, initial=0.0)
        size = np.abs(L).max(axis=1, initial=0.0)
        return np.asarray(gap <= NOT_ESTIMABLE * np.maximum(size, 1e-300), dtype=np.bool_)


def orthonormal_basis(X: Array) -> Basis:
    """Find an orthonormal basis of the columns of X, keeping the first of each set of collinear columns.

    Parameters
    ----------
    X
        Shape (n, c): finite; any scale per column.

    Returns
    -------
    Basis
        With R's choice of aliased columns: a column is dropped when earlier columns explain it.

    Raises
    ------
    ModelError
        There are no columns, or a column is not finite.
    """
    if X.shape[1] == 0:
        raise ModelError("The model has no fixed effects; a model needs at least an intercept")
    norm = np.sqrt(np.einsum("ij,ij->j", X, X))
    if not np.isfinite(norm).all():
        raise ModelError("The design matrix holds values that are missing or infinite; remove these rows")
    scale = np.where(norm > 0, norm, 1.0)
    gram = (X.T @ X) / np.outer(scale, scale)
    if norm.min() > 0 and np.linalg.eigvalsh(gram)[0] > WELL_CONDITIONED:
        return _full_rank_basis(np.linalg.cholesky(gram).T, scale)
    return _pivoted_basis(X / scale, scale)


def _full_rank_basis(R: Array, scale: Array) -> Basis:
    """Give the basis of columns that are all independent, from the triangular factor of the scaled columns."""
    p = len(scale)
    T = solve_triangular(R, np.eye(p)) / scale[:, None]
    return Basis(np.arange(p), np.arange(0), np.empty((p, 0)), T)


def _pivoted_basis(scaled: Array, scale: Array) -> Basis:
    """Give the basis when columns may be collinear: later columns give way to earlier ones."""
    R = np.asarray(qr(scaled, mode="r")[0], dtype=np.float64)[: min(scaled.shape)]
    kept, aliased = _independent_columns(scaled, R)
    _, R_kept = qr(scaled[:, kept], mode="economic")
    T = solve_triangular(R_kept, np.eye(len(kept))) / scale[kept][:, None]
    relation = np.linalg.lstsq(scaled[:, kept], scaled[:, aliased], rcond=None)[0]
    relation = relation * scale[aliased] / scale[kept][:, None]
    return Basis(kept, aliased, relation, T)


def _independent_columns(scaled: Array, R: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Sort columns into independent and aliased, by what the kept earlier columns leave of each."""
    Q = np.empty((R.shape[0], 0))
    kept: list[int] = []
    for column in range(scaled.shape[1]):
        rest = R[:, column]
        for _ in range(2):  # twice is enough to be orthogonal to rounding
            rest = rest - Q @ (Q.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > ALIASED:
            kept.append(column)
            Q = np.column_stack([Q, rest / length])
    if not kept:
        raise ModelError("Every column of the design matrix is zero; the model has no fixed effects")
    aliased = [column for column in range(scaled.shape[1]) if column not in kept]
    return np.array(kept, dtype=np.intp), np.array(aliased, dtype=np.intp)


def left_times(K: Array, D: Array) -> Array:
    """Give K_p D_ph for each h, shape (..., P, H, T, T), in one product a pattern; K is (..., P, T, T)."""
    H, T = D.shape[-3], D.shape[-1]
    rows = D.swapaxes(-3, -2)
    wide = K @ rows.reshape(*rows.shape[:-2], H * T)
    return wide.reshape(*wide.shape[:-1], H, T).swapaxes(-3, -2)


def right_times(D: Array, K: Array) -> Array:
    """Give D_ph K_p for each h, shape (..., P, H, T, T), in one product a pattern; K is (..., P, T, T)."""
    H, T = D.shape[-3], D.shape[-1]
    rows = D.swapaxes(-3, -2)
    long = rows.reshape(*rows.shape[:-3], T * H, T) @ K
    return long.reshape(*long.shape[:-2], T, H, T).swapaxes(-3, -2)


def symmetric_inverse(H: Array, *, relative_tolerance: float = 0.0) -> Array:
    """Invert a symmetric matrix through its eigenvalues; those below the tolerance times the largest are left out.

    Parameters
    ----------
    H
        Shape (k, k): symmetric.
    relative_tolerance
        Zero inverts everything; a positive value gives the pseudo-inverse on the identified directions.
    """
    diagonal = np.diag(H)
    scale = np.sqrt(np.where(diagonal > relative_tolerance * diagonal.max(initial=0.0), diagonal, 1.0))
    values, vectors = np.linalg.eigh(H / np.outer(scale, scale))
    keep = values > relative_tolerance * values.max(initial=0.0) if relative_tolerance else values != 0
    half = vectors[:, keep] / scale[:, None]
    return np.asarray((half / values[keep]) @ half.T)
