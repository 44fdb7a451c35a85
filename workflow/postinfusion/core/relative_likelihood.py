"""The criterion of random effects with independent residuals, through one r by r matrix per subject.

With ``Sigma_i = sigma2 A_i``, ``A_i = R_i Lambda Lambda' R_i' + I``, every sum over subjects that the criterion and its
derivatives need is one of products of ``K_i = R_i' A_i^-1 R_i`` and ``f_i = R_i' A_i^-1 [X_i | y_i]``. They are kept
with the subjects in the last axis, so that each operation is one pass over all subjects: the cost of a step is some
tens of such passes, whatever the times of the observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from postinfusion.core.covariance import Derivatives
from postinfusion.core.likelihood import Criterion, Profile, Slopes
from postinfusion.core.linalg import Array
from postinfusion.core.random_covariance import RandomFactor
from postinfusion.core.rotation import RotatedRows


@dataclass(frozen=True)
class RelativeProfile(Profile):
    """The criterion at one theta; ``Omega`` and ``derivatives`` of the single subjects are not formed and empty.

    Attributes
    ----------
    Lambda
        Shape (r, r): relative factor of G.
    sigma2
        Residual variance.
    K
        Shape (r, r, S).
    f
        Shape (r, q, S).
    quadratic
        The generalised residual sum of squares, r' V^-1 r.
    """

    Lambda: Array
    sigma2: float
    K: Array
    f: Array
    quadratic: float

    @cached_property
    def relative_phi(self) -> Array:
        """Give Phi / sigma2, shape (p, p)."""
        return self.Phi / self.sigma2

    @cached_property
    def u(self) -> Array:
        """Give ``R_i' A_i^-1 (y_i - X_i beta)``, shape (r, S)."""
        return np.asarray(self.f[:, -1] - np.einsum("ajs,j->as", self.f[:, :-1], self.beta))

    @cached_property
    def fixed(self) -> Array:
        """Give ``f_X (Phi / sigma2) f_X'`` of each subject, shape (r, r, S)."""
        root = np.linalg.cholesky(self.relative_phi)
        half = np.einsum("ajs,jk->aks", self.f[:, :-1], root, optimize=True)
        return np.asarray(np.einsum("aks,bks->abs", half, half))


@dataclass(frozen=True)
class RelativeCriterion(Criterion):
    """Minus the log-likelihood of rotated rows; the same numbers as its base gives, by shorter sums.

    Attributes
    ----------
    rotated
        The rows; also ``cross`` of the base.
    random
        The random effects; also ``model`` of the base.
    """

    rotated: RotatedRows
    random: RandomFactor

    @cached_property
    def _last(self) -> tuple[Array, Array]:
        """Give R (r, r, S) and Y (r, q, S), subjects last."""
        R, Y = self.rotated.R[:-1], self.rotated.Y
        return np.ascontiguousarray(R.transpose(1, 2, 0)), np.ascontiguousarray(Y.transpose(1, 2, 0))

    def at(self, theta: Array) -> RelativeProfile | None:
        """Evaluate the criterion; None where W is not positive definite or a value is not finite."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            return self._at(self.random.factor(theta[:-1]), float(np.exp(np.clip(theta[-1], -700, 700))))

    def _at(self, Lambda: Array, sigma2: float) -> RelativeProfile | None:
        """Evaluate the criterion at Lambda and sigma2."""
        R, Y = self._last
        E, F, log_determinant = _solved(np.einsum("acs,cb->abs", R, Lambda), R, Y)
        M = np.tensordot(F, F, ((0, 2), (0, 2))) + self.rotated.rest
        n, p = self.rotated.n_observations, len(M) - 1
        if not np.isfinite(M).all():
            return None
        try:
            root = np.linalg.cholesky(M[:p, :p])
        except np.linalg.LinAlgError:
            return None
        inverse_root = np.linalg.inv(root)
        beta = inverse_root.T @ (inverse_root @ M[:p, p])
        quadratic = float(M[p, p] - M[:p, p] @ beta) / sigma2
        restricted = self.method == "reml"
        value = log_determinant + (n - restricted * p) * np.log(2 * np.pi * sigma2) + quadratic
        value += restricted * 2 * float(np.log(np.diag(root)).sum())
        empty = np.empty((0, len(Lambda), len(Lambda)))
        return (
            RelativeProfile(
                value=value / 2,
                beta=beta,
                Phi=inverse_root.T @ inverse_root * sigma2,
                Omega=empty,
                derivatives=Derivatives(empty, empty[:, None], None),
                Lambda=Lambda,
                sigma2=sigma2,
                K=np.einsum("cas,cbs->abs", E, E),
                f=np.einsum("cas,cqs->aqs", E, F),
                quadratic=quadratic,
            )
            if np.isfinite(value)
            else None
        )

    def slopes(self, at: Profile) -> Slopes:
        """Give gradient, Hessian, information and P; see :func:`postinfusion.core.likelihood.slopes`.

        In the direction of a symmetric r by r matrix E_h (V_h = sigma2 U E_h U'), tr(V^-1 V_h V^-1 V_k) is the sum of
        tr(E_h K_i E_k K_i); tr(Phi Q_hk) that of tr(E_h K_i E_k S_i); r' V^-1 V_h V^-1 V_k V^-1 r that of
        u_i' E_h K_i E_k u_i / sigma2; and log sigma2 multiplies V as a whole.
        """
        if not isinstance(at, RelativeProfile):
            raise TypeError("a profile of this criterion is needed")
        E, EE = self.random.directions(at.Lambda)
        restricted, n, p = float(self.method == "reml"), self.rotated.n_observations, len(at.beta)
        uu = at.u[:, None] * at.u[None] / at.sigma2
        trace, fixed, pulled = (np.tensordot(E, x.sum(axis=-1), 2) for x in (at.K, restricted * at.fixed, uu))
        square, square_fixed, square_pulled = (_sandwiched(E, at.K, x) for x in (at.K, restricted * at.fixed, uu))
        crossed = np.einsum("hab,abij->hij", E, np.tensordot(at.f, at.f, (2, 2)).transpose(0, 2, 1, 3), optimize=True)
        pull = crossed[:, :p, p] - crossed[:, :p, :p] @ at.beta
        PhiP = at.relative_phi @ crossed[:, :p, :p]
        squares = restricted * np.tensordot(PhiP, PhiP, ((1, 2), (2, 1)))
        bend = np.tensordot(EE, (at.K - restricted * at.fixed - uu).sum(axis=-1), 2)
        H = len(E) + 1
        hessian, information = np.empty((H, H)), np.empty((H, H))
        pulls = pull @ at.relative_phi @ pull.T / at.sigma2
        hessian[:-1, :-1] = -square + 2 * square_fixed - squares + 2 * square_pulled - 2 * pulls + bend
        hessian[-1, :-1] = hessian[:-1, -1] = pulled
        hessian[-1, -1] = at.quadratic
        information[:-1, :-1] = square - 2 * square_fixed + squares
        information[-1, :-1] = information[:-1, -1] = trace - fixed
        information[-1, -1] = n - restricted * p
        gradient = np.append(trace - fixed - pulled, n - restricted * p - at.quadratic)
        W = np.linalg.inv(at.relative_phi)
        P = -np.concatenate([crossed[:, :p, :p], (W + W.T)[None] / 2]) / at.sigma2
        return Slopes(gradient / 2, (hessian + hessian.T) / 4, information / 2, P)


def _solved(B: Array, R: Array, Y: Array) -> tuple[Array, Array, float]:
    """Give L^-1 R, L^-1 Y and the sum of log|A|, with A = B B' + I = L L', for all subjects at once.

    Parameters
    ----------
    B, R
        Shape (r, r, S).
    Y
        Shape (r, q, S).
    """
    r = len(B)
    L = np.zeros_like(B)
    E, F = R.copy(), Y.copy()
    log_determinant = 0.0
    for j in range(r):
        for i in range(j, r):
            L[i, j] = (B[i] * B[j]).sum(axis=0) + float(i == j) - (L[i, :j] * L[j, :j]).sum(axis=0)
            L[i, j] = np.sqrt(L[j, j]) if i == j else L[i, j] / L[j, j]
        log_determinant += 2 * float(np.log(L[j, j]).sum())
        for solved in (E, F):
            for k in range(j):
                solved[j] -= L[j, k] * solved[k]
            solved[j] /= L[j, j]
    return E, F, log_determinant


def _sandwiched(E: Array, K: Array, other: Array) -> Array:
    """Give the sums over subjects of tr(E_h K_i E_k other_i), shape (H, H)."""
    tensor = np.tensordot(K, other, (2, 2))
    return np.asarray(np.einsum("hab,bcda,kcd->hk", E, tensor, E, optimize=True))
