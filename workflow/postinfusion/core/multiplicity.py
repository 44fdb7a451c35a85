"""Several hypotheses of one family: adjusted p-values, and the level of the interval that tells the same decision.

Notation: m hypotheses with p-values p_(1) <= ... <= p_(m) in order; alpha the two-sided level of the family.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError


def holm(p_values: ArrayLike) -> Array:
    """Give Holm's adjusted p-values: the running maximum of (m - j + 1) p_(j), at most 1.

    Parameters
    ----------
    p_values
        Shape (m,), each between 0 and 1.

    Raises
    ------
    ModelError
        Some are no p-values.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70; Wright (1992), Biometrics 48, 1005-1013.
    """
    order, steps = _steps(p_values)
    return _in_place(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def hochberg(p_values: ArrayLike) -> Array:
    """Give Hochberg's adjusted p-values: the running minimum of (m - j + 1) p_(j) from the largest down.

    The procedure keeps the level where the tests do not depend on each other negatively.

    Parameters
    ----------
    p_values
        Shape (m,), each between 0 and 1.

    Raises
    ------
    ModelError
        Some are no p-values.

    References
    ----------
    Hochberg (1988), Biometrika 75, 800-802; Sarkar (1998), Annals of Statistics 26, 494-504.
    """
    order, steps = _steps(p_values)
    return _in_place(np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0), order)


def fixed_sequence(p_values: ArrayLike) -> Array:
    """Give adjusted p-values of hypotheses tested in the given order, each at the full level: the running maximum.

    Parameters
    ----------
    p_values
        Shape (m,), in the order in which they are tested.

    Raises
    ------
    ModelError
        Some are no p-values.

    References
    ----------
    Maurer, Hothorn & Lehmacher (1995), in: Biometrie in der chemisch-pharmazeutischen Industrie 6, 3-18.
    """
    return np.asarray(np.maximum.accumulate(_checked(p_values)))


def decision_levels(p_values: ArrayLike, adjusted: ArrayLike, *, alpha: float = 0.05) -> Array:
    """Give for each hypothesis the level at which its own test decides as the adjusted p-value does.

    The level is alpha p / p_adjusted: p lies at or below it exactly where p_adjusted lies at or below alpha, so the
    interval of one minus this level leaves out zero exactly where the procedure rejects. By Holm it lies between
    alpha / m and alpha. The interval tells the decision about zero; it is no simultaneous interval for other values.

    Parameters
    ----------
    p_values, adjusted
        Shape (m,) each; where p is 0 the two are taken as equally small and the level is alpha / m.
    alpha
        Two-sided level of the family.
    """
    p, of_family = np.asarray(p_values, dtype=float), np.asarray(adjusted, dtype=float)
    share = np.divide(p, of_family, out=np.full_like(p, 1.0 / max(len(p), 1)), where=of_family > 0)
    return np.asarray(alpha * np.where(p > 0, share, 1.0 / max(len(p), 1)))


def _in_place(ordered: Array, order: NDArray[np.intp]) -> Array:
    """Put values that stand in the order of the p-values back where these came from."""
    placed = np.empty_like(ordered)
    placed[order] = ordered
    return placed


def _steps(p_values: ArrayLike) -> tuple[NDArray[np.intp], Array]:
    """Give the order of the p-values and (m - j + 1) p_(j)."""
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    return order, np.arange(len(p), 0, -1) * p[order]


def _checked(p_values: ArrayLike) -> Array:
    """Give p-values as an array; refuse what is none."""
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ModelError("a p-value lies between 0 and 1")
    return p
