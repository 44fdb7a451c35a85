"""How much each subject moves the fixed effects: what they would be without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Integers
from postinfusion.core.repeated_measures import Fitted, RepeatedMeasures, RepeatedMeasuresFit, fit_repeated_measures
from postinfusion.core.sandwich import DETERMINED
from postinfusion.core.whitening import whiten
from postinfusion.errors import ModelError

NOT_ESTIMABLE = "not estimable without this subject"


@dataclass(frozen=True)
class Influence:
    """What leaving out each subject does to linear combinations of the coefficients.

    Attributes
    ----------
    without
        Shape (subjects, m): the estimates without the subject; NaN where there is none.
    cooks_distance
        Shape (subjects,): ``(beta - beta_(i))' Phi^-1 (beta - beta_(i)) / p``.
    errors
        Length subjects: why a subject has no estimates, else empty.
    """

    without: Array
    cooks_distance: Array
    errors: tuple[str, ...]


def one_step_influence(fitted: Fitted, L: Array) -> Influence:
    """Leave out each subject with Sigma held at its estimate.

    ``beta - beta_(i) = Phi X*_i' (I - H_i)^-1 e*_i`` with whitened rows and ``H_i = X*_i Phi X*_i'``: exact for a known
    Sigma, and the first step of a refit.

    Parameters
    ----------
    fitted
        The fitted model.
    L
        Shape (m, c): over all columns of X; rows that are not estimable give NaN.

    References
    ----------
    Christensen, Pearson & Johnson (1992), Technometrics 34, 38-45; Demidenko & Stukel (2005), Stat. Med. 24, 893-909.
    """
    standard, at = fitted.prepared.standard, fitted.profile
    whitened = whiten(standard.Z, fitted.data.subject, fitted.prepared.blocks, at.derivatives.Sigma)
    X_star, residual = whitened.Z[:, :-1], whitened.Z[:, -1] - whitened.Z[:, :-1] @ at.beta
    moved = np.full((len(whitened.start), len(at.beta)), np.nan)
    for subjects, index in whitened.of_equal_size():
        rows = X_star[index]
        rest = np.eye(index.shape[1]) - rows @ at.Phi @ rows.swapaxes(1, 2)
        known = np.linalg.eigvalsh(rest)[:, 0] > DETERMINED
        solved = np.linalg.solve(rest[known], residual[index][known][:, :, None])
        moved[subjects[known]] = (at.Phi @ (rows[known].swapaxes(1, 2) @ solved))[:, :, 0]
    cooks = np.einsum("si,ij,sj->s", moved, np.linalg.inv(at.Phi), moved) / len(at.beta)
    K = fitted.fit.inference.in_basis(L)
    K[~standard.basis.is_estimable(L)] = np.nan
    without = K @ (fitted.fit.inference.beta[:, None] - standard.scale * moved.T)
    return Influence(without.T, cooks, tuple(NOT_ESTIMABLE if np.isnan(value) else "" for value in cooks))


def refit_influence(fitted: Fitted, L: Array) -> Influence:
    """Leave out each subject and fit the model again; parameters and result as in :func:`one_step_influence`."""
    inference = fitted.fit.inference
    own = np.where(inference.basis.is_estimable(L), inference.in_basis(L) @ inference.beta, np.nan)
    identity = np.eye(fitted.data.X.shape[1])[inference.basis.kept]
    coefficients, W = inference.coefficients(), np.linalg.inv(inference.basis.T @ inference.Phi @ inference.basis.T.T)
    without, cooks, errors = [], [], []
    for found in _refits(fitted):
        if isinstance(found, str):
            without.append(np.full(len(L), np.nan))
            cooks.append(np.nan)
            errors.append(found)
            continue
        again = found.inference
        estimates = np.where(again.basis.is_estimable(L), again.in_basis(L) @ again.beta, np.nan)
        without.append(np.where(np.isnan(own), np.nan, estimates))
        every = bool(again.basis.is_estimable(identity).all())
        moved = coefficients - again.in_basis(identity) @ again.beta
        cooks.append(float(moved @ W @ moved) / len(moved) if every else np.nan)
        errors.append("" if every else NOT_ESTIMABLE)
    return Influence(np.array(without), np.array(cooks), tuple(errors))


def _refits(fitted: Fitted) -> Iterator[RepeatedMeasuresFit | str]:
    """Fit the model without one subject after the other; give the reason where it cannot be fitted."""
    search = fitted.prepared.search
    for subject in range(int(fitted.data.subject.max()) + 1):
        try:
            yield fit_repeated_measures(
                leave_out(fitted.data, subject),
                fitted.covariance,
                method=search.method,
                df_method="asymptotic",
                start=fitted.fit.theta,
            )
        except ModelError as error:
            yield f"not fitted without this subject: {error}"


def leave_out(data: RepeatedMeasures, subject: int) -> RepeatedMeasures:
    """Give the data without a subject; later codes move up."""
    keep = data.subject != subject
    codes: Integers = data.subject[keep]
    return replace(
        data,
        X=data.X[keep],
        y=data.y[keep],
        subject=codes - (codes > subject),
        visit=data.visit[keep],
        group=None if data.group is None else np.delete(data.group, subject),
        time=None if data.time is None else data.time[keep],
        weights=None if data.weights is None else data.weights[keep],
    )
