"""Gauss-Hermite rules for expectations over standard normal variables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError

MAX_POINTS = 101
MAX_NODES = 2_601


@dataclass(frozen=True)
class Rule:
    """Nodes and weights: E f(z) for z ~ N(0, I) is about the sum of weight times f(node).

    Attributes
    ----------
    nodes
        Shape (M, r).
    log_weights
        Shape (M,): their exponentials add up to one.
    """

    nodes: Array
    log_weights: Array


def gauss_hermite(points: int, dimension: int) -> Rule:
    """Give the product rule of Gauss-Hermite rules.

    Parameters
    ----------
    points
        Per dimension: exact for polynomials up to degree 2 points - 1. One point is the Laplace approximation.
    dimension
        Number of normal variables, r; zero gives a rule of a single node without coordinates.

    Raises
    ------
    ModelError
        The number of points is not a whole number from 1 to 101, or the product has too many nodes.

    References
    ----------
    Abramowitz & Stegun (1972), 25.4.46; Golub & Welsch (1969), Math. Comp. 23, 221-230.
    """
    if isinstance(points, bool) or not isinstance(points, int | np.integer) or not 1 <= points <= MAX_POINTS:
        raise ModelError(
            f"quadrature={points!r} is not possible; allowed are whole numbers from 1 (Laplace) to {MAX_POINTS}"
        )
    if points**dimension > MAX_NODES:
        raise ModelError(
            f"{points} points for each of {dimension} random effects are {points**dimension:,} nodes; at most "
            f"{MAX_NODES:,} are allowed: use fewer points"
        )
    x, weight = hermegauss(int(points))
    # scipy's and numpy's rules weigh with exp(-x^2 / 2), whose integral is the square root of 2 pi.
    log_weight = np.log(weight) - np.log(2 * np.pi) / 2
    nodes = np.array(list(product(x, repeat=dimension))).reshape(points**dimension, dimension)
    logs = np.array(list(product(log_weight, repeat=dimension))).reshape(points**dimension, dimension)
    return Rule(nodes, logs.sum(axis=1))
