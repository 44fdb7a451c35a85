"""The variances and correlations of a fitted mixed model one by one, each with the curve along which it is profiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.constrained_criterion import Constraint
from postinfusion.core.fit import Optimum
from postinfusion.core.likelihood import Criterion
from postinfusion.core.linalg import Array
from postinfusion.core.mixed_model import BOUNDARY, MixedModelFit
from postinfusion.core.variance_intervals import Curve, profile_interval

# On the log scale: beyond these the residual correlation is zero, or one, for all times of the data.
NO_RANGE, ENDLESS_RANGE = -25.0, 12.0
# A relative standard deviation from which one that vanished is sought again.
NUDGE = 0.1


@dataclass(frozen=True)
class Component:
    """One standard deviation, correlation or residual parameter.

    Attributes
    ----------
    level
        Position of its grouping level; -1 for the residual.
    kind
        ``sd correlation residual-sd log-scale range``.
    effects
        Positions of its random effects, or of its column of the scale.
    estimate
        In units of the data; NaN for a correlation with an effect that has no variance.
    curve
        Along which it is profiled.
    to_data
        From the curve's parameter to units of the data.
    """

    level: int
    kind: str
    effects: tuple[int, ...]
    estimate: float
    curve: Curve
    to_data: Callable[[float], float]

    @property
    def on_boundary(self) -> bool:
        """Say whether the estimate lies at the end of its range, or is a correlation that is not defined."""
        margin = BOUNDARY * self.curve.step
        at = self.curve.estimate
        return bool(np.isnan(self.estimate) or at <= self.curve.low + margin or at >= self.curve.high - margin)

    def interval(self, least: float, *, confidence: float) -> tuple[float, float]:
        """Give its profile-likelihood interval in units of the data.

        Raises
        ------
        ModelError
            The likelihood could not be followed.
        """
        low, high = profile_interval(self.curve, least, confidence=confidence)
        return self.to_data(low), self.to_data(high)


def variance_components(fit: MixedModelFit, groups: int = 0) -> list[Component]:
    """List the components: standard deviations and correlations by level, then the residual.

    Parameters
    ----------
    fit
        The fitted model.
    groups
        With a residual variance by group: how many groups have one of their own beside the first; then the residual's
        components are the groups' standard deviations, else those where the columns of the scale are zero, and the
        coefficients of the columns.
    """
    found = [component for level in range(len(fit.levels)) for component in _of_level(fit, level)]
    found += [_residual_deviation(fit, group) for group in range(groups + 1)]
    if not groups:
        found += [_log_scale(fit, column) for column in range(len(fit.residual.delta))]
    return found if fit.residual.range is None else [*found, _range(fit)]


def _of_level(fit: MixedModelFit, level: int) -> Iterator[Component]:
    """List the standard deviations and correlations of a level."""
    random, r = fit.problem.randoms[level], len(fit.levels[level].G)
    for effect in range(r):
        yield _deviation(fit, level, effect)
    if random.correlated:
        for pair in combinations(range(r), 2):
            yield _correlation(fit, level, pair)


def _deviation(fit: MixedModelFit, level: int, effect: int) -> Component:
    """Give the standard deviation of a random effect."""
    random, T = fit.problem.randoms[level], fit.problem.bases[level]
    criterion, theta, unit, place = fit.problem.criterion, fit.solution.theta, float(T[effect, effect]), effect
    if random.correlated:
        criterion, theta, share = _turned(fit, level, (effect,))
        unit, place = float(share[0, 0]), 0
    unit *= fit.problem.scale
    own = fit.problem.bounds[level].start
    first_column = own + np.flatnonzero(random.positions[1] == place)

    def held(c: float) -> NDArray[np.intp]:
        return np.asarray(first_column if c == 0 else first_column[:1], dtype=np.intp)

    def constraint(c: float) -> Constraint:
        return Constraint(np.zeros(len(theta)), np.delete(np.eye(len(theta)), held(c), axis=1), c, own + place)

    def psi(c: float, theta: Array) -> Array:
        return np.delete(theta, held(c))

    estimate = abs(float(theta[own + place])) * float(np.exp(theta[-1] / 2))
    starts = _starts(fit, theta)
    curve = Curve(criterion, constraint, psi, starts, estimate, 0.0, np.inf, 0.2 * max(estimate, 0.1))
    return Component(level, "sd", (effect,), estimate * unit, curve, lambda c: c * unit)


def _starts(fit: MixedModelFit, theta: Array) -> tuple[Array, Array]:
    """Give theta, and theta with no relative standard deviation near zero."""
    nudged = theta.copy()
    for random, own in zip(fit.problem.randoms, fit.problem.bounds, strict=True):
        diagonal = own.start + np.flatnonzero(random.identity)
        nudged[diagonal] = np.maximum(np.abs(theta[diagonal]), NUDGE)
    return theta, nudged


def _correlation(fit: MixedModelFit, level: int, pair: tuple[int, int]) -> Component:
    """Give the correlation -cos(angle) of two random effects of a level.

    In units of the fit the first effect has the loadings ``s_11 (l_11, 0)``, the second ``(s_21 l_11 + s_22 l_21,
    s_22 l_22)`` with s the triangle from the turned effects and l their Lambda. An angle holds l on a plane, here with
    an orthonormal basis (p, q).
    """
    criterion, theta, share = _turned(fit, level, pair)
    at, length = fit.problem.bounds[level].start, float(np.hypot(*share[1]))
    along, across = float(share[1] @ theta[[at, at + 1]]), float(share[1, 1] * theta[at + 2])
    defined = np.hypot(along, across) >= BOUNDARY * length and abs(theta[at]) >= BOUNDARY
    e, relative = share[1] / length, share[1, 1] / length

    def constraint(angle: float) -> Constraint:
        turn = np.arctan2(np.sin(angle), np.cos(angle) * relative)
        B = np.delete(np.eye(len(theta)), at + 2, axis=1)
        B[at : at + 3, at] = e[1], -e[0], 0.0
        B[at : at + 3, at + 1] = -np.cos(turn) * e[0], -np.cos(turn) * e[1], np.sin(turn)
        return Constraint(np.zeros(len(theta)), B)

    def psi(angle: float, theta: Array) -> Array:
        return np.asarray(constraint(angle).B.T @ theta)

    def holds(angle: float, theta: Array) -> bool:
        return bool(theta[at] * (constraint(angle).B.T @ theta)[at + 1] > 0)

    angle = float(np.arctan2(across, -along)) if defined else np.pi / 2
    step = 0.3 * max(np.sin(angle), 0.3 * relative)
    floor = cache(partial(_without_one, fit, level, pair))
    curve = Curve(criterion, constraint, psi, _starts(fit, theta), angle, 0.0, np.pi, step, floor, holds)
    estimate = -float(np.cos(angle)) if defined else np.nan
    return Component(level, "correlation", pair, estimate, curve, lambda angle: -float(np.cos(angle)))


def _without_one(fit: MixedModelFit, level: int, pair: tuple[int, int]) -> float:
    """Give the least criterion with no variance of the one or the other effect."""
    return min(_deviation(fit, level, effect).curve.least(0.0)[0] for effect in pair)


def _turned(fit: MixedModelFit, level: int, first: tuple[int, ...]) -> tuple[Criterion, Array, Array]:
    """Turn the effects c of the fit so that the first k of them carry k of the random effects b = T c.

    Returns the criterion, theta of the optimum, and the lower triangle, shape (k, k), from these c to these b.
    """
    Q, R = np.linalg.qr(fit.problem.bases[level][list(first)].T, mode="complete")
    k = len(first)
    Q[:, :k] *= np.where(np.diag(R) < 0, -1.0, 1.0)
    share = fit.problem.bases[level][list(first)] @ Q[:, :k]
    triangle = np.asarray(np.linalg.qr((Q.T @ fit.problem.factors(fit.solution.theta)[level]).T)[1]).T
    theta = fit.solution.theta.copy()
    positions = fit.problem.randoms[level].positions
    theta[fit.problem.bounds[level]] = (triangle * np.where(np.diag(triangle) < 0, -1.0, 1.0))[positions]
    return fit.problem.turned(level, Q), theta, np.tril(share)


def _residual_deviation(fit: MixedModelFit, group: int) -> Component:
    """Give the residual standard deviation of the first group (at a scale of zero), or of another one."""
    scaling, H = fit.scaling, len(fit.solution.theta)
    row = scaling.rows[0] + (scaling.rows[group] if group else 0.0)
    own = np.array(scaling.own(H))
    estimate = float(row @ fit.solution.theta[own])
    # The log standard deviation is row @ (delta, log sigma2), with 1/2 for the last: log sigma2 follows from delta.
    B = np.eye(H)
    B[-1, own[:-1]] = -2 * row[:-1]
    B = np.delete(B, H - 1, axis=1)
    constraint = partial(_at_log_deviation, B)
    starts = _starts(fit, fit.solution.theta)
    curve = Curve(
        fit.problem.criterion, constraint, lambda _, theta: theta[:-1], starts, estimate, -np.inf, np.inf, 0.2
    )
    unit = scaling.response
    return Component(
        -1, "residual-sd", (group,), float(np.exp(estimate)) * unit, curve, lambda c: float(np.exp(c)) * unit
    )


def _at_log_deviation(B: Array, c: float) -> Constraint:
    """Hold a log residual standard deviation at c."""
    offset = np.zeros(len(B))
    offset[-1] = 2 * c
    return Constraint(offset, B)


def _log_scale(fit: MixedModelFit, column: int) -> Component:
    """Give a coefficient of the log residual standard deviation."""
    size = float(fit.scaling.size[column])
    curve = _along(fit, fit.scaling.own(len(fit.solution.theta))[column], low=-np.inf, high=np.inf)
    return Component(-1, "log-scale", (column,), curve.estimate / size, curve, lambda c: c / size)


def _range(fit: MixedModelFit) -> Component:
    """Give the range of the residual correlation."""
    place, step = len(fit.solution.theta) - 2, fit.scaling.step
    high = float(fit.solution.theta[place]) + ENDLESS_RANGE
    curve = _along(fit, place, low=NO_RANGE, high=high)

    def to_data(c: float) -> float:
        return 0.0 if c <= NO_RANGE else np.inf if c >= high else float(np.exp(c)) * step

    return Component(-1, "range", (), to_data(curve.estimate), curve, to_data)


def _along(fit: MixedModelFit, place: int, *, low: float, high: float) -> Curve:
    """Follow one element of theta."""
    solution: Optimum = fit.solution
    theta, unit = solution.theta, np.eye(len(solution.theta))

    def constraint(c: float) -> Constraint:
        return Constraint(c * unit[place], np.delete(unit, place, axis=1))

    return Curve(
        fit.problem.criterion,
        constraint,
        lambda _, theta: np.delete(theta, place),
        _starts(fit, theta),
        float(theta[place]),
        low,
        high,
        0.2,
    )
