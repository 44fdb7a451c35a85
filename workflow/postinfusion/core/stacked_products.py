"""Cross-products of many data sets of one kind, stacked along a leading axis of replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.core.patterns import CrossProducts, Integers, missingness_patterns, pairs, symmetric


@dataclass(frozen=True)
class StackedProducts:
    """The cross-products of R replicates by the missingness patterns that any of them has.

    Only the pairs of visits that a pattern holds are kept: with dropout hardly half of all.

    Attributes
    ----------
    observed
        Shape (P, T): which visits a pattern holds.
    n
        Shape (R, P): subjects per pattern; zero where a replicate has none of it.
    A
        Shape (R, K, q(q+1)/2): the rows of :class:`~postinfusion.core.patterns.CrossProducts` at the K cells.
    cells
        Shape (K,) each: the pattern and the visits j <= k of a cell, both of which the pattern holds.
    place
        Shape (R, P): where the first, second, ... pattern of a replicate's own stands; -1 beyond its last.
    q
        Columns of Z; the response is the last.
    """

    observed: NDArray[np.bool_]
    n: Array
    A: Array
    cells: tuple[Integers, Integers, Integers]
    place: Integers
    q: int

    @property
    def n_observations(self) -> Array:
        """Count the observations of each replicate, shape (R,)."""
        return np.asarray(self.n @ self.observed.sum(axis=1))

    def weighted(self, weights: Array) -> Array:
        """Give ``sum_p sum_jk weights[..., p, j, k] z_j z_k'`` of each replicate.

        Parameters
        ----------
        weights
            Shape (R, P, T, T) or (R, h, P, T, T): symmetric in the last two axes.

        Returns
        -------
        Array
            Shape (R, q, q) or (R, h, q, q).
        """
        p, j, k = self.cells
        several = weights if weights.ndim == 5 else weights[:, None]
        packed = several[:, :, p, j, k] @ self.A
        return symmetric(packed if weights.ndim == 5 else packed[:, 0], self.q)

    def contracted(self, K: Array) -> Array:
        """Give ``C_p[j, k] = sum_i z_ij' K z_ik`` of each replicate's patterns, (R, P, T, T), for K (R, q, q)."""
        a, b = pairs(self.q)
        p, j, k = self.cells
        weights = K[:, a, b] * np.where(a == b, 1.0, 2.0)
        packed = (self.A @ weights[:, :, None])[..., 0] * np.where(j == k, 1.0, 0.5)
        C = np.zeros((*self.n.shape, self.observed.shape[1], self.observed.shape[1]))
        C[:, p, j, k] = packed
        C[:, p, k, j] = packed
        return C

    def of(self, chosen: NDArray[np.bool_] | slice) -> StackedProducts:
        """Give those of some replicates."""
        return replace(self, n=self.n[chosen], A=self.A[chosen], place=self.place[chosen])

    def own_patterns(self, replicate: int) -> Integers:
        """Give where the patterns of a replicate stand, in its own order."""
        place = self.place[replicate]
        return np.asarray(place[place >= 0])


def stacked(replicates: Sequence[CrossProducts]) -> StackedProducts:
    """Stack the cross-products of replicates with the same visits and columns, with zeros where one lacks a pattern."""
    observed, pattern, _ = missingness_patterns(np.concatenate([cross.observed for cross in replicates]))
    j, k = pairs(observed.shape[1])
    p, pair = np.nonzero(observed[:, j] & observed[:, k])
    cell = np.full((len(observed), len(j)), -1)
    cell[p, pair] = np.arange(len(p))
    shape, end = (len(replicates), len(observed)), np.cumsum([len(cross.n) for cross in replicates])
    n, place = np.zeros(shape), np.full(shape, -1, dtype=np.intp)
    A = np.zeros((len(replicates), len(p), replicates[0].A.shape[-1]))
    for r, (cross, own) in enumerate(zip(replicates, np.split(pattern, end[:-1]), strict=True)):
        n[r, own], place[r, : len(own)] = cross.n, own
        held = cell[own] >= 0
        A[r, cell[own][held]] = cross.A[held]
    return StackedProducts(observed, n, A, (p, j[pair], k[pair]), place, replicates[0].q)
