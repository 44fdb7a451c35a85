"""The variances and correlations of a fitted mixed model one by one, each with the curve along which it is profiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from postinfusion.core.constrained_criterion import Constraint
from postinfusion.core.fit import Optimum
from postinfusion.core.likelihood import Criterion
from postinfusion.core.linalg import Array
from postinfusion.core.mixed_model import BOUNDARY, MixedModelFit
from postinfusion.core.variance_intervals import Curve, profile_interval
from postinfusion.errors import ModelError

# On the log scale: beyond these the residual correlation is zero, or one, for all times of the data.
NO_RANGE, ENDLESS_RANGE = -25.0, 12.0


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
        In units of the data.
    curve
        Along which it is profiled; None when it is not defined (a correlation with an effect that has no variance).
    to_data
        From the curve's parameter to units of the data.
    """

    level: int
    kind: str
    effects: tuple[int, ...]
    estimate: float
    curve: Curve | None
    to_data: Callable[[float], float]

    def interval(self, least: float, *, confidence: float) -> tuple[float, float]:
        """Give its profile-likelihood interval in units of the data.

        Raises
        ------
        ModelError
            It is not defined, or the likelihood could not be followed.
        """
        if self.curve is None:
            raise ModelError("not defined: one of the two random effects has no variance")
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
    random, unit = fit.problem.randoms[level], float(fit.problem.units[level][effect])
    criterion, theta = fit.problem.criterion, fit.solution.theta
    place = effect
    if random.correlated:
        criterion, theta = _reordered(fit, level, (effect,))
        place = 0
    own = fit.problem.bounds[level].start
    first_column = own + np.flatnonzero(random.positions[1] == place)

    def constraint(c: float) -> Constraint:
        held = first_column if c == 0 else np.array([own + place])
        return Constraint(np.zeros(len(theta)), np.delete(np.eye(len(theta)), held, axis=1), c, own + place)

    def start(c: float) -> Array:
        return np.delete(theta, first_column if c == 0 else own + place)

    estimate = float(np.sqrt(fit.levels[level].G[effect, effect])) / unit
    curve = Curve(criterion, constraint, start, estimate, 0.0, np.inf, 0.2 * max(estimate, 0.1))
    return Component(level, "sd", (effect,), estimate * unit, curve, lambda c: c * unit)


def _correlation(fit: MixedModelFit, level: int, pair: tuple[int, int]) -> Component:
    """Give the correlation of two random effects of a level."""
    criterion, theta = _reordered(fit, level, pair)
    at = fit.problem.bounds[level].start + 1
    length = float(np.hypot(theta[at], theta[at + 1]))
    if length < BOUNDARY or abs(theta[at - 1]) < BOUNDARY:
        return Component(level, "correlation", pair, np.nan, None, float)

    def constraint(c: float) -> Constraint:
        B = np.eye(len(theta))
        B[at, at + 1], B[at + 1, at + 1] = c, np.sqrt(1 - c**2)
        return Constraint(np.zeros(len(theta)), np.delete(B, at, axis=1))

    def start(_: float) -> Array:
        return np.delete(np.where(np.arange(len(theta)) == at + 1, length, theta), at)

    estimate = float(np.clip(theta[at] / length, -1, 1))
    return Component(
        level, "correlation", pair, estimate, Curve(criterion, constraint, start, estimate, -1, 1, 0.1), float
    )


def _reordered(fit: MixedModelFit, level: int, first: tuple[int, ...]) -> tuple[Criterion, Array]:
    """Put some effects of a level first; give the criterion and theta of the optimum in the new order."""
    random, factor = fit.problem.randoms[level], fit.problem.factors(fit.solution.theta)[level]
    order = [*first, *(effect for effect in range(random.r) if effect not in first)]
    triangle = np.asarray(np.linalg.qr(factor[order].T)[1]).T
    theta = fit.solution.theta.copy()
    theta[fit.problem.bounds[level]] = (triangle * np.where(np.diag(triangle) < 0, -1.0, 1.0))[random.positions]
    return fit.problem.reordered(level, order), theta


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
    start = fit.solution.theta[:-1]
    curve = Curve(fit.problem.criterion, constraint, lambda _: start, estimate, -np.inf, np.inf, 0.2)
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
        fit.problem.criterion, constraint, lambda _: np.delete(theta, place), float(theta[place]), low, high, 0.2
    )
