"""The numerical scale of a fit: orthonormal columns, and a response in units of its residual standard deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.core.linalg import Array, Basis, orthonormal_basis
from postinfusion.errors import ModelError

# Residuals below this fraction of the response are its rounding: the outcome is constant or predicted exactly.
NO_VARIATION = 1e-10


@dataclass(frozen=True)
class Standardised:
    """Data of a linear model on a numerically convenient scale, with the way back.

    Attributes
    ----------
    basis
        From X to orthonormal columns.
    Z
        Shape (n, p + 1): the orthonormal columns and the residuals of least squares divided by ``scale``.
    offset
        Shape (p,): least-squares coefficients in the basis.
    scale
        Residual standard deviation of least squares (divisor n), in units of the response.
    """

    basis: Basis
    Z: Array
    offset: Array
    scale: float

    def beta(self, standardised: Array) -> Array:
        """Give coefficients in the basis in units of the response."""
        return np.asarray(self.offset + self.scale * standardised)

    def log_likelihood(self, standardised: float, *, restricted: bool) -> float:
        """Give the log-likelihood of the data as they came from that of the standardised data."""
        n, p = len(self.Z), len(self.offset)
        if not restricted:
            return standardised - n * float(np.log(self.scale))
        determinant = float(np.linalg.slogdet(self.basis.T)[1])
        return standardised - (n - p) * float(np.log(self.scale)) + determinant


def standardise(X: Array, y: Array) -> Standardised:
    """Put X and y on a scale on which neither units nor offsets cost digits.

    Parameters
    ----------
    X
        Shape (n, c).
    y
        Shape (n,): finite.

    Raises
    ------
    ModelError
        No row is left, a value is not finite, there are not more rows than independent columns, or the response does
        not vary about the model.
    """
    if len(y) == 0:
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    if not np.isfinite(y).all():
        raise ModelError("The response holds infinite values; remove these rows")
    basis = orthonormal_basis(X)
    Q = X[:, basis.kept] @ basis.T
    if len(y) <= Q.shape[1]:
        raise ModelError(
            f"{len(y)} observations cannot carry {Q.shape[1]} independent fixed effects; simplify the model"
        )
    offset = Q.T @ y
    residual = y - Q @ offset
    again = Q.T @ residual
    offset, residual = offset + again, residual - Q @ again
    scale = float(np.sqrt(residual @ residual / len(y)))
    if scale <= NO_VARIATION * float(np.abs(y).max()):
        raise ModelError("The response does not vary about the fixed effects (constant, or predicted exactly)")
    return Standardised(basis, np.column_stack([Q, residual / scale]), offset, scale)
