"""The log of the rising factorial, log Gamma(y + kappa) - log Gamma(kappa), without loss of digits at large kappa.

Counts enter a negative binomial likelihood through it. As kappa grows (the Poisson limit) two huge log-gammas cancel;
here the difference is formed from Stirling's series term by term, so that its error stays that of a few roundings. At
small kappa the first factors are summed one by one and Stirling's series takes the rest.
"""

from __future__ import annotations

import numpy as np

from postinfusion.core.linalg import Array

# From here on Stirling's series with the terms below is exact to rounding: the next term is below 1e-16.
STIRLING = 30
# Below this many observations a table of all factors is faster than a loop over them.
FEW = 2_000


def log_rising_factorial(y: Array, kappa: Array, order: int = 0) -> Array:
    """Give S = sum over i < y of log(1 + i / kappa), or a derivative of it in log kappa.

    ``log Gamma(y + kappa) - log Gamma(kappa) = S + y log kappa`` for whole y.

    Parameters
    ----------
    y
        Whole numbers from 0 up, any shape.
    kappa
        Positive, of a shape that broadcasts with y.
    order
        Of the derivative in log kappa, 0 to 3.

    References
    ----------
    Abramowitz & Stegun (1972), 6.1.41 and 6.4.11 to 6.4.13.
    """
    y, kappa = np.broadcast_arrays(np.asarray(y, dtype=float), np.asarray(kappa, dtype=float))
    shape, y, kappa = y.shape, y.ravel(), kappa.ravel()
    small = kappa < STIRLING
    result = np.empty(len(y))
    result[~small] = _by_series(y[~small], kappa[~small], 0, order)
    result[small] = _by_factors(y[small], kappa[small], order)
    return result.reshape(shape)


def _by_factors(y: Array, kappa: Array, order: int) -> Array:
    """Sum the first factors one by one, the rest by the series."""
    result = _first_factors(y, kappa, order) if len(y) < FEW else _first_factors_of_many(y, kappa, order)
    left = np.flatnonzero(y > STIRLING)
    result[left] += _by_series(y[left] - STIRLING, kappa[left], STIRLING, order)
    return result


def _first_factors(y: Array, kappa: Array, order: int) -> Array:
    """Sum the first factors in one table."""
    if not len(y):
        return np.zeros(0)
    i = np.arange(1.0, min(STIRLING, max(float(y.max()), 1.0)))[:, None]
    return np.asarray(np.where(i < y, _factor(i, kappa, order), 0.0).sum(axis=0))


def _first_factors_of_many(y: Array, kappa: Array, order: int) -> Array:
    """Sum the first factors over ever fewer observations."""
    result, left = np.zeros(len(y)), np.arange(len(y))
    for i in range(1, STIRLING):
        left = left[y[left] > i]
        if not len(left):
            break
        result[left] += _factor(np.array(float(i)), kappa[left], order)
    return result


def _factor(i: Array, kappa: Array, order: int) -> Array:
    """Give log(1 + i / kappa) or a derivative of it in log kappa."""
    if order == 0:
        return np.asarray(np.log1p(i / kappa))
    whole = kappa + i
    if order == 1:
        return np.asarray(-i / whole)
    second = i * kappa / whole**2
    return np.asarray(second if order == 2 else second * (i - kappa) / whole)


def _by_series(y: Array, kappa: Array, first: int, order: int) -> Array:
    """Give the sum over ``first <= i < first + y``, or a derivative of it in log kappa."""
    x = kappa + first
    if order == 0:
        stirling = (x + y - 0.5) * np.log1p(y / x) - y + _tail(x + y) - _tail(x)
        return np.asarray(stirling + y * np.log1p(first / kappa))
    slope = kappa * _psi_difference(y, x)
    if order == 1:
        return slope - y
    second = kappa**2 * _trigamma_difference(y, x)
    return slope + second if order == 2 else slope + 3 * second + kappa**3 * _tetragamma_difference(y, x)


def _tail(x: Array) -> Array:
    """Give what Stirling's formula leaves of log Gamma(x)."""
    x2 = x * x
    return np.asarray((1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * x2)) / x2) / x2) / x)


def _psi_difference(y: Array, x: Array) -> Array:
    """Give psi(x + y) - psi(x)."""
    a, b = ((1 / z**2) for z in (x + y, x))
    tail = [z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z / 240))) for z in (a, b)]
    return np.asarray(np.log1p(y / x) + y / (2 * x * (x + y)) - tail[0] + tail[1])


def _trigamma_difference(y: Array, x: Array) -> Array:
    """Give psi'(x + y) - psi'(x)."""
    a, b = 1 / (x + y), 1 / x
    tail = [z**3 * (1 / 6 - z**2 * (1 / 30 - z**2 * (1 / 42 - z**2 / 30))) for z in (a, b)]
    return np.asarray(-y * a * b * (1 + (a + b) / 2) + tail[0] - tail[1])


def _tetragamma_difference(y: Array, x: Array) -> Array:
    """Give psi''(x + y) - psi''(x)."""
    a, b = 1 / (x + y), 1 / x
    tail = [z**4 * (1 / 2 - z**2 * (1 / 6 - z**2 * (1 / 6 - z**2 * 3 / 10))) for z in (a, b)]
    return np.asarray(y * a * b * (a + b + a * a + a * b + b * b) - tail[0] + tail[1])
