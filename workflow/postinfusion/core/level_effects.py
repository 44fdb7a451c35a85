"""Predicted random effects of one grouping level, with and without counting the estimation of beta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class LevelEffects:
    """The random effects of one grouping level.

    Attributes
    ----------
    G
        Shape (r, r): their covariance.
    b
        Shape (groups, r): predictions, E(b | y) at the estimates.
    b_std_error
        Shape (groups, r): standard deviations of b given y at the estimates, as lme4's.
    b_prediction_error
        Shape (groups, r): standard deviations of prediction minus b, which count the estimation of beta, as SAS's.
    """

    G: Array
    b: Array
    b_std_error: Array
    b_prediction_error: Array


def level_effects(G: Array, u: Array, K: Array, fixed: Array, *, unit: Array) -> LevelEffects:
    """Predict the random effects of each group g: ``b_g = G u_g``.

    The variance of b given y is ``G - G K_g G``; that of the prediction error ``G - G (K_g - fixed_g) G``.

    Parameters
    ----------
    G
        Shape (r, r), on the scale of the fit.
    u
        Shape (groups, r): U_g' V^-1 (y - X beta).
    K
        Shape (groups, r, r): U_g' V^-1 U_g.
    fixed
        Shape (groups, r, r): U_g' V^-1 X Phi X' V^-1 U_g.
    unit
        Shape (r,): units of the data per unit of the fit.

    References
    ----------
    Henderson (1975), Biometrics 31, 423-447; McLean, Sanders & Stroup (1991), Am. Stat. 45, 54-64.
    """
    conditional, unconditional = (
        np.diag(G) - np.einsum("ab,gbc,ca->ga", G, known, G, optimize=True) for known in (K, K - fixed)
    )
    errors = [np.sqrt(np.maximum(variance, 0.0)) * unit for variance in (conditional, unconditional)]
    return LevelEffects(G * np.outer(unit, unit), u @ G * unit, *errors)
