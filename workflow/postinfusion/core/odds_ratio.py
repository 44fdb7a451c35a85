"""Odds ratios over strata: Mantel and Haenszel's estimate, and the exact conditional one.

Notation: in stratum k, a of n1 and c of n2 have the event, b = n1 - a, d = n2 - c, m = a + c, N = n1 + n2. Given all
margins, a has Fisher's noncentral hypergeometric distribution with the odds ratio psi; the sum of a over the strata is
sufficient for a common psi.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, ndtr, ndtri

from postinfusion.core.stratified_proportions import Strata, strata_of

Array = NDArray[np.float64]

# Odds ratios beyond exp(+-700) are beyond double precision.
LARGEST_LOG_ODDS_RATIO = 700.0
# R's own: probabilities that differ by rounding only are taken as equal when the p-value is summed.
_SAME_PROBABILITY = 1 + 1e-7


@dataclass(frozen=True)
class OddsRatio:
    """An odds ratio with its interval and the p of an odds ratio of one.

    Attributes
    ----------
    estimate
        Zero or infinite with a zero cell; NaN where no stratum has both events and non-events.
    conf_low, conf_high
        Limits; NaN where the method has none.
    p_value
        Two-sided.
    """

    estimate: float
    conf_low: float
    conf_high: float
    p_value: float


def mantel_haenszel_odds_ratio(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    *,
    confidence: float = 0.95,
) -> OddsRatio:
    """Give the common odds ratio of Mantel and Haenszel, with the interval of Robins, Breslow and Greenland.

    ``psi = R / S`` with ``R = sum a d / N``, ``S = sum b c / N``; with ``P = (a + d) / N``, ``Q = 1 - P``::

        Var(log psi) = sum P R_k / (2 R^2) + sum (P S_k + Q R_k) / (2 R S) + sum Q S_k / (2 S^2)

    The p is that of the Cochran-Mantel-Haenszel test without correction of continuity. A zero cell that makes R or S
    zero leaves no interval: see :func:`conditional_odds_ratio`.

    Parameters
    ----------
    events, total, reference_events, reference_total
        Counts, one per stratum; a total may be zero.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of proportions, or no stratum has participants of both arms.

    References
    ----------
    Robins, Breslow & Greenland (1986), Biometrics 42, 311-323; one stratum: Woolf's variance. R's
    ``mantelhaen.test(correct = FALSE)`` does the same.
    """
    strata = strata_of(events, total, reference_events, reference_total)
    a, b, c, d = strata.x1, strata.n1 - strata.x1, strata.x2, strata.n2 - strata.x2
    n = strata.n1 + strata.n2
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    total_r, total_s = float(r.sum()), float(s.sum())
    p_value = _cochran_mantel_haenszel(strata)
    if total_r == 0 or total_s == 0:
        none = np.nan if total_r == total_s else np.inf if total_r else 0.0
        return OddsRatio(none, np.nan, np.nan, p_value)
    variance = (p @ r) / (2 * total_r**2) + (p @ s + q @ r) / (2 * total_r * total_s) + (q @ s) / (2 * total_s**2)
    half = float(ndtri((1 + confidence) / 2)) * float(np.sqrt(variance))
    log = float(np.log(total_r / total_s))
    return OddsRatio(float(np.exp(log)), float(np.exp(log - half)), float(np.exp(log + half)), p_value)


def conditional_odds_ratio(
    events: ArrayLike,
    total: ArrayLike,
    reference_events: ArrayLike,
    reference_total: ArrayLike,
    *,
    confidence: float = 0.95,
) -> OddsRatio:
    """Give the conditional maximum-likelihood odds ratio with its exact interval, whatever cells are zero.

    The limits are the odds ratios at which the sum of a over the strata, or anything beyond it, has the probability
    (1 - confidence) / 2; the p sums the probabilities, at an odds ratio of one, of all sums that are no more likely
    than the observed one.

    Parameters
    ----------
    events, total, reference_events, reference_total
        Counts, one per stratum; a total may be zero.
    confidence
        Level of the interval.

    Raises
    ------
    ModelError
        The counts are not those of proportions, or no stratum has participants of both arms.

    References
    ----------
    Gart (1970), Biometrika 57, 471-475; Mehta, Patel & Gray (1985), J. Am. Statist. Ass. 80, 969-973. R's
    ``fisher.test`` (one stratum) and ``mantelhaen.test(exact = TRUE)`` do the same.
    """
    strata = strata_of(events, total, reference_events, reference_total)
    supports = [_support(strata, k) for k in range(len(strata.x1))]
    low, high = sum(s[0][0] for s in supports), sum(s[0][-1] for s in supports)
    observed = float(strata.x1.sum())
    if low == high:
        return OddsRatio(np.nan, 0.0, np.inf, 1.0)
    tail = (1 - confidence) / 2
    beyond = _SumOfStrata.at(supports, _log_odds_with_mean(supports, min(max(observed, low + 0.5), high - 0.5)))
    estimate = (
        0.0 if observed == low else np.inf if observed == high else np.exp(_log_odds_with_mean(supports, observed))
    )
    lower = 0.0 if observed == low else _root(lambda t: beyond.at_least(observed, t) - tail)
    upper = np.inf if observed == high else _root(lambda t: tail - beyond.at_most(observed, t))
    return OddsRatio(float(estimate), lower, upper, _exact_p(supports, observed))


@dataclass(frozen=True)
class _SumOfStrata:
    """Distribution of the sum of a over the strata, found at one log odds ratio, where its terms do not underflow.

    Attributes
    ----------
    values
        What the sum can be.
    log_probability
        At the log odds ratio ``centre``.
    centre
        Log odds ratio.
    """

    values: Array
    log_probability: Array
    centre: float

    @staticmethod
    def at(supports: list[tuple[Array, Array]], centre: float) -> _SumOfStrata:
        """Convolve the strata at a log odds ratio."""
        probability = np.ones(1)
        for values, log_coefficient in supports:
            probability = np.convolve(probability, _probabilities(values, log_coefficient, centre))
        first = sum(values[0] for values, _ in supports)
        with np.errstate(divide="ignore"):
            return _SumOfStrata(first + np.arange(len(probability)), np.log(probability), centre)

    def probabilities(self, t: float) -> Array:
        """Give the probabilities at the log odds ratio t."""
        return _probabilities(self.values, self.log_probability, t - self.centre)

    def at_least(self, observed: float, t: float) -> float:
        """Give P(sum >= observed)."""
        return float(self.probabilities(t)[self.values >= observed].sum())

    def at_most(self, observed: float, t: float) -> float:
        """Give P(sum <= observed)."""
        return float(self.probabilities(t)[self.values <= observed].sum())


def _support(strata: Strata, k: int) -> tuple[Array, Array]:
    """Give what a can be in a stratum, and the logs of its coefficients C(n1, a) C(n2, m - a)."""
    n1, n2 = strata.n1[k], strata.n2[k]
    m = strata.x1[k] + strata.x2[k]
    values = np.arange(max(0.0, m - n2), min(n1, m) + 1)
    return values, _log_choose(n1, values) + _log_choose(n2, m - values)


def _log_choose(n: float, k: Array) -> Array:
    """Give the log of a binomial coefficient."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _probabilities(values: Array, log_coefficient: Array, t: float) -> Array:
    """Give the probabilities proportional to coefficient times exp(t value)."""
    log = log_coefficient + values * t
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def _log_odds_with_mean(supports: list[tuple[Array, Array]], mean: float) -> float:
    """Give the log odds ratio at which the expected sum over the strata has a value inside its range."""

    def excess(t: float) -> float:
        return float(sum(values @ _probabilities(values, logs, t) for values, logs in supports)) - mean

    return float(brentq(excess, -LARGEST_LOG_ODDS_RATIO, LARGEST_LOG_ODDS_RATIO, xtol=1e-13, rtol=1e-14))


def _root(difference: Callable[[float], float]) -> float:
    """Give the odds ratio at which an increasing function of its log is zero."""
    limit = LARGEST_LOG_ODDS_RATIO
    return float(np.exp(brentq(difference, -limit, limit, xtol=1e-13, rtol=1e-14)))


def _exact_p(supports: list[tuple[Array, Array]], observed: float) -> float:
    """Give the exact p of an odds ratio of one."""
    found = _SumOfStrata.at(supports, 0.0)
    probability = found.probabilities(0.0)
    at_observed = probability[found.values == observed]
    return min(1.0, float(probability[probability <= at_observed * _SAME_PROBABILITY].sum()))


def _cochran_mantel_haenszel(strata: Strata) -> float:
    """Give the p of the Cochran-Mantel-Haenszel test without correction of continuity; NaN without any variation."""
    n, m = strata.n1 + strata.n2, strata.x1 + strata.x2
    distance = float((strata.x1 - strata.n1 * m / n).sum())
    variance = float((strata.n1 * strata.n2 * m * (n - m) / (n**2 * np.maximum(n - 1, 1))).sum())
    return float(2 * ndtr(-abs(distance) / np.sqrt(variance))) if variance > 0 else np.nan
