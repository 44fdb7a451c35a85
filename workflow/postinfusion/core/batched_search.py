"""The search of :mod:`~postinfusion.core.covariance_search` for many replicates at once.

The data sets of a simulation are small, and each step of a search costs little but the calls. So the replicates take
their steps together, on arrays with a leading axis of replicates; each has its own step, its own halvings of it and its
own end. What does not reach an optimum so is left to the search of one replicate alone, which has more ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import (
    Structured,
    Unstructured,
    derivatives_of_each,
    smallest_eigenvalues,
    starting_values,
)
from postinfusion.core.covariance_search import (
    SINGULAR,
    CovarianceSearch,
    accepted,
    parameters,
    residual_covariance,
)
from postinfusion.core.fit import (
    FLAT,
    MAX_ITERATIONS,
    Optimum,
    OptimumReport,
    descent,
    falls_enough,
    is_at_rest,
    line_search,
    scaled_eigen,
    search_direction,
)
from postinfusion.core.likelihood import Method, Profile, Profiles, Slopes, profiles, slopes
from postinfusion.core.linalg import Array
from postinfusion.core.patterns import CrossProducts, Integers
from postinfusion.core.stacked_products import StackedProducts, stacked


@dataclass(frozen=True)
class StackedCriterion:
    """Minus the log-likelihood of R replicates, each as a function of its own theta.

    Attributes
    ----------
    cross
        Cross-products of [X | y] of all replicates.
    structure
        Of the covariance by visit.
    method
        ``reml`` or ``ml``.
    """

    cross: StackedProducts
    structure: Unstructured | Structured
    method: Method

    def at(self, theta: Array) -> Profiles | None:
        """Evaluate the criteria at theta (R, H); None where one of them cannot be evaluated."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return profiles(self.cross, derivatives_of_each(self.structure, theta), self.method)

    def slopes(self, at: Profiles) -> Slopes:
        """Give the derivatives of the criteria at their profiles."""
        with np.errstate(over="ignore", invalid="ignore"):
            return slopes(self.cross, at, self.method)

    def falls(self, theta: Array, value: Array, promised: Array) -> NDArray[np.bool_]:
        """Say which criteria fall enough from their values to theta; those that cannot be evaluated there do not."""
        at = self.at(theta)
        if at is not None:
            return falls_enough(at.value, value, promised)
        if len(theta) == 1:
            return np.zeros(1, dtype=np.bool_)
        half = len(theta) // 2
        parts = [slice(half), slice(half, None)]
        return np.concatenate([self.of(part).falls(theta[part], value[part], promised[part]) for part in parts])

    def of(self, chosen: NDArray[np.bool_] | slice) -> StackedCriterion:
        """Give the criteria of some replicates."""
        return StackedCriterion(self.cross.of(chosen), self.structure, self.method)


@dataclass(frozen=True)
class _Searching:
    """The replicates under way: which they are, where they stand, how their promises fell, and which lost their way."""

    which: Integers
    criterion: StackedCriterion
    theta: Array
    at: Profiles
    least: Array
    stalled: Integers
    lost: NDArray[np.bool_]

    def optimum(self, r: int, slope: Slopes, iterations: int, *, converged: bool) -> Optimum:
        """Give the point at which a replicate came to rest."""
        at, own = self.at, _of_replicate(slope, r)
        Omega = at.Omega[r, self.criterion.cross.own_patterns(r)]
        profile = Profile(float(at.value[r]), at.beta[r], at.Phi[r], Omega, at.derivatives.of_replicate(r))
        return Optimum(self.theta[r], profile, own, iterations, converged)


def is_stackable(search: CovarianceSearch) -> bool:
    """Say whether a search can go on together with others: one covariance by visit, data in sums by pattern."""
    by_visit = isinstance(search.structure, Unstructured | Structured)
    return by_visit and search.blocks.n_groups == 1 and isinstance(search.blocks.products, CrossProducts)


def find_optima(searches: Sequence[CovarianceSearch]) -> list[tuple[Optimum, OptimumReport] | None]:
    """Find the optimum of each replicate; None where the search of one replicate alone is needed.

    Parameters
    ----------
    searches
        All stackable, of one structure, one method and data with the same number of columns.
    """
    found: list[tuple[Optimum, OptimumReport] | None] = [None] * len(searches)
    state = _begun(searches)
    for iteration in range(MAX_ITERATIONS):
        if state is None:
            break
        slope = state.criterion.slopes(state.at)
        direction, promised, has_descent = _directions(slope)
        stalled = np.where(promised < state.least / 2, 0, state.stalled + 1)
        at_rest = is_at_rest(promised, stalled) & ~state.lost
        for r in np.flatnonzero(at_rest):
            optimum = state.optimum(int(r), slope, iteration, converged=not has_descent[r])
            search = searches[state.which[r]]
            dossier = accepted(search, optimum, parameters(state.criterion.structure))
            found[state.which[r]] = None if dossier is None else (optimum, dossier)
        state = replace(state, least=np.minimum(state.least, promised), stalled=stalled)
        state = _moved(searches, state, direction, promised, going=~at_rest & ~state.lost)
    return found


def _begun(searches: Sequence[CovarianceSearch]) -> _Searching | None:
    """Put all replicates at their starts; None when there is none, or one cannot be evaluated."""
    products = [search.blocks.products for search in searches]
    cross = [own for own in products if isinstance(own, CrossProducts)]
    structure = searches[0].structure
    if len(cross) < len(searches) or not isinstance(structure, Unstructured | Structured):
        raise TypeError("searches that are stackable are needed")
    criterion = StackedCriterion(stacked(cross), structure, searches[0].method)
    theta = np.stack([starting_values(structure, residual_covariance(search.blocks, 0)) for search in searches])
    at, n = criterion.at(theta), len(searches)
    if at is None:
        return None
    none, nowhere = np.zeros(n, dtype=np.intp), np.full(n, np.inf)
    return _Searching(np.arange(n), criterion, theta, at, nowhere, none, none > 0)


def _directions(slope: Slopes) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Give the steps of `search_direction`, (R, H), their promises, and whose Hessian has a negative direction."""
    is_finite = np.asarray(np.isfinite(slope.hessian).all(axis=(1, 2)))
    values, vectors, scale = scaled_eigen(
        np.where(is_finite[:, None, None], slope.hessian, np.eye(slope.hessian.shape[-1]))
    )
    direction, promised = descent(slope.gradient, values, vectors, scale)
    has_descent = np.asarray(~is_finite | (values[:, 0] <= -FLAT))
    for r in np.flatnonzero(has_descent):
        direction[r], promised[r] = search_direction(_of_replicate(slope, int(r)))
    return direction, promised, has_descent


def _of_replicate(slope: Slopes, r: int) -> Slopes:
    """Give the derivatives of one replicate."""
    return Slopes(slope.gradient[r], slope.hessian[r], slope.information[r], slope.P[r])


def _moved(
    searches: Sequence[CovarianceSearch],
    state: _Searching,
    direction: Array,
    promised: Array,
    *,
    going: NDArray[np.bool_],
) -> _Searching | None:
    """Take the steps of the replicates that go on, halved where needed; None when none is left."""
    if not going.any():
        return None
    criterion = state.criterion if going.all() else state.criterion.of(going)
    which, value = state.which[going], state.at.value[going]
    start, step, gain = state.theta[going], direction[going], promised[going]
    theta, lost = start + step, np.zeros(len(which), dtype=np.bool_)
    at = criterion.at(theta)
    falls = criterion.falls(theta, value, gain) if at is None else falls_enough(at.value, value, gain)
    for r in np.flatnonzero(~falls):
        found = line_search(searches[which[r]].criterion(), start[r], float(value[r]), step[r], float(gain[r]))
        theta[r], lost[r] = (start[r], True) if found is None else (found[0], False)
    at = at if at is not None and falls.all() else criterion.at(theta)
    if at is None:
        return None
    lost |= smallest_eigenvalues(at.derivatives.Sigma[:, 0]) < SINGULAR
    return _Searching(which, criterion, theta, at, state.least[going], state.stalled[going], lost)
