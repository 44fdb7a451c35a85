"""How far the log-likelihood may fall along a decay time: quantiles by parametric bootstrap, not chi-square's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array

SEED, DRAWS = 20_261_122, 4_000
# Directions of the whitened columns below this share of the largest are rounding.
RANK = 1e-9


@dataclass(frozen=True)
class RateModel:
    """A mixed model whose design depends on a decay time: ``X(tau) = X0 + f(tau) D``, row by row.

    Attributes
    ----------
    X0, D
        Shape (n, c): the design without the decay, and what each unit of the decay adds to it.
    U
        Shape (n, r): design of the random effects of the subject.
    group
        Shape (n,): codes of the subjects.
    y
        Shape (n,).
    G, sigma2
        Covariance of the random effects, and variance of the residuals.
    """

    X0: Array
    D: Array
    U: Array
    group: NDArray[np.intp]
    y: Array
    G: Array
    sigma2: float

    def whitened(self, columns: Array) -> Array:
        """Give ``V^(-1/2)`` times columns, shape (n, k), by the Cholesky factor of each subject's covariance."""
        found = np.empty_like(columns)
        for rows in _rows_by_group(self.group):
            U = self.U[rows]
            factor = np.linalg.cholesky(U @ self.G @ U.T + self.sigma2 * np.eye(len(rows)))
            found[rows] = np.linalg.solve(factor, columns[rows])
        return found


def bootstrap_drops(model: RateModel, decays: Array, *, confidence: float) -> Array:
    """Give for each tau the quantile of ``2 (l_max - l(tau))`` when that tau is true.

    At the variances given, ``2 l(tau) = |Q(tau)' z|^2`` with z the whitened response and Q(tau) an orthonormal basis of
    the whitened design. For each tau of the grid responses are drawn around the fit at this tau, and the maximum over
    the grid is refined by the parabola through the best point and its neighbours. All taus share the draws. Where the
    data tell tau sharply the quantiles are chi-square's with one degree of freedom; where they do not, each column
    that is multiplied by the decay adds its noise to the maximum, and they are larger.

    Parameters
    ----------
    model
        With the variances at the estimate.
    decays
        Shape (g, n): the decay of each row at each tau of a grid that is evenly spaced in log tau.
    confidence
        Which quantile.

    Returns
    -------
    numpy.ndarray
        Shape (g,).

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 4.4 (nuisance parameters at their
    restricted estimates).
    """
    designs = np.stack([model.X0 + decay[:, None] * model.D for decay in decays])
    g, n, c = designs.shape
    white = model.whitened(np.column_stack([designs.transpose(1, 0, 2).reshape(n, g * c), model.y]))
    space = _basis(white[:, :-1])
    bases = [_basis(space.T @ white[:, k * c : (k + 1) * c]) for k in range(g)]
    response = space.T @ white[:, -1]
    noise = np.random.default_rng(SEED).standard_normal((len(response), DRAWS))
    projected = [Q.T @ noise for Q in bases]
    squares = np.stack([(part**2).sum(axis=0) for part in projected])
    found = np.empty(g)
    for k, Q in enumerate(bases):
        mean = Q @ (Q.T @ response)
        means = [other.T @ mean for other in bases]
        twice = squares + np.stack([(m @ m) + 2 * m @ part for m, part in zip(means, projected, strict=True)])
        found[k] = np.quantile(np.maximum(_refined_maximum(twice) - twice[k], 0.0), confidence)
    return found


def _rows_by_group(group: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Give the rows of each subject."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _basis(columns: Array) -> Array:
    """Give an orthonormal basis of the space of columns."""
    left, singular, _ = np.linalg.svd(
        columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300), full_matrices=False
    )
    return np.asarray(left[:, singular > RANK * singular[0]])


def _refined_maximum(values: Array) -> Array:
    """Give the largest value of each column, refined by the parabola through it and its neighbours, shape (b,)."""
    best = np.clip(values.argmax(axis=0), 1, len(values) - 2)
    before, at, after = (np.take_along_axis(values, best[None] + step, axis=0)[0] for step in (-1, 0, 1))
    curvature = before - 2 * at + after
    bends = curvature < 0
    step = np.clip(0.5 * (before - after) / np.where(bends, curvature, -1.0), -1.0, 1.0)
    vertex = np.where(bends, at - 0.25 * (before - after) * step, at)
    return np.asarray(np.maximum(values.max(axis=0), vertex))
