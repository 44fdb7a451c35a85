"""From the parameters of a fitted generalised linear mixed model to estimates on the scale of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.glmm_fit import GlmmOptimum
from postinfusion.core.glmm_model import DISPERSED, Columns
from postinfusion.core.inference import Inference
from postinfusion.core.linalg import Array, Basis


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of ordered categories.

    Attributes
    ----------
    theta
        Shape (J - 1,): rising.
    covariance
        Shape (J - 1, J - 1).
    """

    theta: Array
    covariance: Array


def asymptotic_inference(basis: Basis, beta: Array, V: Array) -> Inference:
    """Give the inference of coefficients whose covariance holds asymptotically: z tests, infinite df.

    Parameters
    ----------
    basis
        From the columns of the design to those of beta.
    beta, V
        Shape (p,) and (p, p): in the basis.
    """
    nothing = np.zeros((0, len(beta), len(beta)))
    df = np.full(len(beta), np.inf)
    return Inference(basis, beta, V, V, "asymptotic", P=nothing, w=np.zeros((0, 0)), df_columns=df)


def mean_inference(fit: GlmmOptimum) -> Inference:
    """Give the inference of the fixed effects.

    The intercept of an ordinal model is minus the mean of its thresholds: the mean of the latent variable about it.
    """
    columns, p = fit.model.columns, fit.model.rows.X.shape[1]
    take = np.zeros((len(columns.basis.kept), len(fit.psi)))
    take[columns.first :, :p] = np.eye(p)
    if columns.first:
        thresholds = len(fit.model.start) - p
        # The first column of the fit is a constant of unit mean square.
        take[0, p : p + thresholds] = -1 / (thresholds * float(columns.basis.T[0, 0] * columns.scale))
    return _inference(columns, take, fit)


def zero_inference(fit: GlmmOptimum) -> Inference | None:
    """Give the inference of the model of the zeros, on the log odds of a zero; None without one."""
    columns, p = fit.model.zero_columns, fit.model.rows.X.shape[1]
    if columns is None:
        return None
    take = np.zeros((fit.model.n_zero, len(fit.psi)))
    take[:, p : p + fit.model.n_zero] = np.eye(fit.model.n_zero)
    return _inference(columns, take, fit)


def _inference(columns: Columns, take: Array, fit: GlmmOptimum) -> Inference:
    """Give the inference of linear combinations of psi that are coefficients of columns of unit mean square."""
    take = take * columns.scale
    return asymptotic_inference(columns.basis, take @ fit.psi, take @ fit.covariance @ take.T)


def thresholds_of(fit: GlmmOptimum) -> Thresholds:
    """Give the thresholds of an ordinal model for covariates as they came."""
    columns, p = fit.model.columns, fit.model.rows.X.shape[1]
    count = len(fit.model.start) - p
    take = np.zeros((count, len(fit.psi)))
    take[:, p : p + count] = np.eye(count)
    # Centring the columns has moved the zero of eta by what they give to the intercept.
    take[:, :p] = -columns.outer()[0]
    return Thresholds(take @ fit.psi, take @ fit.covariance @ take.T)


def dispersion_of(fit: GlmmOptimum) -> tuple[float, float]:
    """Give the log dispersion of a negative binomial model with its standard error."""
    position = len(fit.model.start) - 1
    if fit.model.name not in DISPERSED:
        return np.nan, np.nan
    return float(fit.psi[position]), float(np.sqrt(fit.covariance[position, position]))
