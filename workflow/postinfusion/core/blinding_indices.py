"""Blinding indices: Bang's of one arm, and James' of both arms together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from postinfusion.errors import ModelError

WRONG_GUESS = 0.5
"""James' weight of a wrong guess, between 0 of a right one and 1 of don't know; a common factor cancels."""


@dataclass(frozen=True)
class BlindingIndex:
    """An index of blinding with its standard error and interval.

    Attributes
    ----------
    estimate
        The index.
    std_error
        From the multinomial distribution of the answers; 0 where all answers are alike.
    conf_low, conf_high
        Wald limits, cut at the ends of the scale; NaN where the standard error is 0.
    n
        Participants who answered, those who do not know included.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    n: int


def bang(right: int, wrong: int, unknown: int, *, confidence: float = 0.95) -> BlindingIndex:
    """Give Bang's index of one arm: (right - wrong) / n, with n those who answered.

    It is the share of the arm who guess right beyond chance: 1 where all guess right, 0 where guesses are as at random
    or nobody guesses, -1 where all guess wrong. Its variance is (p_r + p_w - (p_r - p_w)²) / n.

    Parameters
    ----------
    right, wrong, unknown
        How many of the arm guess it, guess the other arm, and do not know.
    confidence
        Level of the two-sided interval.

    Raises
    ------
    ModelError
        Nobody of the arm answered.

    References
    ----------
    Bang, Ni and Davis (2004), Controlled Clinical Trials 25, 143-156: the index for three answers.
    """
    n = right + wrong + unknown
    if n == 0:
        raise ModelError("nobody of the arm answered what they were given")
    estimate = (right - wrong) / n
    variance = ((right + wrong) / n - estimate**2) / n
    return _with_interval(estimate, variance, n, confidence, lowest=-1.0)


def james(guesses: np.ndarray, unknown: np.ndarray, *, confidence: float = 0.95) -> BlindingIndex:
    """Give James' index of both arms: who does not know, and how wrong those are who guess, against chance.

    With p the shares of all who answered, u of those who do not know, g = 1 - u, r and c the margins of the guesses,

        index = u + g² S / (2 E),   S = sum_ij w_ij p_ij,   E = sum_ij w_ij r_i c_j,

    which is (1 + u + g kappa) / 2 with kappa = g S / E - 1. It is 0 where all guess right, 1/2 where all guess at
    random, 1 where nobody knows. The variance is that of the delta method over the multinomial shares.

    Parameters
    ----------
    guesses
        (2, 2) counts: rows are the arm guessed, columns the arm allocated, in the same order.
    unknown
        (2,) counts of those who do not know, by allocated arm.
    confidence
        Level of the two-sided interval.

    Raises
    ------
    ModelError
        Nobody answered, or all guesses name the arm that all who guessed are in: chance then expects no wrong guess.

    References
    ----------
    James, Bloch, Lee, Kraemer and Fuller (1996), Statistics in Medicine 15, 1421-1434.
    """
    n = int(np.sum(guesses) + np.sum(unknown))
    if n == 0:
        raise ModelError("nobody answered what they were given")
    if np.sum(guesses) == 0:
        return _with_interval(1.0, 0.0, n, confidence, lowest=0.0)
    share, weight = np.asarray(guesses, dtype=float) / n, WRONG_GUESS * (1 - np.eye(2))
    guessed, allocated = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float(np.sum(weight * share)), float(guessed @ weight @ allocated)
    if expected == 0:
        raise ModelError("all who guessed are of one arm and guessed it: no wrong guess was to be expected by chance")
    made, without = float(share.sum()), float(np.sum(unknown)) / n
    estimate = without + made**2 * observed / (2 * expected)
    of_expected = (weight @ allocated)[:, None] + (guessed @ weight)[None, :]
    slope = made * observed / expected + made**2 / (2 * expected) * (weight - observed / expected * of_expected)
    mean = float(np.sum(share * slope)) + without
    variance = (float(np.sum(share * slope**2)) + without - mean**2) / n
    return _with_interval(estimate, variance, n, confidence, lowest=0.0)


def _with_interval(estimate: float, variance: float, n: int, confidence: float, *, lowest: float) -> BlindingIndex:
    """Add the Wald interval within the scale from ``lowest`` to 1."""
    # Rounding can leave a variance of zero at 1e-17.
    std_error = math.sqrt(variance) if variance > np.finfo(float).eps / n else 0.0
    if std_error == 0:
        return BlindingIndex(estimate, 0.0, math.nan, math.nan, n)
    reach = float(norm.ppf((1 + confidence) / 2)) * std_error
    return BlindingIndex(estimate, std_error, max(estimate - reach, lowest), min(estimate + reach, 1.0), n)
