"""A second engine: mixed models by dense textbook formulas, to check the first one in the same run.

It shares nothing with the other modules of the core but its purpose: each subject's covariance matrix is written out,
the criterion is summed subject by subject, and a quasi-Newton search over unconstrained parameters finds its optimum.
The first engine sums cross-products by pattern and takes Newton steps with exact second derivatives; an error in
either shows as a difference between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from postinfusion.errors import ModelError

Array = NDArray[np.float64]
# Central differences of a smooth map of a few parameters: the cube root of the rounding error.
STEP = 6e-6
# Per observation, with the outcome in units of its standard deviation: where to stop, and what is still an optimum.
GRADIENT = 1e-8
STATIONARY = 1e-6
MAX_ITERATIONS = 500


@dataclass(frozen=True)
class DenseModel:
    """How covariance matrices come from parameters: V_i = U_i M(theta) U_i' + exp(theta_last) I, or V_i = M[rows].

    Attributes
    ----------
    matrix
        From theta to M, the covariance between visits, shape (T, T), or of the random effects, shape (r, r).
    start
        Shape (H,): where the search begins.
    design
        Shape (n, T) or (n, r): rows of U; an indicator of the visit for repeated measures.
    has_residual
        Whether the last parameter is the log of a residual variance that is added to the diagonal.
    """

    matrix: Callable[[Array], Array]
    start: Array
    design: Array
    has_residual: bool


@dataclass(frozen=True)
class DenseFit:
    """What the second engine found.

    Attributes
    ----------
    beta
        Shape (p,).
    Phi
        Shape (p, p): (X' V^-1 X)^-1.
    log_likelihood
        Restricted, without + (1/2) log|X'X|.
    """

    beta: Array
    Phi: Array
    log_likelihood: float


def fit_dense(X: Array, y: Array, subject: NDArray[np.intp], model: DenseModel) -> DenseFit:
    """Fit by restricted maximum likelihood.

    Parameters
    ----------
    X
        Shape (n, p): independent columns.
    y
        Shape (n,).
    subject
        Shape (n,): codes 0, 1, ...
    model
        Covariance.

    Raises
    ------
    ModelError
        The search did not end at a stationary point.

    References
    ----------
    Harville (1977), J. Am. Stat. Assoc. 72, 320-338: the restricted likelihood and its derivatives in V.
    """
    scale = float(np.std(y))
    if scale == 0:
        raise ModelError("the outcome is constant")
    length = np.sqrt(np.mean(X**2, axis=0))
    groups = _same_size(X / length, y / scale, model.design, subject)

    def objective(theta: Array) -> tuple[float, Array]:
        value, gradient, *_ = _criterion(groups, model, theta)
        return value, gradient

    found = minimize(
        objective,
        model.start,
        method="BFGS",
        jac=True,
        options={"gtol": GRADIENT * len(y), "maxiter": MAX_ITERATIONS},
    )
    value, gradient, beta, Phi = _criterion(groups, model, found.x)
    if not np.isfinite(value) or np.abs(gradient).max() > STATIONARY * len(y):
        raise ModelError(f"the search stopped early (largest gradient {np.abs(gradient).max():.0e})")
    p = X.shape[1]
    log_likelihood = -value - (len(y) - p) * float(np.log(scale)) - float(np.log(length).sum())
    return DenseFit(beta * scale / length, Phi * scale**2 / np.outer(length, length), log_likelihood)


@dataclass(frozen=True)
class _Group:
    """The subjects with m rows each: X (s, m, p), y (s, m), U (s, m, r)."""

    X: Array
    y: Array
    U: Array


def _same_size(X: Array, y: Array, U: Array, subject: NDArray[np.intp]) -> list[_Group]:
    """Sort the subjects by their number of rows."""
    order = np.argsort(subject, kind="stable")
    rows = np.bincount(subject)
    start = np.cumsum(rows) - rows
    groups = []
    for m in np.unique(rows[rows > 0]):
        index = order[start[rows == m][:, None] + np.arange(m)]
        groups.append(_Group(X[index], y[index], U[index]))
    return groups


def _criterion(groups: list[_Group], model: DenseModel, theta: Array) -> tuple[float, Array, Array, Array]:
    """Give minus the restricted log-likelihood, its gradient in theta, beta and Phi."""
    p = groups[0].X.shape[2]
    nothing = (np.inf, np.zeros(len(theta)), np.zeros(p), np.zeros((p, p)))
    with np.errstate(all="ignore"):
        M = model.matrix(theta)
        sigma2 = float(np.exp(theta[-1])) if model.has_residual else 0.0
        if not np.isfinite(M).all() or not np.isfinite(sigma2):
            return nothing
        try:
            inverses, log_determinant = _inverses(groups, M, sigma2)
            W = sum(
                np.einsum("smi,smk,skj->ij", g.X, V, g.X, optimize=True) for g, V in zip(groups, inverses, strict=True)
            )
            Phi = np.linalg.inv(np.asarray(W))
            log_determinant -= float(np.linalg.slogdet(Phi)[1])
        except np.linalg.LinAlgError:
            return nothing
    score = sum(np.einsum("smi,smk,sk->i", g.X, V, g.y, optimize=True) for g, V in zip(groups, inverses, strict=True))
    beta = Phi @ np.asarray(score)
    squares, to_M, to_residual = _pulls(groups, inverses, beta, Phi)
    n = sum(g.y.size for g in groups)
    value = ((n - p) * float(np.log(2 * np.pi)) + log_determinant + squares) / 2
    gradient = np.array([np.sum(to_M * slope) for slope in _slopes(model.matrix, theta)])
    if model.has_residual:
        gradient[-1] += to_residual * sigma2
    return value, gradient, beta, Phi


def _inverses(groups: list[_Group], M: Array, sigma2: float) -> tuple[list[Array], float]:
    """Give each subject's V^-1, and the sum of log|V|."""
    inverses, total = [], 0.0
    for group in groups:
        V = group.U @ M @ group.U.swapaxes(1, 2) + sigma2 * np.eye(group.y.shape[1])
        root = np.linalg.cholesky(V)
        total += 2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum())
        inverses.append(np.asarray(np.linalg.inv(V), dtype=np.float64))
    return inverses, total


def _pulls(groups: list[_Group], inverses: list[Array], beta: Array, Phi: Array) -> tuple[float, Array, float]:
    """Give r' V^-1 r, and the derivatives of the criterion with respect to M and to the residual variance.

    With respect to V_i it is (1/2)(V_i^-1 - V_i^-1 r_i r_i' V_i^-1 - V_i^-1 X_i Phi X_i' V_i^-1).
    """
    squares, to_M, to_residual = 0.0, np.zeros((groups[0].U.shape[2],) * 2), 0.0
    for group, V in zip(groups, inverses, strict=True):
        residual = group.y - group.X @ beta
        weighted = np.einsum("smk,sk->sm", V, residual)
        VX = V @ group.X
        pull = (V - weighted[:, :, None] * weighted[:, None, :] - VX @ Phi @ VX.swapaxes(1, 2)) / 2
        squares += float(np.sum(weighted * residual))
        to_M += np.einsum("smi,smk,skj->ij", group.U, pull, group.U, optimize=True)
        to_residual += float(np.trace(pull, axis1=1, axis2=2).sum())
    return squares, to_M, to_residual


def _slopes(matrix: Callable[[Array], Array], theta: Array) -> list[Array]:
    """Give the derivative of M with respect to each parameter by central differences."""
    slopes = []
    for h in range(len(theta)):
        step = STEP * max(1.0, abs(theta[h])) * np.eye(len(theta))[h]
        slopes.append((matrix(theta + step) - matrix(theta - step)) / (2 * step[h]))
    return slopes


def of_visits(structure: str, visit: NDArray[np.intp], T: int) -> DenseModel:
    """Give the covariance of repeated measures.

    Parameters
    ----------
    structure
        ``us cs csh ar1 ar1h toep toeph ad adh``.
    visit
        Shape (n,): codes below T.
    T
        Number of visits.
    """
    indicator = np.eye(T)[visit]
    if structure == "us" or T == 1:
        return DenseModel(_unstructured(T), np.zeros(T * (T + 1) // 2), indicator, has_residual=False)
    start = np.zeros((T if structure.endswith("h") else 1) + _n_correlations(structure, T))
    return DenseModel(_patterned(structure, T), start, indicator, has_residual=False)


def of_random_effects(U: Array, *, correlated: bool) -> DenseModel:
    """Give the covariance of random effects with design U (n, r) and of independent residuals."""
    r = U.shape[1]
    scaled = U / np.sqrt(np.mean(U**2, axis=0))
    half = float(np.log(0.5))
    if not correlated:
        return DenseModel(lambda theta: np.diag(np.exp(2 * theta[:r])), np.full(r + 1, half), scaled, has_residual=True)
    start = np.append(np.where(np.equal(*np.tril_indices(r)), half, 0.0), half)
    return DenseModel(_unstructured(r), start, scaled, has_residual=True)


def of_independent(n: int) -> DenseModel:
    """Give n independent residuals of one variance."""
    return DenseModel(lambda _: np.empty((0, 0)), np.zeros(1), np.empty((n, 0)), has_residual=True)


def _unstructured(T: int) -> Callable[[Array], Array]:
    """Give the map from a log-Cholesky factor, row by row, to a matrix (T, T)."""

    def matrix(theta: Array) -> Array:
        factor = np.zeros((T, T))
        factor[np.tril_indices(T)] = theta[: T * (T + 1) // 2]
        factor[np.diag_indices(T)] = np.exp(np.diag(factor))
        return np.asarray(factor @ factor.T)

    return matrix


def _patterned(structure: str, T: int) -> Callable[[Array], Array]:
    """Give the map from log standard deviations and inverse hyperbolic tangents of correlations to a matrix (T, T)."""
    n_deviations = T if structure.endswith("h") else 1
    correlation = _CORRELATIONS[structure.removesuffix("h")]

    def matrix(theta: Array) -> Array:
        deviation = np.exp(np.broadcast_to(theta[:n_deviations], T))
        rho = np.tanh(theta[n_deviations:])
        R = np.array([[correlation(rho, min(j, k), max(j, k)) for k in range(T)] for j in range(T)])
        return np.asarray(deviation[:, None] * R * deviation)

    return matrix


def _n_correlations(structure: str, T: int) -> int:
    """Count the correlation parameters of a structure."""
    return T - 1 if structure.removesuffix("h") in {"toep", "ad"} else 1


_CORRELATIONS: dict[str, Callable[[Array, int, int], float]] = {
    "cs": lambda rho, j, k: 1.0 if j == k else float(rho[0]),
    "ar1": lambda rho, j, k: float(rho[0]) ** (k - j),
    "toep": lambda rho, j, k: 1.0 if j == k else float(rho[k - j - 1]),
    "ad": lambda rho, j, k: float(np.prod(rho[j:k])),
}
