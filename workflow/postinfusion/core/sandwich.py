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
        return float(trace**2 / square)


def sandwich(
    Z: Array,
    subject: NDArray[np.intp],
    visit: NDArray[np.intp],
    *,
    Sigma: Array,
    Phi: Array,
    beta: Array,
    kind: Robust,
) -> Sandwich:
    """Compute a cluster-robust covariance; needs the rows, not only their cross-products.

    Parameters
    ----------
    Z
        Shape (n, p + 1): [X | y] on the scale of the fit.
    subject, visit
        Shape (n,): codes.
    Sigma
        Shape (T, T): covariance between visits, on the same scale.
    Phi, beta
        Model-based covariance and estimate, on the same scale.
    kind
        Which adjustment.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, 13-22 (CR0); Bell & McCaffrey (2002) (CR2, CR3).
    """
    order = np.lexsort((visit, subject))
    Z, subject, visit = Z[order], subject[order], visit[order]
    start = np.flatnonzero(np.diff(subject, prepend=-1))
    rows = np.diff(start, append=len(subject))
    p = Z.shape[1] - 1
    whitened, F = np.empty_like(Z), np.empty((len(Z), p))
    for m in np.unique(rows):
        index = start[rows == m][:, None] + np.arange(m)
        of_size = visit[index]
        roots = np.linalg.cholesky(Sigma[of_size[:, :, None], of_size[:, None, :]])
        whitened[index] = np.linalg.solve(roots, Z[index])
        X_star = whitened[index][:, :, :p]
        values, vectors = np.linalg.eigh(np.eye(m) - X_star @ Phi @ X_star.swapaxes(1, 2))
        powers = np.where(values > DETERMINED, np.maximum(values, DETERMINED) ** POWERS[kind], 0.0)
        F[index] = (vectors * powers[:, None, :]) @ vectors.swapaxes(1, 2) @ X_star
    X_star, residual = whitened[:, :p], whitened[:, p] - whitened[:, :p] @ beta
    scores = np.add.reduceat(F * residual[:, None], start, axis=0)
    return Sandwich(Phi @ (scores.T @ scores) @ Phi, Phi, X_star, F, start)
