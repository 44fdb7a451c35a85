"""A second opinion on an optimum: another algorithm, other parameters, another start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from postinfusion.core.covariance import UnstructuredCholesky
from postinfusion.core.covariance_search import CovarianceSearch, residual_covariance
from postinfusion.core.fit import Agreement
from postinfusion.core.glmm_fit import GlmmOptimum
from postinfusion.core.glmm_likelihood import MarginalLikelihood, Point
from postinfusion.core.glmm_model import DISPERSED
from postinfusion.core.likelihood import Criterion, Profile
from postinfusion.core.linalg import Array
from postinfusion.core.many_visits import CholeskyByProducts
from postinfusion.core.mixed_model import MixedModelFit
from postinfusion.core.mmrm_parametrisation import UnboundedCorrelations, mmrm_parameters
from postinfusion.core.spatial_covariance import SpatialCovariance

MAX_ITERATIONS = 1_000
MAX_HALVINGS = 60
# The gain that a further step promises: 1e-13 moves a contrast by less than 1e-6 of its error.
CONVERGED = 1e-13
# In units of the longest distance.
START_RANGE = 0.3
# Standard deviation of the random effects of a generalised model (columns of unit mean square): none of its own starts.
START_DEVIATION = 1.0
Parameters = SpatialCovariance | UnstructuredCholesky | UnboundedCorrelations
Place = TypeVar("Place")


class Objective(Protocol[Place]):
    """A function to be minimised."""

    def at(self, theta: Array) -> Place | None:
        """Give the place of theta; None where the function cannot be evaluated."""

    def value(self, place: Place) -> float:
        """Give the value at a place."""

    def gradient(self, place: Place) -> Array:
        """Give the gradient at a place."""


@dataclass(frozen=True)
class _OfCriterion:
    """Minus the log-likelihood of a linear model."""

    criterion: Criterion

    def at(self, theta: Array) -> Profile | None:
        """Give the profile at theta."""
        return self.criterion.at(theta)

    def value(self, place: Profile) -> float:
        """Give the criterion."""
        return place.value

    def gradient(self, place: Profile) -> Array:
        """Give its gradient."""
        return self.criterion.slopes(place).gradient


@dataclass(frozen=True)
class _OfMarginal:
    """Minus the marginal log-likelihood of a generalised linear mixed model."""

    likelihood: MarginalLikelihood

    def at(self, theta: Array) -> Point | None:
        """Give the point of psi."""
        return self.likelihood.at(theta)

    def value(self, place: Point) -> float:
        """Give minus the log-likelihood."""
        return -place.value

    def gradient(self, place: Point) -> Array:
        """Give its gradient."""
        return -self.likelihood.gradient(place)


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
    objective: Objective[Profile] = _OfCriterion(search.criterion(one))
    parameters = "log standard deviation and log range" if spatial else "mmrm parameters"
    return _of_profiles(objective, start, at, parameters)


def verify_mixed_model(fit: MixedModelFit) -> Agreement:
    """Compare the optimum of a linear mixed model with that of a quasi-Newton search from another start.

    The criterion is evaluated by whole matrices of each block, without the short sums of the fit. Where it may have
    several optima, the search starts at the best of the starts that the fit tries later.
    """
    problem = fit.problem
    objective: Objective[Profile] = _OfCriterion(problem.plain)
    values = [
        (place.value, number)
        for number, start in enumerate(problem.starts[1:], 1)
        if (place := objective.at(start)) is not None
    ]
    start = problem.starts[min(values)[1] if values else 0]
    return _of_profiles(objective, start, fit.solution.profile, "relative Cholesky factors, by whole blocks")


def verify_generalised_mixed_model(fit: GlmmOptimum) -> Agreement:
    """Compare the optimum of a generalised linear mixed model with that of a quasi-Newton search from another start.

    The contrasts are of all parameters but those of the random effects and the dispersion: fixed effects, thresholds,
    coefficients of the zeros. At the Poisson limit the model is that of Poisson counts.
    """
    likelihood = fit.likelihood
    start = np.concatenate([fit.model.start, START_DEVIATION * np.equal(*likelihood.positions)])
    objective: Objective[Point] = _OfMarginal(likelihood)
    first = objective.at(start)
    if first is None:
        return _without_start()
    found, iterations = quasi_newton(objective, start, first)
    q = len(fit.model.start) - (fit.model.name in DISPERSED)
    return _agreement(
        found.value - fit.log_likelihood,
        found.psi[:q] - fit.psi[:q],
        fit.covariance[:q, :q],
        iterations,
        "Cholesky factor of the random effects",
    )


def _of_profiles(objective: Objective[Profile], start: Array, at: Profile, parameters: str) -> Agreement:
    """Compare the profile at which a search from this start ends with that of the optimum."""
    first = objective.at(start)
    if first is None:
        return _without_start()
    found, iterations = quasi_newton(objective, start, first)
    return _agreement(found.value - at.value, found.beta - at.beta, at.Phi, iterations, parameters)


def _agreement(difference: float, moved: Array, V: Array, iterations: int, parameters: str) -> Agreement:
    """Give how far another search ended: in the log-likelihood, and in any contrast of coefficients with covariance V.

    The largest of ``l'd / sqrt(l'V l)`` over all l is ``sqrt(d' V^-1 d)``.
    """
    distance = float(moved @ np.linalg.solve(V, moved))
    return Agreement(
        log_likelihood=abs(difference),
        contrasts=float(np.sqrt(max(distance, 0.0))),
        iterations=iterations,
        optimiser=f"quasi-Newton (BFGS) in {parameters}",
    )


def _without_start() -> Agreement:
    """Say that another search could not begin."""
    return Agreement(np.inf, np.inf, 0, "quasi-Newton: no start")


def _start(search: CovarianceSearch, one: Parameters, group: int, size: int) -> Array:
    """Give independence with the pooled residual variance of a group; size is the number of parameters."""
    variance = float(np.diag(residual_covariance(search.blocks, group)).mean())
    if isinstance(one, SpatialCovariance):
        return np.array([np.log(variance) / 2, np.log(START_RANGE)])
    if isinstance(one, UnstructuredCholesky):
        return one.theta(variance * np.eye(one.T))
    m = one.model.n_deviations
    return one.theta(np.append(np.full(m, np.log(variance) / 2), np.zeros(size - m)))


def quasi_newton(objective: Objective[Place], start: Array, first: Place) -> tuple[Place, int]:
    """Minimise by the BFGS update of the inverse Hessian with step halving; gradients only.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 6.1 and eq. 6.20 (scaling of the first matrix).
    """
    theta, at = start, first
    gradient, H = objective.gradient(at), np.eye(len(start))
    for iteration in range(MAX_ITERATIONS):
        step = -H @ gradient
        promised = -float(gradient @ step) / 2
        if promised < CONVERGED:
            return at, iteration
        found = _halved(objective, theta, objective.value(at), step, promised)
        if found is None:
            return at, iteration
        s, at = found[0] - theta, found[1]
        y = objective.gradient(at) - gradient
        theta, gradient, curvature = found[0], gradient + y, float(s @ y)
        if curvature > 1e-12 * float(np.linalg.norm(s) * np.linalg.norm(y)):
            if iteration == 0:
                H = H * curvature / float(y @ y)
            left = np.eye(len(s)) - np.outer(s, y) / curvature
            H = left @ H @ left.T + np.outer(s, s) / curvature
    return at, MAX_ITERATIONS


def _halved(
    objective: Objective[Place], theta: Array, value: float, step: Array, promised: float
) -> tuple[Array, Place] | None:
    """Halve the step until the objective falls enough from its value at theta; None when it never does."""
    length = min(1.0, 2.0 / float(np.abs(step).max()))
    for _ in range(MAX_HALVINGS):
        trial = theta + length * step
        new = objective.at(trial)
        if new is not None and objective.value(new) <= value - 1e-4 * length * promised:
            return trial, new
        length /= 2
    return None
