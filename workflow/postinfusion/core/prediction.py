"""Predictions for a subject, given what was observed of it: best linear unbiased under the model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.best_linear_prediction import Observed, best_linear_prediction
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Integers
from postinfusion.core.repeated_measures import Fitted
from postinfusion.core.spatial_covariance import SpatialCovariance

# Share of the variance of a value below which the variance of its prediction is rounding.
ROUNDING = 1e-10


@dataclass(frozen=True)
class NewRows:
    """Rows to predict, all of one subject.

    Attributes
    ----------
    K
        Shape (m, p): design in the basis.
    place
        Shape (m,): code of the visit, or the time for a covariance on actual times.
    weights
        Shape (m,).
    """

    K: Array
    place: Array
    weights: Array


def predict_rows(fitted: Fitted, new: NewRows, rows: Integers, group: int) -> tuple[Array, Array]:
    """Give predictions and their error variances, (m,) each, of new rows of a subject.

    What is predicted is the value to be observed: a visit that was observed is predicted by its value, without error.

    Parameters
    ----------
    fitted
        The fitted model.
    new
        The rows to predict.
    rows
        Shape (o,): the subject's rows in the data; none for a subject that was not analysed.
    group
        Code of the subject's group.
    """
    inference, data = fitted.fit.inference, fitted.data
    by_time = isinstance(fitted.prepared.search.structure, SpatialCovariance)
    place = data.time if by_time and data.time is not None else data.visit
    weights = np.ones(len(data.y)) if data.weights is None else data.weights
    m = len(new.place)
    every = np.concatenate([new.place, place[rows]])
    root = 1 / np.sqrt(np.concatenate([new.weights, weights[rows]]))
    V = _covariance(fitted, every, group) * np.outer(root, root)
    K_o = inference.in_basis(data.X[rows])
    observed = Observed(K_o, data.y[rows] - K_o @ inference.beta, V[m:, m:])
    added, variance = best_linear_prediction(new.K, np.diag(V)[:m], V[:m, m:], observed, inference.V)
    known = variance > ROUNDING * np.diag(V)[:m]
    return new.K @ inference.beta + added, np.where(known, variance, 0.0)


def _covariance(fitted: Fitted, place: Array, group: int) -> Array:
    """Give the covariance of a subject's values at these visits or times, in squared units of the response."""
    search = fitted.prepared.search
    structure, theta = search.structure, search.by_group(fitted.fit.theta)[group]
    scale = fitted.prepared.standard.scale**2
    if isinstance(structure, SpatialCovariance):
        distance = np.abs(np.subtract.outer(place, place))[None] / structure.longest
        return np.asarray(replace(structure, distance=distance).derivatives(theta).Sigma[0] * scale)
    codes = place.astype(np.intp)
    return np.asarray(structure.derivatives(theta).Sigma[0][np.ix_(codes, codes)] * scale)
