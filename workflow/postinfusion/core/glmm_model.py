"""From the data of a generalised linear mixed model to its likelihood: columns of unit mean square, starting values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from postinfusion.core.glmm_families import (
    Binomial,
    CountFamily,
    Family,
    NegativeBinomial1,
    NegativeBinomial2,
    Poisson,
)
from postinfusion.core.glmm_modes import SubjectRows
from postinfusion.core.linalg import Array, Basis, orthonormal_basis
from postinfusion.core.ordinal import CumulativeLogit
from postinfusion.core.random_basis import random_basis
from postinfusion.core.zero_inflation import Hurdle, ZeroInflated
from postinfusion.errors import ModelError

FamilyName = Literal["poisson", "nbinom1", "nbinom2", "binomial", "ordinal"]
Zeros = Literal["none", "inflation", "hurdle"]
FAMILIES: tuple[FamilyName, ...] = ("poisson", "nbinom1", "nbinom2", "binomial", "ordinal")
DISPERSED = ("nbinom1", "nbinom2")
COUNTS = ("poisson", *DISPERSED)
COUNT_FAMILIES: dict[str, Callable[[Array], CountFamily]] = {
    "poisson": Poisson,
    "nbinom1": NegativeBinomial1,
    "nbinom2": NegativeBinomial2,
}


@dataclass(frozen=True)
class GlmmData:
    """The data of a generalised linear mixed model.

    Attributes
    ----------
    X
        Shape (n, c).
    y
        Shape (n,): counts, successes, or codes 0, 1, ... of ordered categories.
    U
        Shape (n, r): design of the random effects; r may be 0.
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    offset
        Shape (n,): known part of the linear predictor.
    trials
        Shape (n,): for ``binomial``.
    Z
        Shape (n, cz): design of the zero inflation or hurdle; cz is 0 without one.
    names, zero_names
        Of the columns of X and Z, for messages.
    n_categories
        For ``ordinal``.
    """

    X: Array
    y: Array
    U: Array
    subject: NDArray[np.intp]
    offset: Array
    trials: Array
    Z: Array
    names: tuple[str, ...]
    zero_names: tuple[str, ...]
    n_categories: int = 0


@dataclass(frozen=True)
class Columns:
    """A design with columns of unit mean square in place of its own.

    Attributes
    ----------
    basis
        Of the design as it came.
    scale
        Square root of the number of rows.
    first
        Columns of the basis that are left out at the beginning: the intercept that thresholds replace.
    """

    basis: Basis
    scale: float
    first: int = 0

    def inner(self, X: Array) -> Array:
        """Give the columns of the fit at any rows X (m, c), shape (m, p)."""
        return np.asarray(X[:, self.basis.kept] @ self.basis.T[:, self.first :] * self.scale)

    def outer(self) -> Array:
        """Give the matrix from the coefficients of the fit to those of the kept columns, shape (kept, p)."""
        return np.asarray(self.basis.T[:, self.first :] * self.scale)


@dataclass(frozen=True)
class GlmmModel:
    """The data prepared for the likelihood.

    Attributes
    ----------
    name, zeros
        Which distribution.
    rows
        Sorted by subject, without random effects' scale.
    columns, zero_columns
        Of the mean and of the zeros.
    turn
        Shape (r, r): the columns of U of the data times it are those of the fit, of unit mean square, and orthogonal
        where the random effects may correlate.
    start
        Shape (p + q,): starting values of beta and gamma.
    order
        Shape (n,): which row of the data each sorted row is.
    """

    name: FamilyName
    zeros: Zeros
    rows: SubjectRows
    columns: Columns
    zero_columns: Columns | None
    turn: Array
    start: Array
    order: NDArray[np.intp]

    @property
    def n_zero(self) -> int:
        """Count the parameters of the zeros: the first of gamma."""
        return 0 if self.zero_columns is None else len(self.zero_columns.basis.kept)

    def without_random_effects(self) -> SubjectRows:
        """Give the rows of the model in which the random effects are zero."""
        return replace(self.rows, U=self.rows.U[:, :0])


def build_model(data: GlmmData, name: FamilyName, zeros: Zeros, *, correlated: bool = True) -> GlmmModel:
    """Prepare the data.

    Parameters
    ----------
    data, name, zeros
        As in :func:`~postinfusion.core.glmm_fit.fit_generalised_mixed_model`.
    correlated
        Whether the random effects may correlate.

    Raises
    ------
    ModelError
        A column is not finite, a column of the random effects is zero or a combination of the others, or an ordinal
        model lacks its intercept.
    """
    order = np.argsort(data.subject, kind="stable")
    columns = _columns(data.X, 1 if name == "ordinal" else 0)
    if name == "ordinal" and np.ptp(data.X[:, 0]) > 0:
        raise ModelError("A cumulative logit model has thresholds in place of the intercept; do not take it away")
    turn = random_basis(data.U, correlated=correlated) if data.U.shape[1] else np.empty((0, 0))
    zero_columns = _columns(data.Z, 0) if zeros != "none" else None
    y, X = data.y[order], columns.inner(data.X[order])
    family, W, W_offset, gamma = _with_auxiliaries(name, zeros, data, zero_columns, order)
    rows = SubjectRows(family, X, data.offset[order], W, W_offset, (data.U @ turn)[order], data.subject[order])
    beta = X.T @ (_linearised(name, y, data.trials[order], zeros) - rows.offset) / len(y)
    return GlmmModel(name, zeros, rows, columns, zero_columns, turn, np.concatenate([beta, gamma]), order)


def _columns(X: Array, first: int) -> Columns:
    """Find the columns of unit mean square."""
    return Columns(orthonormal_basis(X), float(np.sqrt(len(X))), first)


def _with_auxiliaries(
    name: FamilyName, zeros: Zeros, data: GlmmData, zero_columns: Columns | None, order: NDArray[np.intp]
) -> tuple[Family, tuple[Array, ...], tuple[Array, ...], Array]:
    """Give the family, the designs and offsets of its auxiliaries, and starting values of their parameters."""
    y = data.y[order]
    if name == "ordinal":
        ordinal = CumulativeLogit(y, data.n_categories)
        (upper, above), (lower, below) = ordinal.thresholds()
        cumulative = np.cumsum(np.bincount(y.astype(np.intp), minlength=data.n_categories))[:-1] / len(y)
        return ordinal, (upper, lower), (above, below), logit(cumulative)
    if name == "binomial":
        return Binomial(y, data.trials[order]), (), (), np.empty(0)
    base = COUNT_FAMILIES[name](y)
    blocks = [np.ones((len(y), 1))] if name in DISPERSED else []
    start = [np.zeros(1)] if name in DISPERSED else []
    family: Family = base
    if zero_columns is not None:
        Z = zero_columns.inner(data.Z[order])
        share = float(np.mean(y == 0)) * (0.5 if zeros == "inflation" else 1.0)
        blocks, start = [Z, *blocks], [Z.T @ np.full(len(y), logit(share)) / len(y), *start]
        family = ZeroInflated(base) if zeros == "inflation" else Hurdle(base)
    W = _side_by_side(blocks)
    return family, W, tuple(np.zeros(len(y)) for _ in W), np.concatenate([np.empty(0), *start])


def _side_by_side(blocks: list[Array]) -> tuple[Array, ...]:
    """Give each block with zeros in the columns of the others."""
    total = sum(block.shape[1] for block in blocks)
    before = np.cumsum([0, *(block.shape[1] for block in blocks)])
    return tuple(
        np.pad(block, ((0, 0), (int(first), total - int(first) - block.shape[1])))
        for block, first in zip(blocks, before, strict=False)
    )


def _linearised(name: FamilyName, y: Array, trials: Array, zeros: Zeros) -> Array:
    """Give the link of the response, moved away from the ends of its range, for starting values."""
    if name == "binomial":
        return np.asarray(logit((y + 0.5) / (trials + 1)))
    if name == "ordinal":
        return np.zeros_like(y)
    positive = np.where(y > 0, y, y[y > 0].mean()) if zeros != "none" else y
    return np.log(positive + 0.5)
