"""Linear mixed models: y = X beta + U b + e with b ~ N(0, G) by subject and e ~ N(0, sigma2 I).

A rotation of each subject's rows (:mod:`postinfusion.core.rotation`) leaves r rows with covariance
``R G R' + sigma2 I``, and rows that only sigma2 touches, pooled over all subjects. The criterion and its derivatives
are those of :mod:`postinfusion.core.likelihood`, summed as in :mod:`postinfusion.core.relative_likelihood`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.fit import FLAT, Optimum, OptimumReport, minimise, report
from postinfusion.core.inference import DfMethod, Inference, check_options, mixed_inference
from postinfusion.core.likelihood import Criterion, Method
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.random_covariance import RandomEffects, RandomFactor
from postinfusion.core.relative_likelihood import RelativeCriterion, RelativeProfile
from postinfusion.core.rotation import rotate
from postinfusion.core.standardise import standardise
from postinfusion.errors import ModelError

# Random effects whose smallest standard deviation, as a share of the residual's, is below lme4's tolerance.
BOUNDARY = 1e-4
STARTS = (1.0, 0.2, 4.0)


@dataclass(frozen=True)
class LevelEffects:
    """The random effects of one grouping level.

    Attributes
    ----------
    G
        Shape (r, r): their covariance.
    b
        Shape (groups, r): predictions, E(b | y) at the estimates.
    b_std_error
        Shape (groups, r): standard deviations of b given y at the estimates, as lme4's.
    b_prediction_error
        Shape (groups, r): standard deviations of prediction minus b, which count the estimation of beta.
    """

    G: Array
    b: Array
    b_std_error: Array
    b_prediction_error: Array


@dataclass(frozen=True)
class MixedModelFit:
    """A fitted linear mixed model; it exists only when the optimum was reached.

    Attributes
    ----------
    inference
        Of the fixed effects.
    levels
        Random effects of each grouping level, the outermost first.
    sigma2
        Residual variance.
    log_likelihood
        Restricted under ``reml``.
    n_covariance_parameters
        Length of theta.
    optimum
        Dossier of the optimum.
    """

    inference: Inference
    levels: tuple[LevelEffects, ...]
    sigma2: float
    log_likelihood: float
    n_covariance_parameters: int
    optimum: OptimumReport


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
        Shape (n, r): design of the random effects.
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    """

    X: Array
    y: Array
    U: Array
    subject: NDArray[np.intp]


def fit_mixed_model(
    data: GroupedData,
    *,
    correlated: bool = True,
    method: Method = "reml",
    df_method: DfMethod = "kenward-roger-linear",
    information: str = "observed",
) -> MixedModelFit:
    """Fit the model, or refuse with the reason; an optimum on the boundary is flagged, not refused.

    On the boundary the vanished direction of G drops out of the inference: Sigma does not move along it.

    Parameters
    ----------
    data
        One row per observation.
    correlated
        Whether the random effects may correlate.
    method, df_method, information
        As in :func:`~postinfusion.core.repeated_measures.fit_repeated_measures`.

    Raises
    ------
    ModelError
        The data cannot bear the model, or the optimum was not reached.
    """
    check_options(method, df_method, information)
    standard = standardise(data.X, data.y)
    U, size = unit_columns(data.U)
    rotated = rotate(standard.Z, U, data.subject)
    random = RandomFactor(U.shape[1], correlated)
    plain = Criterion(rotated, RandomEffects(rotated.R, correlated), method)
    optimum, dossier = _optimum(RelativeCriterion(plain.cross, plain.model, method, rotated, random))
    at = optimum.profile
    if not isinstance(at, RelativeProfile):
        raise TypeError("a profile of relative factors is needed")
    matrix = optimum.slopes.hessian if information == "observed" else optimum.slopes.information
    # Kenward-Roger needs Sigma and its derivatives, subject by subject.
    full = plain.at(optimum.theta) if df_method == "kenward-roger-linear" else None
    return MixedModelFit(
        inference=mixed_inference(
            data.X,
            data.subject,
            standard=standard,
            cross=rotated,
            optimum=optimum if full is None else replace(optimum, profile=full),
            df_method=df_method,
            w=symmetric_inverse(matrix, relative_tolerance=FLAT),
        ),
        levels=(_effects(at, standard.scale / size),),
        sigma2=at.sigma2 * standard.scale**2,
        log_likelihood=standard.log_likelihood(-at.value, restricted=method == "reml"),
        n_covariance_parameters=len(optimum.theta),
        optimum=dossier,
    )


def unit_columns(U: Array) -> tuple[Array, Array]:
    """Divide the columns of U (n, r) by the root of their mean square; give these too.

    Raises
    ------
    ModelError
        A column is zero or not finite.
    """
    size = np.sqrt(np.mean(U**2, axis=0))
    if not np.isfinite(size).all() or (size == 0).any():
        raise ModelError("A column of the random effects is zero or not finite; leave it out")
    return U / size, size


def _optimum(criterion: RelativeCriterion) -> tuple[Optimum, OptimumReport]:
    """Find the optimum from one start after the other; refuse when none reaches it."""
    random = criterion.random
    for start in STARTS:
        optimum = minimise(criterion, np.append(start * random.identity, -np.log1p(start**2)))
        smallest = np.linalg.svd(random.factor(optimum.theta[:-1]), compute_uv=False)[-1]
        dossier = report(
            optimum, boundary=bool(smallest < BOUNDARY), parametrisation="relative Cholesky factor and log variance"
        )
        if optimum.converged and dossier.positive_definite:
            return optimum, dossier
    raise ModelError(
        f"No optimum of the likelihood was reached after {optimum.iterations} steps (largest gradient "
        f"{dossier.max_gradient:.1e}); use fewer random effects"
    )


def _effects(at: RelativeProfile, unit: Array) -> LevelEffects:
    """Predict the random effects, ``Gamma u_i`` with ``Gamma = Lambda Lambda'``, in units (r,) of the data.

    The variance of b given y is ``sigma2 (Gamma - Gamma K_i Gamma)``; that of the prediction error has
    ``K_i - f_X Phi f_X' / sigma2`` for K_i.
    """
    Gamma = at.Lambda @ at.Lambda.T
    conditional, unconditional = (
        at.sigma2 * (np.diag(Gamma)[:, None] - np.einsum("ab,bcs,ca->as", Gamma, K, Gamma, optimize=True))
        for K in (at.K, at.K - at.fixed)
    )
    errors = [np.sqrt(np.maximum(variance, 0.0)).T * unit for variance in (conditional, unconditional)]
    return LevelEffects(at.sigma2 * Gamma * np.outer(unit, unit), (Gamma @ at.u).T * unit, *errors)
