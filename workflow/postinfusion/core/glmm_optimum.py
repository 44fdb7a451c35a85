"""Newton's method for the marginal likelihood of a generalised linear mixed model.

The gradient is exact; the Hessian is its difference quotient (one-sided on the way, central at the end), carried on by
BFGS updates while these serve. Steps are halved until the likelihood rises; where the Hessian is not negative definite
the step follows the absolute values of its eigenvalues, which leads away from saddles such as a variance of zero that
is no maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from postinfusion.core.fit import ACCEPTED, CONVERGED, FLAT, PATIENCE, ROUNDING, OptimumReport
from postinfusion.core.glmm_likelihood import MarginalLikelihood, Point
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

MAX_ITERATIONS = 100
MAX_HALVINGS = 20
# Columns have unit mean square, so that parameters are of the order of the linear predictor: no step moves further.
LONGEST_STEP = 3.0
# Steps of difference quotients: the error of the first is undone by further Newton steps, that of the second is 1e-8.
ONE_SIDED = 1e-6
CENTRAL = 1e-4
# Below this promise central differences take over.
NEAR = 1e-6
# A Hessian is carried on to the next point as long as each step cuts the promise to less than a tenth.
WORTH_CARRYING = 10.0


@dataclass(frozen=True)
class Maximum:
    """A stationary point of the likelihood, or the last point that was reached.

    Attributes
    ----------
    point
        Where.
    gradient
        Shape (P,): of the log-likelihood.
    information
        Shape (P, P): minus its Hessian.
    iterations
        Newton steps taken.
    converged
        Whether a further step promises next to nothing and the information has no negative direction.
    escaped
        Whether the search left the region in which an optimum can be.
    """

    point: Point
    gradient: Array
    information: Array
    iterations: int
    converged: bool
    escaped: bool = False

    def report(self, *, boundary: bool) -> OptimumReport:
        """Put together the dossier of the optimum."""
        values = scaled_eigenvalues(self.information)
        curved = values[values > FLAT] if boundary else values
        return OptimumReport(
            iterations=self.iterations,
            max_gradient=float(np.abs(self.gradient).max()),
            condition=float(curved.max() / max(curved.min(), 1e-300)),
            positive_definite=bool(curved.min() > 0),
            boundary=boundary,
            parametrisation="Cholesky factor of the random effects, log dispersion",
        )


def maximise(
    likelihood: MarginalLikelihood,
    start: Array,
    *,
    escaped: Callable[[Array], bool] | None = None,
    enough: float = CONVERGED,
) -> Maximum:
    """Maximise the log-likelihood over psi.

    Parameters
    ----------
    likelihood
        Of data with columns of unit mean square.
    start
        Shape (P,).
    escaped
        Says of a psi that the search has left the region in which an optimum can be; it then stops.
    enough
        The search ends when a further step promises less.

    Raises
    ------
    ModelError
        The likelihood cannot be evaluated at the start.
    """
    point = likelihood.at(start)
    if point is None:
        raise ModelError("The likelihood of the mixed model cannot be evaluated at its starting values")
    at = _measured(likelihood, point, central=False)
    least, stalled = np.inf, 0
    for iteration in range(MAX_ITERATIONS):
        direction, promised = at.direction()
        if promised < NEAR and not at.central:
            at = _measured(likelihood, at.point, central=True)
            direction, promised = at.direction()
        stalled = 0 if promised < least / 2 else stalled + 1
        least = min(least, promised)
        at_rest = promised < enough or (promised < ACCEPTED and stalled >= PATIENCE)
        found = None if at_rest else _step(likelihood, at.point, direction, promised)
        if found is None:
            return _ended(likelihood, at, promised, iteration)
        at = _moved(likelihood, at, found, promised)
        if escaped is not None and escaped(found.psi):
            return Maximum(found, at.gradient, at.information, iteration + 1, False, True)
    return Maximum(at.point, at.gradient, at.information, MAX_ITERATIONS, False)


@dataclass(frozen=True)
class _Place:
    """A point with its gradient and information.

    ``central`` says that central differences are in use; ``exact`` that the information is of this very point, not
    carried on from an earlier one.
    """

    point: Point
    gradient: Array
    information: Array
    central: bool
    exact: bool

    def direction(self) -> tuple[Array, float]:
        """Give a step that ascends, no longer than allowed, and the gain that it promises."""
        if not (np.isfinite(self.information).all() and np.isfinite(self.gradient).all()):
            return np.zeros_like(self.gradient), np.inf
        values, vectors, scale = _scaled_eigen(self.information)
        values = np.abs(values)
        values = np.maximum(values, FLAT * values.max(initial=1e-300))
        direction = (vectors @ ((vectors.T @ (self.gradient / scale)) / values)) / scale
        promised = float(self.gradient @ direction) / 2
        longest = float(np.abs(direction).max(initial=0.0))
        return direction * min(1.0, LONGEST_STEP / max(longest, 1e-300)), promised


def _measured(likelihood: MarginalLikelihood, point: Point, *, central: bool) -> _Place:
    """Measure the information at a point."""
    gradient = likelihood.gradient(point)
    return _Place(point, gradient, observed_information(likelihood, point, gradient, central=central), central, True)


def _moved(likelihood: MarginalLikelihood, before: _Place, point: Point, promised: float) -> _Place:
    """Carry the information on to a new point (BFGS); measure it anew where it has misled the step."""
    gradient = likelihood.gradient(point)
    s, y = point.psi - before.point.psi, before.gradient - gradient
    curved, along = float(s @ y), before.information @ s
    if curved > 0 and s @ along > 0:
        information = before.information + np.outer(y, y) / curved - np.outer(along, along) / float(s @ along)
        after = _Place(point, gradient, information, before.central, False)
        if after.direction()[1] < promised / WORTH_CARRYING:
            return after
    return _measured(likelihood, point, central=before.central)


def _ended(likelihood: MarginalLikelihood, at: _Place, promised: float, iteration: int) -> Maximum:
    """Give the last point with the information measured there."""
    if not (at.exact and at.central):
        at = _measured(likelihood, at.point, central=True)
        promised = at.direction()[1]
    converged = promised < ACCEPTED and bool(scaled_eigenvalues(at.information)[0] > -FLAT)
    return Maximum(at.point, at.gradient, at.information, iteration, converged)


def observed_information(
    likelihood: MarginalLikelihood, point: Point, gradient: Array, *, central: bool = True
) -> Array:
    """Give minus the Hessian of the log-likelihood as the difference quotient of its exact gradient.

    Parameters
    ----------
    likelihood, point
        Where.
    gradient
        Shape (P,): at the point.
    central
        Central differences; else one-sided ones at half the cost.
    """
    columns = []
    for k in range(len(point.psi)):
        step = np.zeros_like(point.psi)
        step[k] = (CENTRAL if central else ONE_SIDED) * max(1.0, abs(float(point.psi[k])))
        ahead = _gradient_at(likelihood, point, step)
        behind = _gradient_at(likelihood, point, -step) if central else gradient
        columns.append((behind - ahead) / (step[k] * (2 if central else 1)))
    matrix = np.array(columns)
    return np.asarray((matrix + matrix.T) / 2)


def _gradient_at(likelihood: MarginalLikelihood, point: Point, step: Array) -> Array:
    """Give the gradient a step away; not a number where the likelihood cannot be evaluated."""
    moved = likelihood.at(point.psi + step, point.modes.v)
    return np.full_like(step, np.nan) if moved is None else likelihood.gradient(moved)


def scaled_eigenvalues(matrix: Array) -> Array:
    """Give the eigenvalues of a symmetric matrix after scaling its diagonal to one; minus infinity if not finite."""
    if not np.isfinite(matrix).all():
        return np.array([-np.inf])
    return _scaled_eigen(matrix)[0]


def _scaled_eigen(matrix: Array) -> tuple[Array, Array, Array]:
    """Give eigenvalues and vectors of a symmetric matrix after scaling its diagonal to one, and the scale."""
    diagonal = np.abs(np.diag(matrix))
    scale = np.sqrt(np.maximum(diagonal, max(FLAT * diagonal.max(), 1e-300)))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    return values, vectors, scale


def _step(likelihood: MarginalLikelihood, point: Point, direction: Array, promised: float) -> Point | None:
    """Halve the step until the likelihood rises enough; None when it never does."""
    if not direction.any():
        return None
    length, noise = 1.0, ROUNDING * (1.0 + abs(point.value)) * 10
    for _ in range(MAX_HALVINGS):
        trial = likelihood.at(point.psi + length * direction, point.modes.v)
        if trial is not None and trial.value >= point.value + 1e-4 * length * min(promised, 1.0) - noise:
            return trial
        length /= 2
    return None
