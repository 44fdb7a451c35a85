"""The (restricted) log-likelihood of a normal model with exact gradient, Hessian and information in theta.

Notation: Omega_p is the inverse of Sigma at the visits of pattern p, zero elsewhere; W = X' V^-1 X, Phi its inverse,
r = y - X beta; D_h is the derivative of Sigma with respect to theta_h and P_h that of W.

The formulas hold for one data set and, with a leading axis of replicates on every array, for many at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import CovarianceModel, Derivatives
from postinfusion.core.linalg import Array, left_times, right_times
from postinfusion.core.patterns import Products
from postinfusion.core.stacked_products import StackedProducts

Method = Literal["reml", "ml"]


@dataclass(frozen=True)
class Profile:
    """The criterion at one theta, with beta profiled out.

    Attributes
    ----------
    value
        Minus the log-likelihood (``reml``: the restricted one).
    beta
        Shape (p,): generalised least squares at this theta.
    Phi
        Shape (p, p): inverse of W = X' V^-1 X.
    Omega
        Shape (P, T, T): inverses of the patterns' covariance matrices.
    derivatives
        Of Sigma at this theta.
    """

    value: float
    beta: Array
    Phi: Array
    Omega: Array
    derivatives: Derivatives


@dataclass(frozen=True)
class Profiles:
    """The criterion of each of R replicates at its own theta, with beta profiled out.

    Attributes
    ----------
    value
        Shape (R,).
    beta, Phi, Omega, derivatives
        As in :class:`Profile`, with a leading axis of replicates.
    """

    value: Array
    beta: Array
    Phi: Array
    Omega: Array
    derivatives: Derivatives


@dataclass(frozen=True)
class Slopes:
    """Derivatives of minus the log-likelihood with respect to theta.

    Attributes
    ----------
    gradient
        Shape (H,).
    hessian
        Shape (H, H): the observed information.
    information
        Shape (H, H): its expectation, tr(P V_h P V_k) / 2 under REML, tr(V^-1 V_h V^-1 V_k) / 2 under ML.
    P
        Shape (H, p, p): derivatives of W.
    """

    gradient: Array
    hessian: Array
    information: Array
    P: Array


@dataclass(frozen=True)
class Criterion:
    """Minus the log-likelihood of data and a covariance structure, as a function of theta.

    Attributes
    ----------
    cross
        Cross-products of [X | y].
    model
        Covariance structure.
    method
        ``reml`` or ``ml``.
    """

    cross: Products
    model: CovarianceModel
    method: Method

    def at(self, theta: Array) -> Profile | None:
        """Evaluate the criterion; None where Sigma or W is not positive definite or not finite."""
        # A step too far overflows; the optimiser halves it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return profile(self.cross, self.model.derivatives(theta), self.method)

    def slopes(self, at: Profile) -> Slopes:
        """Give the derivatives of the criterion at a profile."""
        # Near a singular Sigma they may leave the range of doubles; the search then ends, and says so.
        with np.errstate(over="ignore", invalid="ignore"):
            return slopes(self.cross, at, self.method)


def profile(cross: Products, derivatives: Derivatives, method: Method) -> Profile | None:
    """Evaluate minus the log-likelihood; None when Sigma or W is not positive definite.

    Parameters
    ----------
    cross
        Cross-products of [X | y].
    derivatives
        Sigma with its derivatives at some theta.
    method
        ``reml``: -(1/2)[(n-p) log 2 pi + log|V| + log|W| + r' V^-1 r], without + (1/2) log|X'X|; ``ml``: n instead
        of n - p and without log|W|.

    References
    ----------
    Harville (1974), Biometrika 61, 383-385.
    """
    found = profiles(cross, derivatives, method)
    return None if found is None else Profile(float(found.value), found.beta, found.Phi, found.Omega, derivatives)


def profiles(cross: Products | StackedProducts, derivatives: Derivatives, method: Method) -> Profiles | None:
    """Evaluate :func:`profile` of one data set or of many replicates; None when it cannot be for one of them.

    Parameters
    ----------
    cross, derivatives, method
        As in :func:`profile`; for many replicates all arrays have them as their leading axis.
    """
    if not np.isfinite(derivatives.Sigma).all():
        return None
    try:
        Omega, log_determinants = pattern_inverses(derivatives.Sigma, cross)
        M = cross.weighted(Omega)
        root = np.linalg.cholesky(M[..., :-1, :-1])
    except np.linalg.LinAlgError:
        return None
    inverse_root = np.linalg.inv(root)
    Phi, right = inverse_root.swapaxes(-1, -2) @ inverse_root, M[..., :-1, -1]
    beta = (Phi @ right[..., None])[..., 0]
    value = (cross.n * log_determinants).sum(axis=-1) + M[..., -1, -1] - (right * beta).sum(axis=-1)
    value = value + cross.n_observations * np.log(2 * np.pi)
    if method == "reml":
        roots = np.diagonal(root, axis1=-2, axis2=-1)
        value = value + 2 * np.log(roots).sum(axis=-1) - beta.shape[-1] * np.log(2 * np.pi)
    return Profiles(value / 2, beta, Phi, Omega, derivatives) if np.isfinite(value).all() else None


def pattern_inverses(Sigma: Array, cross: Products | StackedProducts) -> tuple[Array, Array]:
    """Give Omega (P, T, T) and the log determinants (P,) of Sigma at each pattern's visits."""
    return inverses_where(Sigma, cross.observed)


def inverses_where(Sigma: Array, observed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Give the inverses of Sigma at the observed visits (P, T), zero elsewhere, and the log determinants (P,).

    Raises
    ------
    numpy.linalg.LinAlgError
        One of them is not positive definite.
    """
    both = observed[:, :, None] & observed[:, None, :]
    T = Sigma.shape[-1]
    padded = np.where(both, Sigma, np.eye(T))
    root = np.linalg.cholesky(padded)
    Omega = np.where(both, np.linalg.inv(padded), 0.0)
    return Omega, 2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)


def slopes(cross: Products | StackedProducts, at: Profile | Profiles, method: Method) -> Slopes:
    """Give gradient, Hessian, information and P at a profile, or at the profiles of many replicates.

    The Hessian of minus the restricted log-likelihood is half of
    ``-tr(V^-1 V_h V^-1 V_k) + 2 tr(Phi Q_hk) - tr(Phi P_h Phi P_k) + 2 r' V^-1 V_h V^-1 V_k V^-1 r
    - 2 (X' V^-1 V_h V^-1 r)' Phi (X' V^-1 V_k V^-1 r)`` plus the gradient in Sigma times its second derivatives.
    """
    p = at.beta.shape[-1]
    D, Omega, n = at.derivatives.D, at.Omega, cross.n[..., None, None]
    restricted = method == "reml"
    OD = left_times(Omega, D)
    M = -cross.weighted(right_times(OD, Omega).swapaxes(-4, -3))
    g = np.concatenate([-at.beta, np.ones((*at.beta.shape[:-1], 1))], axis=-1)
    fixed = np.zeros((*at.beta.shape[:-1], p + 1, p + 1))
    fixed[..., :p, :p] = at.Phi * restricted
    OC_residual = Omega @ cross.contracted(g[..., :, None] * g[..., None, :])
    OC_fixed = Omega @ cross.contracted(fixed)
    E = n * Omega - (OC_residual + OC_fixed) @ Omega
    pull = (M @ g[..., None, :, None])[..., :p, 0]
    rows = _rows(OD)
    expected = _traces(rows, left_times(n * np.eye(OC_fixed.shape[-1]) - 2 * OC_fixed, OD))
    from_residual = _traces(rows, left_times(2 * OC_residual, OD)) - 2 * pull @ at.Phi @ pull.swapaxes(-1, -2)
    PhiP = (at.Phi[..., None, :, :] @ M[..., :p, :p])[..., None, :, :, :]
    squares = restricted * _traces(_rows(PhiP), PhiP)
    hessian = -expected - squares + from_residual + _curvature(E, at.derivatives)
    return Slopes(
        gradient=_summed(E, D) / 2,
        hessian=(hessian + hessian.swapaxes(-1, -2)) / 4,
        information=(expected + squares) / 2,
        P=M[..., :p, :p],
    )


def _traces(rows: Array, second: Array) -> Array:
    """Give sum_p tr(first_ph second_pk), shape (..., H, H), of the rows of first and of second (..., P, H, T, T)."""
    return np.asarray(rows @ _rows(second.swapaxes(-1, -2)).swapaxes(-1, -2))


def _rows(each: Array) -> Array:
    """Give one row for each h of (..., P, H, T, T), shape (..., H, P T T)."""
    by_parameter = each.swapaxes(-4, -3)
    return by_parameter.reshape(*by_parameter.shape[:-3], -1)


def _summed(E: Array, D: Array) -> Array:
    """Give sum_p <E_p, D_ph>, shape (..., H), for D shared by the patterns or not."""
    if D.shape[-4] > 1:
        return np.asarray(np.einsum("...pij,...phij->...h", E, D))
    shared = D[..., 0, :, :, :]
    total = E.sum(axis=-3)
    return np.asarray((shared.reshape(*shared.shape[:-2], -1) @ total.reshape(*total.shape[:-2], -1, 1))[..., 0])


def _curvature(E: Array, derivatives: Derivatives) -> Array | float:
    """Give sum_p <E_p, DD_phk>, shape (..., H, H); zero when Sigma is linear in theta."""
    if derivatives.curvature is not None:
        return derivatives.curvature(E)
    DD = derivatives.DD
    if DD is None:
        return 0.0
    if DD.shape[-5] > 1:
        return np.asarray(np.einsum("...pij,...phkij->...hk", E, DD))
    shared = DD[..., 0, :, :, :, :]
    total = E.sum(axis=-3)
    return np.asarray((shared.reshape(*shared.shape[:-2], -1) @ total.reshape(*total.shape[:-2], 1, -1, 1))[..., 0])
