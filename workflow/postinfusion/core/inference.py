"""What a fit says of any linear combination of its fixed effects: L, V and df, and nothing else of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.contrasts import Estimates, JointTest, estimates, f_test
from postinfusion.core.degrees_of_freedom import between_within_df, residual_df
from postinfusion.core.fit import Optimum
from postinfusion.core.kenward_roger import adjusted_covariance, kenward_roger_f
from postinfusion.core.linalg import Array, Basis
from postinfusion.core.patterns import Products
from postinfusion.core.sandwich import Sandwich
from postinfusion.core.satterthwaite import satterthwaite_df, satterthwaite_f
from postinfusion.core.standardise import Standardised
from postinfusion.errors import ModelError, nearest

DfMethod = Literal["kenward-roger", "kenward-roger-linear", "satterthwaite", "between-within", "residual", "asymptotic"]
DF_METHODS: tuple[DfMethod, ...] = (
    "kenward-roger-linear",
    "satterthwaite",
    "between-within",
    "residual",
    "asymptotic",
)


@dataclass(frozen=True)
class Inference:
    """Coefficients in an orthonormal basis with all that tests and intervals need.

    Attributes
    ----------
    basis
        From the columns of X to the basis in which the other attributes are given.
    beta
        Shape (p,): in the basis, in units of the response.
    Phi
        Shape (p, p): model-based covariance of beta.
    V
        Shape (p, p): the covariance used for standard errors: Phi, or Kenward-Roger's.
    df_method
        How degrees of freedom are found.
    P
        Shape (H, p, p): derivatives of the inverse of Phi; H may be 0.
    w
        Shape (H, H): covariance of theta.
    df_columns
        Shape (p,): df of each kept column, for ``between-within`` and ``residual``.
    robust
        Where V is cluster-robust: what Satterthwaite's df need then.
    """

    basis: Basis
    beta: Array
    Phi: Array
    V: Array
    df_method: DfMethod
    P: Array
    w: Array
    df_columns: Array
    robust: Sandwich | None = None

    def coefficients(self) -> Array:
        """Give the coefficients of the kept columns of X, shape (p,)."""
        return np.asarray(self.basis.T @ self.beta)

    def covariance(self) -> Array:
        """Give the covariance of the coefficients of the kept columns of X, shape (p, p)."""
        return np.asarray(self.basis.T @ self.V @ self.basis.T.T)

    def estimates(self, L: Array, *, confidence: float = 0.95) -> Estimates:
        """Estimate L times the coefficients; rows that are not estimable are NaN.

        Parameters
        ----------
        L
            Shape (m, c): over all columns of X, the aliased ones included.
        confidence
            Coverage of the intervals.
        """
        return self._estimates(L, ~self.basis.is_estimable(L), confidence)

    def of_columns(self, *, confidence: float = 0.95) -> Estimates:
        """Estimate the coefficient of every column of X, NaN where it is aliased.

        As R's ``lm`` and ``lmer`` have it, a column that is a combination of earlier ones is left out of the model, and
        the coefficients of those are what they are without it.
        """
        every = np.eye(len(self.basis.kept) + len(self.basis.aliased))
        return self._estimates(every, np.isin(np.arange(len(every)), self.basis.aliased), confidence)

    def _estimates(self, L: Array, left_out: NDArray[np.bool_], confidence: float) -> Estimates:
        """Estimate rows of L, but for those left out."""
        K = self.in_basis(L)
        variance = ((K @ self.V) * K).sum(axis=1)
        unknown = left_out | (variance <= 0)
        error = np.where(unknown, np.nan, np.sqrt(np.maximum(variance, 0)))
        estimate = np.where(unknown, np.nan, K @ self.beta)
        df = np.where(unknown, np.nan, self.degrees_of_freedom(L))
        return estimates(estimate, error, df, confidence=confidence)

    def in_basis(self, L: Array) -> Array:
        """Give the rows of L (m, c) in the basis, shape (m, p)."""
        return np.asarray(L[:, self.basis.kept] @ self.basis.T)

    def degrees_of_freedom(self, L: Array) -> Array:
        """Give the degrees of freedom of each row of L (m, c)."""
        if self.df_method == "asymptotic":
            return np.full(len(L), np.inf)
        if self.df_method in ("between-within", "residual"):
            touched = np.abs(L[:, self.basis.kept]) > 1e-10 * np.abs(L).max(axis=1, initial=1e-300, keepdims=True)
            return np.asarray(np.where(touched, self.df_columns, np.inf).min(axis=1))
        return self._satterthwaite_df(self.in_basis(L))

    def _satterthwaite_df(self, K: Array) -> Array:
        """Give Satterthwaite's degrees of freedom of rows in the basis, for the covariance in use."""
        if self.robust is not None:
            return self.robust.degrees_of_freedom(K)
        return satterthwaite_df(K, self.Phi, self.P, self.w)

    def joint_test(self, L: Array) -> JointTest:
        """Test that L times the coefficients is zero, by an F test with the method's denominator df.

        Parameters
        ----------
        L
            Shape (m, c); redundant rows are left out.

        Raises
        ------
        ModelError
            A row is not estimable, or L is zero.
        """
        if not self.basis.is_estimable(L).all():
            raise ModelError("The joint test is not estimable: some cells of the design hold no data")
        K = _row_basis(self.in_basis(L))
        if self.df_method == "satterthwaite":
            return satterthwaite_f(K, self.beta, self.V, self._satterthwaite_df)
        if adjusts(self.df_method):
            return kenward_roger_f(K, self.beta, Phi=self.Phi, Phi_A=self.V, P=self.P, w=self.w)
        estimate = K @ self.beta
        statistic = float(estimate @ np.linalg.solve(K @ self.V @ K.T, estimate)) / len(K)
        return f_test(statistic, len(K), float(self.degrees_of_freedom(L).min()))


def check_options(
    method: str, df_method: str, information: str, *, df_methods: tuple[DfMethod, ...] = DF_METHODS
) -> None:
    """Refuse a method, df method or information that is not there, or that do not go together."""
    for name, value, allowed in (
        ("method", method, ("reml", "ml")),
        ("df", df_method, df_methods),
        ("information", information, ("observed", "expected")),
    ):
        if value not in allowed:
            raise ModelError(
                f'{name} "{value}" is not available; available are {", ".join(allowed)}. {nearest(value, allowed)}'
            )
    if method == "ml" and adjusts(df_method):
        raise ModelError('Kenward-Roger needs method="reml"; with method="ml" choose df="satterthwaite"')


def adjusts(df_method: str) -> bool:
    """Say whether a df method also adjusts the covariance of the fixed effects."""
    return df_method in ("kenward-roger", "kenward-roger-linear")


def mixed_inference(
    X: Array,
    subject: NDArray[np.intp],
    *,
    standard: Standardised,
    cross: Products,
    optimum: Optimum,
    df_method: DfMethod,
    w: Array,
    second_derivatives: Array | None = None,
) -> Inference:
    """Give the inference of the fixed effects of a mixed model at its optimum.

    Parameters
    ----------
    X
        Shape (n, c): the design, as it came.
    subject
        Shape (n,): codes of the subjects.
    standard, cross, optimum
        The standardised data, their cross-products and the optimum found with them.
    df_method
        How degrees of freedom are found.
    w
        Shape (H, H): covariance of theta.
    second_derivatives
        Shape (p, p): for ``kenward-roger`` what the second derivatives add to the linear variant.
    """
    kept = X[:, standard.basis.kept]
    df_columns = between_within_df(kept, subject) if df_method == "between-within" else residual_df(kept)
    return inference_of(
        df_columns,
        standard=standard,
        cross=cross,
        optimum=optimum,
        df_method=df_method,
        w=w,
        second_derivatives=second_derivatives,
    )


def inference_of(
    df_columns: Array,
    *,
    standard: Standardised,
    cross: Products,
    optimum: Optimum,
    df_method: DfMethod,
    w: Array,
    second_derivatives: Array | None = None,
) -> Inference:
    """Give the inference of :func:`mixed_inference` without the rows, from the df of each kept column, shape (p,)."""
    at, P, variance = optimum.profile, optimum.slopes.P, standard.scale**2
    V = adjusted_covariance(cross, at, P, w) if adjusts(df_method) else at.Phi
    if second_derivatives is not None:
        V = V + second_derivatives
    return Inference(
        basis=standard.basis,
        beta=standard.beta(at.beta),
        Phi=at.Phi * variance,
        V=V * variance,
        df_method=df_method,
        P=P / variance,
        w=w,
        df_columns=df_columns,
    )


def _row_basis(K: Array) -> Array:
    """Give K when its rows are independent, else orthonormal rows that span them."""
    _, values, rows = np.linalg.svd(K, full_matrices=False)
    if not len(values) or values[0] <= 0:
        raise ModelError("The joint test has nothing to test: every contrast is zero")
    independent = values > 1e-9 * values[0]
    # Satterthwaite's joint df depend on the rows that are chosen, so the given ones stay wherever they can.
    return K if independent.sum() == len(K) else np.asarray(rows[independent])
