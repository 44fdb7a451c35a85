"""The (restricted) log-likelihood of a normal model with exact gradient, Hessian and information in theta.

Notation: Omega_p is the inverse of Sigma at the visits of pattern p, zero elsewhere; W = X' V^-1 X, Phi its inverse,
r = y - X beta; D_h is the derivative of Sigma with respect to theta_h and P_h that of W.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import CovarianceModel, Derivatives
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Products

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
    if not np.isfinite(derivatives.Sigma).all():
        return None
    try:
        Omega, log_determinants = pattern_inverses(derivatives.Sigma, cross)
        M = cross.weighted(Omega)
        root = np.linalg.cholesky(M[:-1, :-1])
    except np.linalg.LinAlgError:
        return None
    inverse_root = np.linalg.inv(root)
    Phi = inverse_root.T @ inverse_root
    beta = Phi @ M[:-1, -1]
    value = float(cross.n @ log_determinants + M[-1, -1] - M[:-1, -1] @ beta)
    value += cross.n_observations * np.log(2 * np.pi)
    if method == "reml":
        value += float(2 * np.log(np.diag(root)).sum()) - len(beta) * np.log(2 * np.pi)
    return Profile(value / 2, beta, Phi, Omega, derivatives) if np.isfinite(value) else None


def pattern_inverses(Sigma: Array, cross: Products) -> tuple[Array, Array]:
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
    return Omega, 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)


def slopes(cross: Products, at: Profile, method: Method) -> Slopes:
    """Give gradient, Hessian, information and P at a profile.

    The Hessian of minus the restricted log-likelihood is half of
    ``-tr(V^-1 V_h V^-1 V_k) + 2 tr(Phi Q_hk) - tr(Phi P_h Phi P_k) + 2 r' V^-1 V_h V^-1 V_k V^-1 r
    - 2 (X' V^-1 V_h V^-1 r)' Phi (X' V^-1 V_k V^-1 r)`` plus the gradient in Sigma times its second derivatives.
    """
    p = len(at.beta)
    D, Omega, n = at.derivatives.D, at.Omega, cross.n[:, None, None]
    restricted = method == "reml"
    OD = Omega[:, None] @ D
    M = -cross.weighted(np.moveaxis(OD @ Omega[:, None], 1, 0))
    g = np.append(-at.beta, 1.0)
    fixed = np.zeros((p + 1, p + 1))
    fixed[:p, :p] = at.Phi * restricted
    OC_residual = Omega @ cross.contracted(np.outer(g, g))
    OC_fixed = Omega @ cross.contracted(fixed)
    E = n * Omega - (OC_residual + OC_fixed) @ Omega
    pull = (M @ g)[:, :p]
    expected = _traces(OD, (n * np.eye(OC_fixed.shape[-1]) - 2 * OC_fixed)[:, None] @ OD)
    from_residual = _traces(OD, 2 * OC_residual[:, None] @ OD) - 2 * pull @ at.Phi @ pull.T
    PhiP = at.Phi @ M[:, :p, :p]
    squares = restricted * np.tensordot(PhiP, PhiP, ((1, 2), (2, 1)))
    hessian = -expected - squares + from_residual + _curvature(E, at.derivatives)
    return Slopes(
        gradient=_summed(E, D) / 2,
        hessian=(hessian + hessian.T) / 4,
        information=(expected + squares) / 2,
        P=M[:, :p, :p],
    )


def _traces(first: Array, second: Array) -> Array:
    """Give sum_p tr(first_ph second_pk), shape (H, H)."""
    H = first.shape[1]
    left = np.moveaxis(first, 1, 0).reshape(H, -1)
    right = np.moveaxis(second, 1, 0).swapaxes(-1, -2).reshape(H, -1)
    return np.asarray(left @ right.T)


def _summed(E: Array, D: Array) -> Array:
    """Give sum_p <E_p, D_ph>, shape (H,), for D shared by the patterns or not."""
    if len(D) == 1:
        return np.asarray(np.tensordot(D[0], E.sum(axis=0), 2))
    return np.asarray(np.einsum("pij,phij->h", E, D))


def _curvature(E: Array, derivatives: Derivatives) -> Array | float:
    """Give sum_p <E_p, DD_phk>, shape (H, H); zero when Sigma is linear in theta."""
    if derivatives.curvature is not None:
        return derivatives.curvature(E)
    DD = derivatives.DD
    if DD is None:
        return 0.0
    if len(DD) == 1:
        return np.asarray(np.tensordot(DD[0], E.sum(axis=0), 2))
    return np.asarray(np.einsum("pij,phkij->hk", E, DD))
