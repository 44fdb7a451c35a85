"""Bases of a numeric column: R's orthogonal polynomials and natural cubic splines, learned from the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.formula import Factor
from postinfusion.errors import ModelError

Array = NDArray[np.float64]
CUBIC = 3


@dataclass(frozen=True)
class PolynomialBasis:
    """R's ``poly``: orthonormal polynomials on the analysed rows, by their three-term recurrence."""

    alpha: tuple[float, ...]
    norm2: tuple[float, ...]

    def columns(self, x: Array) -> Array:
        """Evaluate the polynomials of degree 1 and up at x (n,), shape (n, degree)."""
        values = [np.ones_like(x), x - self.alpha[0]]
        for i, alpha in enumerate(self.alpha[1:], start=1):
            values.append((x - alpha) * values[i] - self.norm2[i + 1] / self.norm2[i] * values[i - 1])
        return np.column_stack([value / np.sqrt(norm) for value, norm in zip(values[1:], self.norm2[2:], strict=True)])


@dataclass(frozen=True)
class NaturalSplineBasis:
    """R's ``ns``: cubic B-splines without the first, turned so that second derivatives vanish at the boundary knots.

    Attributes
    ----------
    knots
        The boundary knots with the interior ones between them.
    """

    knots: tuple[float, ...]

    def columns(self, x: Array) -> Array:
        """Evaluate the basis at x (n,), shape (n, interior knots + 1); it is linear beyond the boundary knots.

        References
        ----------
        Hastie (1992), in Chambers & Hastie, Statistical Models in S, ch. 7; ``ns`` of R's package splines.
        """
        low, high = self.knots[0], self.knots[-1]
        inside = np.clip(x, low, high)
        beyond = (x - inside)[:, None]
        return (self._splines(inside, 0) + beyond * self._splines(inside, 1)) @ self._turn()

    def _turn(self) -> Array:
        """Give the columns orthogonal to the second derivatives at both boundary knots, as R's QR has them."""
        bent = self._splines(np.array([self.knots[0], self.knots[-1]]), 2)
        return np.asarray(np.linalg.qr(bent.T, mode="complete")[0][:, 2:])

    def _splines(self, x: Array, derivative: int) -> Array:
        """Give the B-splines but the first, or a derivative of them, at x within the boundary knots."""
        ends = [self.knots[0]] * CUBIC, [self.knots[-1]] * CUBIC
        return b_splines(np.array([*ends[0], *self.knots, *ends[1]]), x, CUBIC, derivative)[:, 1:]


Basis = PolynomialBasis | NaturalSplineBasis | None


def b_splines(knots: Array, x: Array, degree: int, derivative: int = 0) -> Array:
    """Give B-splines of a degree, or a derivative of them, at x: shape (n, knots - degree - 1).

    Parameters
    ----------
    knots
        Rising, the boundary knots repeated ``degree + 1`` times for cubic splines.
    x
        Shape (n,): within the knots.
    degree
        Of the piecewise polynomials.
    derivative
        How many times they are differentiated.

    References
    ----------
    de Boor (1978), A Practical Guide to Splines, ch. X, eq. 4 and 8.
    """
    if degree == 0:
        # The last interval with any width also holds its right end.
        last = x == knots[-1]
        right = np.where(np.arange(len(knots) - 1) == np.flatnonzero(np.diff(knots) > 0)[-1], last[:, None], False)
        return np.asarray(((knots[:-1] <= x[:, None]) & (x[:, None] < knots[1:])) | right, dtype=np.float64)
    lower = b_splines(knots, x, degree - 1, max(derivative - 1, 0))
    m = len(knots) - degree - 1
    width, next_width = knots[degree : degree + m] - knots[:m], knots[degree + 1 :] - knots[1 : m + 1]
    share, next_share = (np.divide(1.0, w, out=np.zeros(m), where=w > 0) for w in (width, next_width))
    if derivative:
        return np.asarray(degree * (share * lower[:, :m] - next_share * lower[:, 1 : m + 1]))
    rising, falling = x[:, None] - knots[:m], knots[degree + 1 :] - x[:, None]
    return np.asarray(rising * share * lower[:, :m] + falling * next_share * lower[:, 1 : m + 1])


def basis_width(factor: Factor) -> int:
    """Count the columns of a numeric factor."""
    if factor.function == "ns":
        return len(factor.parameters) + 1 if factor.names_knots else int(factor.parameters[0])
    return int(factor.parameters[0]) if factor.function == "poly" else 1


def learned_basis(factor: Factor, frame: pd.DataFrame) -> Basis:
    """Learn the basis of ``poly`` or ``ns`` from the analysed rows.

    Raises
    ------
    ModelError
        A knot lies outside the data, or there are too few different values.
    """
    x = frame[factor.variable].to_numpy(dtype=float)
    return _splines(factor, x) if factor.function == "ns" else _polynomials(factor, x)


def _splines(factor: Factor, x: Array) -> NaturalSplineBasis:
    """Place the knots: as named, else at the quantiles of the rows that R takes."""
    width = basis_width(factor)
    inner = factor.parameters if factor.names_knots else np.quantile(x, np.arange(1, width) / width).tolist()
    knots = (float(x.min()), *inner, float(x.max()))
    if list(knots) == sorted(set(knots)):
        return NaturalSplineBasis(knots)
    if factor.names_knots:
        raise ModelError(
            f"The knots of {factor} must lie between {knots[0]:g} and {knots[-1]:g}, the range of the data"
        )
    raise ModelError(f"{factor} needs more different values of {factor.variable}: some of its knots coincide")


def _polynomials(factor: Factor, x: Array) -> PolynomialBasis:
    """Find the three-term recurrence of the polynomials that are orthogonal on x.

    References
    ----------
    Kennedy & Gentle (1980), Statistical Computing, pp. 343-344, as in R's ``poly``.
    """
    degree = int(factor.parameters[0])
    if len(np.unique(x)) <= degree:
        raise ModelError(f"{factor} needs more than {degree} different values of {factor.variable}")
    alpha, norm2 = [float(x.mean())], [1.0, float(len(x))]
    previous, current = np.ones_like(x), x - x.mean()
    for _ in range(degree):
        norm2.append(float(current @ current))
        alpha.append(float(x @ current**2) / norm2[-1])
        following = (x - alpha[-1]) * current - norm2[-1] / norm2[-2] * previous
        previous, current = current, following
    return PolynomialBasis(tuple(alpha[:degree]), tuple(norm2))
