"""The sign-flip test of one sample of differences: exact where the signs can be enumerated, else by seeded draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from postinfusion.errors import ModelError

Array = NDArray[np.float64]
MOST_ENUMERATED = 36
"""Differences up to which all signs are enumerated, in two halves of at most 2^18 sums each."""
DRAWS = 100_000
_CHUNK = 5_000
_ROUNDING = 1e-9
"""Sums closer than this share of the sum of all magnitudes are ties: they differ by rounding only."""


@dataclass(frozen=True)
class SignFlipTest:
    """The result of a sign-flip test.

    Attributes
    ----------
    mean
        Mean of the differences.
    p_value
        Two-sided: share of all choices of signs whose mean is at least as far from zero as the one that was seen.
    smallest_p
        The smallest value that ``p_value`` could have had with these magnitudes.
    n
        Differences, with those of zero.
    is_exact
        All choices of signs were counted; otherwise they were drawn.
    """

    mean: float
    p_value: float
    smallest_p: float
    n: int
    is_exact: bool


def sign_flip_test(
    differences: Array, generator: np.random.Generator | None = None, *, draws: int = DRAWS
) -> SignFlipTest:
    """Test that differences are symmetric about zero, by flipping their signs.

    The statistic is ``T = |sum_i d_i|``; under the hypothesis each of the ``2^n`` choices of signs ``s_i`` is equally
    likely, and ``p = P(|sum_i s_i |d_i|| >= T)``. Up to 36 differences other than zero the choices are counted: the
    sums of two halves are formed apart, and pairs that reach T are found by sorting one of them. Beyond that signs are
    drawn, and the choice that was seen counts as one of the draws.

    Parameters
    ----------
    differences
        Shape (n,), finite.
    generator
        Source of randomness; needed beyond 36 differences.
    draws
        Number of draws where signs are drawn.

    Raises
    ------
    ModelError
        There is no difference, one is not finite, or a generator is needed and lacking.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21; Horowitz and Sahni (1974), J. ACM 21, 277-292 (two halves);
    Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9, article 39 (p values of draws are never zero).
    """
    values = np.asarray(differences, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ModelError("the sign-flip test needs at least one difference, and finite ones only")
    magnitudes = np.abs(values[values != 0])
    total, seen = float(magnitudes.sum()), abs(float(values.sum()))
    mean, n = float(values.mean()), len(values)
    if not len(magnitudes):
        return SignFlipTest(mean, 1.0, 1.0, n, is_exact=True)
    reach = seen - _ROUNDING * total
    smallest = float(2.0 ** (1 - len(magnitudes)))
    if len(magnitudes) <= MOST_ENUMERATED:
        return SignFlipTest(mean, _exact(magnitudes, reach), smallest, n, is_exact=True)
    if generator is None:
        raise ModelError(f"{len(magnitudes)} differences are too many to enumerate: a generator of draws is needed")
    p_value = _drawn(magnitudes, reach, generator, draws)
    return SignFlipTest(mean, p_value, max(smallest, 1.0 / (draws + 1)), n, is_exact=False)


def _exact(magnitudes: Array, reach: float) -> float:
    """Give the share of all choices of signs with a sum of at least ``reach`` in absolute value."""
    if reach <= 0:
        return 1.0
    half = len(magnitudes) // 2
    first, second = _sums(magnitudes[:half]), np.sort(_sums(magnitudes[half:]))
    above = len(second) - np.searchsorted(second, reach - first, side="left")
    return min(1.0, 2.0 * float(above.sum()) / (len(first) * len(second)))


def _sums(magnitudes: Array) -> Array:
    """Give the sums of all choices of signs."""
    sums = np.zeros(1)
    for magnitude in magnitudes:
        sums = np.concatenate([sums - magnitude, sums + magnitude])
    return sums


def _drawn(magnitudes: Array, reach: float, generator: np.random.Generator, draws: int) -> float:
    """Give the share of drawn choices of signs, the one that was seen among them, that reach as far."""
    count, left = 1, draws
    while left:
        size = min(left, _CHUNK)
        signs = generator.integers(0, 2, (size, len(magnitudes)), dtype=np.int8) * 2.0 - 1.0
        count += int((np.abs(signs @ magnitudes) >= reach).sum())
        left -= size
    return count / (draws + 1)
