"""Estimating equations of binary outcomes over the number of the infusion, solved by pattern of outcomes.

The same equations as those of ``fit_gee(HAS ~ INFNUM, working="exchangeable", covariance="bias-reduced")``: those who
had the same number of infusions and the same outcomes are one pattern with a weight, so that 200,000 people take no
longer than 200. ``test_harms_coverage.py`` holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
STEPS, SOLVED = 200, 1e-11


@dataclass(frozen=True)
class Patterns:
    """Patterns of outcomes with the number of people who have them, and the infusions that these had."""

    y: Floats
    present: NDArray[np.bool_]
    weight: Floats
    number: Floats


def patterns(has: NDArray[np.bool_], given: NDArray[np.bool_]) -> Patterns:
    """Give the patterns of outcomes, (n, 6), of those with an infusion."""
    places = 2 ** np.arange(has.shape[1])
    code = (has & given) @ places * 64 + given @ places
    _, first, count = np.unique(code[given.any(axis=1)], return_index=True, return_counts=True)
    y, present = (values[given.any(axis=1)][first] for values in (has & given, given))
    return Patterns(y.astype(float), present, count.astype(float), np.arange(1.0, has.shape[1] + 1))


def log_odds_per_infusion(found: Patterns) -> tuple[float, float]:
    """Give the log odds ratio per infusion, and its standard error by Mancl and DeRouen's sandwich.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, 13-22. Mancl & DeRouen (2001), Biometrics 57, 126-134.
    """
    beta, alpha = np.zeros(2), 0.0
    for _ in range(STEPS):
        D, W, r, alpha = _parts(found, beta, alpha)
        bread = np.einsum("k,kip,kij,kjq->pq", found.weight, D, W, D)
        step = np.linalg.solve(bread, np.einsum("k,kip,kij,kj->p", found.weight, D, W, r))
        beta = beta + step
        if np.abs(step).max() < SOLVED:
            break
    D, W, r, alpha = _parts(found, beta, alpha)
    inverse = np.linalg.inv(np.einsum("k,kip,kij,kjq->pq", found.weight, D, W, D))
    H = np.einsum("kip,pq,kjq,kjl->kil", D, inverse, D, W)
    corrected = np.linalg.solve(np.eye(D.shape[1]) - H, r[..., None])[..., 0]
    score = np.einsum("kip,kij,kj->kp", D, W, corrected)
    covariance = inverse @ (score.T * found.weight @ score) @ inverse
    return float(beta[1]), float(np.sqrt(covariance[1, 1]))


def _parts(found: Patterns, beta: Floats, alpha: float) -> tuple[Floats, Floats, Floats, float]:
    """Give derivatives, weights, residuals and the correlation by moments, with zeros where no infusion was."""
    X = np.column_stack([np.ones(found.number.size), found.number])
    mean = expit(X @ beta)
    sd = np.sqrt(mean * (1 - mean))
    present = found.present.astype(float)
    r = (found.y - mean) * present
    pearson = r / sd
    pairs = (pearson.sum(axis=1) ** 2 - (pearson**2).sum(axis=1)) / 2
    m = present.sum(axis=1)
    scale = found.weight @ (pearson**2).sum(axis=1) / (found.weight @ m)
    alpha = float(found.weight @ pairs / (scale * (found.weight @ (m * (m - 1) / 2))))
    # The inverse of a matrix with 1 on its diagonal and alpha beside it.
    inner = alpha / (1 + (m - 1) * alpha)
    identity = np.eye(found.number.size)
    inverse = (identity - inner[:, None, None]) / (1 - alpha)
    W = inverse * present[:, :, None] * present[:, None, :] / (sd[:, None] * sd)
    D = present[:, :, None] * (sd**2)[:, None] * X
    return D, W, r, alpha
