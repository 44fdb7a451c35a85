"""Linear mixed models: y = X beta + U b + e with b ~ N(0, G) by subject and e ~ N(0, sigma2 I).

A QR decomposition of each subject's U splits the data: k = min(rows, r) rotated rows with covariance
``R G R' + sigma2 I``, and rows that only sigma2 touches. The latter are pooled over all subjects as one more pattern;
subjects with the same U share a pattern. From there on the model is one with small covariance blocks, and the
likelihood, its derivatives and the inference are those of :mod:`postinfusion.core.likelihood`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.covariance import Derivatives
from postinfusion.core.fit import FLAT, Optimum, OptimumReport, minimise, report
from postinfusion.core.inference import DfMethod, Inference, check_options, mixed_inference
from postinfusion.core.likelihood import Criterion, Method
from postinfusion.core.linalg import Array, symmetric_inverse
from postinfusion.core.patterns import CrossProducts, packed_products
from postinfusion.core.standardise import standardise
from postinfusion.errors import ModelError

# Random effects whose smallest standard deviation, as a share of the residual's, is below lme4's tolerance.
BOUNDARY = 1e-4
STARTS = (1.0, 0.2, 4.0)


@dataclass(frozen=True)
class RandomEffects:
    """G = sigma2 Lambda Lambda': theta holds Lambda's lower triangle (or diagonal), then log sigma2.

    Attributes
    ----------
    R
        Shape (P, T, r): triangular factors of the patterns' U, T = r, padded with zeros.
    correlated
        Whether Lambda has elements below its diagonal.
    """

    R: Array
    correlated: bool

    @property
    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Give rows and columns of Lambda's free elements."""
        r = self.R.shape[-1]
        diagonal = np.arange(r)
        return np.tril_indices(r) if self.correlated else (diagonal, diagonal)

    def factor(self, theta: Array) -> Array:
        """Give Lambda, shape (r, r)."""
        factor = np.zeros((self.R.shape[-1],) * 2)
        factor[self.positions] = theta[:-1]
        return factor

    def derivatives(self, theta: Array) -> Derivatives:
        """Give Sigma = sigma2 (R Lambda Lambda' R' + I) of each pattern with first and second derivatives."""
        factor, sigma2 = self.factor(theta), float(np.exp(np.clip(theta[-1], -700, 700)))
        a, b = self.positions
        identity = np.eye(len(factor))
        half = np.einsum("hi,hj->hij", identity[a], factor[:, b].T)
        first = self._rotated(half + half.swapaxes(1, 2)) * sigma2
        same = (b[:, None] == b[None]).astype(float)
        outer = np.einsum("hi,kj,hk->hkij", identity[a], identity[a], same)
        second = self._rotated(outer + outer.swapaxes(2, 3)) * sigma2
        Sigma = (self._rotated(factor @ factor.T) + identity) * sigma2
        D = np.concatenate([first, Sigma[:, None]], axis=1)
        H = D.shape[1]
        DD = np.empty((len(D), H, H, *Sigma.shape[1:]))
        DD[:, :-1, :-1] = second
        DD[:, -1] = D
        DD[:, :, -1] = D
        return Derivatives(Sigma, D, DD)

    def _rotated(self, C: Array) -> Array:
        """Give R C R' for each pattern, shape (P, ..., T, T)."""
        R = self.R.reshape(len(self.R), *(1,) * (C.ndim - 2), *self.R.shape[1:])
        return np.asarray(R @ C @ R.swapaxes(-1, -2))


@dataclass(frozen=True)
class RotatedData:
    """The data after each subject's QR decomposition.

    Attributes
    ----------
    cross
        Cross-products; the last pattern pools what only the residual variance touches.
    R
        Shape (P, T, r).
    Y
        Shape (subjects, T, q): rotated rows of [X | y].
    pattern
        Shape (subjects,).
    """

    cross: CrossProducts
    R: Array
    Y: Array
    pattern: NDArray[np.intp]


@dataclass(frozen=True)
class MixedModelFit:
    """A fitted linear mixed model; it exists only when the optimum was reached.

    Attributes
    ----------
    inference
        Of the fixed effects.
    G
        Shape (r, r): covariance of the random effects.
    sigma2
        Residual variance.
    b
        Shape (subjects, r): predicted random effects.
    b_std_error
        Shape (subjects, r): their conditional standard deviations given the estimates, as lme4's.
    log_likelihood
        Restricted under ``reml``.
    n_covariance_parameters
        Length of theta.
    optimum
        Dossier of the optimum.
    """

    inference: Inference
    G: Array
    sigma2: float
    b: Array
    b_std_error: Array
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
    size = np.sqrt(np.mean(data.U**2, axis=0))
    if not np.isfinite(size).all() or (size == 0).any():
        raise ModelError("A column of the random effects is zero or not finite; leave it out")
    rotated = rotate(standard.Z, data.U / size, data.subject)
    model = RandomEffects(rotated.R, correlated)
    optimum, dossier = _optimum(Criterion(rotated.cross, model, method))
    at, slope = optimum.profile, optimum.slopes
    matrix = slope.hessian if information == "observed" else slope.information
    factor, sigma2 = model.factor(optimum.theta), float(np.exp(optimum.theta[-1]))
    b, b_std_error = _predicted(rotated, factor @ factor.T * sigma2, optimum)
    return MixedModelFit(
        inference=mixed_inference(
            data.X,
            data.subject,
            standard=standard,
            cross=rotated.cross,
            optimum=optimum,
            df_method=df_method,
            w=symmetric_inverse(matrix, relative_tolerance=FLAT),
        ),
        G=factor @ factor.T * sigma2 * standard.scale**2 / np.outer(size, size),
        sigma2=sigma2 * standard.scale**2,
        b=b * standard.scale / size,
        b_std_error=b_std_error * standard.scale / size,
        log_likelihood=standard.log_likelihood(-at.value, restricted=method == "reml"),
        n_covariance_parameters=len(optimum.theta),
        optimum=dossier,
    )


def rotate(Z: Array, U: Array, subject: NDArray[np.intp]) -> RotatedData:
    """Rotate each subject's rows by the QR decomposition of its U.

    Parameters
    ----------
    Z
        Shape (n, q): [X | y].
    U
        Shape (n, r).
    subject
        Shape (n,): codes 0, 1, ...

    Raises
    ------
    ModelError
        There are fewer than two subjects, or nothing is left to estimate the residual variance.
    """
    r, q = U.shape[1], Z.shape[1]
    rows = np.bincount(subject)
    _check_rows(rows, r)
    order = np.lexsort((*U.T[::-1], subject))
    start = np.concatenate([[0], np.cumsum(rows)[:-1]])
    Y, pattern, pure = np.zeros((len(rows), r, q)), np.empty(len(rows), dtype=np.intp), np.zeros((q, q))
    R, observed = np.empty((0, r, r)), np.empty((0, r), dtype=np.bool_)
    for m in np.unique(rows):
        of_size = np.flatnonzero(rows == m)
        index = order[start[of_size][:, None] + np.arange(m)]
        which, factors, rotated, rest = _rotated_group(Z[index], U[index])
        k = rotated.shape[1]
        Y[of_size, :k], pattern[of_size], pure = rotated, which + len(R), pure + rest.T @ rest
        R = np.concatenate([R, np.pad(factors, ((0, 0), (0, r - k), (0, 0)))])
        observed = np.concatenate([observed, np.broadcast_to(np.arange(r) < k, (len(factors), r))])
    cross = CrossProducts(
        observed=np.concatenate([observed, np.arange(r)[None] < 1]),
        n=np.append(np.bincount(pattern), np.maximum(rows - r, 0).sum()).astype(float),
        A=np.concatenate([_summed_by_pattern(Y, pattern), _pure_products(pure, r)]),
        q=q,
    )
    return RotatedData(cross, np.concatenate([R, np.zeros((1, r, r))]), Y, pattern)


def _check_rows(rows: NDArray[np.intp], r: int) -> None:
    """Refuse data that cannot tell the random effects from the residual."""
    if len(rows) < 2 or rows.max() <= r:
        raise ModelError(
            f"{len(rows)} subjects with at most {rows.max()} rows each cannot tell {r} random effects from the "
            "residual; use fewer random effects, or an analysis of covariance"
        )


def _rotated_group(Z: Array, U: Array) -> tuple[NDArray[np.intp], Array, Array, Array]:
    """Rotate subjects with m rows each: which distinct U each has, their R, the rotated rows, and what is left."""
    n, m, r = U.shape
    distinct, which = np.unique(U.reshape(n, -1), axis=0, return_inverse=True)
    Q, R = np.linalg.qr(distinct.reshape(-1, m, r))
    rotated = np.einsum("smk,smq->skq", Q[which], Z, optimize=True)
    # The rest is a difference of rows, not of their squares: a small residual variance keeps its digits.
    rest = (Z - Q[which] @ rotated).reshape(n * m, -1)
    return which, R, rotated, rest


def _summed_by_pattern(Y: Array, pattern: NDArray[np.intp]) -> Array:
    """Sum the packed cross-products of the subjects of each pattern."""
    products = packed_products(np.einsum("sja,skb->sjkab", Y, Y))
    order = np.argsort(pattern, kind="stable")
    first = np.searchsorted(pattern[order], np.arange(int(pattern.max()) + 1))
    return np.asarray(np.add.reduceat(products[order], first, axis=0))


def _pure_products(pure: Array, r: int) -> Array:
    """Give the pooled residual products as a pattern with a single visit."""
    full = np.zeros((1, r, r, *pure.shape))
    full[0, 0, 0] = pure
    return packed_products(full)


def _optimum(criterion: Criterion) -> tuple[Optimum, OptimumReport]:
    """Find the optimum from one start after the other; refuse when none reaches it."""
    model = criterion.model
    if not isinstance(model, RandomEffects):
        raise TypeError("a criterion of random effects is needed")
    identity = np.equal(*model.positions).astype(float)
    for start in STARTS:
        optimum = minimise(criterion, np.append(start * identity, -np.log1p(start**2)))
        smallest = np.linalg.svd(model.factor(optimum.theta), compute_uv=False)[-1]
        dossier = report(
            optimum, boundary=bool(smallest < BOUNDARY), parametrisation="relative Cholesky factor and log variance"
        )
        if optimum.converged and dossier.positive_definite:
            return optimum, dossier
    raise ModelError(
        f"No optimum of the likelihood was reached after {optimum.iterations} steps (largest gradient "
        f"{dossier.max_gradient:.1e}); use fewer random effects"
    )


def _predicted(rotated: RotatedData, G: Array, optimum: Optimum) -> tuple[Array, Array]:
    """Predict the random effects, G R' Omega (Q'r), with their conditional standard deviations."""
    Omega, beta = optimum.profile.Omega[rotated.pattern], optimum.profile.beta
    residual = rotated.Y[:, :, -1] - rotated.Y[:, :, :-1] @ beta
    GR = G @ rotated.R[rotated.pattern].swapaxes(1, 2)
    b = np.einsum("sij,sjk,sk->si", GR, Omega, residual, optimize=True)
    explained = np.einsum("sij,sjk,sik->si", GR, Omega, GR, optimize=True)
    return b, np.sqrt(np.maximum(np.diag(G) - explained, 0.0))
