"""Ordinary least squares with exact t inference and heteroscedasticity-consistent covariances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from postinfusion.core.degrees_of_freedom import residual_df
from postinfusion.core.inference import Inference
from postinfusion.core.linalg import Array
from postinfusion.core.standardise import standardise
from postinfusion.errors import ModelError

Covariance = Literal["model", "hc0", "hc1", "hc2", "hc3"]
COVARIANCES: tuple[Covariance, ...] = ("model", "hc0", "hc1", "hc2", "hc3")


@dataclass(frozen=True)
class LeastSquaresFit:
    """A linear model fitted by least squares.

    Attributes
    ----------
    inference
        Of the coefficients.
    sigma2
        Residual variance, divisor n - p.
    log_likelihood
        At its maximum (variance with divisor n).
    r_squared
        Share of the variance about the mean that the model explains.
    """

    inference: Inference
    sigma2: float
    log_likelihood: float
    r_squared: float


def fit_least_squares(X: Array, y: Array, *, covariance: Covariance = "model") -> LeastSquaresFit:
    """Fit y = X beta + e by least squares.

    Parameters
    ----------
    X
        Shape (n, c).
    y
        Shape (n,).
    covariance
        Of the coefficients: ``model`` (constant variance), or heteroscedasticity-consistent ``hc0`` to ``hc3``.

    Raises
    ------
    ModelError
        The data cannot bear the model, or the covariance is not there.

    References
    ----------
    MacKinnon & White (1985), J. Econometrics 29, 305-325: HC1 to HC3.
    """
    if covariance not in COVARIANCES:
        raise ModelError(f'vcov "{covariance}" is not available; available are {", ".join(COVARIANCES)}')
    standard = standardise(X, y)
    n, p = len(y), len(standard.offset)
    Q, residual = standard.Z[:, :p], standard.Z[:, p] * standard.scale
    sigma2 = float(residual @ residual) / (n - p)
    Phi = sigma2 * np.eye(p)
    about_mean = y - y.mean()
    return LeastSquaresFit(
        inference=Inference(
            basis=standard.basis,
            beta=standard.offset,
            Phi=Phi,
            V=Phi if covariance == "model" else _consistent(Q, residual, covariance),
            df_method="residual",
            P=np.empty((0, p, p)),
            w=np.empty((0, 0)),
            df_columns=residual_df(Q),
        ),
        sigma2=sigma2,
        log_likelihood=-n / 2 * float(np.log(2 * np.pi * sigma2 * (n - p) / n) + 1),
        r_squared=1 - sigma2 * (n - p) / float(about_mean @ about_mean),
    )


def _consistent(Q: Array, residual: Array, covariance: Covariance) -> Array:
    """Give Q' diag(omega) Q, the heteroscedasticity-consistent covariance in an orthonormal basis."""
    n, p = Q.shape
    leverage = np.einsum("ij,ij->i", Q, Q)
    room = np.maximum(1 - leverage, 1e-12)
    factor = {"hc0": np.ones(n), "hc1": np.full(n, n / (n - p)), "hc2": 1 / room, "hc3": 1 / room**2}[covariance]
    return np.asarray((Q * (factor * residual**2)[:, None]).T @ Q)
