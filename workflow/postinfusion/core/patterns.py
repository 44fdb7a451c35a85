"""Cross-products of [X | y] by missingness pattern and pair of visits: all that a likelihood needs of the data.

Accumulated once, the cost of a fit no longer depends on the number of subjects; the pieces of two chunks of data add.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

Integers = NDArray[np.intp]


class Products(Protocol):
    """What a likelihood asks of the data Z = [X | y]: sums of products of rows within a subject.

    A pattern is a set of subjects with one covariance matrix; at the least detailed one missingness pattern, at the
    most detailed one subject.
    """

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Give which rows of a pattern's T hold data, shape (P, T)."""

    @property
    def n(self) -> Array:
        """Give the number of subjects per pattern, shape (P,)."""

    @property
    def q(self) -> int:
        """Give the number of columns of Z; the response is the last."""

    @property
    def n_observations(self) -> int:
        """Count the observations."""

    def weighted(self, weights: Array) -> Array:
        """Give ``sum_p sum_jk weights[..., p, j, k] z_j z_k'`` for symmetric weights (..., P, T, T)."""

    def contracted(self, K: Array) -> Array:
        """Give ``C_p[j, k] = sum_i z_ij' K z_ik`` for each pattern and a symmetric K (q, q): shape (P, T, T)."""


@dataclass(frozen=True)
class SubjectRows:
    """The rows themselves, for covariances that differ from subject to subject (actual times, weights, nesting).

    Attributes
    ----------
    observed
        Shape (P, T): which of T row positions each subject fills.
    Z
        Shape (P, T, q): rows of [X | y], zero where not observed.
    """

    observed: NDArray[np.bool_]
    Z: Array

    @property
    def n(self) -> Array:
        """Give one subject per pattern, shape (P,)."""
        return np.ones(len(self.Z))

    @property
    def q(self) -> int:
        """Give the number of columns of Z."""
        return int(self.Z.shape[-1])

    @property
    def n_observations(self) -> int:
        """Count the observations."""
        return int(np.count_nonzero(self.observed))

    def weighted(self, weights: Array) -> Array:
        """Give ``sum_p sum_jk weights[..., p, j, k] z_j z_k'``, shape (..., q, q)."""
        rows = self.Z.reshape(-1, self.q)
        return np.asarray(rows.T @ (weights @ self.Z).reshape(*weights.shape[:-3], -1, self.q))

    def contracted(self, K: Array) -> Array:
        """Give ``C_p[j, k] = z_pj' K z_pk``, shape (P, T, T)."""
        return np.asarray(self.Z @ K @ self.Z.swapaxes(1, 2))


def subject_rows(Z: Array, subject: Integers) -> SubjectRows:
    """Put each subject's rows into positions 0, 1, ... in the order in which they come.

    Parameters
    ----------
    Z
        Shape (n, q).
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    """
    position = row_positions(subject)
    shape = int(subject.max()) + 1, int(position.max()) + 1
    observed, stacked = np.zeros(shape, dtype=np.bool_), np.zeros((*shape, Z.shape[1]))
    observed[subject, position], stacked[subject, position] = True, Z
    return SubjectRows(observed, stacked)


def row_positions(subject: Integers) -> Integers:
    """Count 0, 1, ... within each subject, in the order of the rows; subject has shape (n,)."""
    order = np.argsort(subject, kind="stable")
    start = np.searchsorted(subject[order], subject)
    position = np.empty(len(subject), dtype=np.intp)
    position[order] = np.arange(len(subject))
    return position - start


@dataclass(frozen=True)
class CrossProducts:
    """Sums over the subjects of a pattern of products of columns of Z = [X | y] at two visits.

    Attributes
    ----------
    observed
        Shape (P, T): which visits a pattern holds.
    n
        Shape (P,): subjects per pattern.
    A
        Shape (P, T(T+1)/2, q(q+1)/2): for the pair of visits j <= k and of columns a <= b the sum of
        ``z_ja z_kb + z_ka z_jb`` (of ``z_ja z_jb`` when j = k): the products that a symmetric weight on
        both pairs needs.
    q
        Columns of Z; the response is the last.
    """

    observed: NDArray[np.bool_]
    n: Array
    A: Array
    q: int

    @property
    def n_observations(self) -> int:
        """Count the observations."""
        return round(float(self.n @ self.observed.sum(axis=1)))

    @property
    def visit_pairs(self) -> tuple[Integers, Integers]:
        """Give the pairs of visits j <= k, in the order of the second axis of A."""
        return pairs(self.observed.shape[1])

    @property
    def column_pairs(self) -> tuple[Integers, Integers]:
        """Give the pairs of columns a <= b, in the order of the last axis of A."""
        return pairs(self.q)

    def weighted(self, weights: Array) -> Array:
        """Give ``sum_p sum_jk weights[..., p, j, k] z_j z_k'`` for symmetric weights.

        Parameters
        ----------
        weights
            Shape (P, T, T) or (h, P, T, T): symmetric in the last two axes.

        Returns
        -------
        Array
            Shape (q, q) or (h, q, q).
        """
        j, k = self.visit_pairs
        flat = weights[..., j, k].reshape(*weights.shape[:-3], -1)
        return symmetric(flat @ self.A.reshape(-1, self.A.shape[-1]), self.q)

    def contracted(self, K: Array) -> Array:
        """Give ``C_p[j, k] = sum_i z_ij' K z_ik`` for each pattern.

        Parameters
        ----------
        K
            Shape (q, q): symmetric.

        Returns
        -------
        Array
            Shape (P, T, T).
        """
        a, b = self.column_pairs
        packed = self.A @ (K[a, b] * np.where(a == b, 1.0, 2.0))
        j, k = self.visit_pairs
        return symmetric(packed * np.where(j == k, 1.0, 0.5), self.observed.shape[1])


@lru_cache(maxsize=64)
def pairs(size: int) -> tuple[Integers, Integers]:
    """Give the pairs i <= j below a size."""
    return np.triu_indices(size)


def symmetric(packed: Array, size: int) -> Array:
    """Give symmetric matrices (..., size, size) of their elements i <= j, shape (..., size (size + 1) / 2)."""
    return packed.take(_places(size), axis=-1)


@lru_cache(maxsize=64)
def _places(size: int) -> Integers:
    """Give for each element of a symmetric matrix its place among the pairs i <= j, shape (size, size)."""
    i, j = pairs(size)
    place = np.empty((size, size), dtype=np.intp)
    place[i, j] = place[j, i] = np.arange(len(i))
    return place


def cross_products(
    Z: Array, subject: Integers, visit: Integers, n_visits: int, *, group: Integers | None = None
) -> CrossProducts:
    """Accumulate the cross-products of Z by missingness pattern.

    Parameters
    ----------
    Z
        Shape (n, q): the columns of X and, last, the response.
    subject
        Shape (n,): codes 0, 1, ... of the subjects; each occurs.
    visit
        Shape (n,): codes below ``n_visits``.
    n_visits
        T.
    group
        Shape (subjects,): patterns of different groups stay apart.

    Raises
    ------
    ModelError
        A subject has two rows at one visit.
    """
    seen = visits_seen(subject, visit, n_visits)
    observed, pattern, _ = missingness_patterns(seen, group)
    return sums_by_pattern(stacked_rows(Z, subject, visit, seen.shape), observed, pattern)


def visits_seen(subject: Integers, visit: Integers, n_visits: int) -> NDArray[np.bool_]:
    """Say which visits each subject has, shape (subjects, T); refuse two rows at one visit."""
    seen = np.zeros((int(subject.max()) + 1, n_visits), dtype=np.bool_)
    seen[subject, visit] = True
    if seen.sum() < len(subject):
        raise ModelError(
            f"{len(subject) - int(seen.sum())} rows repeat a visit of the same subject; a model needs one row per "
            "subject and visit: choose one record per window first"
        )
    return seen


def stacked_rows(Z: Array, subject: Integers, position: Integers, shape: tuple[int, ...]) -> Array:
    """Give the rows by subject and position, shape (subjects, T, q), zero where there is none."""
    stacked = np.zeros((*shape, Z.shape[1]))
    stacked[subject, position] = Z
    return stacked


def missingness_patterns(
    seen: NDArray[np.bool_], group: Integers | None = None
) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Give the distinct rows of ``seen`` within each group, each subject's one among them, and the patterns' groups."""
    packed = np.packbits(seen, axis=1)
    key = np.zeros(len(seen), dtype=np.int64) if group is None else group.astype(np.int64)
    if packed.shape[1] > 6:
        _, key = np.unique(np.column_stack([key, packed]), axis=0, return_inverse=True)
    for column in range(packed.shape[1] if packed.shape[1] <= 6 else 0):
        key = key * 256 + packed[:, column]
    _, first, pattern = np.unique(-key, return_index=True, return_inverse=True)
    return seen[first], pattern, np.zeros(len(first), dtype=np.intp) if group is None else group[first]


def sums_by_pattern(stacked: Array, observed: NDArray[np.bool_], pattern: Integers) -> CrossProducts:
    """Sum the products of stacked rows (subjects, T, q) over the subjects of each pattern."""
    T, q = stacked.shape[1:]
    first, second, share = _packing(T, q)
    n = np.bincount(pattern)
    sorted_rows = stacked[np.argsort(pattern, kind="stable")].reshape(len(stacked), T * q)
    A = np.empty((len(observed), *first.shape))
    for p, part in enumerate(np.split(sorted_rows, np.cumsum(n)[:-1])):
        full = part.T @ part
        A[p] = (full.take(first) + full.take(second)) * share
    return CrossProducts(observed, n.astype(float), A, q)


@lru_cache(maxsize=16)
def _packing(T: int, q: int) -> tuple[Integers, Integers, Array]:
    """Give where the products (T q, T q) of visits and columns stand that make a row of A, and the share of both."""
    (j, k), (a, b) = np.triu_indices(T), np.triu_indices(q)
    j, k = j[:, None] * q, k[:, None] * q
    return (j + a) * T * q + k + b, (j + b) * T * q + k + a, np.where(j == k, 0.5, 1.0)


def packed_products(full: Array) -> Array:
    """Pack products (..., T, T, q, q) of visits and columns into pairs j <= k and a <= b.

    Parameters
    ----------
    full
        ``full[j, k, a, b] = sum_i z_ija z_ikb``.
    """
    T, q = full.shape[-3], full.shape[-1]
    j, k = np.triu_indices(T)
    a, b = np.triu_indices(q)
    pairs = full[..., j, k, :, :]
    packed = pairs[..., a, b] + pairs[..., b, a]
    return np.asarray(packed * np.where(j == k, 0.5, 1.0)[:, None])
