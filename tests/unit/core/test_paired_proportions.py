"""Paired proportions: the score interval solves its equation, and the exact test is the binomial one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from postinfusion.core.paired_proportions import paired_difference, score_statistic
from postinfusion.errors import ModelError

CASES = [(12, 2, 50), (5, 0, 24), (0, 1, 44), (3, 3, 10), (1, 0, 3), (0, 0, 12), (24, 0, 24)]


@pytest.mark.parametrize(("b", "c", "n"), CASES)
def test_the_limits_are_where_the_score_statistic_is_the_quantile(b: int, c: int, n: int):
    found = paired_difference(b, c, n)
    assert -1 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    for limit, quantile in ((found.conf_low, 1.959964), (found.conf_high, -1.959964)):
        if abs(limit) < 1:
            assert score_statistic(b, c, n, limit) == pytest.approx(quantile, abs=1e-5)


@pytest.mark.parametrize(("b", "c", "n", "difference"), [(12, 2, 50, 0.1), (3, 5, 20, 0.2), (4, 1, 15, -0.3)])
def test_the_score_statistic_uses_the_likeliest_shares_at_the_difference(b: int, c: int, n: int, difference: float):
    def minus_log_likelihood(q: float) -> float:
        return -(b * math.log(q + difference) + c * math.log(q) + (n - b - c) * math.log(1 - 2 * q - difference))

    low, high = max(0.0, -difference), (1 - difference) / 2
    best = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(low + 1e-9, high - 1e-9), method="bounded", options={"xatol": 1e-12}
    ).x
    variance = n * (2 * best + difference * (1 - difference))
    assert score_statistic(b, c, n, difference) == pytest.approx(
        (b - c - n * difference) / math.sqrt(variance), abs=1e-5
    )


def test_at_no_difference_the_score_statistic_is_that_of_mcnemar():
    assert score_statistic(9, 3, 40, 0.0) == pytest.approx((9 - 3) / math.sqrt(12))


@pytest.mark.parametrize(("b", "c", "n"), CASES)
def test_the_p_value_is_that_of_the_binomial_test(b: int, c: int, n: int):
    expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert paired_difference(b, c, n).p_value == pytest.approx(expected)


def test_exchanging_the_treatments_turns_the_sign():
    one, other = paired_difference(7, 2, 30), paired_difference(2, 7, 30)
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low))
    assert one.odds_low == pytest.approx(1 / other.odds_high)


def test_the_limits_of_the_odds_ratio_follow_from_the_exact_share():
    found, share = paired_difference(7, 2, 30), stats.binomtest(7, 9).proportion_ci()
    assert (found.odds_low, found.odds_high) == pytest.approx(
        (share.low / (1 - share.low), share.high / (1 - share.high))
    )
    assert paired_difference(3, 0, 9).odds_high == math.inf
    assert np.isnan(paired_difference(0, 0, 9).odds_ratio)


def test_the_interval_covers_in_small_trials():
    covered, n, p = 0.0, 15, (0.35, 0.15)
    for b in range(n + 1):
        for c in range(n + 1 - b):
            weight = stats.multinomial.pmf([b, c, n - b - c], n, [*p, 1 - sum(p)])
            found = paired_difference(b, c, n) if weight > 1e-6 else None
            covered += weight * (found is not None and found.conf_low <= p[0] - p[1] <= found.conf_high)
    assert 0.93 <= covered <= 0.98


def test_more_discordant_participants_than_participants_are_refused():
    with pytest.raises(ModelError, match="discordant"):
        paired_difference(3, 3, 5)
