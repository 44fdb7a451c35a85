"""A second opinion on an optimum: another algorithm, other parameters, another start."""

from __future__ import annotations

import numpy as np

from postinfusion.core.covariance import UnstructuredCholesky
from postinfusion.core.covariance_search import CovarianceSearch, residual_covariance
from postinfusion.core.fit import Agreement
from postinfusion.core.likelihood import Criterion, Profile
from postinfusion.core.linalg import Array
from postinfusion.core.many_visits import CholeskyByProducts
from postinfusion.core.mmrm_parametrisation import UnboundedCorrelations, mmrm_parameters
from postinfusion.core.spatial_covariance import SpatialCovariance

MAX_ITERATIONS = 1_000
MAX_HALVINGS = 60
# The gain that a further step promises: 1e-13 moves a contrast by less than 1e-6 of its error.
CONVERGED = 1e-13
# In units of the longest distance.
START_RANGE = 0.3
Parameters = SpatialCovariance | UnstructuredCholesky | UnboundedCorrelations


def verify_optimum(search: CovarianceSearch, theta: Array, at: Profile) -> Agreement:
    """Compare an optimum with that of a quasi-Newton search in mmrm's parameters, started from independence.

    Parameters
    ----------
    search
        Data and structure.
    theta, at
        The optimum that is to be verified.
    """
    size = len(theta) // search.blocks.n_groups
    spatial = isinstance(search.structure, SpatialCovariance)
    one = search.structure if isinstance(search.structure, SpatialCovariance) else mmrm_parameters(search.structure)
    one = CholeskyByProducts(one.T) if isinstance(one, UnstructuredCholesky) else one
    start = np.concatenate([_start(search, one, g, size) for g in range(search.blocks.n_groups)])
    found, iterations = quasi_newton(search.criterion(one), start)
    if found is None:
        return Agreement(np.inf, np.inf, iterations, "quasi-Newton: no start")
    moved: Array = found.beta - at.beta
    distance = float(moved @ np.linalg.solve(at.Phi, moved))
    return Agreement(
        log_likelihood=float(abs(found.value - at.value)),
        contrasts=float(np.sqrt(max(distance, 0.0))),
        iterations=iterations,
        optimiser=f"quasi-Newton (BFGS) in {'log standard deviation and log range' if spatial else 'mmrm parameters'}",
    )


def _start(search: CovarianceSearch, one: Parameters, group: int, size: int) -> Array:
    """Give independence with the pooled residual variance of a group; size is the number of parameters."""
    variance = float(np.diag(residual_covariance(search.blocks, group)).mean())
    if isinstance(one, SpatialCovariance):
        return np.array([np.log(variance) / 2, np.log(START_RANGE)])
    if isinstance(one, UnstructuredCholesky):
        return one.theta(variance * np.eye(one.T))
    m = one.model.n_deviations
    return one.theta(np.append(np.full(m, np.log(variance) / 2), np.zeros(size - m)))


def quasi_newton(criterion: Criterion, start: Array) -> tuple[Profile | None, int]:
    """Minimise by the BFGS update of the inverse Hessian with step halving; gradients only.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 6.1 and eq. 6.20 (scaling of the first matrix).
    """
    theta, at = start, criterion.at(start)
    if at is None:
        return None, 0
    gradient, H = criterion.slopes(at).gradient, np.eye(len(start))
    for iteration in range(MAX_ITERATIONS):
        step = -H @ gradient
        promised = -float(gradient @ step) / 2
        if promised < CONVERGED:
            return at, iteration
        found = _halved(criterion, theta, at, step, promised)
        if found is None:
            return at, iteration
        s, at = found[0] - theta, found[1]
        y = criterion.slopes(at).gradient - gradient
        theta, gradient, curvature = found[0], gradient + y, float(s @ y)
        if curvature > 1e-12 * float(np.linalg.norm(s) * np.linalg.norm(y)):
            if iteration == 0:
                H = H * curvature / float(y @ y)
            left = np.eye(len(s)) - np.outer(s, y) / curvature
            H = left @ H @ left.T + np.outer(s, s) / curvature
    return at, MAX_ITERATIONS


def _halved(
    criterion: Criterion, theta: Array, at: Profile, step: Array, promised: float
) -> tuple[Array, Profile] | None:
    """Halve the step until the criterion falls enough; None when it never does."""
    length = min(1.0, 2.0 / float(np.abs(step).max()))
    for _ in range(MAX_HALVINGS):
        trial = theta + length * step
        new = criterion.at(trial)
        if new is not None and new.value <= at.value - 1e-4 * length * promised:
            return trial, new
        length /= 2
    return None
