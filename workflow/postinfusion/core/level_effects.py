"""Predicted random effects of one grouping level, with and without counting the estimation of beta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class LevelEffects:
    """The random effects b = T c of one grouping level.

    What rows share is formed from ``U T`` and c: where the columns of U hardly differ, b and G alone have lost digits.

    Attributes
    ----------
    basis
        Shape (r, r): T of :mod:`postinfusion.core.random_basis`.
    factor
        Shape (r, r): L with Var(c) = L L', in units of the response.
    c
        Shape (groups, r): predictions, E(c | y) at the estimates.
    b_std_error
        Shape (groups, r): standard deviations of b given y at the estimates, as lme4's.
    b_prediction_error
        Shape (groups, r): standard deviations of prediction minus b, which count the estimation of beta, as SAS's.
    """

    basis: Array
    factor: Array
    c: Array
    b_std_error: Array
    b_prediction_error: Array

    @property
    def G(self) -> Array:  # noqa: N802 (the letter of the notation)
        """Give the covariance of b, shape (r, r)."""
        half = self.basis @ self.factor
        return np.asarray(half @ half.T)

    @property
    def b(self) -> Array:
        """Give the predictions of b, shape (groups, r)."""
        return np.asarray(self.c @ self.basis.T)

    def half(self, U: Array) -> Array:
        """Give the rows H (m, r) with ``U G U' = H H'``."""
        return np.asarray(U @ self.basis @ self.factor)

    def fitted(self, U: Array, group: NDArray[np.intp]) -> Array:
        """Give u'b of rows U (m, r) of groups (m,), shape (m,)."""
        return np.asarray(np.einsum("ma,ma->m", U @ self.basis, self.c[group]))


def level_effects(factor: Array, u: Array, K: Array, fixed: Array, *, basis: Array, scale: float) -> LevelEffects:
    """Predict the random effects of each group g: ``c_g = C u_g`` with C = Var(c).

    The variance of c given y is ``C - C K_g C``; that of the prediction error ``C - C (K_g - fixed_g) C``.

    Parameters
    ----------
    factor
        Shape (r, r): L with C = L L', on the scale of the fit.
    u
        Shape (groups, r): T' U_g' V^-1 (y - X beta).
    K
        Shape (groups, r, r): T' U_g' V^-1 U_g T.
    fixed
        Shape (groups, r, r): T' U_g' V^-1 X Phi X' V^-1 U_g T.
    basis
        Shape (r, r): T.
    scale
        Units of the response per unit of the fit.

    References
    ----------
    Henderson (1975), Biometrics 31, 423-447; McLean, Sanders & Stroup (1991), Am. Stat. 45, 54-64.
    """
    C = factor @ factor.T
    errors = [deviations(C - C @ known @ C, basis) * scale for known in (K, K - fixed)]
    return LevelEffects(basis, factor * scale, u @ C * scale, *errors)


def deviations(variance: Array, basis: Array) -> Array:
    """Give the standard deviations of b = T c from the variances of c, shape (..., r, r)."""
    of_b = np.einsum("ab,...bc,ac->...a", basis, variance, basis, optimize=True)
    return np.asarray(np.sqrt(np.maximum(of_b, 0.0)))
