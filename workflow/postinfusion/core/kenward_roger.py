"""Kenward and Roger's small-sample covariance of the fixed effects and their scaled F test.

The linear variant takes first derivatives of V only. It does not depend on how Sigma is parametrised and is what SAS
prints for ``ddfm=kr`` with ``type=un``; the second-derivative term of the original vanishes when V is linear in theta.
"""

from __future__ import annotations

import numpy as np

from postinfusion.core.contrasts import JointTest, f_test
from postinfusion.core.likelihood import Profile
from postinfusion.core.linalg import Array, left_times
from postinfusion.core.patterns import Products


def adjusted_covariance(cross: Products, at: Profile, P: Array, w: Array) -> Array:
    """Give ``Phi_A = Phi + 2 Phi [sum_hk w_hk (Q_hk - P_h Phi P_k)] Phi``.

    Parameters
    ----------
    cross
        Cross-products of [X | y].
    at
        The optimum.
    P
        Shape (H, p, p): derivatives of W = X' V^-1 X.
    w
        Shape (H, H): covariance of theta.

    References
    ----------
    Kenward & Roger (1997), Biometrics 53, 983-997, eq. 5 and p. 985, with R_ij = 0; Kenward & Roger (2009), Comput.
    Stat. Data Anal. 53, 2583-2595.
    """
    U = _second_order(at, w)
    p = len(at.beta)
    Q = cross.weighted((U + U.swapaxes(1, 2)) / 2)[:p, :p]
    products = np.tensordot(P @ at.Phi, np.tensordot(w, P, 1), ((0, 2), (0, 1)))
    return np.asarray(at.Phi + 2 * at.Phi @ (Q - products) @ at.Phi)


def _second_order(at: Profile, w: Array) -> Array:
    """Give ``sum_hk w_hk Omega_p D_h Omega_p D_k Omega_p`` for each pattern, shape (P, T, T)."""
    D, Omega = at.derivatives.D, at.Omega
    P, T, H = len(Omega), Omega.shape[1], D.shape[1]
    if len(D) == 1 and P * H >= T**2:
        # D is the same for all patterns: its products with itself, T^4 numbers, come before those with Omega.
        flat = D[0].reshape(H, T * T)
        products = (flat.T @ w @ flat).reshape(T, T, T, T).transpose(1, 2, 0, 3).reshape(T * T, T * T)
        return np.asarray(Omega @ (Omega.reshape(P, T * T) @ products).reshape(P, T, T) @ Omega)
    OD = left_times(Omega, D)
    other = np.tensordot(w, OD, ((1,), (1,))).swapaxes(0, 1)
    wide = OD.swapaxes(1, 2).reshape(P, T, H * T)
    return np.asarray(wide @ other.reshape(P, H * T, T) @ Omega)


def second_derivative_term(cross: Products, at: Profile, w: Array) -> Array:
    """Give ``-(1/2) Phi [sum_hk w_hk R_hk] Phi`` with ``R_hk = X' V^-1 V_hk V^-1 X``: it completes the linear variant.

    Parameters
    ----------
    cross
        Cross-products of [X | y].
    at
        The optimum, in the parameters in which V is differentiated.
    w
        Shape (H, H): covariance of these parameters.

    References
    ----------
    Kenward & Roger (1997), p. 985: the term - R_hk / 4 in the sum of :func:`adjusted_covariance`.
    """
    if at.derivatives.DD is None:
        return np.zeros_like(at.Phi)
    bend = np.einsum("hk,phkij->pij", w, at.derivatives.DD)
    p = len(at.beta)
    R = cross.weighted(at.Omega @ bend @ at.Omega)[:p, :p]
    return np.asarray(-at.Phi @ R @ at.Phi / 2)


def kenward_roger_f(L: Array, beta: Array, *, Phi: Array, Phi_A: Array, P: Array, w: Array) -> JointTest:
    """Test L beta = 0 by the scaled F statistic.

    Parameters
    ----------
    L
        Shape (m, p), of full row rank.
    beta
        Shape (p,).
    Phi, Phi_A
        Shape (p, p): unadjusted and adjusted covariance of beta.
    P, w
        As in :func:`adjusted_covariance`.

    References
    ----------
    Kenward & Roger (1997), section 3: A1, A2, B, g, c1 to c3, E*, V*, rho, m and lambda.
    """
    size = len(L)
    estimate = L @ beta
    F = float(estimate @ np.linalg.solve(L @ Phi_A @ L.T, estimate)) / size
    scale, df = _scale_and_df(*_moments(L, Phi, P, w), size)
    return f_test(scale * F, size, df)


def _moments(L: Array, Phi: Array, P: Array, w: Array) -> tuple[float, float]:
    """Give A1 and A2."""
    U = L @ Phi
    inner = np.linalg.solve(U @ L.T, np.einsum("mi,hij,nj->hmn", U, P, U, optimize=True))
    traces = np.trace(inner, axis1=1, axis2=2)
    return float(traces @ w @ traces), float(np.einsum("hmn,hk,knm->", inner, w, inner, optimize=True))


def _scale_and_df(A1: float, A2: float, size: int) -> tuple[float, float]:
    """Give lambda and m, the scale of F and its denominator df."""
    B = (A1 + 6 * A2) / (2 * size)
    g = ((size + 1) * A1 - (size + 4) * A2) / ((size + 2) * A2)
    divisor = 3 * size + 2 * (1 - g)
    c1, c2, c3 = g / divisor, (size - g) / divisor, (size + 2 - g) / divisor
    mean = 1 / (1 - A2 / size)
    variance = 2 / size * (1 + c1 * B) / ((1 - c2 * B) ** 2 * (1 - c3 * B))
    rho = variance / (2 * mean**2)
    df = 4 + (size + 2) / (size * rho - 1)
    return df / (mean * (df - 2)), df
