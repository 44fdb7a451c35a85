"""Satterthwaite's degrees of freedom for linear combinations of the fixed effects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from postinfusion.core.contrasts import JointTest, f_test
from postinfusion.core.linalg import Array


def satterthwaite_df(L: Array, Phi: Array, P: Array, w: Array) -> Array:
    """Give ``2 (l' Phi l)^2 / (v' w v)`` for each row l of L, with ``v_h = d(l' Phi l)/d theta_h``.

    Parameters
    ----------
    L
        Shape (m, p).
    Phi
        Shape (p, p): covariance of beta.
    P
        Shape (H, p, p): derivatives of Phi's inverse, so that ``v_h = -(Phi l)' P_h (Phi l)``.
    w
        Shape (H, H): covariance of theta.

    References
    ----------
    Giesbrecht & Burns (1985), Biometrics 41, 477-486; Fai & Cornelius (1996), J. Stat. Comput. Simul. 54, 363-378.
    """
    U = L @ Phi
    variance = np.einsum("mi,mi->m", U, L)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of a combination with unit variance: squares of variances in small or large units leave the range of doubles.
        U = U / np.sqrt(variance)[:, None]
        v = -((U @ P) * U).sum(axis=2).T
        return np.asarray(2 / ((v @ w) * v).sum(axis=1))


def satterthwaite_f(L: Array, beta: Array, V: Array, single_df: Callable[[Array], Array]) -> JointTest:
    """Test L beta = 0 with the df of Fai and Cornelius, as lmerTest and mmrm do.

    Each eigenvector of L V L' gives a single contrast with df nu_j; with E the sum of nu_j / (nu_j - 2) over those
    with nu_j > 2, the denominator df are 2 E / (E - m).

    Parameters
    ----------
    L
        Shape (m, p), of full row rank.
    beta
        Shape (p,).
    V
        Shape (p, p): covariance of beta.
    single_df
        Gives the degrees of freedom of single contrasts (m, p).
    """
    values, vectors = np.linalg.eigh(L @ V @ L.T)
    rotated = vectors.T @ L
    statistic = float(np.sum((rotated @ beta) ** 2 / values)) / len(L)
    return f_test(statistic, len(L), fai_cornelius_df(single_df(rotated)))


def fai_cornelius_df(nu: Array) -> float:
    """Combine the df of independent single contrasts into the denominator df of their F test."""
    if np.ptp(nu) < 1e-8:
        return float(nu.mean())
    if (nu <= 2).any():
        return 2.0
    E = float(np.sum(nu / (nu - 2)))
    return 2 * E / (E - len(nu))
