"""Generalised Cochran-Mantel-Haenszel tests of arms against ordered categories over strata.

Notation: n is the table of one stratum, R arms by C categories, with row shares p and column shares q of its N
participants. Given the margins the counts have the mean N p q' and the covariance
N^2 / (N - 1) (diag(p) - p p') (x) (diag(q) - q q').
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from postinfusion.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CmhTest:
    """A test of no association over strata: chi-squared statistic, degrees of freedom, p."""

    statistic: float
    df: int
    p_value: float


def general_association(counts: ArrayLike) -> CmhTest:
    """Test any association of arms and categories, with (R - 1)(C - 1) degrees of freedom.

    Parameters
    ----------
    counts
        Shape (K, R, C): participants by stratum, arm and category.

    Raises
    ------
    ModelError
        The strata hold no variation.

    References
    ----------
    Landis, Heyman & Koch (1978), Int. Statist. Rev. 46, 237-254. R's ``mantelhaen.test`` does the same.
    """
    n = np.asarray(counts, dtype=float)
    return _test(n, _contrasts(n.shape[1]), _contrasts(n.shape[2]))


def row_mean_scores(counts: ArrayLike, scores: ArrayLike) -> CmhTest:
    """Test whether mean scores differ between the arms, with R - 1 degrees of freedom.

    Parameters
    ----------
    counts
        Shape (K, R, C).
    scores
        Shape (C,): the score of each category, as 1, 2, ..., C.

    Raises
    ------
    ModelError
        The strata hold no variation.

    Notes
    -----
    With one stratum and two arms it is (N - 1) r^2 with r the correlation of arm and score. SAS calls it "Row Mean
    Scores Differ".

    References
    ----------
    Landis, Heyman & Koch (1978), Int. Statist. Rev. 46, 237-254.
    """
    n = np.asarray(counts, dtype=float)
    return _test(n, _contrasts(n.shape[1]), np.asarray(scores, dtype=float)[None])


def linear_trend(counts: ArrayLike, arm_scores: ArrayLike, scores: ArrayLike) -> CmhTest:
    """Test whether scores rise or fall with the score of the arm, as a dose, with one degree of freedom.

    Parameters
    ----------
    counts
        Shape (K, R, C).
    arm_scores, scores
        Shapes (R,) and (C,).

    Raises
    ------
    ModelError
        The strata hold no variation.

    References
    ----------
    Mantel (1963), J. Am. Statist. Ass. 58, 690-700. SAS calls it "Nonzero Correlation".
    """
    n = np.asarray(counts, dtype=float)
    return _test(n, np.asarray(arm_scores, dtype=float)[None], np.asarray(scores, dtype=float)[None])


def _contrasts(size: int) -> Array:
    """Give the rows that compare each level but the last with nothing: those that span all differences."""
    return np.eye(size)[:-1]


def _test(n: Array, of_arms: Array, of_categories: Array) -> CmhTest:
    """Sum A (counts - expected) over the strata, with A = of_arms (x) of_categories, and test it against zero."""
    used = n[n.sum(axis=(1, 2)) > 1]
    total = used.sum(axis=(1, 2))[:, None, None]
    p, q = used.sum(axis=2) / total[:, 0], used.sum(axis=1) / total[:, 0]
    distance = used - total * p[:, :, None] * q[:, None, :]
    g = np.einsum("ir,krc,jc->ij", of_arms, distance, of_categories).ravel()
    variance = sum(
        (size**2 / (size - 1)) * np.kron(_spread(of_arms, p_k), _spread(of_categories, q_k))
        for size, p_k, q_k in zip(total[:, 0, 0], p, q, strict=True)
    )
    covariance = np.asarray(variance, dtype=float).reshape(len(g), len(g))
    df = int(np.linalg.matrix_rank(covariance))
    if df == 0:
        raise ModelError("the categories, or the arms, do not vary within any stratum")
    statistic = float(g @ np.linalg.pinv(covariance, hermitian=True) @ g)
    return CmhTest(statistic, df, float(chdtrc(df, statistic)))


def _spread(contrasts: Array, shares: Array) -> Array:
    """Give contrasts (diag(s) - s s') contrasts'."""
    moved = contrasts @ shares
    return np.asarray((contrasts * shares) @ contrasts.T - np.outer(moved, moved))
