"""Random effects at several nested levels with a structured residual: one covariance block per outermost group.

``Sigma_i = sigma2 [sum_l (U_l Lambda_l Lambda_l' U_l') o S_l + R]``, where S_l says which rows share a group at level l
and R is that of :mod:`postinfusion.core.residual_covariance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import Derivatives
from postinfusion.core.linalg import Array
from postinfusion.core.random_covariance import RandomFactor
from postinfusion.core.residual_covariance import ResidualCovariance


@dataclass(frozen=True)
class Level:
    """Random effects of one grouping level.

    Attributes
    ----------
    U
        Shape (P, T, r): zero where a row is absent.
    group
        Shape (P, T): code of each row's group; -1 where a row is absent.
    random
        The relative factor of their covariance.
    """

    U: Array
    group: NDArray[np.intp]
    random: RandomFactor

    @property
    def same(self) -> NDArray[np.bool_]:
        """Say which rows share a group, shape (P, T, T)."""
        return shared(self.group)


def shared(group: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say which rows of group (P, T) share a group, shape (P, T, T)."""
    there = group >= 0
    return np.asarray((group[:, :, None] == group[:, None, :]) & there[:, :, None] & there[:, None, :])


@dataclass(frozen=True)
class BlockCovariance:
    """Sigma of each outermost group; theta holds each level's Lambda, delta, the log range and, last, log sigma2.

    Attributes
    ----------
    levels
        The outermost first.
    residual
        Structure of the residuals.
    """

    levels: tuple[Level, ...]
    residual: ResidualCovariance

    @property
    def bounds(self) -> list[slice]:
        """Give which elements of theta belong to each level, and to the residual."""
        sizes = [*(level.random.size for level in self.levels), self.residual.size]
        return [slice(a, b) for a, b in pairwise(np.concatenate([[0], np.cumsum(sizes)]).tolist())]

    def factors(self, theta: Array) -> list[Array]:
        """Give each level's Lambda."""
        return [level.random.factor(theta[own]) for level, own in zip(self.levels, self.bounds, strict=False)]

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma of each block with first derivatives, and the curvature in sums over the blocks."""
        sigma2 = float(np.exp(np.clip(theta[-1], -700, 700)))
        of_residual = theta[self.bounds[-1]]
        R = self.residual.matrix(of_residual)
        Sigma, D = R.copy(), []
        for level, factor in zip(self.levels, self.factors(theta), strict=True):
            same, B = level.same, level.U @ factor
            Sigma += same * (B @ B.swapaxes(1, 2))
            A, pulled = level.random.halves(level.U, factor)
            half = A[:, :, None, :] * pulled[:, None, :, :]
            D.append(np.moveaxis((half + half.swapaxes(1, 2)) * same[..., None], -1, 1))
        D += [self.residual.gradient(of_residual, R), Sigma[:, None]]
        first = np.concatenate(D, axis=1) * sigma2
        return Derivatives(
            first[:, -1], first, None, lambda E: self._curvature(theta, R, E * sigma2, np.tensordot(E, first, _BLOCKS))
        )

    def _curvature(self, theta: Array, R: Array, E: Array, slope: Array) -> Array:
        """Give the sum over the blocks of <E, second derivatives>; log sigma2 multiplies Sigma as a whole."""
        H = len(theta)
        bend = np.zeros((H, H))
        for level, own, factor in zip(self.levels, self.bounds, self.factors(theta), strict=False):
            inner = np.einsum("pja,pjk,pkb->ab", level.U, E * level.same, level.U, optimize=True)
            bend[own, own] = np.tensordot(level.random.directions(factor)[1], inner, 2)
        own = self.bounds[-1]
        bend[own, own] = self.residual.curvature(theta[own], R, E)
        bend[-1] = bend[:, -1] = slope
        return bend


_BLOCKS = ((0, 1, 2), (0, 2, 3))
