"""The covariance of random effects through its relative factor, G = sigma2 Lambda Lambda'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import Derivatives
from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class RandomFactor:
    """Lambda as a function of its lower triangle (row by row) or of its diagonal.

    Attributes
    ----------
    r
        Number of random effects.
    correlated
        Whether Lambda has elements below its diagonal.
    """

    r: int
    correlated: bool

    @property
    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Give rows and columns of Lambda's free elements."""
        diagonal = np.arange(self.r)
        return np.tril_indices(self.r) if self.correlated else (diagonal, diagonal)

    @property
    def size(self) -> int:
        """Count the free elements."""
        return len(self.positions[0])

    @property
    def identity(self) -> Array:
        """Give the free elements of the identity matrix."""
        return np.equal(*self.positions).astype(float)

    def factor(self, theta: Array) -> Array:
        """Give Lambda (r, r) from its free elements."""
        factor = np.zeros((self.r, self.r))
        factor[self.positions] = theta
        return factor

    def directions(self, factor: Array) -> tuple[Array, Array]:
        """Give the derivatives of Lambda Lambda': first (H, r, r), and second (H, H, r, r)."""
        a, b = self.positions
        identity = np.eye(self.r)
        half = np.einsum("hi,hj->hij", identity[a], factor[:, b].T)
        same = (b[:, None] == b[None]).astype(float)
        outer = np.einsum("hi,kj,hk->hkij", identity[a], identity[a], same)
        return half + half.swapaxes(1, 2), outer + outer.swapaxes(2, 3)

    def halves(self, U: Array, factor: Array) -> tuple[Array, Array]:
        """Give columns A and B, shape (..., H) each: A_h B_h' + B_h A_h' are the derivatives of U Lambda Lambda' U'."""
        a, b = self.positions
        return U[..., a], (U @ factor)[..., b]


@dataclass(frozen=True)
class RandomElements(RandomFactor):
    """Lambda as in its base, but derivatives in the elements of Lambda Lambda' themselves.

    These do not vanish where Lambda is singular: the information then counts every element of G, as pbkrtest's does.
    """

    def directions(self, factor: Array) -> tuple[Array, Array]:
        """Give the derivatives: constant first ones, those of the diagonal doubled, and no second ones."""
        return super().directions(np.eye(self.r))[0], np.zeros((self.size, self.size, *factor.shape))

    def halves(self, U: Array, factor: Array) -> tuple[Array, Array]:  # noqa: ARG002
        """Give columns A and B as in the base."""
        return super().halves(U, np.eye(self.r))


@dataclass(frozen=True)
class RandomEffects:
    """Sigma = sigma2 (R Lambda Lambda' R' + I): theta holds Lambda's free elements, then log sigma2.

    Attributes
    ----------
    R
        Shape (P, T, r): triangular factors of the patterns' U, padded with zeros.
    random
        The map from theta to Lambda.
    """

    R: Array
    random: RandomFactor

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma of each pattern with first and second derivatives."""
        factor, sigma2 = self.random.factor(theta[:-1]), float(np.exp(np.clip(theta[-1], -700, 700)))
        E, EE = self.random.directions(factor)
        Sigma = (self._rotated(factor @ factor.T) + np.eye(self.R.shape[1])) * sigma2
        D = np.concatenate([self._rotated(E) * sigma2, Sigma[:, None]], axis=1)
        H = D.shape[1]
        DD = np.empty((len(D), H, H, *Sigma.shape[1:]))
        DD[:, :-1, :-1] = self._rotated(EE) * sigma2
        DD[:, -1] = D
        DD[:, :, -1] = D
        return Derivatives(Sigma, D, DD)

    def _rotated(self, C: Array) -> Array:
        """Give R C R' for each pattern, shape (P, ..., T, T)."""
        R = self.R.reshape(len(self.R), *(1,) * (C.ndim - 2), *self.R.shape[1:])
        return np.asarray(R @ C @ R.swapaxes(-1, -2))
