"""Fit a generalised linear mixed model, or refuse with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.fit import FLAT, OptimumReport
from postinfusion.core.glmm_checks import (
    LARGEST_DEVIATION,
    Dispersion,
    check_outcome,
    escape_of,
    refuse_runaway,
    refuse_unbounded,
)
from postinfusion.core.glmm_likelihood import MarginalLikelihood
from postinfusion.core.glmm_model import FamilyName, GlmmData, GlmmModel, Zeros, build_model
from postinfusion.core.glmm_optimum import Maximum, maximise
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.errors import ModelError

# Random effects whose smallest standard deviation (of a column with unit mean square) is below lme4's tolerance.
BOUNDARY = 1e-4
STARTS = (0.7, 0.2, 2.0)
# Two searches that end this near to each other in the log-likelihood found the same optimum.
ROUNDING = 1e-6
# Starting values need no more; a likelihood that rises without end has lost its information by then.
CLOSE = 1e-9


@dataclass(frozen=True)
class GlmmOptimum:
    """A fitted generalised linear mixed model; it exists only when the optimum was reached.

    Attributes
    ----------
    model
        What was fitted; at the Poisson limit the model of Poisson counts.
    likelihood
        Of the model.
    psi
        Shape (P,): beta, gamma, free elements of Lambda, for columns of unit mean square.
    covariance
        Shape (P, P): inverse of the observed information; zero along directions that a boundary makes flat.
    G
        Shape (r, r): covariance of the random effects.
    b
        Shape (subjects, r): their modes.
    b_std_error
        Shape (subjects, r): conditional standard deviations given the estimates, as lme4's.
    log_likelihood
        Maximum of the approximation in use.
    n_parameters
        Counted as asked for: a dispersion at its limit counts.
    optimum
        Dossier of the optimum.
    boundary
        Sentences on what lies on the boundary of the parameter space.
    """

    model: GlmmModel
    likelihood: MarginalLikelihood
    psi: Array
    covariance: Array
    G: Array
    b: Array
    b_std_error: Array
    log_likelihood: float
    n_parameters: int
    optimum: OptimumReport
    boundary: tuple[str, ...]


def fit_generalised_mixed_model(
    data: GlmmData,
    family: FamilyName,
    *,
    zeros: Zeros = "none",
    correlated: bool = True,
    points: int = 1,
) -> GlmmOptimum:
    """Fit the model by maximum likelihood.

    Parameters
    ----------
    data
        One row per observation.
    family
        ``poisson nbinom1 nbinom2 binomial ordinal``.
    zeros
        ``none``, or for counts ``inflation`` or ``hurdle``.
    correlated
        Whether the random effects may correlate.
    points
        Nodes of the adaptive quadrature per random effect; one is the Laplace approximation.

    Raises
    ------
    ModelError
        The data cannot bear the model, or the optimum was not reached.
    """
    check_outcome(data, family, zeros)
    model = build_model(data, family, zeros, correlated=correlated)
    likelihood = MarginalLikelihood(model.rows, gauss_hermite(points, data.U.shape[1]), correlated)
    dispersion = Dispersion(family, data.y)
    found = _maximum(data, model, likelihood, dispersion)
    if found is None:
        limit = fit_generalised_mixed_model(data, "poisson", zeros=zeros, correlated=correlated, points=points)
        found = _inside_the_limit(model, likelihood, limit, dispersion)
        if found is None:
            return _at_the_poisson_limit(limit)
    refuse_runaway(data, model, found.information)
    return _fitted(model, likelihood, found)


def _maximum(
    data: GlmmData, model: GlmmModel, likelihood: MarginalLikelihood, dispersion: Dispersion
) -> Maximum | None:
    """Find the maximum; None when it lies at the limit of Poisson counts."""
    escaped = escape_of(model, dispersion)
    start = _without_random_effects(data, model, escaped)
    r = model.rows.U.shape[1]
    if r == 0:
        return _accepted(data, model, [maximise(likelihood, start, escaped=escaped)])
    identity = np.equal(*likelihood.positions).astype(float)
    found: list[Maximum] = []
    for scale in STARTS:
        found.append(maximise(likelihood, np.concatenate([start, scale * identity]), escaped=escaped))
        if found[-1].escaped or (found[-1].converged and not _vanished(likelihood, found[-1])):
            break
    return _accepted(data, model, found)


def _without_random_effects(data: GlmmData, model: GlmmModel, escaped: Callable[[Array], bool]) -> Array:
    """Give beta and gamma of the model without random effects, as far as they can be found."""
    plain = MarginalLikelihood(model.without_random_effects(), gauss_hermite(1, 0), correlated=True)
    at = maximise(plain, model.start, escaped=escaped, enough=CLOSE)
    # With a model of the zeros the counts may need the random effects to have an optimum at all.
    if model.zeros == "none" and not at.escaped:
        refuse_runaway(data, model, at.information)
    safe = at.converged and np.abs(at.point.psi).max() < LARGEST_DEVIATION
    return at.point.psi if safe else model.start


def _vanished(likelihood: MarginalLikelihood, found: Maximum) -> bool:
    """Say whether a variance is zero or a correlation is one."""
    Lambda = likelihood.split(found.point.psi)[2]
    return len(Lambda) > 0 and bool(np.linalg.svd(Lambda, compute_uv=False)[-1] < BOUNDARY)


def _accepted(data: GlmmData, model: GlmmModel, found: list[Maximum]) -> Maximum | None:
    """Give the best optimum that was reached; None when the search escaped to the limit of Poisson counts.

    Raises
    ------
    ModelError
        None was reached, or another search got higher and did not end there.
    """
    best = max(found, key=lambda one: one.point.value - ROUNDING * (not one.converged))
    if best.converged:
        return best
    refuse_unbounded(best.point.psi[len(model.start) :])
    if best.escaped:
        return None
    refuse_runaway(data, model, best.information)
    raise ModelError(
        f"No optimum of the likelihood was reached after {best.iterations} steps (largest gradient "
        f"{np.abs(best.gradient).max():.1e}); use fewer random effects, or quadrature= with more points"
    )


def _fitted(model: GlmmModel, likelihood: MarginalLikelihood, found: Maximum) -> GlmmOptimum:
    """Put together the fit, on the scale of the data."""
    Lambda = likelihood.split(found.point.psi)[2]
    vanished = _vanished(likelihood, found)
    dossier = found.report(boundary=vanished)
    if not dossier.positive_definite:
        raise ModelError("The likelihood is flat at its optimum: the data cannot tell the parameters apart; simplify")
    factor = model.turn @ Lambda
    variances = ((factor @ found.point.modes.K) ** 2).sum(axis=-1)
    return GlmmOptimum(
        model=model,
        likelihood=likelihood,
        psi=found.point.psi,
        covariance=symmetric_inverse(found.information, relative_tolerance=FLAT if vanished else 0.0),
        G=factor @ factor.T,
        b=found.point.modes.v @ factor.T,
        b_std_error=np.sqrt(variances),
        log_likelihood=found.point.value,
        n_parameters=len(found.point.psi),
        optimum=dossier,
        boundary=("a variance of the random effects is zero or a correlation is one",) if vanished else (),
    )


def _inside_the_limit(
    model: GlmmModel, likelihood: MarginalLikelihood, limit: GlmmOptimum, dispersion: Dispersion
) -> Maximum | None:
    """Give the optimum with a dispersion when some dispersion raises the likelihood of Poisson counts; else None."""
    start = np.insert(limit.psi, len(model.start) - 1, dispersion.nearly_vanished)
    point = likelihood.at(start)
    if point is None or point.value <= limit.log_likelihood:
        return None
    found = maximise(likelihood, start)
    return found if found.converged else None


def _at_the_poisson_limit(limit: GlmmOptimum) -> GlmmOptimum:
    """Give the fit of Poisson counts as that of negative binomial ones whose dispersion has vanished."""
    return replace(
        limit,
        n_parameters=limit.n_parameters + 1,
        optimum=replace(limit.optimum, boundary=True),
        boundary=(*limit.boundary, "the counts vary no more than Poisson counts: the dispersion is at its limit"),
    )
