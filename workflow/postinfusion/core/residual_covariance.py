"""Residuals that are not alike: a standard deviation that follows covariates, a correlation that fades with time.

``R_jk = s_j s_k C_jk`` with ``log s_j = x_j' delta`` and ``C_jk = exp(-|t_j - t_k| / range)`` between rows of the same
innermost group: an autoregression in continuous time, rho^|dt| with rho = exp(-1 / range).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class ResidualCovariance:
    """R as a function of (delta, log range), relative to sigma2.

    Attributes
    ----------
    scale
        Shape (P, T, k): columns of the log standard deviation, without an intercept; k may be 0.
    time
        Shape (P, T); None for independent residuals.
    same
        Shape (P, T, T): which rows belong to the same innermost group.
    """

    scale: Array
    time: Array | None
    same: NDArray[np.bool_]

    @property
    def n_scale(self) -> int:
        """Count the elements of delta."""
        return int(self.scale.shape[-1])

    @property
    def size(self) -> int:
        """Count the parameters."""
        return self.n_scale + (self.time is not None)

    def matrix(self, theta: Array) -> Array:
        """Give R, shape (P, T, T)."""
        if self.time is None:
            R = np.broadcast_to(np.eye(self.same.shape[1]), self.same.shape)
        else:
            R = np.where(self.same, np.exp(-self.lags(theta)), 0.0)
        if not self.n_scale:
            return np.asarray(R)
        s = np.exp(self.scale @ theta[: self.n_scale])
        return np.asarray(R * s[:, :, None] * s[:, None, :])

    def lags(self, theta: Array) -> Array:
        """Give |t_j - t_k| / range within a group, zero elsewhere; shape (P, T, T)."""
        if self.time is None:
            return np.zeros(self.same.shape)
        lags = np.abs(self.time[:, :, None] - self.time[:, None, :]) * np.exp(-theta[self.n_scale])
        return np.where(self.same, lags, 0.0)

    def gradient(self, theta: Array, R: Array) -> Array:
        """Give the first derivatives of R, shape (P, H, T, T)."""
        both = self.scale[:, :, None, :] + self.scale[:, None, :, :]
        D = [np.moveaxis(both * R[..., None], -1, 1)]
        if self.time is not None:
            D.append((self.lags(theta) * R)[:, None])
        return np.concatenate(D, axis=1)

    def curvature(self, theta: Array, R: Array, E: Array) -> Array:
        """Give sum_p <E_p, second derivatives of R_p> for symmetric E (P, T, T), shape (H, H)."""
        k = self.n_scale
        N, lags = E * R, self.lags(theta)
        bend = np.zeros((self.size, self.size))
        bend[:k, :k] = 2 * np.einsum("pjh,pj,pjg->hg", self.scale, N.sum(axis=2), self.scale, optimize=True)
        bend[:k, :k] += 2 * np.einsum("pjh,pjk,pkg->hg", self.scale, N, self.scale, optimize=True)
        if self.time is not None:
            bend[:k, k] = bend[k, :k] = 2 * np.einsum("pjh,pj->h", self.scale, (N * lags).sum(axis=2))
            bend[k, k] = np.sum(N * lags * (lags - 1))
        return bend
