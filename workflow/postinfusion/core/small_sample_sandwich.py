"""The sandwich covariance of estimating equations for few subjects, inflated by what the model itself supposes."""

from __future__ import annotations

import numpy as np

from postinfusion.core.linalg import Array

# The design effect is at least this, and its share of the model's covariance at most one half (r and d of the paper).
SMALLEST_EFFECT = 1.0
LARGEST_SHARE = 0.5


def morel_bokossa_neerchal(robust: Array, naive: Array, n_observations: int, n_subjects: int) -> Array:
    """Give Morel, Bokossa and Neerchal's covariance of estimating equations.

    ``V = c S + delta phi N`` with the plain sandwich S, the covariance N that is true if the working correlation is,
    ``c = (n - 1)/(n - p) m/(m - 1)``, ``delta = min(1/2, p/(m - p))`` and the design effect
    ``phi = max(1, trace(N^-1 S)/p)``. S alone is too small, and varies much, where subjects are few; N is steady.

    Parameters
    ----------
    robust, naive
        S and N, shape (p, p); N positive definite.
    n_observations, n_subjects
        n and m; both above p.

    Returns
    -------
    Shape (p, p).

    Notes
    -----
    SAS's ``empirical=mbn`` with its defaults r = 1 and d = 2.

    References
    ----------
    Morel, Bokossa & Neerchal (2003), Biometrical Journal 45, 395-409, eq. 6 to 8.
    """
    p = len(robust)
    c = (n_observations - 1) / (n_observations - p) * n_subjects / (n_subjects - 1)
    share = min(LARGEST_SHARE, p / (n_subjects - p)) if n_subjects > p else LARGEST_SHARE
    effect = max(SMALLEST_EFFECT, float(np.trace(np.linalg.solve(naive, robust))) / p)
    return np.asarray(c * robust + share * effect * naive)
