"""Newton's method for a (restricted) log-likelihood, and the report of the optimum that is kept with every fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postinfusion.core.likelihood import Criterion, Profile, Slopes
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

MAX_ITERATIONS = 150
MAX_HALVINGS = 50
# Half of g' H^-1 g is the gain that a further step promises: 1e-18 moves an estimate by 1e-9 of its error.
CONVERGED = 1e-18
# Correlations near one cost the gradient so many digits that rounding ends the descent earlier. Once it has stopped
# to halve the promise for some steps, this much is still below 5e-5 of an estimate's error.
ACCEPTED = 1e-9
PATIENCE = 8
# Rounding of a log-likelihood near 1e3 to 1e5: a decrease smaller than this cannot be seen.
ROUNDING = 1e-13
# Eigenvalues of the scaled Hessian below this fraction of the largest count as a flat direction.
FLAT = 1e-10
# Fisher scoring is left when it sees less than this share of the Hessian's curvature in some parameter.
LOST = 1e-3
# Two optimisers that end at the same optimum differ by less, in log-likelihood and in standard errors of a contrast.
SAME_LOG_LIKELIHOOD = 1e-6
SAME_CONTRASTS = 1e-4


@dataclass(frozen=True)
class Agreement:
    """How far another optimiser ended from an optimum.

    Attributes
    ----------
    log_likelihood
        Absolute difference of the log-likelihoods.
    contrasts
        Largest difference of any linear combination of the fixed effects, in units of its standard error.
    iterations
        Steps of the other optimiser.
    optimiser
        Its name and parameters.
    """

    log_likelihood: float
    contrasts: float
    iterations: int
    optimiser: str

    @property
    def agrees(self) -> bool:
        """Say whether both found the same optimum."""
        return self.log_likelihood <= SAME_LOG_LIKELIHOOD and self.contrasts <= SAME_CONTRASTS

    @property
    def warnings(self) -> tuple[str, ...]:
        """Say how far the other optimiser ended; nothing when both found the same optimum."""
        warning = (
            f"Another optimiser ended elsewhere: the log-likelihoods differ by {self.log_likelihood:.1e}, a contrast "
            f"by {self.contrasts:.1e} of its standard error"
        )
        return () if self.agrees else (warning,)


@dataclass(frozen=True)
class OptimumReport:
    """How good an optimum is: the dossier kept with each fit.

    Attributes
    ----------
    iterations
        Newton steps taken.
    max_gradient
        Largest absolute element of the gradient of the log-likelihood, with the response scaled to unit residual
        standard deviation.
    condition
        Condition number of the Hessian after scaling it to a unit diagonal.
    positive_definite
        Whether the Hessian is positive definite, apart from directions that a boundary makes flat.
    boundary
        Whether the optimum lies on the boundary of the parameter space (a variance of zero, a correlation of one).
    parametrisation
        In which parameters the optimum was found.
    agreement
        Of another optimiser, where one was asked.
    """

    iterations: int
    max_gradient: float
    condition: float
    positive_definite: bool
    boundary: bool
    parametrisation: str
    agreement: Agreement | None = None


@dataclass(frozen=True)
class Optimum:
    """A stationary point of the criterion, or the last point that was reached.

    Attributes
    ----------
    theta
        Shape (H,).
    profile, slopes
        The criterion and its derivatives there.
    iterations
        Newton steps taken.
    converged
        Whether a further step promises next to nothing and the Hessian has no negative direction.
    """

    theta: Array
    profile: Profile
    slopes: Slopes
    iterations: int
    converged: bool


def minimise(criterion: Criterion, start: Array, *, hopeless: Callable[[Profile], bool] | None = None) -> Optimum:
    """Minimise minus the log-likelihood over theta by Newton steps with exact derivatives and step halving.

    Where the observed Hessian is not positive definite the step uses the expected information (Fisher scoring).

    Parameters
    ----------
    criterion
        Of data with the response in units of its residual standard deviation.
    start
        Shape (H,): a theta at which the covariance is positive definite.
    hopeless
        Says of a profile that the search has left the region in which an optimum can be; it then stops.

    Raises
    ------
    ModelError
        The criterion cannot be evaluated at the start.
    """
    theta, at = start, criterion.at(start)
    if at is None:
        raise ModelError("The covariance matrix is not positive definite at the starting values of the fit")
    least, stalled = np.inf, 0
    for iteration in range(MAX_ITERATIONS):
        slope = criterion.slopes(at)
        direction, promised = search_direction(slope)
        stalled = 0 if promised < least / 2 else stalled + 1
        least = min(least, promised)
        at_rest = bool(is_at_rest(promised, stalled))
        found = None if at_rest else line_search(criterion, theta, at.value, direction, promised)
        if found is None:
            converged = promised < ACCEPTED and _has_no_descent(slope.hessian)
            return Optimum(theta, at, slope, iteration, converged)
        theta, at = found
        if hopeless is not None and hopeless(at):
            return Optimum(theta, at, criterion.slopes(at), iteration + 1, False)
    return Optimum(theta, at, criterion.slopes(at), MAX_ITERATIONS, False)


def is_at_rest(promised: ArrayLike, stalled: ArrayLike) -> NDArray[np.bool_]:
    """Say whether a search may end: the next step promises nothing, or little and less only slowly for some steps."""
    gain, steps = np.asarray(promised), np.asarray(stalled)
    return np.asarray((gain < CONVERGED) | ((gain < ACCEPTED) & (steps >= PATIENCE)))


def search_direction(slope: Slopes) -> tuple[Array, float]:
    """Give the Newton step, or a step that descends where the Hessian has a negative direction, and its promise.

    Half of g' H^-1 g is the gain that the step promises.
    """
    is_finite = bool(np.isfinite(slope.hessian).all())
    scoring_sees = (np.diag(slope.information) > LOST * np.abs(np.diag(slope.hessian))).all()
    values, vectors, scale = scaled_eigen(slope.hessian if is_finite else slope.information)
    if is_finite and values[0] <= -FLAT and scoring_sees:
        values, vectors, scale = scaled_eigen(slope.information)
    # Where a parameter hardly moves Sigma (a variance near zero) scoring is lost; the Hessian still leads away from a
    # saddle along the absolute values of its eigenvalues.
    values = np.abs(values) if values[0] <= -FLAT else values
    direction, promised = descent(slope.gradient, values, vectors, scale)
    return direction, float(promised)


def descent(gradient: Array, values: Array, vectors: Array, scale: Array) -> tuple[Array, Array]:
    """Give the step ``-H^-1 g``, kept finite in flat directions, and its promise, from the eigenvalues of scaled H.

    Parameters
    ----------
    gradient
        Shape (..., H).
    values, vectors, scale
        As :func:`scaled_eigen` gives them; no value is negative.
    """
    values = np.maximum(values, FLAT * values.max(axis=-1, initial=1e-300, keepdims=True))
    turned = ((gradient / scale)[..., None, :] @ vectors)[..., 0, :] / values
    direction = -(vectors @ turned[..., None])[..., 0] / scale
    return direction, -(gradient * direction).sum(axis=-1) / 2


def scaled_eigen(matrix: Array) -> tuple[Array, Array, Array]:
    """Give eigenvalues and vectors of symmetric matrices (..., H, H) scaled to a diagonal of one, and the scales."""
    diagonal = np.abs(np.diagonal(matrix, axis1=-2, axis2=-1))
    scale = np.sqrt(np.maximum(diagonal, np.maximum(FLAT * diagonal.max(axis=-1, keepdims=True), 1e-300)))
    values, vectors = np.linalg.eigh(matrix / (scale[..., :, None] * scale[..., None, :]))
    return values, vectors, scale


def _has_no_descent(hessian: Array) -> bool:
    """Say whether the Hessian is positive definite up to flat directions."""
    if not np.isfinite(hessian).all():
        return False
    return bool(scaled_eigen(hessian)[0][0] > -FLAT)


def line_search(
    criterion: Criterion, theta: Array, value: float, direction: Array, promised: float
) -> tuple[Array, Profile] | None:
    """Halve the step until the criterion falls enough from its value at theta; None when it never does."""
    length = 1.0
    for _ in range(MAX_HALVINGS):
        trial = theta + length * direction
        new = criterion.at(trial)
        if new is not None and falls_enough(new.value, value, length * promised):
            return trial, new
        length /= 2
    return None


def falls_enough(new: ArrayLike, value: ArrayLike, promised: ArrayLike) -> NDArray[np.bool_]:
    """Say whether the criterion falls by a share of what a step promises, up to the rounding of its value."""
    before = np.asarray(value)
    noise = ROUNDING * (1.0 + np.abs(before)) * 10
    return np.asarray(np.asarray(new) <= before - 1e-4 * np.asarray(promised) + noise)


def report(optimum: Optimum, *, boundary: bool, parametrisation: str) -> OptimumReport:
    """Put together the dossier of an optimum."""
    hessian = optimum.slopes.hessian
    # A search that ran out of the range of doubles has a Hessian of no number: nothing is curved upwards.
    values = scaled_eigen(hessian)[0] if np.isfinite(hessian).all() else np.zeros(len(hessian))
    curved = values[values > FLAT] if boundary and values.any() else values
    smallest, largest = float(curved.min()), float(curved.max())
    return OptimumReport(
        iterations=optimum.iterations,
        max_gradient=float(np.abs(optimum.slopes.gradient).max()),
        condition=largest / smallest if smallest > ROUNDING * largest else np.inf,
        positive_definite=smallest > ROUNDING * largest,
        boundary=boundary,
        parametrisation=parametrisation,
    )
