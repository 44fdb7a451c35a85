"""mmrm's own covariance parameters, in which its Kenward-Roger takes the second derivatives of Sigma.

``us``: Sigma = L L' with L = diag(exp a) B, B unit lower triangular. Patterned correlations: log standard deviations,
and x with rho = x / sqrt(1 + x^2); compound symmetry since mmrm 0.3.16: rho = a + (1 - a) / (1 + exp(-x)) with
a = -1 / (T - 1), the smallest correlation that T visits can share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.covariance import (
    Derivatives,
    Structured,
    Unstructured,
    UnstructuredCholesky,
    compound_symmetry,
    smallest_eigenvalue,
)
from postinfusion.core.covariance_search import CovarianceSearch
from postinfusion.core.kenward_roger import second_derivative_term
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.spatial_covariance import SpatialCovariance
from postinfusion.errors import ModelError

# Second derivatives of Sigma beyond this count are refused. For an unstructured Sigma the peak is 0.5 GB and 5 s at 20
# visits, 1.3 GB and 11 s at 24 (5e7 numbers, the last allowed), 4.1 GB and 51 s at 30.
LARGEST = 6e7


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

    def smallest_eigenvalue(self, Sigma: Array) -> float:
        """Give the smallest eigenvalue of the correlation matrix of Sigma (1, T, T)."""
        return smallest_eigenvalue(Sigma[0])

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


def mmrm_parameters(structure: Unstructured | Structured) -> UnstructuredCholesky | UnboundedCorrelations:
    """Give the structure in mmrm's parameters.

    References
    ----------
    mmrm 0.3.18, vignettes "Covariance structures" and "Kenward-Roger", and its news for 0.3.16.
    """
    if isinstance(structure, Unstructured):
        return UnstructuredCholesky(structure.T)
    return UnboundedCorrelations(structure)


def mmrm_theta(structure: Unstructured | Structured, theta: Array) -> Array:
    """Give mmrm's parameters of one group at a theta in ours."""
    if isinstance(structure, Unstructured):
        return UnstructuredCholesky(structure.T).theta(structure.derivatives(theta).Sigma[0])
    return UnboundedCorrelations(structure).theta(theta)


def full_kenward_roger_term(search: CovarianceSearch, theta: Array, information: str) -> Array:
    """Give what mmrm's full Kenward-Roger adds to the linear one, shape (p, p).

    Raises
    ------
    ModelError
        The structure is one that mmrm has no second derivatives of, or there are too many of them.
    """
    structure = search.structure
    if isinstance(structure, SpatialCovariance):
        raise ModelError(
            'df="kenward-roger" reproduces mmrm, which has none on actual times; choose df="kenward-roger-linear"'
        )
    _refuse_too_many(search, len(theta))
    criterion = search.criterion(mmrm_parameters(structure))
    at = criterion.at(np.concatenate([mmrm_theta(structure, own) for own in search.by_group(theta)]))
    if at is None:
        raise ModelError('The covariance cannot be written in mmrm\'s parameters; choose df="kenward-roger-linear"')
    slope = criterion.slopes(at)
    w = symmetric_inverse(slope.hessian if information == "observed" else slope.information)
    return second_derivative_term(search.blocks.products, at, w)


def _refuse_too_many(search: CovarianceSearch, H: int) -> None:
    """Refuse second derivatives that do not fit into memory: H^2 T^2 numbers, with groups for each pattern."""
    patterns, T = search.blocks.products.observed.shape
    count = H**2 * T**2 * (patterns if search.blocks.n_groups > 1 else 1)
    if count > LARGEST:
        raise ModelError(
            f'df="kenward-roger" needs {count:.0e} second derivatives of the covariance ({H} parameters, {T} visits); '
            f'allowed are {LARGEST:.0e}: choose df="kenward-roger-linear", which needs none, or a simpler structure'
        )
