"""Correlation of two quantities, over all or within groups, with Fisher's interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from postinfusion.core.contrasts import check_confidence
from postinfusion.errors import ModelError

Array = NDArray[np.float64]
_SPENT = 3
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Correlation:
    """A correlation with its limits."""

    estimate: float
    conf_low: float
    conf_high: float
    n: int


def correlation(
    x: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None, *, confidence: float = 0.95
) -> Correlation:
    """Give Pearson's correlation; with groups, that of the deviations from the means of the groups.

    The interval is ``tanh(atanh(r) ± z / sqrt(n - 3 - (k - 1)))`` with k groups: what is common to a group is taken out
    of both quantities, which spends a degree of freedom for each further group.

    Parameters
    ----------
    x, y
        Shape (n,) each, nothing missing.
    groups
        Shape (n,), for example the arms; None for one group.
    confidence
        Coverage of the interval.

    Raises
    ------
    ModelError
        There are too few pairs, or one quantity does not vary within the groups.

    References
    ----------
    Fisher RA (1924). The distribution of the partial correlation coefficient. Metron 3:329-332.
    """
    check_confidence(confidence)
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    codes = (
        np.zeros(len(first), dtype=np.intp) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    spent = _SPENT + len(np.unique(codes)) - 1
    if len(first) <= spent:
        raise ModelError(f"{len(first)} participants with both values: a correlation needs at least {spent + 1}")
    first, second = _deviations(first, codes), _deviations(second, codes)
    r = float(np.clip(first @ second / np.sqrt((first @ first) * (second @ second)), -1, 1))
    half = float(ndtri((1 + confidence) / 2)) / np.sqrt(len(first) - spent)
    with np.errstate(divide="ignore"):
        low, high = np.tanh(np.arctanh(r) + np.array([-half, half]))
    return Correlation(r, float(low), float(high), len(first))


def _deviations(values: Array, codes: NDArray[np.intp]) -> Array:
    """Give the deviations from the means of the groups; refuse values that do not vary but for rounding."""
    found: Array = values - (np.bincount(codes, values) / np.bincount(codes))[codes]
    if not np.abs(found).max() > _ROUNDING * np.abs(values).max():
        raise ModelError("one of the two quantities does not vary: there is no correlation")
    return found
