r"""Randomisation test of two arms: the labels are dealt out again, within strata, as the trial dealt them out.

Under the sharp null hypothesis nobody's outcome depends on the arm, so outcomes and covariates stay as they are and
only the labels move; each stratum keeps its number of participants in each arm. The test is exact at any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

_CHUNK = 2_000
_TIE = 1e-9  # two allocations with the same statistic differ by rounding only
_NO_VARIATION = 1e-10
Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class RandomisationTest:
    """What a randomisation test found.

    Attributes
    ----------
    statistic
        The studentised difference of the arms as they were allocated.
    p_value
        Two-sided: share of allocations whose statistic is at least as large in absolute value.
    smallest_p
        The smallest p-value that the test could have given with these outcomes.
    n_allocations
        Number of different allocations that the strata allow.
    n_used
        Those that were looked at: all of them, or those that were drawn.
    is_exact
        All were looked at.
    """

    statistic: float
    p_value: float
    smallest_p: float
    n_allocations: int
    n_used: int
    is_exact: bool


@dataclass(frozen=True)
class StudentisedDifference:
    r"""The studentised difference of two arms adjusted for covariates, as a function of the labels.

    By the theorem of Frisch, Waugh and Lovell the adjusted difference is :math:`\hat\tau = \tilde a'y / \tilde
    a'\tilde a`, :math:`\tilde a` the labels less their regression on the covariates; its standard error is of type HC2,
    so that unequal variances of the arms do not make the test reject where the mean difference is zero.

    Attributes
    ----------
    basis
        Orthonormal basis of intercept and covariates, shape (n, q).
    residual
        Outcomes less their regression on intercept and covariates, shape (n,).

    References
    ----------
    MacKinnon & White (1985), Journal of Econometrics 29, 305-325; Wu & Ding (2021), Journal of the American Statistical
    Association 116, 1898-1913; Zhao & Ding (2021), Journal of Econometrics 225, 278-294.
    """

    basis: Array
    residual: Array

    def of(self, labels: Labels) -> Array:
        """Give the statistic for each row of labels, shape (m, n) to (m,); 0 where there is no difference at all."""
        centred = labels.astype(float)
        centred -= (centred @ self.basis) @ self.basis.T
        square = np.einsum("mn,mn->m", centred, centred)
        is_told = square > _NO_VARIATION * labels.shape[1]
        square = np.where(is_told, square, 1.0)
        estimate = centred @ self.residual / square
        left = self.residual - estimate[:, None] * centred
        leverage = np.einsum("nq,nq->n", self.basis, self.basis) + centred**2 / square[:, None]
        weights = left**2 / np.maximum(1 - leverage, _NO_VARIATION)
        error = np.sqrt(np.einsum("mn,mn->m", centred**2, weights)) / square
        scale = float(np.abs(self.residual).max(initial=0.0))
        nothing = ~is_told | (np.abs(estimate) <= _NO_VARIATION * scale)
        with np.errstate(divide="ignore"):
            found = estimate / np.where(error > _NO_VARIATION * scale, error, 0.0)
        return np.where(nothing, 0.0, found)


def studentised_difference(outcomes: Array, covariates: Array) -> StudentisedDifference:
    """Give the statistic for outcomes and covariates.

    Parameters
    ----------
    outcomes
        Shape (n,).
    covariates
        Shape (n, q), without intercept; columns that others determine are left out.

    Raises
    ------
    ModelError
        The covariates leave nothing to compare: fewer than two participants more than columns.
    """
    y = np.asarray(outcomes, dtype=float)
    Z = np.column_stack([np.ones(len(y)), np.asarray(covariates, dtype=float).reshape(len(y), -1)])
    spread = np.abs(Z - Z.mean(axis=0)).max(axis=0)
    spread[0] = 1.0
    Z[:, 1:] -= Z[:, 1:].mean(axis=0)
    U, d, _ = np.linalg.svd(Z / np.where(spread > 0, spread, 1.0), full_matrices=False)
    basis = U[:, d > 1e-9 * d.max(initial=0.0)]
    columns = basis.shape[1] - 1
    if len(y) < columns + 3:
        raise ModelError(f"{len(y)} participants are too few for a difference adjusted for {columns} columns")
    return StudentisedDifference(basis, y - basis @ (basis.T @ y))


def randomisation_test(
    statistic: StudentisedDifference,
    labels: Labels,
    strata: NDArray[np.intp],
    rng: np.random.Generator,
    *,
    exact_up_to: int = 100_000,
    draws: int = 9_999,
) -> RandomisationTest:
    r"""Test that nobody's outcome depends on the arm.

    All allocations are enumerated where there are no more than ``exact_up_to``; otherwise :math:`p = (b + 1) / (m + 1)`
    from *m* draws of which *b* are at least as extreme: the allocation that was made counts as one of them.

    Parameters
    ----------
    statistic
        Of outcomes and covariates.
    labels
        Who is in the arm of interest, shape (n,).
    strata
        Code of each participant's stratum, shape (n,).
    rng
        Draws allocations where they are not enumerated.
    exact_up_to, draws
        Largest number of allocations that are enumerated; number of draws beyond it.

    Raises
    ------
    ModelError
        No stratum has both arms: there is only one allocation.

    References
    ----------
    Fisher (1935), The Design of Experiments, chapter 2; Phipson & Smyth (2010), Statistical Applications in Genetics
    and Molecular Biology 9, article 39: (b + 1) / (m + 1); Rosenberger & Lachin (2015), Randomization in Clinical
    Trials.
    """
    places = [np.flatnonzero(strata == code) for code in np.unique(strata)]
    in_arm = [int(labels[place].sum()) for place in places]
    total = prod(comb(len(place), k) for place, k in zip(places, in_arm, strict=True))
    if total < 2:
        raise ModelError("no stratum has participants of both arms: labels cannot be dealt out in another way")
    observed = float(statistic.of(labels[None, :])[0])
    is_exact = total <= exact_up_to
    chunks = _all(places, in_arm, len(labels)) if is_exact else _drawn(labels, places, rng, draws)
    found = np.concatenate([np.abs(statistic.of(chunk)) for chunk in chunks])
    used, at_least = len(found), int((found >= _just_below(abs(observed))).sum())
    if is_exact:
        of_largest = int((found >= _just_below(float(found.max()))).sum())
        return RandomisationTest(observed, at_least / used, of_largest / used, total, used, is_exact=True)
    return RandomisationTest(observed, (at_least + 1) / (used + 1), 1 / (used + 1), total, used, is_exact=False)


def _just_below(value: float) -> float:
    """Give what counts as at least as large as a value."""
    return value - _TIE * max(1.0, value) if np.isfinite(value) else value


def _all(places: list[NDArray[np.intp]], in_arm: list[int], n: int) -> Iterator[Labels]:
    """Give all allocations, some thousands at a time."""
    by_stratum = [
        [place[list(chosen)] for chosen in combinations(range(len(place)), k)]
        for place, k in zip(places, in_arm, strict=True)
    ]
    waiting: list[NDArray[np.intp]] = []
    for chosen in product(*by_stratum):
        waiting.append(np.concatenate(chosen))
        if len(waiting) == _CHUNK:
            yield _labels(waiting, n)
            waiting = []
    if waiting:
        yield _labels(waiting, n)


def _labels(chosen: list[NDArray[np.intp]], n: int) -> Labels:
    """Give allocations as rows of labels."""
    found = np.zeros((len(chosen), n), dtype=bool)
    found[np.arange(len(chosen))[:, None], np.array(chosen, dtype=np.intp)] = True
    return found


def _drawn(labels: Labels, places: list[NDArray[np.intp]], rng: np.random.Generator, draws: int) -> Iterator[Labels]:
    """Give random allocations, some thousands at a time."""
    for start in range(0, draws, _CHUNK):
        found = np.repeat(labels[None, :], min(_CHUNK, draws - start), axis=0)
        for place in places:
            found[:, place] = rng.permuted(found[:, place], axis=1)
        yield found
