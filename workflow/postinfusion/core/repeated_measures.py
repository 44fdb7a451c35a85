"""The mixed model for repeated measures: correlated rows within subjects, subjects independent of each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.covariance import Derivatives, covariance_model
from postinfusion.core.covariance_search import CovarianceSearch, find_optimum
from postinfusion.core.fit import Optimum, OptimumReport
from postinfusion.core.inference import DF_METHODS, DfMethod, Inference, adjusts, check_options, mixed_inference
from postinfusion.core.likelihood import Method, Profile
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.mmrm_parametrisation import full_kenward_roger_term
from postinfusion.core.patterns import Integers
from postinfusion.core.repeated_measures_checks import check_data, check_information
from postinfusion.core.sandwich import ROBUST, Robust, sandwich
from postinfusion.core.spatial_covariance import SPATIAL, SpatialCovariance, spatial_covariance
from postinfusion.core.standardise import Standardised, standardise
from postinfusion.core.subject_blocks import SubjectBlocks, time_blocks, visit_blocks
from postinfusion.core.whitening import whiten
from postinfusion.errors import ModelError, nearest


@dataclass(frozen=True)
class RepeatedMeasures:
    """The data of a model: y = X beta + e, rows of one subject correlated by visit or by time.

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
    group
        Shape (subjects,): codes of groups with a covariance each; None for one covariance.
    group_names
        For messages.
    time
        Shape (n,): actual times, for covariances that need them.
    weights
        Shape (n,): positive; the rows' covariance is W^(-1/2) Sigma W^(-1/2).
    """

    X: Array
    y: Array
    subject: Integers
    visit: Integers
    visit_names: tuple[str, ...]
    group: Integers | None = None
    group_names: tuple[str, ...] = ()
    time: Array | None = None
    weights: Array | None = None

    @property
    def root_weights(self) -> Array:
        """Give the square roots of the weights, shape (n,)."""
        return np.ones(len(self.y)) if self.weights is None else np.sqrt(self.weights)


@dataclass(frozen=True)
class Asked:
    """What is asked of a fit beside its covariance structure, as in :func:`fit_repeated_measures`."""

    method: Method = "reml"
    df_method: DfMethod = "kenward-roger-linear"
    information: str = "observed"
    vcov: str = "model"

    def __post_init__(self) -> None:
        """Refuse what is not there or does not go together."""
        check_options(self.method, self.df_method, self.information, df_methods=("kenward-roger", *DF_METHODS))
        _check_vcov(self.vcov, self.df_method)


@dataclass(frozen=True)
class Prepared:
    """Data on the scale of the fit, with their blocks and the likelihood to be maximised.

    Attributes
    ----------
    standard
        The data on the scale of the fit, rows multiplied by the roots of their weights.
    search
        Blocks, structure and method.
    """

    standard: Standardised
    search: CovarianceSearch

    @property
    def blocks(self) -> SubjectBlocks:
        """Give where each row stands."""
        return self.search.blocks


@dataclass(frozen=True)
class RepeatedMeasuresFit:
    """A fitted model for repeated measures; it exists only when the optimum was reached.

    Attributes
    ----------
    inference
        Of the fixed effects.
    Sigma
        Shape (G, T, T): covariance between visits of each group, in squared units of the response; on actual times at
        the visits' mean times.
    variance_df
        Shape (G, T): Satterthwaite's degrees of freedom of the variances, 2 Sigma_tt^2 / var(Sigma_tt).
    ranges
        Shape (G,): ranges of a covariance on actual times, in units of time; empty without.
    log_likelihood
        Restricted under ``reml``.
    theta
        Shape (H,): covariance parameters on the scale of the fit.
    optimum
        Dossier of the optimum.
    """

    inference: Inference
    Sigma: Array
    variance_df: Array
    ranges: Array
    log_likelihood: float
    theta: Array
    optimum: OptimumReport

    @property
    def n_covariance_parameters(self) -> int:
        """Count the covariance parameters of all groups."""
        return len(self.theta)


@dataclass(frozen=True)
class Fitted:
    """A fit together with its data, for what needs the rows: residuals, influence, predictions.

    Attributes
    ----------
    data, covariance, fit
        What was fitted, and the result.
    prepared
        The data on the scale of the fit.
    profile
        The criterion at the optimum.
    """

    data: RepeatedMeasures
    covariance: str
    fit: RepeatedMeasuresFit
    prepared: Prepared
    profile: Profile


def with_data(fit: RepeatedMeasuresFit, data: RepeatedMeasures, covariance: str, method: Method) -> Fitted:
    """Put a fit beside its data again."""
    prepared = prepare(data, covariance, method)
    at = prepared.search.criterion().at(fit.theta)
    if at is None:
        raise ModelError("The data are not those of the fit: the likelihood cannot be evaluated at its optimum")
    return Fitted(data, covariance, fit, prepared, at)


def fit_repeated_measures(
    data: RepeatedMeasures,
    covariance: str = "us",
    *,
    method: Method = "reml",
    df_method: DfMethod = "kenward-roger-linear",
    information: str = "observed",
    vcov: str = "model",
    start: Array | None = None,
) -> RepeatedMeasuresFit:
    """Fit the model, or refuse with the reason.

    Parameters
    ----------
    data
        One row per subject and visit.
    covariance
        Structure of Sigma, see :func:`~postinfusion.core.covariance.covariance_model`, or ``sp_exp sp_gau``.
    method
        ``reml`` or ``ml``.
    df_method
        How degrees of freedom, and with Kenward-Roger the covariance of beta, are found.
    information
        ``observed`` or ``expected``: which information gives the covariance of theta.
    vcov
        ``model``, or cluster-robust by subject: ``empirical-cr0 empirical-cr2 empirical-cr3``.
    start
        Shape (H,): covariance parameters near the optimum on the scale of the fit, where they are known.

    Raises
    ------
    ModelError
        The data cannot bear the model, the optimum was not reached, or Sigma is singular there.
    """
    asked = Asked(method, df_method, information, vcov)
    prepared = prepare_checked(data, covariance, method)
    return fit_at_optimum(data, prepared, *find_optimum(prepared.search, start), asked=asked)


def fit_at_optimum(
    data: RepeatedMeasures, prepared: Prepared, optimum: Optimum, dossier: OptimumReport, *, asked: Asked
) -> RepeatedMeasuresFit:
    """Give the fit whose optimum was found.

    Parameters
    ----------
    data, prepared
        As they came, and on the scale of the fit.
    optimum, dossier
        As :func:`~postinfusion.core.covariance_search.find_optimum` gives them.
    asked
        Likelihood and inference.
    """
    w = covariance_of_theta(optimum, asked.information)
    kind = _robust_kind(asked.vcov)
    inference = _inference(data, prepared, optimum, asked, w)
    Sigma, variance_df, ranges = _by_visit(data, prepared, optimum.theta, w)
    standard = prepared.standard
    weights = float(np.log(data.root_weights).sum())
    return RepeatedMeasuresFit(
        inference=inference if kind is None else _robust(inference, data, prepared, optimum, kind),
        Sigma=Sigma * standard.scale**2,
        variance_df=variance_df,
        ranges=ranges,
        log_likelihood=standard.log_likelihood(-optimum.profile.value, restricted=asked.method == "reml") + weights,
        theta=optimum.theta,
        optimum=dossier,
    )


def prepare_checked(data: RepeatedMeasures, covariance: str, method: Method) -> Prepared:
    """Prepare the data as :func:`prepare` does, and refuse those that do not identify the covariance."""
    prepared = prepare(data, covariance, method)
    check_information(prepared.blocks, covariance, data.visit_names, data.group_names)
    return prepared


def prepare(data: RepeatedMeasures, covariance: str, method: Method) -> Prepared:
    """Put the data on the scale of a fit and into blocks.

    Raises
    ------
    ModelError
        The data cannot bear a fit, or the structure is not there.
    """
    check_data(data.subject, data.weights)
    root = data.root_weights
    standard = (
        standardise(data.X * root[:, None], data.y * root) if data.weights is not None else standardise(data.X, data.y)
    )
    kernel = next((name for name in SPATIAL if name == covariance), None)
    if kernel is None:
        T = len(data.visit_names)
        structure = covariance_model(covariance, T)
        blocks = visit_blocks(standard.Z, data.subject, data.visit, T, group=data.group)
        return Prepared(standard, CovarianceSearch(blocks, structure, method))
    if data.time is None:
        raise ModelError(f"{covariance} needs actual times: name their column with time=")
    blocks = time_blocks(standard.Z, data.subject, data.time, group=data.group)
    if blocks.times is None or not np.ptp(blocks.times, axis=1).any():
        raise ModelError("No subject has two rows; without repeated measures fit an analysis of covariance")
    return Prepared(standard, CovarianceSearch(blocks, spatial_covariance(kernel, blocks.times), method))


def covariance_of_theta(optimum: Optimum, information: str) -> Array:
    """Give the inverse of the observed or expected information, shape (H, H)."""
    return symmetric_inverse(optimum.slopes.hessian if information == "observed" else optimum.slopes.information)


def _inference(data: RepeatedMeasures, prepared: Prepared, optimum: Optimum, asked: Asked, w: Array) -> Inference:
    """Give the inference of the fixed effects with the model's covariance."""
    full = asked.df_method == "kenward-roger"
    return mixed_inference(
        data.X,
        data.subject,
        standard=prepared.standard,
        cross=prepared.blocks.products,
        optimum=optimum,
        df_method=asked.df_method,
        w=w,
        second_derivatives=full_kenward_roger_term(prepared.search, optimum.theta, asked.information) if full else None,
    )


def _check_vcov(vcov: str, df_method: str) -> None:
    """Refuse a covariance of the fixed effects that is not there, or that Kenward-Roger cannot adjust."""
    allowed = ("model", *ROBUST)
    if vcov not in allowed:
        raise ModelError(
            f'vcov "{vcov}" is not available; available are {", ".join(allowed)}. {nearest(vcov, allowed)}'
        )
    if vcov != "model" and adjusts(df_method):
        raise ModelError(
            'Kenward-Roger adjusts the model\'s covariance only; with a robust one choose df="satterthwaite"'
        )


def _robust_kind(vcov: str) -> Robust | None:
    """Give the cluster-robust covariance that is asked for; None for the model's."""
    return next((kind for kind in ROBUST if kind == vcov), None)


def _robust(
    inference: Inference, data: RepeatedMeasures, prepared: Prepared, optimum: Optimum, kind: Robust
) -> Inference:
    """Give the inference with the cluster-robust covariance in place of the model's."""
    at, standard = optimum.profile, prepared.standard
    whitened = whiten(standard.Z, data.subject, prepared.blocks, at.derivatives.Sigma)
    found = sandwich(whitened, Phi=at.Phi, beta=at.beta, kind=kind)
    return replace(inference, V=found.V * standard.scale**2, robust=found)


def _by_visit(data: RepeatedMeasures, prepared: Prepared, theta: Array, w: Array) -> tuple[Array, Array, Array]:
    """Give Sigma and the df of its variances at the visits of each group, and the ranges."""
    search = prepared.search
    structure, size = search.structure, len(theta) // search.blocks.n_groups
    at_visits = structure
    if isinstance(structure, SpatialCovariance):
        times = _mean_times(data) / structure.longest
        at_visits = replace(structure, distance=np.abs(times[:, None] - times[None])[None])
    Sigma, df, ranges = [], [], []
    for g, own in enumerate(search.by_group(theta)):
        derivatives = at_visits.derivatives(own)
        part = slice(g * size, (g + 1) * size)
        Sigma.append(derivatives.Sigma[0])
        df.append(variances_df(derivatives, w[part, part]))
        ranges += [structure.range(own)] if isinstance(structure, SpatialCovariance) else []
    return np.stack(Sigma), np.stack(df), np.array(ranges)


def variances_df(derivatives: Derivatives, w: Array) -> Array:
    """Give 2 Sigma_tt^2 / var(Sigma_tt) for each visit of a covariance; w (H, H) is the covariance of its theta."""
    D = np.diagonal(derivatives.D[0], axis1=1, axis2=2)
    return np.asarray(2 * np.diag(derivatives.Sigma[0]) ** 2 / np.einsum("ht,hk,kt->t", D, w, D))


def _mean_times(data: RepeatedMeasures) -> Array:
    """Give the mean time of each visit, shape (T,)."""
    time = np.zeros(len(data.y)) if data.time is None else data.time
    return np.asarray(np.bincount(data.visit, weights=time) / np.bincount(data.visit))
