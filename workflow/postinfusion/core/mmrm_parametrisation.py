"""mmrm's own covariance parameters, in which its Kenward-Roger takes the second derivatives of Sigma.

``us``: Sigma = L L' with L = diag(exp a) B, B unit lower triangular. Patterned correlations: log standard deviations,
and x with rho = x / sqrt(1 + x^2); compound symmetry since mmrm 0.3.16: rho = a + (1 - a) / (1 + exp(-x)) with
a = -1 / (T - 1), the smallest correlation that T visits can share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.covariance import (
    CovarianceModel,
    Derivatives,
    Structured,
    Unstructured,
    UnstructuredCholesky,
    compound_symmetry,
)
from postinfusion.core.linalg import Array


@dataclass(frozen=True)
class UnboundedCorrelations:
    """A patterned covariance whose correlation parameters x lie on the whole line.

    Attributes
    ----------
    model
        The same covariance in its natural parameters.
    """

    model: Structured

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma with first and second derivatives by the chain rule."""
        m = self.model.n_deviations
        rho, first, second = self._correlations(theta[m:])
        natural = self.model.derivatives(np.concatenate([theta[:m], rho]))
        slope = np.concatenate([np.ones(m), first])
        D = slope[:, None, None] * natural.D
        if natural.DD is None:
            return Derivatives(natural.Sigma, D, None)
        DD = np.outer(slope, slope)[:, :, None, None] * natural.DD
        h = np.arange(m, len(theta))
        DD[:, h, h] += second[:, None, None] * natural.D[:, m:]
        return Derivatives(natural.Sigma, D, DD)

    def theta(self, natural: Array) -> Array:
        """Give the parameters of natural ones (log standard deviations, correlations)."""
        rho = natural[self.model.n_deviations :]
        if self.model.correlation is compound_symmetry:
            x = np.log((rho - self._smallest) / (1 - rho))
        else:
            x = rho / np.sqrt(1 - rho**2)
        return np.concatenate([natural[: self.model.n_deviations], x])

    @property
    def _smallest(self) -> float:
        """Give the smallest correlation that all pairs of T visits can share."""
        return -1.0 / (self.model.T - 1)

    def _correlations(self, x: Array) -> tuple[Array, Array, Array]:
        """Give rho with its first and second derivatives in x."""
        if self.model.correlation is compound_symmetry:
            share, width = 1 / (1 + np.exp(-x)), 1 - self._smallest
            first = width * share * (1 - share)
            return self._smallest + width * share, first, first * (1 - 2 * share)
        root = np.sqrt(1 + x**2)
        return x / root, root**-3, -3 * x * root**-5


def mmrm_parameters(model: Unstructured | Structured, theta: Array) -> tuple[CovarianceModel, Array]:
    """Give the covariance in mmrm's parameters, and the values there of a theta in ours.

    References
    ----------
    mmrm 0.3.18, vignettes "Covariance structures" and "Kenward-Roger", and its news for 0.3.16.
    """
    if isinstance(model, Unstructured):
        cholesky = UnstructuredCholesky(model.T)
        return cholesky, cholesky.theta(model.derivatives(theta).Sigma[0])
    unbounded = UnboundedCorrelations(model)
    return unbounded, unbounded.theta(theta)
