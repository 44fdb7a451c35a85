"""A linear mixed model with a random intercept for values of which some are censored, by maximum likelihood.

Subject i has y_ij = x_ij' beta + b_i + e_ij with b_i ~ N(0, tau^2) and e_ij ~ N(0, sigma^2); of a censored value only
the limit is known. Its likelihood is the integral over b_i of the product of phi(z_ij) / sigma for observed values,
z_ij = (y_ij - x_ij' beta - b) / sigma, and of Phi(-z_ij) or Phi(z_ij) for those that are at least or at most y_ij, by
adaptive Gauss-Hermite quadrature. Without censored values the quadrature is exact, and the fit is that of the linear
mixed model.

References
----------
Hughes (1999), Biometrics 55, 625-629; Lyles, Lyles & Taylor (2000), Appl. Statist. 49, 485-497 (mixed models with
censored values); Pinheiro & Bates (1995), J. Comput. Graph. Stat. 4, 12-35 (the quadrature).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.censored_normal import CensoredNormal
from postinfusion.core.fit import FLAT, OptimumReport
from postinfusion.core.glmm_likelihood import MarginalLikelihood
from postinfusion.core.glmm_model import Columns
from postinfusion.core.glmm_modes import SubjectRows
from postinfusion.core.glmm_optimum import Maximum, maximise, scaled_eigenvalues
from postinfusion.core.inference import Inference
from postinfusion.core.linalg import Array, orthonormal_basis, symmetric_inverse
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.errors import ModelError

POINTS = 25
# On the scale of residuals of least squares: where tau starts, and where tau counts as zero.
STARTS = (0.7, 0.2, 1.5)
BOUNDARY = 1e-4
# Of the same scale: a coefficient beyond it belongs to columns whose values are all censored.
LARGEST = 30.0
# Residuals of this share of the spread that least squares leaves are rounding: the model repeats the values.
SMALLEST_LOG_SIGMA = -12.0
# A direction that has lost all but this share of its information has no finite estimate.
NO_INFORMATION = 1e-7


@dataclass(frozen=True)
class CensoredData:
    """Values with their design.

    Attributes
    ----------
    X
        Shape (n, c): design of the fixed effects.
    y
        Shape (n,): values, or the limits beyond which they lie.
    side
        Shape (n,): 0 observed, 1 at least y, -1 at most y.
    subject
        Shape (n,): codes 0, 1, ...; each occurs.
    """

    X: Array
    y: Array
    side: Array
    subject: NDArray[np.intp]

    @property
    def repeats(self) -> bool:
        """Say whether any subject has two values: only then is there a random intercept."""
        return bool(np.bincount(self.subject).max(initial=0) > 1)


@dataclass(frozen=True)
class CensoredOptimum:
    """A fitted model; it exists only when the optimum was reached.

    Attributes
    ----------
    columns
        From the columns of X to those of the fit.
    beta
        Shape (p,): in the orthonormal basis of the columns.
    covariance
        Shape (p, p): of beta, from the observed information of all parameters.
    sigma, tau
        Standard deviations of the residuals and of the random intercepts; tau is 0 without repeated values.
    log_sigma_std_error, tau_std_error
        Their standard errors: of log sigma, and of tau (NaN where it is 0).
    log_likelihood
        At the maximum.
    n_parameters
        How many there are.
    n_subjects
        How many there are.
    between
        Columns of the design that differ only between subjects, the intercept among them.
    optimum
        Dossier of the optimum.
    """

    columns: Columns
    beta: Array
    covariance: Array
    sigma: float
    tau: float
    log_sigma_std_error: float
    tau_std_error: float
    log_likelihood: float
    n_parameters: int
    n_subjects: int
    between: int
    optimum: OptimumReport

    @property
    def degrees_of_freedom(self) -> float:
        """Give subjects less columns that differ only between subjects."""
        return float(self.n_subjects - self.between)

    def inference(self) -> Inference:
        """Give the inference of the coefficients: t with the degrees of freedom above, for every contrast.

        The covariance of maximum likelihood is multiplied by n / df, n subjects. With one value of each subject and
        none censored this is the unbiased estimate of least squares, and the intervals are those of Student.
        """
        df = self.degrees_of_freedom
        V = self.covariance * (self.n_subjects / df)
        nothing = np.zeros((0, len(self.beta), len(self.beta)))
        each = np.full(len(self.beta), df)
        return Inference(
            self.columns.basis, self.beta, V, V, "residual", P=nothing, w=np.zeros((0, 0)), df_columns=each
        )


def fit_censored_mixed_model(data: CensoredData, *, points: int = POINTS) -> CensoredOptimum:
    """Fit the model by maximum likelihood.

    Parameters
    ----------
    data
        One row per value.
    points
        Nodes of the adaptive quadrature.

    Raises
    ------
    ModelError
        There are too few subjects or values, all are censored, or the optimum was not reached.
    """
    _check(data)
    order = np.argsort(data.subject, kind="stable")
    columns = Columns(orthonormal_basis(data.X), float(np.sqrt(len(data.y))))
    X, y = columns.inner(data.X[order]), data.y[order]
    beta = X.T @ y / len(y)
    scale = float(np.sqrt(np.mean((y - X @ beta) ** 2)))
    between = _between(data, columns)
    if not scale > 1e-10 * max(float(np.abs(y).max()), 1e-300):
        raise ModelError("The values do not vary beyond what the model's columns explain; leave columns out")
    if len(np.unique(data.subject)) <= between:
        raise ModelError(
            f"{len(np.unique(data.subject))} participants for {between} columns that differ between them: leave "
            "covariates or strata out"
        )
    U = np.ones((len(y), int(data.repeats)))
    family = CensoredNormal(y / scale, data.side[order])
    ones, zeros = np.ones((len(y), 1)), np.zeros(len(y))
    rows = SubjectRows(family, X, zeros, (ones,), (zeros,), U, data.subject[order])
    found = _maximum(rows, np.append(beta / scale, 0.0), points)
    return _fitted(data, columns, found, scale, between)


def _check(data: CensoredData) -> None:
    """Refuse values of which nothing can be said."""
    if not len(data.y):
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    if not (np.isfinite(data.y).all() and np.isfinite(data.X).all()):
        raise ModelError("The values or the covariates are not finite; remove these rows")
    if (data.side != 0).all():
        raise ModelError("Every value is censored: nothing tells how far beyond the limit they lie")


def _between(data: CensoredData, columns: Columns) -> int:
    """Count the columns that are constant within every subject."""
    X = data.X[:, columns.basis.kept]
    first = np.full(int(data.subject.max()) + 1, len(data.y), dtype=np.intp)
    np.minimum.at(first, data.subject, np.arange(len(data.y)))
    return int((X[first[data.subject]] == X).all(axis=0).sum())


def _maximum(rows: SubjectRows, start: Array, points: int) -> Maximum:
    """Find the maximum: without the random intercept first, then from several values of tau.

    Raises
    ------
    ModelError
        None was reached.
    """
    plain = MarginalLikelihood(replace(rows, U=rows.U[:, :0]), gauss_hermite(1, 0), correlated=True)
    first = maximise(plain, start, escaped=_is_out_of_range)
    _refuse_runaway(first, first.information)
    if not rows.U.shape[1]:
        return first
    likelihood = MarginalLikelihood(rows, gauss_hermite(points, 1), correlated=True)
    found: list[Maximum] = []
    for tau in STARTS:
        found.append(maximise(likelihood, np.append(first.point.psi, tau), escaped=_is_out_of_range))
        if found[-1].converged and abs(found[-1].point.psi[-1]) > BOUNDARY:
            break
    best = max(found, key=lambda one: (one.converged and not one.escaped, one.point.value))
    is_inside = abs(best.point.psi[-1]) > BOUNDARY
    _refuse_runaway(best, best.information if is_inside else best.information[:-1, :-1])
    return best


def _refuse_runaway(found: Maximum, information: Array) -> None:
    """Refuse an optimum that was not reached, or along a direction of which the values say nothing.

    Raises
    ------
    ModelError
        With what may be the reason.
    """
    reached = found.converged and not found.escaped
    if not reached or scaled_eigenvalues(information).min() < NO_INFORMATION:
        raise ModelError(
            f"No optimum of the likelihood was reached after {found.iterations} steps (largest gradient "
            f"{np.abs(found.gradient).max():.1e}): all values of an arm at a visit or of a level of a covariate may be "
            "censored, or the values do not vary within participants. Leave the visit or the covariate out"
        )


def _is_out_of_range(psi: Array) -> bool:
    """Say whether the search has left the region in which an optimum can be."""
    return bool(np.abs(psi).max() > LARGEST or psi.min() < SMALLEST_LOG_SIGMA)


def _fitted(data: CensoredData, columns: Columns, found: Maximum, scale: float, between: int) -> CensoredOptimum:
    """Put together the fit, in units of the values."""
    psi, p = found.point.psi, len(columns.basis.kept)
    tau = abs(float(psi[p + 1])) if data.repeats else 0.0
    vanished = data.repeats and tau < BOUNDARY
    V = symmetric_inverse(found.information, relative_tolerance=FLAT if vanished else 0.0)
    unit = columns.scale * scale
    return CensoredOptimum(
        columns=columns,
        beta=psi[:p] * unit,
        covariance=V[:p, :p] * unit**2,
        sigma=float(np.exp(psi[p])) * scale,
        tau=tau * scale,
        log_sigma_std_error=float(np.sqrt(V[p, p])),
        tau_std_error=float(np.sqrt(V[p + 1, p + 1])) * scale if data.repeats and not vanished else np.nan,
        log_likelihood=found.point.value - float((data.side == 0).sum()) * float(np.log(scale)),
        n_parameters=len(psi),
        n_subjects=len(np.unique(data.subject)),
        between=between,
        optimum=replace(found.report(boundary=vanished), parametrisation="log sigma, tau"),
    )
