"""The mixed model for repeated measures: a covariance between visits, shared by all subjects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import (
    Derivatives,
    Structured,
    Unstructured,
    UnstructuredCholesky,
    covariance_model,
    starting_values,
)
from postinfusion.core.fit import Optimum, OptimumReport, minimise, report
from postinfusion.core.inference import DF_METHODS, DfMethod, Inference, adjusts, check_options, mixed_inference
from postinfusion.core.kenward_roger import second_derivative_term
from postinfusion.core.likelihood import Criterion, Method, Profile
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.mmrm_parametrisation import mmrm_parameters
from postinfusion.core.patterns import CrossProducts, cross_products
from postinfusion.core.sandwich import ROBUST, Robust, sandwich
from postinfusion.core.standardise import Standardised, standardise
from postinfusion.errors import ModelError, nearest

# Below this smallest eigenvalue the correlation matrix is singular: the criterion has no interior maximum.
SINGULAR = 1e-7
# A search that ended with a smaller one than this was on its way there.
NEARLY_SINGULAR = 1e-4


@dataclass(frozen=True)
class RepeatedMeasuresFit:
    """A fitted model for repeated measures; it exists only when the optimum was reached.

    Attributes
    ----------
    inference
        Of the fixed effects.
    Sigma
        Shape (T, T): covariance between visits, in squared units of the response.
    variance_df
        Shape (T,): Satterthwaite's degrees of freedom of the variances, 2 Sigma_tt^2 / var(Sigma_tt).
    log_likelihood
        Restricted under ``reml``.
    n_covariance_parameters
        Length of theta.
    optimum
        Dossier of the optimum.
    """

    inference: Inference
    Sigma: Array
    variance_df: Array
    log_likelihood: float
    n_covariance_parameters: int
    optimum: OptimumReport


@dataclass(frozen=True)
class RepeatedMeasures:
    """The data of a model: y = X beta + e, rows of one subject correlated by visit.

    Attributes
    ----------
    X
        Shape (n, c).
    y
        Shape (n,).
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    visit
        Shape (n,): codes below T.
    visit_names
        Length T, for messages.
    """

    X: Array
    y: Array
    subject: NDArray[np.intp]
    visit: NDArray[np.intp]
    visit_names: tuple[str, ...]


def fit_repeated_measures(
    data: RepeatedMeasures,
    covariance: str = "us",
    *,
    method: Method = "reml",
    df_method: DfMethod = "kenward-roger-linear",
    information: str = "observed",
    vcov: str = "model",
) -> RepeatedMeasuresFit:
    """Fit the model, or refuse with the reason.

    Parameters
    ----------
    data
        One row per subject and visit.
    covariance
        Structure of Sigma, see :func:`~postinfusion.core.covariance.covariance_model`.
    method
        ``reml`` or ``ml``.
    df_method
        How degrees of freedom, and with Kenward-Roger the covariance of beta, are found.
    information
        ``observed`` or ``expected``: which information gives the covariance of theta.
    vcov
        ``model``, or cluster-robust by subject: ``empirical-cr0 empirical-cr2 empirical-cr3``.

    Raises
    ------
    ModelError
        The data cannot bear the model, the optimum was not reached, or Sigma is singular there.
    """
    check_options(method, df_method, information, df_methods=("kenward-roger", *DF_METHODS))
    kind = _robust_kind(vcov, df_method)
    standard = standardise(data.X, data.y)
    model = covariance_model(covariance, len(data.visit_names))
    cross = cross_products(standard.Z, data.subject, data.visit, len(data.visit_names))
    _check_information(cross, covariance, data.visit_names)
    optimum, dossier = _optimum(cross, model, method)
    at, slope, Sigma = optimum.profile, optimum.slopes, optimum.profile.derivatives.Sigma[0]
    w = symmetric_inverse(slope.hessian if information == "observed" else slope.information)
    full = df_method == "kenward-roger"
    inference = mixed_inference(
        data.X,
        data.subject,
        standard=standard,
        cross=cross,
        optimum=optimum,
        df_method=df_method,
        w=w,
        second_derivatives=_second_derivatives(cross, model, optimum, information) if full else None,
    )
    return RepeatedMeasuresFit(
        inference=inference if kind is None else _robust(inference, data, standard, at, kind),
        Sigma=Sigma * standard.scale**2,
        variance_df=_variance_df(at.derivatives, w),
        log_likelihood=standard.log_likelihood(-at.value, restricted=method == "reml"),
        n_covariance_parameters=len(optimum.theta),
        optimum=dossier,
    )


def _second_derivatives(
    cross: CrossProducts, model: Unstructured | Structured, optimum: Optimum, information: str
) -> Array:
    """Give what mmrm's full Kenward-Roger adds to the linear one, both under REML."""
    theirs, theta = mmrm_parameters(model, optimum.theta)
    criterion = Criterion(cross, theirs, "reml")
    at = criterion.at(theta)
    if at is None:
        raise ModelError('The covariance cannot be written in mmrm\'s parameters; choose df="kenward-roger-linear"')
    slope = criterion.slopes(at)
    w = symmetric_inverse(slope.hessian if information == "observed" else slope.information)
    return second_derivative_term(cross, at, w)


def _robust_kind(vcov: str, df_method: str) -> Robust | None:
    """Give the cluster-robust covariance that is asked for; None for the model's."""
    allowed = ("model", *ROBUST)
    if vcov not in allowed:
        raise ModelError(
            f'vcov "{vcov}" is not available; available are {", ".join(allowed)}. {nearest(vcov, allowed)}'
        )
    if vcov != "model" and adjusts(df_method):
        raise ModelError(
            'Kenward-Roger adjusts the model\'s covariance only; with a robust one choose df="satterthwaite"'
        )
    return next((kind for kind in ROBUST if kind == vcov), None)


def _robust(
    inference: Inference, data: RepeatedMeasures, standard: Standardised, at: Profile, kind: Robust
) -> Inference:
    """Give the inference with the cluster-robust covariance in place of the model's."""
    Sigma = at.derivatives.Sigma[0]
    found = sandwich(standard.Z, data.subject, data.visit, Sigma=Sigma, Phi=at.Phi, beta=at.beta, kind=kind)
    return replace(inference, V=found.V * standard.scale**2, robust=found)


def _check_information(cross: CrossProducts, covariance: str, visits: tuple[str, ...]) -> None:
    """Refuse data in which the covariance parameters are not identified."""
    together = np.einsum("p,pj,pk->jk", cross.n, cross.observed, cross.observed)
    n_subjects, T = int(cross.n.sum()), len(visits)
    if n_subjects < 2:
        raise ModelError("One subject cannot tell the covariance between visits; at least two are needed")
    if T > 1 and not np.triu(together, 1).any():
        raise ModelError("No subject has two visits; without repeated measures fit an analysis of covariance")
    if covariance != "us":
        return
    never = [f"{visits[j]} and {visits[k]}" for j in range(T) for k in range(j) if together[j, k] < 2]
    if never:
        raise ModelError(
            f"An unstructured covariance needs each pair of visits in at least two subjects; missing: "
            f"{'; '.join(never)}. Choose a structured covariance"
        )
    if n_subjects <= T:
        raise ModelError(
            f"{n_subjects} subjects cannot carry an unstructured covariance of {T} visits; choose a structured one"
        )


def _optimum(cross: CrossProducts, model: Unstructured | Structured, method: Method) -> tuple[Optimum, OptimumReport]:
    """Find the optimum in one parametrisation after the other; refuse when none reaches it."""
    smallest = 1.0
    for parametrisation, attempt in _attempts(cross, model, method):
        optimum = attempt()
        dossier = report(optimum, boundary=False, parametrisation=parametrisation)
        if optimum.converged and dossier.positive_definite and not _is_singular(optimum.profile):
            return optimum, dossier
        smallest = min(smallest, _smallest_eigenvalue(optimum.profile))
    if smallest < NEARLY_SINGULAR:
        raise ModelError(
            "The covariance between visits is singular or nearly so (smallest eigenvalue of the correlations "
            f"{smallest:.0e}): no interior maximum of the likelihood was found; choose a simpler structure"
        )
    gradient = float(np.abs(optimum.slopes.gradient).max())
    raise ModelError(
        f"No optimum of the likelihood was reached after {optimum.iterations} steps (largest gradient {gradient:.1e}); "
        "choose a simpler structure"
    )


def _smallest_eigenvalue(at: Profile) -> float:
    """Give the smallest eigenvalue of the correlation matrix between visits."""
    Sigma = at.derivatives.Sigma[0]
    deviation = np.sqrt(np.diag(Sigma))
    return float(np.linalg.eigvalsh(Sigma / np.outer(deviation, deviation))[0])


def _is_singular(at: Profile) -> bool:
    """Say whether the correlation matrix between visits is singular."""
    return _smallest_eigenvalue(at) < SINGULAR


def _attempts(
    cross: CrossProducts, model: Unstructured | Structured, method: Method
) -> list[tuple[str, Callable[[], Optimum]]]:
    """List the ways to find the optimum, the usual one first."""
    S = _residual_covariance(cross)
    criterion, theta = Criterion(cross, model, method), starting_values(model, S)
    if isinstance(model, Unstructured):
        return [
            ("elements of Sigma", lambda: minimise(criterion, theta, hopeless=_is_singular)),
            ("Cholesky factor of Sigma", lambda: _by_cholesky(criterion, model, S)),
        ]
    independent = np.where(np.arange(len(theta)) < model.n_deviations, theta, 0.0)
    name = "log standard deviations and correlations"
    return [
        (name, lambda: minimise(criterion, theta, hopeless=_is_singular)),
        (f"{name}, from independence", lambda: minimise(criterion, independent, hopeless=_is_singular)),
    ]


def _by_cholesky(criterion: Criterion, model: Unstructured, S: Array) -> Optimum:
    """Find the optimum through the Cholesky factor and give it in the elements of Sigma."""
    cholesky = UnstructuredCholesky(model.T)
    found = minimise(replace(criterion, model=cholesky), cholesky.theta(S), hopeless=_is_singular)
    theta = model.theta(found.profile.derivatives.Sigma[0])
    at = criterion.at(theta)
    if at is None:
        return replace(found, converged=False)
    return Optimum(theta, at, criterion.slopes(at), found.iterations, found.converged)


def _residual_covariance(cross: CrossProducts) -> Array:
    """Estimate Sigma from the least-squares residuals of each pair of visits, shrunk until it is well conditioned."""
    g = np.zeros((cross.q, cross.q))
    g[-1, -1] = 1.0
    together = np.einsum("p,pj,pk->jk", cross.n, cross.observed, cross.observed)
    S = cross.contracted(g).sum(axis=0) / np.maximum(together, 1.0)
    variances = np.maximum(np.diag(S), 1e-3)
    S[np.diag_indices_from(S)] = variances
    deviation = np.sqrt(variances)
    R = S / np.outer(deviation, deviation)
    while np.linalg.eigvalsh(R)[0] < 0.02:
        R = 0.9 * R + 0.1 * np.eye(len(R))
    return np.asarray(R * np.outer(deviation, deviation))


def _variance_df(derivatives: Derivatives, w: Array) -> Array:
    """Give 2 Sigma_tt^2 / var(Sigma_tt) for each visit."""
    D = np.diagonal(derivatives.D[0], axis1=1, axis2=2)
    return np.asarray(2 * np.diag(derivatives.Sigma[0]) ** 2 / np.einsum("ht,hk,kt->t", D, w, D))
