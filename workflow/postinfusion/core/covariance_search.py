"""The search for the optimum of a model for repeated measures: starts, parametrisations, and when to give up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from postinfusion.core.covariance import (
    ErrorCovariance,
    Structured,
    Unstructured,
    starting_values,
)
from postinfusion.core.fit import Optimum, OptimumReport, minimise, report
from postinfusion.core.group_covariance import GroupedCovariance
from postinfusion.core.likelihood import Criterion, Method, Profile, inverses_where
from postinfusion.core.linalg import Array
from postinfusion.core.many_visits import CholeskyByProducts, ManyVisits
from postinfusion.core.spatial_covariance import SpatialCovariance
from postinfusion.core.subject_blocks import SubjectBlocks
from postinfusion.errors import ModelError

# Below this smallest eigenvalue the correlation matrix is singular: the criterion has no interior maximum.
SINGULAR = 1e-7
# A search that ended with a smaller one than this was on its way there.
NEARLY_SINGULAR = 1e-4
# On actual times, the largest correlation of two rows below which they are independent and the range means nothing.
VANISHED = 1e-8
# A search that ends with a smaller gradient (response in residual standard deviations) stands on level ground.
LEVEL = 1e-6
# Patterns that are enough to choose a start.
MANY = 300
Structure = Unstructured | Structured | SpatialCovariance


@dataclass(frozen=True)
class CovarianceSearch:
    """Data and the structure of one group's covariance, whose likelihood is to be maximised.

    Attributes
    ----------
    blocks
        The data, the response in units of its residual standard deviation.
    structure
        Of one group.
    method
        ``reml`` or ``ml``.
    """

    blocks: SubjectBlocks
    structure: Structure
    method: Method

    def model(self, structure: ErrorCovariance | None = None) -> ErrorCovariance:
        """Give the covariance of all groups, in this structure or another parametrisation of it."""
        one = self.structure if structure is None else structure
        return one if self.blocks.n_groups == 1 else GroupedCovariance(one, self.blocks.group)

    def criterion(self, structure: ErrorCovariance | None = None) -> Criterion:
        """Give minus the log-likelihood."""
        return ManyVisits(self.blocks.products, self.model(structure), self.method)

    def by_group(self, values: Array) -> list[Array]:
        """Split a theta into the groups' own."""
        return np.split(values, self.blocks.n_groups)

    def is_singular(self, at: Profile) -> bool:
        """Say whether the covariance of a group is singular."""
        return self.model().smallest_eigenvalue(at.derivatives.Sigma) < SINGULAR

    def is_independent(self, at: Profile) -> bool:
        """Say whether the correlation on actual times vanishes in a group, so that its range means nothing."""
        if not isinstance(self.structure, SpatialCovariance):
            return False
        Sigma, observed = at.derivatives.Sigma, self.blocks.products.observed
        pairs = np.triu(observed[:, :, None] & observed[:, None, :], 1)
        largest = np.where(pairs, Sigma / Sigma[:, :1, :1], 0.0).max(axis=(1, 2))
        return any(largest[self.blocks.group == g].max() < VANISHED for g in range(self.blocks.n_groups))


def find_optimum(search: CovarianceSearch, start: Array | None = None) -> tuple[Optimum, OptimumReport]:
    """Find the optimum in one parametrisation, or from one start, after the other.

    Parameters
    ----------
    search
        What to maximise.
    start
        Shape (H,): a theta near the optimum, where one is known.

    Raises
    ------
    ModelError
        None of them reached it, or the covariance is singular there.
    """
    smallest = 1.0
    for parametrisation, attempt in _attempts(search, start):
        optimum = attempt()
        dossier = accepted(search, optimum, parametrisation)
        if dossier is not None:
            return optimum, dossier
        smallest = min(smallest, search.model().smallest_eigenvalue(optimum.profile.derivatives.Sigma))
    raise ModelError(_why_not(search, optimum, smallest))


def accepted(search: CovarianceSearch, optimum: Optimum, parametrisation: str) -> OptimumReport | None:
    """Give the dossier of an optimum that was reached and lies inside; None of another point."""
    dossier = report(optimum, boundary=False, parametrisation=parametrisation)
    outside = search.is_singular(optimum.profile) or search.is_independent(optimum.profile)
    return dossier if optimum.converged and dossier.positive_definite and not outside else None


def _why_not(search: CovarianceSearch, optimum: Optimum, smallest: float) -> str:
    """Say why there is no optimum."""
    if isinstance(search.structure, SpatialCovariance):
        if smallest < NEARLY_SINGULAR:
            return (
                "The correlation does not fall with time: the range grows without bound and no interior maximum of the "
                "likelihood was found; choose cs"
            )
        if search.is_independent(optimum.profile):
            return (
                "The correlation vanishes at all distances of the data: no interior maximum of the likelihood was "
                "found; choose cs, or an analysis without repeated measures"
            )
    elif smallest < NEARLY_SINGULAR:
        return (
            "The covariance between visits is singular or nearly so (smallest eigenvalue of the correlations "
            f"{smallest:.0e}): no interior maximum of the likelihood was found; choose a simpler structure"
        )
    gradient = float(np.abs(optimum.slopes.gradient).max())
    if gradient < LEVEL:
        return (
            "The data do not determine all parameters of the covariance: the likelihood is level in a direction "
            f"(largest gradient {gradient:.1e}, Hessian not positive definite); choose a simpler structure"
        )
    return (
        f"No optimum of the likelihood was reached after {optimum.iterations} steps (largest gradient {gradient:.1e}); "
        "choose a simpler structure"
    )


def _attempts(search: CovarianceSearch, start: Array | None) -> list[tuple[str, Callable[[], Optimum]]]:
    """List the ways to find the optimum, the usual one first, unless a theta near it is known."""
    if start is not None:
        nearby: list[tuple[str, Callable[[], Optimum]]] = [("from a known theta", partial(_from_theta, search, start))]
        return [*nearby, *_attempts(search, None)]
    structure, criterion, hopeless = search.structure, search.criterion(), search.is_singular
    if isinstance(structure, SpatialCovariance):
        starts = _spatial_starts(search, structure)
        name = "log standard deviation and log range"
        return [(name, partial(minimise, criterion, start, hopeless=hopeless)) for start in starts]
    S = [residual_covariance(search.blocks, g) for g in range(search.blocks.n_groups)]
    theta, name = np.concatenate([starting_values(structure, own) for own in S]), parameters(structure)
    if isinstance(structure, Unstructured):
        return [
            (name, lambda: minimise(criterion, theta, hopeless=hopeless)),
            ("Cholesky factor of Sigma", lambda: _by_cholesky(search, structure, S)),
        ]
    m = structure.n_deviations
    independent = np.concatenate([np.append(own[:m], 0 * own[m:]) for own in search.by_group(theta)])
    return [
        (name, lambda: minimise(criterion, theta, hopeless=hopeless)),
        (f"{name}, from independence", lambda: minimise(criterion, independent, hopeless=hopeless)),
    ]


def parameters(structure: Unstructured | Structured) -> str:
    """Say in which parameters the optimum of a covariance by visit is sought first."""
    return "elements of Sigma" if isinstance(structure, Unstructured) else "log standard deviations and correlations"


def _from_theta(search: CovarianceSearch, start: Array) -> Optimum:
    """Find the optimum from a theta in the structure's own parameters."""
    return minimise(search.criterion(), start, hopeless=search.is_singular)


def _by_cholesky(search: CovarianceSearch, structure: Unstructured, S: list[Array]) -> Optimum:
    """Find the optimum through the Cholesky factor and give it in the elements of Sigma."""
    cholesky = CholeskyByProducts(structure.T)
    start = np.concatenate([cholesky.theta(own) for own in S])
    found = minimise(search.criterion(cholesky), start, hopeless=search.is_singular)
    parts = [cholesky.derivatives(own).Sigma[0] for own in search.by_group(found.theta)]
    theta = np.concatenate([structure.theta(Sigma) for Sigma in parts])
    criterion = search.criterion()
    at = criterion.at(theta)
    if at is None:
        return replace(found, converged=False)
    return Optimum(theta, at, criterion.slopes(at), found.iterations, found.converged)


def _spatial_starts(search: CovarianceSearch, structure: SpatialCovariance) -> list[Array]:
    """Give the three starts at which the least-squares residuals are likeliest; all groups share the range.

    Some hundred patterns are enough to tell one range from another.
    """
    blocks, products = search.blocks, search.blocks.products
    variances = []
    for g in range(blocks.n_groups):
        sums, together = pairwise_products(blocks, g), subjects_together(blocks, g)
        variances.append(max(float(np.trace(sums) / np.trace(together)), 1e-3))
    starts = [np.concatenate(own) for own in zip(*[structure.starts(value) for value in variances], strict=True)]
    residual = np.zeros((products.q, products.q))
    residual[-1, -1] = 1.0
    C, few = products.contracted(residual), np.arange(len(products.n))[:: max(len(products.n) // MANY, 1)]
    some = replace(structure, distance=structure.distance[few])
    values = []
    for number, start in enumerate(starts):
        theta = search.by_group(start)
        Sigma = np.stack([some.derivatives(own).Sigma for own in theta])[blocks.group[few], np.arange(len(few))]
        try:
            Omega, log_determinants = inverses_where(Sigma, products.observed[few])
        except np.linalg.LinAlgError:
            continue
        values.append((float(products.n[few] @ log_determinants + np.sum(Omega * C[few])), number))
    if not values:
        raise ModelError(
            "The covariance on actual times cannot be evaluated: some times nearly coincide; choose sp_exp"
        )
    return [starts[number] for _, number in sorted(values)[:3]]


def residual_covariance(blocks: SubjectBlocks, group: int) -> Array:
    """Estimate a group's Sigma from the least-squares residuals of each pair of visits, well conditioned.

    Correlations are shrunk until the smallest eigenvalue of their matrix is at least 0.02.
    """
    S, together = pairwise_products(blocks, group), subjects_together(blocks, group)
    n, p = blocks.products.n_observations, blocks.products.q - 1
    S = S / np.maximum(together, 1.0) * (n / max(n - p, 1))  # residuals have lost what the columns took
    variances = np.maximum(np.diag(S), 1e-3)
    S[np.diag_indices_from(S)] = variances
    deviation = np.sqrt(variances)
    R = S / np.outer(deviation, deviation)
    while np.linalg.eigvalsh(R)[0] < 0.02:
        R = 0.9 * R + 0.1 * np.eye(len(R))
    return np.asarray(R * np.outer(deviation, deviation))


def pairwise_products(blocks: SubjectBlocks, group: int) -> Array:
    """Give the sums of products of a group's residuals at two positions, shape (T, T)."""
    g = np.zeros((blocks.products.q, blocks.products.q))
    g[-1, -1] = 1.0
    return np.asarray(blocks.products.contracted(g)[blocks.group == group].sum(axis=0))


def subjects_together(blocks: SubjectBlocks, group: int) -> Array:
    """Count the subjects of a group who have rows at two positions, shape (T, T)."""
    members = blocks.group == group
    seen = blocks.products.observed[members].astype(float)
    return np.asarray((seen.T * blocks.products.n[members]) @ seen)
