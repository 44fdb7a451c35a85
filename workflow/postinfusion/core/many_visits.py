"""The likelihood's derivatives where subjects are seen at many visits, in few large products.

With T visits an unstructured Sigma has H = T (T + 1) / 2 parameters. The products V^-1 V_h of each subject and
parameter would be P H T^2 numbers (300 subjects at 30 visits: a gigabyte, several times over). Where the derivatives
D_h are the same for all subjects, sums over the subjects come first: ``sum_p tr(Omega_p D_h B_p D_k)`` is the product
of D_h and D_k with ``sum_p Omega_p (x) B_p``, of T^4 numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.covariance import Derivatives, UnstructuredCholesky
from postinfusion.core.likelihood import Criterion, Profile, Slopes
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import SubjectRows


@dataclass(frozen=True)
class ManyVisits(Criterion):
    """Minus the log-likelihood of rows at many visits: the same values, with derivatives summed in another order."""

    def slopes(self, at: Profile) -> Slopes:
        """Give the derivatives of the criterion at a profile."""
        if not isinstance(self.cross, SubjectRows) or not sums_first(self.cross, at.derivatives):
            return super().slopes(at)
        return slopes_of_rows(self.cross, at, restricted=self.method == "reml")


def sums_first(rows: SubjectRows, derivatives: Derivatives) -> bool:
    """Say whether D is shared by all subjects, and large enough for sums over the subjects to come first."""
    P, T = rows.observed.shape
    return len(derivatives.D) == 1 and P * derivatives.D.shape[1] >= T**2


def slopes_of_rows(rows: SubjectRows, at: Profile, *, restricted: bool) -> Slopes:
    """Give gradient, Hessian, information and P at a profile: :func:`~postinfusion.core.likelihood.slopes` reordered.

    Parameters
    ----------
    rows
        Of [X | y].
    at
        With D shared by all subjects.
    restricted
        Whether the likelihood is the restricted one.
    """
    p, Omega, D = len(at.beta), at.Omega, at.derivatives.D[0].reshape(at.derivatives.D.shape[1], -1)
    g = np.append(-at.beta, 1.0)
    fixed = np.zeros((p + 1, p + 1))
    fixed[:p, :p] = at.Phi * restricted
    residual = Omega @ rows.contracted(np.outer(g, g)) @ Omega
    of_beta = Omega @ rows.contracted(fixed) @ Omega
    M = -_quadratic(D, Omega @ rows.Z)
    pull = (M @ g)[:, :p]
    PhiP = at.Phi @ M[:, :p, :p]
    squares = restricted * PhiP.reshape(len(D), -1) @ PhiP.swapaxes(1, 2).reshape(len(D), -1).T
    expected = _traces(D, Omega, Omega - 2 * of_beta)
    from_residual = _traces(D, Omega, 2 * residual) - 2 * pull @ at.Phi @ pull.T
    E = (Omega - residual - of_beta).sum(axis=0)
    hessian = from_residual - expected - squares + _curvature(E, at.derivatives)
    return Slopes(D @ E.ravel() / 2, (hessian + hessian.T) / 4, (expected + squares) / 2, M[:, :p, :p])


def _quadratic(D: Array, rows: Array) -> Array:
    """Give ``sum_p rows_p' D_h rows_p``, shape (H, q, q), of rows (P, T, q) and D (H, T T)."""
    P, T, q = rows.shape
    flat = rows.reshape(P, T * q)
    products = (flat.T @ flat).reshape(T, q, T, q).transpose(0, 2, 1, 3)
    return np.asarray((D @ products.reshape(T * T, q * q)).reshape(len(D), q, q))


def _traces(D: Array, Omega: Array, B: Array) -> Array:
    """Give ``sum_p tr(Omega_p D_h B_p D_k)``, shape (H, H), of symmetric Omega and B (P, T, T)."""
    P, T, _ = Omega.shape
    kronecker = (Omega.reshape(P, T * T).T @ B.reshape(P, T * T)).reshape(T, T, T, T)
    return np.asarray(D @ kronecker.transpose(1, 2, 3, 0).reshape(T * T, T * T) @ D.T)


def _curvature(E: Array, derivatives: Derivatives) -> Array | float:
    """Give ``<E, DD_hk>``, shape (H, H); zero when Sigma is linear in theta."""
    if derivatives.curvature is not None:
        return derivatives.curvature(E[None])
    return 0.0 if derivatives.DD is None else np.asarray(np.tensordot(derivatives.DD[0], E, 2))


@dataclass(frozen=True)
class CholeskyByProducts(UnstructuredCholesky):
    """Unstructured through Sigma = L L', its second derivatives known only as products with a matrix.

    They are H^2 T^2 numbers, of which the Hessian needs ``<E, DD_hk> = 2 <E L, ddL_hk> + 2 tr(dL_h' E dL_k)``.
    """

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma = L L' with first derivatives, and what the Hessian needs of the second."""
        L, dL = self._first(theta)
        one = dL @ L.T

        def curvature(E: Array) -> Array:
            total = E.sum(axis=0)
            moved = (total @ dL).reshape(len(dL), -1)
            return np.asarray(2 * moved @ dL.reshape(len(dL), -1).T + 2 * self._bent(L, dL, total @ L))

        return Derivatives((L @ L.T)[None], (one + one.transpose(0, 2, 1))[None], None, curvature)

    def _first(self, theta: Array) -> tuple[Array, Array]:
        """Give L = diag(exp a) B, B unit lower triangular, and its first derivatives (H, T, T)."""
        T = self.T
        j, k = np.tril_indices(T, -1)
        B = np.eye(T)
        B[j, k] = theta[T:]
        L = np.exp(theta[:T])[:, None] * B
        dL = np.zeros((len(theta), T, T))
        dL[np.arange(T), np.arange(T)] = L
        dL[np.arange(T, len(theta)), j, k] = np.exp(theta[j])
        return L, dL

    def _bent(self, L: Array, dL: Array, EL: Array) -> Array:
        """Give ``<EL, ddL_hk>``: a row of L has its own log diagonal and the elements beside it as parameters."""
        T, H = self.T, len(dL)
        j, k = np.tril_indices(T, -1)
        t, h = np.arange(T), np.arange(T, H)
        found = np.zeros((H, H))
        found[t, t] = (EL * L).sum(axis=1)
        found[j, h] = found[h, j] = EL[j, k] * dL[h, j, k]
        return found
