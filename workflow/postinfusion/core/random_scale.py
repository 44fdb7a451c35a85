"""Mixed models in which each subject has a residual standard deviation of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from postinfusion.core.blocks import BlockProblem, GroupedRows, block_problem
from postinfusion.core.degrees_of_freedom import residual_df
from postinfusion.core.fit import OptimumReport
from postinfusion.core.inference import Inference
from postinfusion.core.level_effects import LevelEffects, deviations
from postinfusion.core.likelihood import pattern_inverses
from postinfusion.core.linalg import Array
from postinfusion.core.location_scale import LocationScale, LocationScaleOptimum, location_scale, maximise
from postinfusion.core.mixed_model import BOUNDARY, GroupedData, MixedModelFit, RandomScale, fit_mixed_model
from postinfusion.core.random_effects import smallest_deviation
from postinfusion.core.residual_scale import residual_scale
from postinfusion.core.standardise import Standardised, standardise
from postinfusion.errors import ModelError

FEWEST_SUBJECTS = 30
STARTING_DEVIATION = 0.3


def fit_random_scale(data: GroupedData, *, correlated: bool) -> MixedModelFit:
    """Fit the model by maximum likelihood, or refuse with the reason.

    Parameters
    ----------
    data
        One level of grouping.
    correlated
        Whether the random effects may correlate with each other; the random scale is independent of them.

    Raises
    ------
    ModelError
        There are fewer than 30 subjects or several levels, or the optimum was not reached.

    References
    ----------
    Hedeker, Mermelstein & Demirtas (2008), Biometrics 64, 627-634.
    """
    n_subjects = int(data.group[0].max()) + 1
    if len(data.group) > 1:
        raise ModelError("A random scale is available for one level of grouping only")
    if n_subjects < FEWEST_SUBJECTS:
        raise ModelError(
            f"{n_subjects} subjects cannot tell how their residual variances vary; a random scale needs at least "
            f"{FEWEST_SUBJECTS}: use scale= or residual_group= instead"
        )
    plain = fit_mixed_model(data, correlated=correlated, method="ml", df_method="asymptotic")
    standard = standardise(data.X, data.y)
    scaling = residual_scale(data.time, data.scale, data.group[0], response=standard.scale)
    columns = np.column_stack([scaling.columns, np.zeros(len(data.y))])
    rows = GroupedRows(standard.Z, data.U, data.group, scaling.time, columns)
    model = location_scale(block_problem(rows, correlated=correlated, method="ml", scale=standard.scale))
    p, place = len(plain.inference.beta), model.place
    start = np.concatenate([plain.solution.profile.beta, plain.solution.theta])
    found = maximise(model, np.insert(start, place, STARTING_DEVIATION))
    rest = np.delete(np.arange(p, len(found.psi)), place - p)
    value = float(found.averaged.value.sum())
    return replace(
        plain,
        inference=_inference(data, standard, found, p),
        levels=(_effects(model, found, p),),
        residual=scaling.estimates(found.psi[rest], found.covariance[np.ix_(rest, rest)]),
        log_likelihood=standard.log_likelihood(value, restricted=False),
        n_covariance_parameters=len(found.psi) - p,
        optimum=_dossier(model.problem, found, p, place),
        random_scale=_random_scale(found, place),
    )


def _inference(data: GroupedData, standard: Standardised, found: LocationScaleOptimum, p: int) -> Inference:
    """Give the inference of the fixed effects: normal, from the observed information of all parameters."""
    Phi = found.covariance[:p, :p] * standard.scale**2
    return Inference(
        basis=standard.basis,
        beta=standard.beta(found.psi[:p]),
        Phi=Phi,
        V=Phi,
        df_method="asymptotic",
        P=np.empty((0, p, p)),
        w=np.empty((0, 0)),
        df_columns=residual_df(data.X[:, standard.basis.kept]),
    )


def _random_scale(found: LocationScaleOptimum, place: int) -> RandomScale:
    """Give the random scale; the sign of tau is free."""
    tau, moments = float(found.psi[place]), found.averaged.moments()
    return RandomScale(
        deviation=abs(tau),
        std_error=float(np.sqrt(found.covariance[place, place])),
        effects=tau * moments.centre,
        effects_std_error=abs(tau) * moments.spread,
    )


def _dossier(problem: BlockProblem, found: LocationScaleOptimum, p: int, place: int) -> OptimumReport:
    """Put together the dossier of the optimum."""
    theta = found.psi[p:]
    vanishes = problem.correlation_vanishes(theta) or abs(found.psi[place]) < BOUNDARY
    return OptimumReport(
        iterations=found.iterations,
        max_gradient=found.gradient,
        condition=found.condition,
        positive_definite=True,
        boundary=vanishes or smallest_deviation(problem.factors(theta)) < BOUNDARY,
        parametrisation="fixed effects, relative Cholesky factor, log residual deviations; adaptive quadrature",
    )


def _effects(model: LocationScale, found: LocationScaleOptimum, p: int) -> LevelEffects:
    """Predict the random effects: mean and standard deviation given the rows, averaged over w."""
    theta, rows, level = found.psi[p:], model.rows, model.problem.model.levels[0]
    factor = float(np.exp(theta[-1] / 2)) * model.problem.factors(theta)[0]
    C, basis, scale = factor @ factor.T, model.problem.bases[0], model.problem.scale
    residual = rows.Z[..., -1] - rows.Z[..., :-1] @ found.psi[:p]
    mean: Array = np.zeros((len(rows.Z), len(C)))
    square: Array = np.zeros((*mean.shape, len(C)))
    for w, share in zip(found.averaged.w, found.averaged.posterior, strict=True):
        Omega, _ = pattern_inverses(model.model_at(w).derivatives(theta).Sigma, rows)
        CU = level.U @ C
        c = np.einsum("sja,sjk,sk->sa", CU, Omega, residual, optimize=True)
        variance = C - np.einsum("sja,sjk,skb->sab", CU, Omega, CU, optimize=True)
        mean += share[:, None] * c
        square += share[:, None, None] * (variance + c[:, :, None] * c[:, None])
    error = deviations(square - mean[:, :, None] * mean[:, None], basis) * scale
    return LevelEffects(basis, factor * scale, mean * scale, error, np.full_like(mean, np.nan))
