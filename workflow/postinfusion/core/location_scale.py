"""A random scale: each subject has a residual standard deviation of its own, beside its random effects.

``log s_ij = log sigma + x_ij' delta + tau w_i`` with ``w_i ~ N(0, 1)``, independent of the random effects. Given w_i
the rows of a subject are normal; the likelihood of the subject is their density averaged over w_i, by Gauss-Hermite
quadrature at the mean and standard deviation of each subject's own w_i given its rows. Maximum likelihood:
psi = (beta, theta) is estimated as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.blocks import BlockProblem
from postinfusion.core.fit import FLAT
from postinfusion.core.likelihood import pattern_inverses
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.nested_effects import BlockCovariance
from postinfusion.core.patterns import SubjectRows
from postinfusion.core.quadrature import Rule, gauss_hermite
from postinfusion.errors import ModelError

NODES = 25
RECENTRINGS = 2
MAX_ITERATIONS, MAX_HALVINGS = 60, 30
# Half of g' H^-1 g: what a further step promises of the log-likelihood.
CONVERGED = 1e-12
FIRST_STEPS = 4
# Steps along flat directions (a vanished variance or correlation) are held in bounds.
LEAST_CURVATURE = 1e-6
# Central differences of exact scores; their error is of the order of the step squared.
STEP = 1e-4


@dataclass(frozen=True)
class Places:
    """Where each subject's quadrature nodes lie: w = centre + spread z; shape (S,) each."""

    centre: Array
    spread: Array


@dataclass(frozen=True)
class Averaged:
    """The likelihood of each subject, averaged over w.

    Attributes
    ----------
    value
        Shape (S,): log-likelihood.
    scores
        Shape (S, p + H): its derivatives in psi.
    w
        Shape (K, S): the nodes.
    posterior
        Shape (K, S): shares of the nodes given the rows.
    """

    value: Array
    scores: Array
    w: Array
    posterior: Array

    def moments(self) -> Places:
        """Give mean and standard deviation of w given the rows."""
        mean = np.sum(self.posterior * self.w, axis=0)
        return Places(mean, np.sqrt(np.sum(self.posterior * (self.w - mean) ** 2, axis=0)))


@dataclass(frozen=True)
class LocationScale:
    """The log-likelihood of a random scale as a function of psi = (beta, theta).

    Attributes
    ----------
    problem
        Blocks by subject, with a last column of the residual scale that stands for w: its coefficient is tau.
    rule
        Of the quadrature.
    """

    problem: BlockProblem
    rule: Rule

    @property
    def rows(self) -> SubjectRows:
        """Give the rows by subject."""
        rows = self.problem.criterion.cross
        if not isinstance(rows, SubjectRows):
            raise TypeError("rows by subject are needed")
        return rows

    @property
    def place(self) -> int:
        """Give the position of tau in psi."""
        model = self.problem.model
        return int(self.rows.q) - 1 + int(model.bounds[-1].start) + model.residual.n_scale - 1

    def model_at(self, w: Array) -> BlockCovariance:
        """Give the covariance with each subject at its w (S,)."""
        residual = self.problem.model.residual
        scale = residual.scale.copy()
        scale[..., -1] = w[:, None] * self.rows.observed
        return replace(self.problem.model, residual=replace(residual, scale=scale))

    def given(self, psi: Array, w: Array) -> tuple[Array, Array]:
        """Give the log density of each subject's rows at its w (S,), shape (S,), and its scores, (S, p + H).

        Raises
        ------
        numpy.linalg.LinAlgError
            A covariance is not positive definite.
        """
        rows, p = self.rows, self.rows.q - 1
        derivatives = self.model_at(w).derivatives(psi[p:])
        if not np.isfinite(derivatives.Sigma).all():
            raise np.linalg.LinAlgError("not finite")
        Omega, log_determinant = pattern_inverses(derivatives.Sigma, rows)
        residual = rows.Z[..., -1] - rows.Z[..., :-1] @ psi[:p]
        solved = np.einsum("sij,sj->si", Omega, residual)
        size = rows.observed.sum(axis=1)
        value = -(size * np.log(2 * np.pi) + log_determinant + np.einsum("si,si->s", residual, solved)) / 2
        E = solved[:, :, None] * solved[:, None, :] - Omega
        of_theta = np.einsum("sij,shij->sh", E, derivatives.D, optimize=True) / 2
        return value, np.concatenate([np.einsum("sip,si->sp", rows.Z[..., :-1], solved), of_theta], axis=1)

    def at(self, psi: Array, places: Places) -> Averaged | None:
        """Average the density over w; None where a covariance is not positive definite."""
        z = self.rule.nodes[:, 0]
        w = places.centre + np.outer(z, places.spread)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                parts = [self.given(psi, each) for each in w]
        except np.linalg.LinAlgError:
            return None
        log_prior = (z[:, None] ** 2 - w**2) / 2 + np.log(places.spread) + self.rule.log_weights[:, None]
        joint = np.array([value for value, _ in parts]) + log_prior
        largest = joint.max(axis=0)
        value = largest + np.log(np.exp(joint - largest).sum(axis=0))
        if not np.isfinite(value).all():
            return None
        posterior = np.exp(joint - value)
        scores = sum(share[:, None] * score for share, (_, score) in zip(posterior, parts, strict=True))
        return Averaged(value, np.asarray(scores), w, posterior)

    def centred(self, psi: Array, places: Places) -> tuple[Places, Averaged]:
        """Move the nodes to where each subject's w lies, some times over.

        References
        ----------
        Naylor & Smith (1982), Appl. Stat. 31, 214-225.
        """
        for _ in range(RECENTRINGS):
            averaged = self.at(psi, places)
            if averaged is None:
                raise ModelError("The likelihood of the random scale cannot be evaluated; leave random_scale out")
            places = averaged.moments()
        found = self.at(psi, places)
        if found is None:
            raise ModelError("The likelihood of the random scale cannot be evaluated; leave random_scale out")
        return places, found

    def hessian(self, psi: Array, places: Places) -> Array:
        """Give the Hessian of minus the log-likelihood by central differences of the scores."""
        columns = []
        for step in STEP * np.eye(len(psi)):
            ahead, behind = self.at(psi + step, places), self.at(psi - step, places)
            if ahead is None or behind is None:
                return np.full((len(psi), len(psi)), np.nan)
            columns.append((behind.scores - ahead.scores).sum(axis=0) / (2 * STEP))
        half = np.array(columns)
        return np.asarray((half + half.T) / 2)


@dataclass(frozen=True)
class LocationScaleOptimum:
    """The maximum of the likelihood of a random scale.

    Attributes
    ----------
    psi
        Shape (p + H,).
    covariance
        Shape (p + H, p + H): inverse of the observed information.
    averaged
        The likelihood there.
    iterations
        Newton steps taken.
    gradient
        Largest absolute element of the gradient.
    condition
        Condition number of the information scaled to a unit diagonal.
    """

    psi: Array
    covariance: Array
    averaged: Averaged
    iterations: int
    gradient: float
    condition: float


def maximise(model: LocationScale, start: Array) -> LocationScaleOptimum:
    """Maximise the likelihood by Newton's method; the nodes are moved between the steps.

    Parameters
    ----------
    model
        The likelihood.
    start
        Shape (p + H,).

    Raises
    ------
    ModelError
        The maximum was not reached.
    """
    n_subjects = len(model.rows.Z)
    psi, places = start, Places(np.zeros(n_subjects), np.ones(n_subjects))
    for iteration in range(MAX_ITERATIONS):
        places, here = model.centred(psi, places)
        gradient = -here.scores.sum(axis=0)
        # At first the products of the scores are curvature enough; the Hessian costs as much as many such steps.
        is_first = iteration < FIRST_STEPS
        information = here.scores.T @ here.scores if is_first else model.hessian(psi, places)
        direction, values = _direction(information, gradient)
        if not is_first and values[0] > -FLAT and -float(gradient @ direction) / 2 < CONVERGED:
            size, curved = float(np.abs(gradient).max()), values[values > FLAT]
            covariance = symmetric_inverse(information, relative_tolerance=FLAT)
            return LocationScaleOptimum(psi, covariance, here, iteration, size, float(curved[-1] / curved[0]))
        moved = _step(model, psi, places, here, direction)
        if moved is None:
            break
        psi = moved
    raise ModelError(
        f"No optimum of the likelihood of the random scale was reached after {iteration + 1} steps (largest gradient "
        f"{np.abs(gradient).max():.1e}); leave random_scale out or simplify the model"
    )


def _direction(information: Array, gradient: Array) -> tuple[Array, Array]:
    """Give a step that ascends, along the absolute values of the eigenvalues, and the eigenvalues, smallest first."""
    if not np.isfinite(information).all():
        raise ModelError("The likelihood of the random scale cannot be evaluated; leave random_scale out")
    diagonal = np.abs(np.diag(information))
    scale = np.sqrt(np.maximum(diagonal, FLAT * diagonal.max()))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    curvature = np.maximum(np.abs(values), LEAST_CURVATURE * values[-1])
    return -(vectors @ ((vectors.T @ (gradient / scale)) / curvature)) / scale, values


def _step(model: LocationScale, psi: Array, places: Places, here: Averaged, direction: Array) -> Array | None:
    """Halve the step until the likelihood rises; None when it never does."""
    length = 1.0
    for _ in range(MAX_HALVINGS):
        trial = psi + length * direction
        found = model.at(trial, places)
        if found is not None and found.value.sum() >= here.value.sum() - 1e-10:
            return np.asarray(trial)
        length /= 2
    return None


def location_scale(problem: BlockProblem) -> LocationScale:
    """Give the likelihood of a random scale on blocks by subject whose last column of the scale stands for w."""
    return LocationScale(problem, gauss_hermite(NODES, 1))
