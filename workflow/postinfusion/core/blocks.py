"""From rows to one covariance block per outermost group, for nested random effects and structured residuals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.fit import Optimum
from postinfusion.core.level_effects import LevelEffects, level_effects
from postinfusion.core.likelihood import Criterion, Method, Profile
from postinfusion.core.linalg import Array
from postinfusion.core.nested_effects import BlockCovariance, Level, shared
from postinfusion.core.patterns import Products, SubjectRows, row_positions
from postinfusion.core.random_basis import random_basis
from postinfusion.core.random_covariance import RandomElements, RandomFactor
from postinfusion.core.random_effects import STARTS
from postinfusion.core.residual_covariance import ResidualCovariance
from postinfusion.core.rotation import PooledRows, check_rows, rotate
from postinfusion.errors import ModelError

# A correlation this small between rows one unit of time apart is none.
UNCORRELATED = 1e-6
STARTING_CORRELATIONS = (0.3, 0.8)
# Elements of first derivatives that are kept: 8 bytes each, a few times over.
LARGEST = 2e8


@dataclass(frozen=True)
class GroupedRows:
    """Rows on the scale of the fit.

    Attributes
    ----------
    Z
        Shape (n, q): [X | y].
    U
        Shape (n, r) for each level, the outermost first.
    group
        Shape (n,) for each level: codes 0, 1, ...; a group lies in one group of the level before.
    time
        Shape (n,), in units between neighbouring rows; None for independent residuals.
    scale
        Shape (n, k): columns of the log residual standard deviation.
    """

    Z: Array
    U: tuple[Array, ...]
    group: tuple[NDArray[np.intp], ...]
    time: Array | None
    scale: Array


@dataclass(frozen=True)
class BlockProblem:
    """The criterion of blocks, and how to read its theta.

    Attributes
    ----------
    criterion
        What is minimised.
    model
        Its covariance.
    bases
        Shape (r, r) for each level: T of :mod:`postinfusion.core.random_basis`.
    scale
        Units of the response per unit of the fit.
    n_groups
        Number of groups of each level.
    """

    criterion: Criterion
    model: BlockCovariance
    bases: tuple[Array, ...]
    scale: float
    n_groups: tuple[int, ...]

    @property
    def plain(self) -> Criterion:
        """Give the criterion that forms Sigma and its derivatives."""
        return self.criterion

    @property
    def starts(self) -> list[Array]:
        """Give the values of theta from which the optimum is sought."""
        identity = np.concatenate([level.random.identity for level in self.model.levels])
        k, correlated = self.model.residual.n_scale, self.model.residual.time is not None
        ranges = [[-np.log(-np.log(rho))] for rho in STARTING_CORRELATIONS] if correlated else [[]]
        return [
            np.concatenate([start * identity, np.zeros(k), log_range, [-np.log1p(start**2)]])
            for start, log_range in product(STARTS, ranges)
        ]

    @property
    def tries_every_start(self) -> bool:
        """Say whether the criterion may have several optima, of which the lowest counts."""
        return self.model.residual.time is not None

    def factors(self, theta: Array) -> list[Array]:
        """Give each level's Lambda."""
        return self.model.factors(theta)

    @property
    def randoms(self) -> tuple[RandomFactor, ...]:
        """Give the relative factor of each level."""
        return tuple(level.random for level in self.model.levels)

    @property
    def bounds(self) -> list[slice]:
        """Give which elements of theta belong to each level."""
        return self.model.bounds[:-1]

    def turned(self, level: int, Q: Array) -> Criterion:
        """Give the criterion of the effects Q'c of a level for an orthogonal Q (r, r)."""
        levels = list(self.model.levels)
        levels[level] = replace(levels[level], U=levels[level].U @ Q)
        return self._with(tuple(levels)).criterion

    def by_elements(self) -> BlockProblem:
        """Give the problem with derivatives in the elements of Lambda Lambda', which do not vanish on the boundary."""
        return self._with(
            tuple(
                replace(level, random=RandomElements(level.random.r, level.random.correlated))
                for level in self.model.levels
            )
        )

    def _with(self, levels: tuple[Level, ...]) -> BlockProblem:
        """Give the problem with other levels."""
        model = replace(self.model, levels=levels)
        return replace(self, criterion=replace(self.criterion, model=model), model=model)

    def correlation_vanishes(self, theta: Array) -> bool:
        """Say whether the residual correlation is zero."""
        return self.model.residual.time is not None and bool(np.exp(-np.exp(-theta[-2])) < UNCORRELATED)

    def effects(self, optimum: Optimum) -> tuple[LevelEffects, ...]:
        """Predict the random effects of each level."""
        sigma, cross = float(np.exp(optimum.theta[-1] / 2)), self.criterion.cross
        found = [
            _weighted_sums(level, optimum.profile, cross, n=n)
            for level, n in zip(self.model.levels, self.n_groups, strict=True)
        ]
        return tuple(
            level_effects(sigma * factor, *sums, basis=basis, scale=self.scale)
            for factor, sums, basis in zip(self.factors(optimum.theta), found, self.bases, strict=True)
        )


def block_problem(rows: GroupedRows, *, correlated: bool, method: Method, scale: float) -> BlockProblem:
    """Set up the criterion of nested random effects or structured residuals.

    Parameters
    ----------
    rows
        On the scale of the fit.
    correlated
        Whether the random effects of one level may correlate.
    method
        ``reml`` or ``ml``.
    scale
        Units of the response per unit of the fit.

    Raises
    ------
    ModelError
        The groups are too few, or nothing is left to estimate the residual variance; or a group has two rows at one
        time.
    """
    _check_groups(rows)
    bases = tuple(random_basis(U, correlated=correlated) for U in rows.U)
    n_groups = tuple(int(group.max()) + 1 for group in rows.group)
    rows = replace(rows, U=tuple(U @ T for U, T in zip(rows.U, bases, strict=True)))
    is_independent = rows.time is None and not rows.scale.shape[1]
    set_up = _independent if is_independent else _structured
    model, cross = set_up(rows, n_groups, correlated=correlated)
    return BlockProblem(Criterion(cross, model, method), model, bases, scale, n_groups)


def _check_groups(rows: GroupedRows) -> None:
    """Refuse groups that cannot tell the random effects from each other or from the residual."""
    inner = rows.group[-1]
    check_rows(np.bincount(inner), rows.U[-1].shape[1] + (rows.time is not None))
    for outer, next_inner, U in zip(rows.group, rows.group[1:], rows.U, strict=False):
        pairs = np.unique(np.stack([outer, next_inner]), axis=1)
        largest = int(np.bincount(pairs[0]).max())
        if pairs[0].max() < 1 or largest < 2:
            raise ModelError(
                f"{int(pairs[0].max()) + 1} outer groups with at most {largest} inner groups each cannot tell the two "
                f"levels apart ({U.shape[1]} random effects of the outer one); use one level of grouping"
            )
    if rows.time is None:
        return
    order = np.lexsort((rows.time, inner))
    repeated = (np.diff(inner[order]) == 0) & (np.diff(rows.time[order]) == 0)
    if repeated.any():
        raise ModelError(
            f"{int(repeated.sum())} rows repeat a time of the same innermost group; a correlation that fades with time "
            "needs one row per time"
        )


def _independent(
    rows: GroupedRows, n_groups: tuple[int, ...], *, correlated: bool
) -> tuple[BlockCovariance, PooledRows]:
    """Rotate the rows of each innermost group first, so that few of them stay in the blocks."""
    widths = [U.shape[1] for U in rows.U]
    rotated = rotate(rows.Z, np.concatenate(rows.U, axis=1), rows.group[-1])
    group, position = np.nonzero(rotated.observed[:-1])
    first = np.zeros(n_groups[-1], dtype=np.intp)
    first[rows.group[-1]] = np.arange(len(rows.Z))
    kept = GroupedRows(
        Z=rotated.Y[group, position],
        U=tuple(np.split(rotated.R[group, position], np.cumsum(widths)[:-1], axis=1)),
        group=tuple(codes[first[group]] for codes in rows.group),
        time=None,
        scale=np.empty((len(group), 0)),
    )
    model, cross = _structured(kept, n_groups, correlated=correlated, rest=1)
    observed = np.concatenate([cross.observed[:-1], np.arange(cross.observed.shape[1])[None] < 1])
    return model, PooledRows(observed, cross.Z[:-1], rotated.n_rest, rotated.rest)


def _structured(
    rows: GroupedRows, n_groups: tuple[int, ...], *, correlated: bool, rest: int = 0
) -> tuple[BlockCovariance, SubjectRows]:
    """Put the rows into blocks, one per outermost group and ``rest`` empty ones."""
    outer = rows.group[0]
    position = row_positions(outer)
    shape = n_groups[0] + rest, int(position.max()) + 1
    factors = [RandomFactor(U.shape[1], correlated) for U in rows.U]
    _check_size(shape, sum(factor.size for factor in factors) + rows.scale.shape[1] + 2)

    def blocks(values: NDArray[Any], absent: float = 0.0) -> NDArray[Any]:
        found = np.full((*shape, *values.shape[1:]), absent, dtype=values.dtype)
        found[outer, position] = values
        return found

    levels = tuple(
        Level(blocks(U), blocks(group, -1), factor)
        for U, group, factor in zip(rows.U, rows.group, factors, strict=True)
    )
    same = shared(levels[-1].group)
    time = None if rows.time is None else blocks(rows.time)
    residual = ResidualCovariance(blocks(rows.scale), time, same)
    return BlockCovariance(levels, residual), SubjectRows(levels[0].group >= 0, blocks(rows.Z))


def _check_size(shape: tuple[int, int], n_parameters: int) -> None:
    """Refuse blocks that do not fit into memory."""
    if shape[0] * shape[1] ** 2 * n_parameters > LARGEST:
        raise ModelError(
            f"The covariance of {shape[0]:,} groups with up to {shape[1]:,} rows each is too large; use the subject "
            "alone as the group, or independent residuals of one variance"
        )


def _weighted_sums(level: Level, at: Profile, cross: Products, *, n: int) -> tuple[Array, Array, Array]:
    """Give u, K and fixed of :func:`~postinfusion.core.level_effects.level_effects`: sums over each group's rows."""
    if not isinstance(cross, SubjectRows | PooledRows):
        raise TypeError("rows by block are needed")
    Z = cross.Z if isinstance(cross, SubjectRows) else cross.Y
    P, p = len(Z), len(at.beta)
    U, group, Omega = level.U[:P], level.group[:P], at.Omega[:P]
    whitened = Omega @ Z
    residual = whitened[..., p] - whitened[..., :p] @ at.beta
    there = group >= 0

    def summed(values: Array) -> Array:
        total = np.zeros((n, *values.shape[2:]))
        np.add.at(total, group[there], values[there])
        return total

    K = summed(U[..., None] * ((Omega * level.same[:P]) @ U)[:, :, None, :])
    f = summed(U[..., None] * whitened[:, :, None, :p])
    return summed(U * residual[..., None]), K, f @ at.Phi @ f.swapaxes(1, 2)
