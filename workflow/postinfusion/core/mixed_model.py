"""Linear mixed models: y = X beta + sum_l U_l b_l + e, with nested groups, and residuals that may be structured."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.blocks import BlockProblem, GroupedRows, block_problem
from postinfusion.core.fit import FLAT, Optimum, OptimumReport, minimise, report
from postinfusion.core.inference import DfMethod, Inference, check_options, mixed_inference
from postinfusion.core.level_effects import LevelEffects
from postinfusion.core.likelihood import Method
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.random_effects import SubjectProblem, smallest_deviation, subject_problem
from postinfusion.core.residual_scale import ResidualEstimates, ResidualScale, residual_scale
from postinfusion.core.standardise import Standardised, standardise
from postinfusion.errors import ModelError

# Random effects whose smallest standard deviation, as a share of the residual's, is below lme4's tolerance.
BOUNDARY = 1e-4
# Two optima whose criteria differ by less are one.
SAME = 1e-8
# Curvature of the least determined direction, as a share of the others: below it the data do not determine theta.
DETERMINED = 1e-9
# A search that ends with a smaller gradient (response in residual standard deviations) stands on level ground.
LEVEL = 1e-6
PARAMETRISATION = "relative Cholesky factors, log residual deviations, log range and log variance"

Problem = SubjectProblem | BlockProblem


@dataclass(frozen=True)
class GroupedData:
    """The data of a linear mixed model.

    Attributes
    ----------
    X
        Shape (n, c).
    y
        Shape (n,).
    U
        Shape (n, r) for each grouping level, the outermost first: design of its random effects.
    group
        Shape (n,) for each level: codes 0, 1, ...; each occurs, and a group lies in one group of the level before.
    time
        Shape (n,): residuals of one innermost group correlate by exp(-|t_j - t_k| / range); None: they are independent.
    scale
        Shape (n, k): columns of the log residual standard deviation, without an intercept; None: one variance.
    """

    X: Array
    y: Array
    U: tuple[Array, ...]
    group: tuple[NDArray[np.intp], ...]
    time: Array | None = None
    scale: Array | None = None


@dataclass(frozen=True)
class RandomScale:
    """The residual standard deviations of the subjects: log s = log sigma + their effect.

    Attributes
    ----------
    deviation, std_error
        Standard deviation tau of the effects, and its standard error.
    effects, effects_std_error
        Shape (subjects,): mean and standard deviation of each effect given the rows.
    """

    deviation: float
    std_error: float
    effects: Array
    effects_std_error: Array


@dataclass(frozen=True)
class MixedModelFit:
    """A fitted linear mixed model; it exists only when the optimum was reached.

    Attributes
    ----------
    inference
        Of the fixed effects.
    levels
        Random effects of each grouping level, the outermost first.
    residual
        Variance, scale and correlation of the residuals.
    log_likelihood
        Restricted under ``reml``.
    n_covariance_parameters
        Length of theta.
    optimum
        Dossier of the optimum.
    problem, solution, scaling, data
        The criterion, its optimum, the units of its residual parameters and the data, for intervals, tests and
        predictions.
    random_scale
        Of :mod:`postinfusion.core.random_scale`; the problem is then that of the model without it.
    """

    inference: Inference
    levels: tuple[LevelEffects, ...]
    residual: ResidualEstimates
    log_likelihood: float
    n_covariance_parameters: int
    optimum: OptimumReport
    problem: Problem = field(repr=False)
    solution: Optimum = field(repr=False)
    scaling: ResidualScale = field(repr=False)
    data: GroupedData = field(repr=False)
    random_scale: RandomScale | None = None


def fit_mixed_model(
    data: GroupedData,
    *,
    correlated: bool = True,
    method: Method = "reml",
    df_method: DfMethod = "kenward-roger-linear",
    information: str = "observed",
) -> MixedModelFit:
    """Fit the model, or refuse with the reason; an optimum on the boundary is flagged, not refused.

    On the boundary the vanished direction of theta drops out of the inference: Sigma does not move along it.

    Parameters
    ----------
    data
        One row per observation.
    correlated
        Whether the random effects of one level may correlate.
    method, df_method, information
        As in :func:`~postinfusion.core.repeated_measures.fit_repeated_measures`.

    Raises
    ------
    ModelError
        The data cannot bear the model, or the optimum was not reached.
    """
    check_options(method, df_method, information)
    if df_method == "between-within" and len(data.group) > 1:
        raise ModelError(
            'df="between-within" is defined for one level of grouping; with nested levels choose "satterthwaite"'
        )
    standard = standardise(data.X, data.y)
    scaling = residual_scale(data.time, data.scale, data.group[-1], response=standard.scale)
    problem = _problem(data, standard, scaling, correlated=correlated, method=method)
    optimum, dossier = _optimum(problem)
    informed, at = (problem, optimum) if information == "observed" else _by_elements(problem, optimum)
    matrix = at.slopes.hessian if information == "observed" else at.slopes.information
    w = symmetric_inverse(matrix, relative_tolerance=FLAT)
    return MixedModelFit(
        inference=_inference(data, standard, informed, at, df_method=df_method, w=w),
        levels=problem.effects(optimum),
        residual=scaling.estimates(optimum.theta, w),
        log_likelihood=standard.log_likelihood(-optimum.profile.value, restricted=method == "reml"),
        n_covariance_parameters=len(optimum.theta),
        optimum=dossier,
        problem=problem,
        solution=optimum,
        scaling=scaling,
        data=data,
    )


def _problem(
    data: GroupedData, standard: Standardised, scaling: ResidualScale, *, correlated: bool, method: Method
) -> Problem:
    """Set up the criterion: the short one where it is enough."""
    if len(data.group) == 1 and data.time is None and data.scale is None:
        return subject_problem(
            standard.Z, data.U[0], data.group[0], correlated=correlated, method=method, scale=standard.scale
        )
    rows = GroupedRows(standard.Z, data.U, data.group, scaling.time, scaling.columns)
    return block_problem(rows, correlated=correlated, method=method, scale=standard.scale)


def _optimum(problem: Problem) -> tuple[Optimum, OptimumReport]:
    """Find the optimum from one start after the other; refuse when none reaches it."""
    best: tuple[Optimum, OptimumReport] | None = None
    for start in problem.starts:
        optimum = minimise(problem.criterion, start)
        dossier = _dossier(problem, optimum)
        if not optimum.converged or not dossier.positive_definite:
            continue
        if best is None or optimum.profile.value < best[0].profile.value - SAME:
            best = optimum, dossier
        if not problem.tries_every_start:
            break
    if best is None and dossier.max_gradient < LEVEL:
        raise ModelError(
            "The data do not determine all variances and correlations: the likelihood is level in a direction; use "
            "fewer random effects or simpler residuals"
        )
    if best is None:
        raise ModelError(
            f"No optimum of the likelihood was reached after {optimum.iterations} steps (largest gradient "
            f"{dossier.max_gradient:.1e}); use fewer random effects or simpler residuals"
        )
    if not best[1].boundary and best[1].condition > 1 / DETERMINED:
        raise ModelError(
            "The data do not determine all variances and correlations (condition number "
            f"{best[1].condition:.0e}); use fewer random effects or simpler residuals"
        )
    return best


def _by_elements(problem: Problem, optimum: Optimum) -> tuple[Problem, Optimum]:
    """Give problem and optimum with derivatives in the elements of G: all count on the boundary, as in pbkrtest."""
    linear = problem.by_elements()
    at = linear.criterion.at(optimum.theta)
    if at is None:
        raise ModelError("The information cannot be evaluated at the optimum of the likelihood")
    return linear, replace(optimum, profile=at, slopes=linear.criterion.slopes(at))


def _dossier(problem: Problem, optimum: Optimum) -> OptimumReport:
    """Put together the dossier of an optimum."""
    vanishes = problem.correlation_vanishes(optimum.theta)
    boundary = vanishes or smallest_deviation(problem.factors(optimum.theta)) < BOUNDARY
    return report(optimum, boundary=boundary, parametrisation=PARAMETRISATION)


def _inference(
    data: GroupedData, standard: Standardised, problem: Problem, optimum: Optimum, *, df_method: DfMethod, w: Array
) -> Inference:
    """Give the inference of the fixed effects."""
    # Kenward-Roger needs Sigma and its derivatives, block by block.
    full = problem.plain.at(optimum.theta) if df_method == "kenward-roger-linear" else None
    return mixed_inference(
        data.X,
        data.group[-1],
        standard=standard,
        cross=problem.criterion.cross,
        optimum=optimum if full is None else replace(optimum, profile=full),
        df_method=df_method,
        w=w,
    )
