"""The marginal log-likelihood of a generalised linear mixed model, with its exact gradient.

Subject i has rows with predictors eta = offset + X beta + C v, C = U Lambda, and spherical random effects v ~ N(0, I),
so that b = Lambda v ~ N(0, G) with G = Lambda Lambda'. With h(v) = sum of log densities - v'v / 2, its mode v_hat,
H = -h''(v_hat) = K^-T K^-1 and Gauss-Hermite nodes z_m with weights w_m, the adaptive quadrature is

    log L_i = -log|H| / 2 + log sum_m w_m exp(h(v_hat + K z_m) + z_m'z_m / 2);

one node, z = 0, is the Laplace approximation. The gradient is that of this approximation itself: mode and curvature
move with the parameters, by the implicit function theorem.

References
----------
Pinheiro & Bates (1995), J. Comput. Graph. Stat. 4, 12-35, eq. 2.6; Skaug & Fournier (2006), Comput. Stat. Data Anal.
51, 699-709 (gradient through the mode); Liu & Pierce (1994), Biometrika 81, 624-629.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.core.glmm_families import Density
from postinfusion.core.glmm_modes import Conditional, Modes, SubjectRows, find_modes
from postinfusion.core.linalg import Array
from postinfusion.core.quadrature import Rule


@dataclass(frozen=True)
class Point:
    """The marginal likelihood at given parameters.

    Attributes
    ----------
    psi
        Shape (P,): beta, gamma, then the free elements of Lambda.
    by_subject
        Shape (subjects,): log-likelihood of each subject.
    modes
        Modes of the random effects.
    nodes
        Shape (M, subjects, r): values of v at the nodes.
    density
        Of the rows at the nodes, shape (M, n).
    share
        Shape (M, subjects): posterior weight of each node.
    """

    psi: Array
    by_subject: Array
    modes: Modes
    nodes: Array
    density: Density
    share: Array

    @property
    def value(self) -> float:
        """Give the log-likelihood of all subjects."""
        return float(self.by_subject.sum())


@dataclass(frozen=True)
class MarginalLikelihood:
    """The likelihood of given data as a function of psi = (beta, gamma, free elements of Lambda).

    Attributes
    ----------
    rows
        The data.
    rule
        Gauss-Hermite nodes.
    correlated
        Whether Lambda has elements below its diagonal.
    """

    rows: SubjectRows
    rule: Rule
    correlated: bool

    @property
    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Give rows and columns of Lambda's free elements."""
        r = self.rows.U.shape[1]
        return np.tril_indices(r) if self.correlated else (np.arange(r), np.arange(r))

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Count beta, gamma and the free elements of Lambda."""
        q = self.rows.W[0].shape[1] if self.rows.W else 0
        return self.rows.X.shape[1], q, len(self.positions[0])

    def split(self, psi: Array) -> tuple[Array, Array, Array]:
        """Give beta (p,), gamma (q,) and Lambda (r, r)."""
        p, q, _ = self.sizes
        r = self.rows.U.shape[1]
        Lambda = np.zeros((r, r))
        Lambda[self.positions] = psi[p + q :]
        return psi[:p], psi[p : p + q], Lambda

    def at(self, psi: Array, start: Array | None = None) -> Point | None:
        """Give the likelihood at psi, or None where it cannot be evaluated.

        Parameters
        ----------
        psi
            Shape (P,).
        start
            Shape (subjects, r): where to look for the modes; zero by default.
        """
        beta, gamma, Lambda = self.split(psi)
        with np.errstate(all="ignore"):
            auxiliary = tuple(W @ gamma + o for W, o in zip(self.rows.W, self.rows.W_offset, strict=True))
            conditional = Conditional(self.rows, self.rows.offset + self.rows.X @ beta, auxiliary, self.rows.U @ Lambda)
            first = np.zeros((len(self.rows.start), len(Lambda))) if start is None else start
            modes = find_modes(conditional, first)
            point = None if modes is None else self._point(psi, conditional, modes)
        return point if point is not None and np.isfinite(point.by_subject).all() else None

    def _point(self, psi: Array, conditional: Conditional, modes: Modes) -> Point:
        """Put the nodes around the modes and sum over them."""
        z = self.rule.nodes
        nodes = modes.v + np.einsum("sab,mb->msa", modes.K, z)
        density = modes.density if len(z) == 1 else conditional.density(nodes)
        h = conditional.h(density, nodes) + (self.rule.log_weights + (z**2).sum(axis=1) / 2)[:, None]
        largest = h.max(axis=0)
        weight = np.exp(h - largest)
        total = weight.sum(axis=0)
        root = np.log(np.einsum("saa->sa", modes.K)).sum(axis=1)
        return Point(psi, root + largest + np.log(total), modes, nodes, density, weight / total)

    def gradient(self, point: Point) -> Array:
        """Give the derivative of the log-likelihood in psi, shape (P,)."""
        with np.errstate(all="ignore"):
            return _gradient(self, point)


def _gradient(likelihood: MarginalLikelihood, point: Point) -> Array:
    """Give the gradient: through the densities at the nodes, through the curvature H, and through the mode.

    dlog L_i = E[h_psi] + g' dv_hat + tr(S dH), where E weighs the nodes by their posterior share, g = E[h_v], and
    S = -H^-1 / 2 - K N K' collects how the determinant and the nodes follow H: N is the symmetric matrix with the
    upper triangle of K' E[h_v z'], its off-diagonal elements halved and its diagonal halved.
    """
    rows, modes = likelihood.rows, point.modes
    _, _, Lambda = likelihood.split(point.psi)
    C, subject, share = rows.U @ Lambda, rows.subject, point.share[:, rows.subject]
    S, g = _through_nodes(likelihood, point, C)
    second, third = modes.density.eta(2)[0], modes.density.eta(3)[0]
    SC = np.einsum("nab,nb->na", S[subject], C)
    s = (C * SC).sum(axis=1)
    q = g - rows.total(third * s * C.T).T
    t = np.einsum("sab,scb,sc->sa", modes.K, modes.K, q, optimize=True)
    ct = (C * t[subject]).sum(axis=1)
    slopes = share * point.density.eta(1)
    moved = second * ct - third * s
    own = slopes.sum(axis=0)
    gamma = np.zeros(likelihood.sizes[1])
    for W, a, ax, axx in zip(
        rows.W,
        point.density.auxiliary(0),
        modes.density.auxiliary(1),
        modes.density.auxiliary(2),
        strict=True,
    ):
        gamma = gamma + W.T @ ((share * a).sum(axis=0) + (ax * ct - axx * s).reshape(-1))
    weighted = np.einsum("mn,mnb->nb", slopes, point.nodes[:, subject]) + modes.v[subject] * moved[:, None]
    weighted += -2 * second[:, None] * SC + modes.density.eta(1)[0][:, None] * t[subject]
    return np.concatenate([rows.X.T @ (own + moved), gamma, (rows.U.T @ weighted)[likelihood.positions]])


def _through_nodes(likelihood: MarginalLikelihood, point: Point, C: Array) -> tuple[Array, Array]:
    """Give S (subjects, r, r) and g (subjects, r) of the gradient."""
    K = point.modes.K
    inverse = K @ K.swapaxes(1, 2)
    if len(likelihood.rule.nodes) == 1:
        return -inverse / 2, np.zeros_like(point.modes.v)
    by_row = point.density.eta(1)[:, None] * C.T
    slope = np.moveaxis(likelihood.rows.total(by_row), 1, 2) - point.nodes
    g = np.einsum("ms,msa->sa", point.share, slope)
    along = np.einsum("ms,msa,mb->sab", point.share, slope, likelihood.rule.nodes, optimize=True)
    upper = np.triu(K.swapaxes(1, 2) @ along) / 2
    N = (
        np.triu(upper, 1)
        + np.triu(upper, 1).swapaxes(1, 2)
        + np.einsum("saa->sa", upper)[..., None] * np.eye(len(K[0]))
    )
    return -inverse / 2 - K @ N @ K.swapaxes(1, 2), g
