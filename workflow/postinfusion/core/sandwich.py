"""Cluster-robust ("sandwich") covariances of the fixed effects, CR0, CR2 and CR3, with Bell and McCaffrey's df.

In a subject's whitened rows X*_i = L_i^-1 X_i, with Sigma_i = L_i L_i', the hat matrix is H_i = X*_i Phi X*_i'. The
adjustment A_i is I (CR0), (I - H_i)^(-1/2) (CR2: unbiased when Sigma is right) or (I - H_i)^-1 (CR3: close to the
jackknife), and V = Phi (sum_i X*_i' A_i e*_i e*_i' A_i X*_i) Phi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.core.whitening import Whitened

Robust = Literal["empirical-cr0", "empirical-cr2", "empirical-cr3"]
ROBUST: tuple[Robust, ...] = ("empirical-cr0", "empirical-cr2", "empirical-cr3")
POWERS: dict[Robust, float] = {"empirical-cr0": 0.0, "empirical-cr2": -0.5, "empirical-cr3": -1.0}
# A subject that alone determines a coefficient has 1 - h = 0; its rows there carry no residual and are left out.
DETERMINED = 1e-9


@dataclass(frozen=True)
class Sandwich:
    """A cluster-robust covariance with what its degrees of freedom need.

    Attributes
    ----------
    V
        Shape (p, p): in the basis of X, in squared units of the response.
    Phi
        Shape (p, p): the model's covariance for a response in residual standard deviations.
    X_star
        Shape (n, p): whitened rows, sorted by subject.
    F
        Shape (n, p): A_i X*_i.
    start
        Shape (subjects,): first row of each subject.
    """

    V: Array
    Phi: Array
    X_star: Array
    F: Array
    start: NDArray[np.intp]

    def degrees_of_freedom(self, K: Array) -> Array:
        """Give tr(B)^2 / tr(B^2) for each row k of K, with B_ij = a_i' (I - H)_ij a_j and a_i = A_i X*_i Phi k.

        Parameters
        ----------
        K
            Shape (m, p).

        References
        ----------
        Bell & McCaffrey (2002), Survey Methodology 28, 169-181; Pustejovsky & Tipton (2018), J. Bus. Econ. Stat. 36,
        672-683, eq. 11.
        """
        return np.array([self._single(k) for k in K])

    def _single(self, k: Array) -> float:
        """Give the degrees of freedom of one contrast."""
        a = self.F @ (self.Phi @ k)
        size = np.add.reduceat(a**2, self.start)
        U = np.add.reduceat(self.X_star * a[:, None], self.start, axis=0)
        PhiUU = self.Phi @ (U.T @ U)
        trace = size.sum() - np.trace(PhiUU)
        cross = size @ np.einsum("ij,jk,ik->i", U, self.Phi, U, optimize=True)
        square = size @ size - 2 * cross + np.sum(PhiUU * PhiUU.T)
        return float(trace**2 / square) if square > 0 else np.nan


def sandwich(whitened: Whitened, *, Phi: Array, beta: Array, kind: Robust) -> Sandwich:
    """Compute a cluster-robust covariance; needs the rows, not only their cross-products.

    Parameters
    ----------
    whitened
        Rows of [X | y] on the scale of the fit, whitened by the model's covariance.
    Phi, beta
        Model-based covariance and estimate, on the same scale.
    kind
        Which adjustment.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, 13-22 (CR0); Bell & McCaffrey (2002) (CR2, CR3).
    """
    X_star, residual = whitened.Z[:, :-1], whitened.Z[:, -1] - whitened.Z[:, :-1] @ beta
    F = np.empty_like(X_star)
    for _, index in whitened.of_equal_size():
        of_size = X_star[index]
        values, vectors = np.linalg.eigh(np.eye(index.shape[1]) - of_size @ Phi @ of_size.swapaxes(1, 2))
        powers = np.where(values > DETERMINED, np.maximum(values, DETERMINED) ** POWERS[kind], 0.0)
        F[index] = (vectors * powers[:, None, :]) @ vectors.swapaxes(1, 2) @ of_size
    scores = np.add.reduceat(F * residual[:, None], whitened.start, axis=0)
    return Sandwich(Phi @ (scores.T @ scores) @ Phi, Phi, X_star, F, whitened.start)
