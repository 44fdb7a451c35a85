"""The most probable random effects of each subject given the parameters, for all subjects at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.glmm_families import Density, Family
from postinfusion.core.linalg import Array

MAX_MODE_STEPS = 50
MAX_MODE_HALVINGS = 20
# Half of g' H^-1 g of a subject: the gain in h that a further step promises. 1e-22 moves v by 1e-11 of its spread.
MODE_FOUND = 1e-22
# Where a second mode is looked for: zeros are explained by a low rate as well as by zero inflation.
LOW = -2.0
# The prior alone gives a curvature of one.
LEAST_CURVATURE = 0.1
# Once rounding of h ends the descent this much is still harmless.
MODE_ACCEPTED = 1e-14


@dataclass(frozen=True)
class SubjectRows:
    """The data of a generalised linear mixed model, the rows of a subject following each other.

    Attributes
    ----------
    family
        Distribution with the observations.
    X
        Shape (n, p): independent columns.
    offset
        Shape (n,): known part of eta.
    W
        For each auxiliary of the family its design, shape (n, q): the auxiliary is ``W gamma`` plus its offset.
    W_offset
        For each auxiliary its known part, shape (n,).
    U
        Shape (n, r): design of the random effects; r may be 0.
    subject
        Shape (n,): codes 0, 1, ..., not decreasing.
    """

    family: Family
    X: Array
    offset: Array
    W: tuple[Array, ...]
    W_offset: tuple[Array, ...]
    U: Array
    subject: NDArray[np.intp]

    @cached_property
    def start(self) -> NDArray[np.intp]:
        """Give the first row of each subject."""
        return np.flatnonzero(np.diff(self.subject, prepend=-1))

    def total(self, values: Array) -> Array:
        """Sum over the rows of each subject, the last axis: (..., n) to (..., subjects)."""
        return np.asarray(np.add.reduceat(values, self.start, axis=-1))


@dataclass(frozen=True)
class Modes:
    """Where each subject's h is greatest.

    Attributes
    ----------
    v
        Shape (subjects, r).
    density
        Of the rows at their subject's mode, shape (1, n).
    H
        Shape (subjects, r, r): minus the second derivative of h.
    K
        Shape (subjects, r, r): ``K K'`` is the inverse of H, K' is lower triangular's inverse: ``K = L^-T, H = L L'``.
    """

    v: Array
    density: Density
    H: Array
    K: Array


@dataclass(frozen=True)
class Conditional:
    """The rows given beta, gamma and Lambda: only the random effects are left free.

    Attributes
    ----------
    rows
        The data.
    fixed
        Shape (n,): offset + X beta.
    auxiliary
        The family's auxiliaries, shape (n,) each.
    C
        Shape (n, r): U Lambda.
    """

    rows: SubjectRows
    fixed: Array
    auxiliary: tuple[Array, ...]
    C: Array

    def density(self, v: Array) -> Density:
        """Give the density of the rows at random effects v (M, subjects, r)."""
        eta = self.fixed + np.einsum("mnr,nr->mn", v[:, self.rows.subject], self.C)
        return self.rows.family.density(eta, self.auxiliary)

    def h(self, density: Density, v: Array) -> Array:
        """Give the log joint density of each subject, shape (M, subjects), but for the constant of v's."""
        return np.asarray(self.rows.total(density.eta(0)) - (v**2).sum(axis=-1) / 2)

    def curvature(self, weight: Array) -> Array:
        """Give I + sum of weight c c' by subject, shape (subjects, r, r)."""
        products = weight * self.C.T[:, None] * self.C.T[None]
        return np.moveaxis(self.rows.total(products), -1, 0) + np.eye(self.C.shape[1])


def find_modes(conditional: Conditional, start: Array) -> Modes | None:
    """Find the mode of each subject's random effects by Newton steps with halving, all subjects at once.

    With zero inflation, or a truncated negative binomial, h may have several modes: the highest of those
    that are reached from several starts is taken, lest the likelihood follow a mode to where it vanishes and log|H|
    knows no bound.

    Parameters
    ----------
    conditional
        The rows given the parameters.
    start
        Shape (subjects, r).

    Returns
    -------
    Modes or None
        None when a subject's mode is not found, or is not a strict maximum.
    """
    found = _climbed(conditional, start)
    if conditional.rows.family.has_single_mode or not start.shape[1]:
        return None if found is None else _strict_maximum(conditional, found.v, found.density)
    others = [np.zeros_like(start), np.full_like(start, LOW) * (np.arange(start.shape[1]) == 0)]
    tops = [top for top in (found, *(_climbed(conditional, other) for other in others)) if top is not None]
    if not tops:
        return None
    highest = np.argmax([top.h for top in tops], axis=0)
    v = np.array([top.v for top in tops])[highest, np.arange(len(start))]
    return _strict_maximum(conditional, v, conditional.density(v[None]))


@dataclass(frozen=True)
class _Top:
    """Random effects v (subjects, r) at which no h rises further, with h (subjects,) and the density of the rows."""

    v: Array
    h: Array
    density: Density


def _climbed(conditional: Conditional, start: Array) -> _Top | None:
    """Climb from a start until a further step promises nothing; None when that does not come about."""
    v, density = start, conditional.density(start[None])
    h = conditional.h(density, v[None])[0]
    if not np.isfinite(h).all():
        v = np.zeros_like(start)
        density = conditional.density(v[None])
        h = conditional.h(density, v[None])[0]
    for _ in range(MAX_MODE_STEPS):
        slope = conditional.rows.total(density.eta(1)[0] * conditional.C.T).T - v
        ascent = _ascending(conditional, -density.eta(2)[0])
        if not (np.isfinite(slope).all() and np.isfinite(ascent).all()):
            return None
        step = _solved(ascent, slope)
        promised = (step * slope).sum(axis=1) / 2
        if (promised <= MODE_FOUND).all():
            return _Top(v, h, density)
        found = _ascended(conditional, v, h, step)
        if found is None:
            return _Top(v, h, density) if (promised < MODE_ACCEPTED).all() else None
        v, h, density = found
    return None


def _ascending(conditional: Conditional, weight: Array) -> Array:
    """Give the curvature of each subject, and a positive definite matrix where it is not."""
    H = conditional.curvature(weight)
    if not H.size or not (weight < 0).any() or not np.isfinite(H).all():
        return H
    flat = np.linalg.eigvalsh(H)[:, 0] <= LEAST_CURVATURE
    return np.where(flat[:, None, None], conditional.curvature(np.maximum(weight, 0.0)), H)


def _solved(matrix: Array, vector: Array) -> Array:
    """Solve small systems, one per subject: (subjects, r, r) and (subjects, r) to (subjects, r)."""
    if matrix.shape[-1] == 1:
        return np.asarray(vector / matrix[..., 0])
    return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0], dtype=np.float64)


def _ascended(conditional: Conditional, v: Array, h: Array, step: Array) -> tuple[Array, Array, Density] | None:
    """Take the step of each subject, halved until its h does not fall; None when no subject can rise."""
    length, noise = np.ones(len(v)), 1e-13 * (1 + np.abs(h))
    for _ in range(MAX_MODE_HALVINGS):
        trial = v + length[:, None] * step
        density = conditional.density(trial[None])
        new = conditional.h(density, trial[None])[0]
        fell = ~(new >= h - noise)
        if not fell.any():
            return (trial, new, density) if (trial != v).any() else None
        length[fell] /= 2
    length[fell] = 0.0
    trial = v + length[:, None] * step
    density = conditional.density(trial[None])
    return (trial, conditional.h(density, trial[None])[0], density) if (trial != v).any() else None


def _strict_maximum(conditional: Conditional, v: Array, density: Density) -> Modes | None:
    """Give the modes with their curvature, or None where h does not curve downwards."""
    H = conditional.curvature(-density.eta(2)[0])
    try:
        L = np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        return None
    return Modes(v, density, H, np.linalg.inv(L).swapaxes(1, 2)) if np.isfinite(L).all() else None
