"""Covariance structures: Sigma, and its exact first and second derivatives, as functions of theta.

``Sigma = diag(s) R diag(s)``: standard deviations s, one or one per visit, on the log scale; a correlation matrix R
that is a polynomial of its parameters, in their natural scale. A theta for which Sigma is not positive definite lies
outside; the optimiser steps back from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError, nearest


@dataclass(frozen=True)
class Derivatives:
    """Sigma and its derivatives with respect to theta at each pattern.

    Attributes
    ----------
    Sigma
        Shape (P or 1, T, T).
    D
        Shape (P or 1, H, T, T): first derivatives.
    DD
        Shape (P or 1, H, H, T, T): second derivatives; None when Sigma is linear in theta.
    curvature
        Where DD would be too large: gives ``sum_p <E_p, DD_phk>``, shape (H, H), of symmetric E (P, T, T); DD is None.
    """

    Sigma: Array
    D: Array
    DD: Array | None
    curvature: Callable[[Array], Array] | None = None

    def of_replicate(self, replicate: int) -> Derivatives:
        """Give those of one replicate, where arrays have a leading axis of replicates; D may be the same for all."""
        D = self.D if self.D.ndim < self.Sigma.ndim + 1 else self.D[replicate]
        return Derivatives(self.Sigma[replicate], D, None if self.DD is None else self.DD[replicate])


class CovarianceModel(Protocol):
    """A map from theta to the covariance matrix of each pattern."""

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma, D and DD at theta."""


class ErrorCovariance(CovarianceModel, Protocol):
    """A covariance of the errors of a subject, which must not become singular."""

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Say how far the patterns' Sigma (P or 1, T, T) are from singular: zero when they are."""


@dataclass(frozen=True)
class Unstructured:
    """Every variance and covariance is a parameter: theta holds the lower triangle of Sigma, row by row."""

    T: int

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma and its first derivatives at theta (H,) or (R, H); the second ones vanish."""
        D = _slopes_of_elements(self.T)
        return Derivatives(np.tensordot(theta, D, 1)[..., None, :, :], D[None], None)

    def theta(self, Sigma: Array) -> Array:
        """Give theta of a matrix."""
        return np.asarray(Sigma[np.tril_indices(self.T)])

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give the smallest eigenvalue of the correlation matrix of Sigma (1, T, T)."""
        return smallest_eigenvalue(Sigma[0])


@lru_cache(maxsize=16)
def _slopes_of_elements(T: int) -> Array:
    """Give the derivatives of Sigma in its elements, the same at every theta, shape (H, T, T)."""
    j, k = np.tril_indices(T)
    h = np.arange(len(j))
    D = np.zeros((len(j), T, T))
    D[h, j, k] = 1.0
    D[h, k, j] = 1.0
    D.flags.writeable = False
    return D


@dataclass(frozen=True)
class UnstructuredCholesky:
    """Unstructured through Sigma = L L': the logs of L's diagonal, then the rows below it divided by the diagonal."""

    T: int

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma = L L' with first and second derivatives."""
        L, dL, ddL = self._factor(theta)
        one = dL @ L.T
        D = one + one.transpose(0, 2, 1)
        two = ddL @ L.T + np.einsum("hij,kmj->hkim", dL, dL)
        DD = two + two.transpose(0, 1, 3, 2)
        return Derivatives((L @ L.T)[None], D[None], DD[None])

    def theta(self, Sigma: Array) -> Array:
        """Give theta of a positive definite matrix."""
        L = np.linalg.cholesky(Sigma)
        diagonal = np.diag(L)
        return np.concatenate([np.log(diagonal), (L / diagonal[:, None])[np.tril_indices(self.T, -1)]])

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give the smallest eigenvalue of the correlation matrix of Sigma (1, T, T)."""
        return smallest_eigenvalue(Sigma[0])

    def _factor(self, theta: Array) -> tuple[Array, Array, Array]:
        """Give L = diag(exp a) B, B unit lower triangular, with its derivatives."""
        T, H = self.T, len(theta)
        j, k = np.tril_indices(T, -1)
        B = np.eye(T)
        B[j, k] = theta[T:]
        L = np.exp(theta[:T])[:, None] * B
        t, h = np.arange(T), np.arange(T, H)
        dL = np.zeros((H, T, T))
        dL[t, t] = L
        dL[h, j, k] = np.exp(theta[j])
        ddL = np.zeros((H, H, T, T))
        ddL[t, t, t] = L
        ddL[j, h, j, k] = np.exp(theta[j])
        ddL[h, j, j, k] = np.exp(theta[j])
        return L, dL, ddL


Correlation = Callable[[Array, int], tuple[Array, Array, Array]]


@dataclass(frozen=True)
class Structured:
    """Standard deviations and a patterned correlation matrix: theta = (log s, correlation parameters)."""

    T: int
    n_deviations: int
    correlation: Correlation

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma = diag(s) R diag(s) with first and second derivatives."""
        m = self.n_deviations
        deviation = np.exp(np.broadcast_to(theta[:m], self.T))
        scale = np.outer(deviation, deviation)
        R, dR, ddR = self.correlation(theta[m:], self.T)
        G = self._log_scale_gradients()
        H = len(theta)
        D = np.empty((H, self.T, self.T))
        D[:m] = G * (scale * R)
        D[m:] = scale * dR
        DD = np.empty((H, H, self.T, self.T))
        DD[:m, :m] = G[:, None] * G[None] * (scale * R)
        DD[:m, m:] = G[:, None] * (scale * dR)[None]
        DD[m:, :m] = DD[:m, m:].transpose(1, 0, 2, 3)
        DD[m:, m:] = scale * ddR
        return Derivatives((scale * R)[None], D[None], DD[None])

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give the smallest eigenvalue of the correlation matrix of Sigma (1, T, T)."""
        return smallest_eigenvalue(Sigma[0])

    def _log_scale_gradients(self) -> Array:
        """Give d log(s_j s_k) / d log s_h, shape (m, T, T)."""
        indicator = np.ones((1, self.T)) if self.n_deviations == 1 else np.eye(self.T)
        return np.asarray(indicator[:, :, None] + indicator[:, None, :])


def smallest_eigenvalue(Sigma: Array) -> float:
    """Give the smallest eigenvalue of the correlation matrix of a covariance matrix (T, T)."""
    return float(smallest_eigenvalues(Sigma))


def smallest_eigenvalues(Sigma: Array) -> Array:
    """Give the smallest eigenvalues of the correlation matrices of covariance matrices (..., T, T), shape (...)."""
    deviation = np.sqrt(np.diagonal(Sigma, axis1=-2, axis2=-1))
    return np.asarray(np.linalg.eigvalsh(Sigma / (deviation[..., :, None] * deviation[..., None, :]))[..., 0])


def compound_symmetry(rho: Array, T: int) -> tuple[Array, Array, Array]:
    """Give R with one correlation for all pairs, and its derivatives."""
    off = 1.0 - np.eye(T)
    return np.eye(T) + rho[0] * off, off[None], np.zeros((1, 1, T, T))


def autoregressive(rho: Array, T: int) -> tuple[Array, Array, Array]:
    """Give R[j, k] = rho^|j - k|, and its derivatives."""
    lag = np.abs(np.subtract.outer(np.arange(T), np.arange(T))).astype(float)
    r = float(rho[0])
    first = np.where(lag >= 1, lag * r ** np.maximum(lag - 1, 0), 0.0)
    second = np.where(lag >= 2, lag * (lag - 1) * r ** np.maximum(lag - 2, 0), 0.0)
    return r**lag, first[None], second[None, None]


def toeplitz(rho: Array, T: int) -> tuple[Array, Array, Array]:
    """Give R with one correlation for each lag, and its derivatives."""
    lag = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))
    first = (lag[None] == np.arange(1, T)[:, None, None]).astype(float)
    return np.eye(T) + np.tensordot(rho, first, 1), first, np.zeros((T - 1, T - 1, T, T))


def antedependence(rho: Array, T: int) -> tuple[Array, Array, Array]:
    """Give R[j, k] = rho_j ... rho_(k-1), one correlation for each step, and its derivatives."""
    step = list(range(T - 1))
    low = np.minimum.outer(np.arange(T), np.arange(T))
    high = np.maximum.outer(np.arange(T), np.arange(T))
    within = np.stack([(h >= low) & (h < high) for h in step])
    factors = np.where(within, rho[:, None, None], 1.0)

    def product(*left_out: int) -> Array:
        return np.asarray(np.delete(factors, left_out, axis=0).prod(axis=0))

    first = np.stack([within[h] * product(h) for h in step])
    second = np.zeros((T - 1, T - 1, T, T))
    for h in step:
        for k in step[:h]:
            second[h, k] = second[k, h] = within[h] * within[k] * product(h, k)
    return product(), first, second


CORRELATIONS: dict[str, tuple[Correlation, Callable[[int], int]]] = {
    "ad": (antedependence, lambda T: T - 1),
    "ar1": (autoregressive, lambda _: 1),
    "cs": (compound_symmetry, lambda _: 1),
    "toep": (toeplitz, lambda T: T - 1),
}
STRUCTURES = ("us", "ad", "adh", "ar1", "ar1h", "cs", "csh", "toep", "toeph")


def derivatives_of_each(model: Unstructured | Structured, theta: Array) -> Derivatives:
    """Give the derivatives of many replicates, each at its own theta, stacked along a leading axis; theta is (R, H)."""
    if isinstance(model, Unstructured):
        return model.derivatives(theta)
    each = [model.derivatives(own) for own in theta]
    Sigma, D = np.stack([one.Sigma for one in each]), np.stack([one.D for one in each])
    return Derivatives(Sigma, D, np.stack([one.DD for one in each if one.DD is not None]))


def covariance_model(name: str, T: int) -> Unstructured | Structured:
    """Give the covariance structure of that name for T visits.

    Parameters
    ----------
    name
        One of ``us ad adh ar1 ar1h cs csh toep toeph``; a final ``h`` means one standard deviation per visit
        (``ad`` and ``adh`` are mmrm's names: homogeneous and heterogeneous ante-dependence).
    T
        Number of visits; with one visit every structure is a single variance.

    Raises
    ------
    ModelError
        The structure is not there.
    """
    if name not in STRUCTURES:
        raise ModelError(
            f'Covariance "{name}" is not available; available are {", ".join(STRUCTURES)}. {nearest(name, STRUCTURES)}'
        )
    if name == "us" or T == 1:
        return Unstructured(T)
    heterogeneous = name.endswith("h")
    correlation, _ = CORRELATIONS[name.removesuffix("h")]
    return Structured(T, T if heterogeneous else 1, correlation)


def starting_values(model: Unstructured | Structured, S: Array) -> Array:
    """Give a theta near a positive definite matrix S (T, T): its own, or averages over what the structure shares."""
    if isinstance(model, Unstructured):
        return model.theta(S)
    deviation = np.sqrt(np.diag(S))
    R = S / np.outer(deviation, deviation)
    logs = np.log(deviation) if model.n_deviations > 1 else np.array([np.log(np.mean(deviation**2)) / 2])
    return np.concatenate([logs, _starting_correlations(model, R)])


def _starting_correlations(model: Structured, R: Array) -> Array:
    """Give correlations near R for which the structure is positive definite, shrunk a little towards zero."""
    T = model.T
    steps = np.diag(R, 1)
    if model.correlation is antedependence:
        return 0.9 * steps
    if model.correlation is toeplitz:
        return _shrunk_until_valid(np.array([np.diag(R, lag).mean() for lag in range(1, T)]), T)
    average = steps.mean() if model.correlation is autoregressive else R[np.triu_indices(T, 1)].mean()
    return np.array([np.clip(0.9 * average, -0.9 / max(T - 1, 1), 0.95)])


def _shrunk_until_valid(rho: Array, T: int) -> Array:
    """Shrink the correlations of a Toeplitz matrix until its smallest eigenvalue is well above zero."""
    while np.linalg.eigvalsh(toeplitz(rho, T)[0])[0] < 0.05:
        rho = 0.8 * rho
    return rho
