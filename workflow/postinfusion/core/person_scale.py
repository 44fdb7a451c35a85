r"""A location-scale model between persons: each has a residual standard deviation of its own, which covariates shift.

    y_ij = x_ij' beta + u_ij' b_i + e_ij,   b_i ~ N(0, G),   e_ij ~ N(0, s_i^2),   log s_i = z_i' gamma + tau w_i

with w_i ~ N(0, 1) independent of b_i. This is the model of :mod:`postinfusion.core.location_scale` where nothing of the
scale changes within a person: then cross products by person hold all that the likelihood needs, and a fit takes a
fraction of a second. Given w_i, with A = U'U, G = LL', L'AL = P diag(lambda) P' and c = P'L'U'r,

    log |V| = n log s^2 + sum log(1 + lambda / s^2),   r'V^-1 r = r'r / s^2 - sum c^2 / (s^4 (1 + lambda / s^2)).

psi = (beta, the free elements of L with logarithms on its diagonal, gamma, tau).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize

from postinfusion.core.linalg import Array
from postinfusion.core.quadrature import gauss_hermite
from postinfusion.errors import ModelError

NODES = 25
"""More change the log-likelihood by less than 1e-6 (see the methods page)."""
_RULE = gauss_hermite(NODES, 1)
BOUNDARY = 1e-3
"""A standard deviation below this, in units of that of the response or of log s, is none."""
_ROUNDS, _MOVED = 12, 1e-9
_STEP = 1e-5
_FLAT = 1e-9
_GRADIENT = 1e-4


@dataclass(frozen=True)
class PersonRows:
    """Cross products of each person's rows.

    Attributes
    ----------
    n
        Shape (S,): rows.
    UU, UX, Uy
        Shapes (S, q, q), (S, q, p), (S, q).
    XX, Xy, yy
        Shapes (S, p, p), (S, p), (S,).
    Z
        Shape (S, h): covariates of the log residual standard deviation, with its intercept.
    """

    n: Array
    UU: Array
    UX: Array
    Uy: Array
    XX: Array
    Xy: Array
    yy: Array
    Z: Array

    @cached_property
    def lower(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the free elements of L, row by row."""
        return np.tril_indices(self.Uy.shape[1])

    @property
    def places(self) -> tuple[slice, slice, slice]:
        """Where beta, the elements of L, and gamma lie in psi; tau is its last element."""
        p, free, h = self.Xy.shape[1], len(self.lower[0]), self.Z.shape[1]
        return slice(0, p), slice(p, p + free), slice(p + free, p + free + h)


def person_rows(X: Array, U: Array, y: Array, Z: Array, person: np.ndarray) -> PersonRows:
    """Give the cross products of rows by person.

    Parameters
    ----------
    X, U, y
        Shapes (N, p), (N, q), (N,).
    Z
        Shape (S, h), a row for each person.
    person
        Shape (N,): codes 0 to S - 1.
    """
    n_persons = len(Z)

    def summed(left: Array, right: Array) -> Array:
        found = np.zeros((n_persons, left.shape[1], right.shape[1]))
        np.add.at(found, person, left[:, :, None] * right[:, None, :])
        return found

    column = y[:, None]
    return PersonRows(
        n=np.bincount(person, minlength=n_persons).astype(float),
        UU=summed(U, U),
        UX=summed(U, X),
        Uy=summed(U, column)[:, :, 0],
        XX=summed(X, X),
        Xy=summed(X, column)[:, :, 0],
        yy=summed(column, column)[:, 0, 0],
        Z=Z,
    )


@dataclass(frozen=True)
class GivenScale:
    """The densities of the persons' rows given w, in the eigenvectors P of L'AL, where all of it is diagonal.

    Attributes
    ----------
    value
        Shape (K, S): log density of each person's rows at each of its w.
    """

    rows: PersonRows
    psi: Array
    w: Array
    value: Array
    _solved: Array
    _explained: Array
    _of_log_s: Array
    _inverse: Array
    _vectors: Array
    _L: Array
    _slope: Array

    def gradient(self, shares: Array) -> Array:
        """Give the sum over persons of the scores, averaged over w with shares (K, S); shape (P,)."""
        rows, P = self.rows, self._vectors
        beta = self.psi[rows.places[0]]
        weighted = shares[..., None] * self._solved
        at_inverse = (shares * self._inverse).sum(axis=0)
        across = np.einsum("sba,bc,scp->sap", P, self._L.T, rows.UX)
        of_beta = at_inverse @ (rows.Xy - rows.XX @ beta) - np.einsum(
            "sap,sa->p", across, (weighted * self._inverse[..., None]).sum(axis=0)
        )
        inner = np.einsum("ksa,ksb->sab", weighted, self._solved)
        inner -= np.einsum("ks,ksa->sa", shares, self._explained)[:, :, None] * np.eye(P.shape[1])
        turned = np.einsum("sab,sbc,sdc->ad", P, inner, P)
        of_L = np.linalg.solve(self._L.T, turned)[rows.lower] * self._slope
        of_log_s = shares * self._of_log_s
        return np.concatenate([of_beta, of_L, of_log_s.sum(axis=0) @ rows.Z, [np.sum(of_log_s * self.w)]])


def given_scale(rows: PersonRows, psi: Array, w: Array) -> GivenScale:
    """Give the densities of each person's rows at w.

    Parameters
    ----------
    rows
        Cross products.
    psi
        Shape (P,).
    w
        Shape (K, S).
    """
    at_beta, at_L, at_gamma = rows.places
    beta = psi[at_beta]
    L, slope = _triangle(rows, psi[at_L])
    log_s = rows.Z @ psi[at_gamma] + psi[-1] * w
    inverse = np.exp(-2 * log_s)
    rr = rows.yy - 2 * rows.Xy @ beta + np.einsum("p,spq,q->s", beta, rows.XX, beta)
    values, vectors = np.linalg.eigh(L.T @ rows.UU @ L)
    values = np.maximum(values, 0.0)
    c = np.einsum("sba,sb->sa", vectors, (rows.Uy - rows.UX @ beta) @ L)
    scaled = values * inverse[..., None]
    solved = c * inverse[..., None] / (1 + scaled)  # P'L'U'V^-1 r
    explained = scaled / (1 + scaled)
    quadratic = rr * inverse - np.sum(c * solved * inverse[..., None], axis=-1)
    value = -(rows.n * (np.log(2 * np.pi) + 2 * log_s) + np.log1p(scaled).sum(axis=-1) + quadratic) / 2
    norm = inverse * (rr + np.sum(solved * (values * solved - 2 * c), axis=-1))
    of_log_s = norm - rows.n + explained.sum(axis=-1)
    return GivenScale(rows, psi, w, value, solved, explained, of_log_s, inverse, vectors, L, slope)


def _triangle(rows: PersonRows, free: Array) -> tuple[Array, Array]:
    """Give L, and the derivative of each of its free elements in its parameter."""
    row, column = rows.lower
    on_diagonal = row == column
    values = np.where(on_diagonal, np.exp(np.where(on_diagonal, free, 0.0)), free)
    L = np.zeros((rows.Uy.shape[1],) * 2)
    L[row, column] = values
    return L, np.where(on_diagonal, values, 1.0)


@dataclass(frozen=True)
class _Quadrature:
    """Nodes of w for each person: w = centre + spread z."""

    centre: Array
    spread: Array

    def averaged(self, rows: PersonRows, psi: Array) -> tuple[float, Array, _Quadrature]:
        """Give the log-likelihood, its gradient, and the nodes moved to where each person's w lies."""
        rule = _RULE
        z = rule.nodes
        w = self.centre + z * self.spread
        given = given_scale(rows, psi, w)
        joint = given.value + (z**2 - w**2) / 2 + np.log(self.spread) + rule.log_weights[:, None]
        largest = joint.max(axis=0)
        shares = np.exp(joint - largest)
        total = shares.sum(axis=0)
        shares /= total
        mean = (shares * w).sum(axis=0)
        moved = _Quadrature(mean, np.sqrt((shares * (w - mean) ** 2).sum(axis=0)))
        return float((largest + np.log(total)).sum()), given.gradient(shares), moved


@dataclass(frozen=True)
class PersonScaleFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    psi
        Shape (P,); tau, its last element, is not negative.
    covariance
        Shape (P, P): inverse of the observed information.
    log_likelihood
        At the maximum.
    gamma
        Shape (h,).
    gamma_covariance
        Shape (h, h).
    deviation
        tau, the standard deviation of log s between persons.
    boundary
        tau or a variance of the random effects vanished: the information is not that of an inner maximum.
    iterations
        Steps taken.
    gradient
        Largest absolute element of the gradient.
    condition
        Condition number of the information scaled to a unit diagonal.
    """

    psi: Array
    covariance: Array
    log_likelihood: float
    gamma: Array
    gamma_covariance: Array
    deviation: float
    boundary: bool
    iterations: int
    gradient: float
    condition: float


def fit_person_scale(rows: PersonRows, start: Array) -> PersonScaleFit:
    """Maximise the likelihood over psi; the nodes of the quadrature follow the persons.

    Parameters
    ----------
    rows
        Cross products of a response and columns of moderate size.
    start
        Shape (P,), tau of it positive.

    Raises
    ------
    ModelError
        The maximum was not reached, or the information has no inverse there.

    References
    ----------
    Hedeker, Mermelstein & Demirtas (2008), Biometrics 64, 627-634; Naylor & Smith (1982), Appl. Stat. 31, 214-225.
    """
    n_persons = len(rows.Z)
    places = _Quadrature(np.zeros(n_persons), np.ones(n_persons))
    psi, steps, before = np.asarray(start, dtype=float), 0, -np.inf
    for _ in range(_ROUNDS):
        for _ in range(2):
            value, _, places = places.averaged(rows, psi)
        if abs(value - before) < _MOVED * (1 + abs(value)):
            break
        found = minimize(_minus(rows, places), psi, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 300})
        psi, steps, before = found.x, steps + int(found.nit), -float(found.fun)
    return _dossier(rows, places, psi, steps)


def _minus(rows: PersonRows, places: _Quadrature) -> Callable[[Array], tuple[float, Array]]:
    """Give minus the log-likelihood and its gradient as a function of psi."""

    def criterion(psi: Array) -> tuple[float, Array]:
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                value, gradient, _ = places.averaged(rows, psi)
            except np.linalg.LinAlgError:
                return np.inf, np.zeros_like(psi)
        return (-value, -gradient) if np.isfinite(value) else (np.inf, np.zeros_like(psi))

    return criterion


def _dossier(rows: PersonRows, places: _Quadrature, psi: Array, steps: int) -> PersonScaleFit:
    """Give the fit at a maximum, or refuse what is none."""
    information = _information(rows, places, psi)
    value, gradient, _ = places.averaged(rows, psi)
    _, at_L, at_gamma = rows.places
    row, column = rows.lower
    deviations = np.exp(psi[at_L][row == column])
    boundary = bool(abs(psi[-1]) < BOUNDARY or deviations.min(initial=1.0) < BOUNDARY)
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), _FLAT))
    values = np.linalg.eigvalsh(information / np.outer(scale, scale))
    largest = float(np.abs(gradient / scale).max())
    if not boundary and (not np.isfinite(values).all() or values[0] <= _FLAT or largest > _GRADIENT):
        raise ModelError(
            f"no maximum of the likelihood of the random scale was reached (scaled gradient {largest:.1e}, smallest "
            f"eigenvalue of the information {values[0]:.1e})"
        )
    covariance: Array = np.asarray(np.linalg.pinv(information, hermitian=True), dtype=float)
    return PersonScaleFit(
        psi=np.append(psi[:-1], abs(psi[-1])),
        covariance=covariance,
        log_likelihood=value,
        gamma=psi[at_gamma],
        gamma_covariance=covariance[at_gamma, at_gamma],
        deviation=abs(float(psi[-1])),
        boundary=boundary,
        iterations=steps,
        gradient=float(np.abs(gradient).max()),
        condition=float(values[-1] / values[0]) if values[0] > 0 else float("inf"),
    )


def _information(rows: PersonRows, places: _Quadrature, psi: Array) -> Array:
    """Give the observed information by central differences of the exact scores."""
    columns = [
        (places.averaged(rows, psi - step)[1] - places.averaged(rows, psi + step)[1]) / (2 * _STEP)
        for step in _STEP * np.eye(len(psi))
    ]
    half = np.array(columns)
    return np.asarray((half + half.T) / 2)
