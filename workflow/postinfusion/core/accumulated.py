"""Models for repeated measures from accumulated cross-products alone: over chunks of a file, files, and sites.

Cross-products of [X | y] by missingness pattern add up, and are all that the likelihood, Kenward-Roger and
Satterthwaite need of the data. Squares of columns far from zero lose digits, so the columns are changed before they are
summed: to an orthonormal basis of the first rows that come, and the response about its mean there. The change is
linear and kept with the sums, so those of different parts are put on one scale before they add.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from postinfusion.core.covariance import covariance_model
from postinfusion.core.covariance_search import CovarianceSearch, find_optimum
from postinfusion.core.inference import DF_METHODS, DfMethod, check_options, inference_of
from postinfusion.core.likelihood import Method
from postinfusion.core.linalg import ALIASED, Array, Basis, orthonormal_basis
from postinfusion.core.mmrm_parametrisation import full_kenward_roger_term
from postinfusion.core.patterns import CrossProducts, symmetric
from postinfusion.core.repeated_measures import RepeatedMeasuresFit, covariance_of_theta, variances_df
from postinfusion.core.repeated_measures_checks import check_information
from postinfusion.core.standardise import NO_VARIATION, Standardised
from postinfusion.core.subject_blocks import SubjectBlocks
from postinfusion.errors import ModelError

# Eigenvalues of the final correlations: below the first they are rounding, between the two digits are lost.
ROUNDING, LOST_DIGITS = 1e-13, 1e-10


@dataclass(frozen=True)
class Accumulated:
    """Cross-products of Z @ change, where Z = [X | y] are the columns as they come.

    Attributes
    ----------
    cross
        Of the changed columns.
    change
        Shape (q, q): invertible; column k mixes columns of X, and the last one y with columns of X.
    """

    cross: CrossProducts
    change: Array

    def plus(self, cross: CrossProducts, change: Array) -> Accumulated:
        """Add the cross-products of other subjects, which may come with another change of the columns."""
        same = change is self.change
        other = (
            cross if same else transformed(cross, np.asarray(np.linalg.solve(change, self.change), dtype=np.float64))
        )
        return replace(self, cross=merged(self.cross, other))


def first_change(Z: Array) -> Array:
    """Give the change of columns that the first rows suggest: Z (n, q) are columns X and, last, the response."""
    X, y = Z[:, :-1], Z[:, -1]
    n, c = X.shape
    basis = orthonormal_basis(X)
    change = np.zeros((c + 1, c + 1))
    change[np.ix_(basis.kept, basis.kept)] = basis.T * np.sqrt(n)
    length = np.sqrt(np.mean(X**2, axis=0))
    of_aliased = np.where(length > 0, length, 1.0)[basis.aliased]
    change[np.ix_(basis.kept, basis.aliased)] = -basis.relation / of_aliased
    change[basis.aliased, basis.aliased] = 1 / of_aliased
    # Only the mean is taken from the response: other coefficients of the first rows may be far from those of all.
    mean = float(y.mean()) if (X[:, 0] == 1).all() else 0.0
    residual = y - mean
    size = float(np.sqrt(np.mean(y**2)))
    scale = float(np.sqrt(np.mean(residual**2)))
    scale = scale if scale > NO_VARIATION * size else size or 1.0
    change[0, c] = -mean / scale
    change[c, c] = 1 / scale
    return change


def merged(first: CrossProducts, second: CrossProducts) -> CrossProducts:
    """Add the cross-products of two disjoint sets of subjects, of the same columns at the same visits."""
    position = {row.tobytes(): p for p, row in enumerate(first.observed)}
    found = np.array([position.get(row.tobytes(), -1) for row in second.observed], dtype=np.intp)
    known, new = found >= 0, found < 0
    n, A = first.n.copy(), first.A.copy()
    n[found[known]] += second.n[known]
    A[found[known]] += second.A[known]
    return CrossProducts(
        observed=np.concatenate([first.observed, second.observed[new]]),
        n=np.concatenate([n, second.n[new]]),
        A=np.concatenate([A, second.A[new]]),
        q=first.q,
    )


def fit_accumulated(
    sums: Accumulated,
    visit_names: tuple[str, ...],
    covariance: str = "us",
    *,
    method: Method = "reml",
    df_method: DfMethod = "kenward-roger-linear",
    information: str = "observed",
) -> RepeatedMeasuresFit:
    """Fit the model, or refuse with the reason.

    Parameters
    ----------
    sums
        Of all subjects.
    visit_names
        Length T.
    covariance, method, df_method, information
        As in :func:`~postinfusion.core.repeated_measures.fit_repeated_measures`; no df method that asks for the rows.

    Raises
    ------
    ModelError
        The data cannot bear the model, the optimum was not reached, or an option needs the rows.
    """
    check_options(method, df_method, information, df_methods=("kenward-roger", *DF_METHODS))
    if df_method == "between-within":
        raise ModelError('df="between-within" asks for the rows of the data; choose one of the other methods')
    standard, scaled = standardised(sums)
    blocks = SubjectBlocks(scaled, np.empty(0, np.intp), np.empty(0, np.intp), np.zeros(len(scaled.n), np.intp))
    search = CovarianceSearch(blocks, covariance_model(covariance, len(visit_names)), method)
    check_information(blocks, covariance, visit_names, ())
    optimum, dossier = find_optimum(search)
    w = covariance_of_theta(optimum, information)
    full = full_kenward_roger_term(search, optimum.theta, information) if df_method == "kenward-roger" else None
    p = len(standard.basis.kept)
    return RepeatedMeasuresFit(
        inference=inference_of(
            np.full(p, float(scaled.n_observations - p)),
            standard=standard,
            cross=scaled,
            optimum=optimum,
            df_method=df_method,
            w=w,
            second_derivatives=full,
        ),
        Sigma=optimum.profile.derivatives.Sigma * standard.scale**2,
        variance_df=variances_df(optimum.profile.derivatives, w)[None],
        ranges=np.empty(0),
        log_likelihood=standard.log_likelihood(-optimum.profile.value, restricted=method == "reml"),
        theta=optimum.theta,
        optimum=dossier,
    )


def standardised(sums: Accumulated) -> tuple[Standardised, CrossProducts]:
    """Put sums on the scale of a fit: orthonormal columns, a response in residual standard deviations.

    Raises
    ------
    ModelError
        There are too few observations, a value is not finite, or the response does not vary about the model.
    """
    cross, n, T = sums.cross, sums.cross.n_observations, sums.cross.observed.shape[1]
    gram = cross.weighted(np.broadcast_to(np.eye(T), (len(cross.n), T, T)))
    if not np.isfinite(gram).all():
        raise ModelError("A variable of the model holds infinite values; remove these rows")
    changed = _basis(gram[:-1, :-1], n)
    p = len(changed.kept)
    if n <= p:
        raise ModelError(f"{n} observations cannot carry {p} independent fixed effects; simplify the model")
    offset = changed.T.T @ gram[changed.kept, -1]
    scale = float(np.sqrt(max(float(gram[-1, -1]) - float(offset @ offset), 0.0) / n))
    standard = _in_columns(sums.change, changed, offset, scale, n)
    if standard.scale <= NO_VARIATION * _size_of_response(sums.change, gram, n):
        raise ModelError("The response does not vary about the fixed effects (constant, or predicted exactly)")
    to_scale = np.zeros((cross.q, p + 1))
    to_scale[changed.kept, :p] = changed.T
    to_scale[changed.kept, p] = -changed.T @ offset / scale
    to_scale[-1, p] = 1 / scale
    return standard, transformed(cross, to_scale)


def _in_columns(change: Array, changed: Basis, offset: Array, scale: float, n: int) -> Standardised:
    """Give the scale of a fit in the columns as they came, from that in the changed ones."""
    kept, aliased, unit = changed.kept, changed.aliased, 1 / float(change[-1, -1])
    mix = change[np.ix_(kept, kept)]
    T = mix @ changed.T
    relation = (mix @ changed.relation - change[np.ix_(kept, aliased)]) / change[aliased, aliased]
    taken_out = np.linalg.solve(T, -change[kept, -1] * unit)
    return Standardised(
        basis=Basis(kept, aliased, relation, T),
        Z=np.broadcast_to(np.nan, (n, len(kept) + 1)),  # the rows are gone; only their number counts
        offset=offset * unit + taken_out,
        scale=scale * unit,
    )


def _size_of_response(change: Array, gram: Array, n: int) -> float:
    """Give the root mean square of the response as it came."""
    back = np.linalg.inv(change)[:, -1]
    return float(np.sqrt(max(float(back @ gram @ back), 0.0) / n))


def transformed(cross: CrossProducts, change: Array) -> CrossProducts:
    """Give the cross-products of the columns Z @ change, for change of shape (q, q')."""
    changed = change.T @ symmetric(cross.A, cross.q) @ change  # an element of A holds both orders of its columns
    a, b = np.triu_indices(change.shape[1])
    return CrossProducts(cross.observed, cross.n, changed[..., a, b], change.shape[1])


def _basis(gram: Array, n: int) -> Basis:
    """Give the orthonormal basis of the changed columns, of which what is aliased has no length."""
    length = np.sqrt(np.maximum(np.diag(gram), 0.0))
    present = length > ALIASED * np.sqrt(n)
    size = np.where(present, length, 1.0)
    values, vectors = np.linalg.eigh(np.where(np.outer(present, present), gram / np.outer(size, size), 0.0))
    if ((values > ROUNDING) & (values < LOST_DIGITS)).any():
        raise ModelError(
            "Columns of the model are collinear but for a few digits, which sums of squares lose; subtract a constant "
            "near its mean from each covariate"
        )
    root = np.sqrt(np.where(values > LOST_DIGITS, values, 0.0))[:, None] * vectors.T
    return orthonormal_basis(root * size * present)
