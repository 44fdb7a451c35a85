"""A ratio of standard deviations does not depend on units, place or order, and says when it cannot be told."""

import numpy as np
import pytest
from scipy.stats import levene

from postinfusion.core.variance_ratio import brown_forsythe, deviation_ratio
from postinfusion.errors import ModelError

RNG = np.random.default_rng(5)
FIRST, SECOND = RNG.normal(10, 3, 30), RNG.standard_t(5, 24)


def test_neither_place_nor_unit_changes_the_ratio():
    one = deviation_ratio(FIRST, SECOND)
    other = deviation_ratio(2.54 * FIRST + 100, 2.54 * SECOND - 7)
    assert [other.ratio, other.conf_low, other.conf_high] == pytest.approx([one.ratio, one.conf_low, one.conf_high])


def test_the_groups_may_be_swapped():
    one, other = deviation_ratio(FIRST, SECOND), deviation_ratio(SECOND, FIRST)
    assert [1 / other.ratio, 1 / other.conf_high, 1 / other.conf_low] == pytest.approx(
        [one.ratio, one.conf_low, one.conf_high]
    )
    assert one.p_value == pytest.approx(other.p_value)


def test_without_a_regression_the_deviations_are_the_usual_ones():
    found = deviation_ratio(FIRST, SECOND)
    assert (found.first, found.second) == pytest.approx((FIRST.std(ddof=1), SECOND.std(ddof=1)))


def test_heavy_tails_make_the_interval_wider():
    light = deviation_ratio(RNG.uniform(size=40), RNG.uniform(size=40))
    heavy = deviation_ratio(RNG.standard_t(3, 40), RNG.standard_t(3, 40))
    assert heavy.kurtosis > light.kurtosis
    assert heavy.log_std_error > light.log_std_error


def test_the_test_of_spread_is_that_of_scipy():
    expected = levene(FIRST, SECOND, center="median")
    found = brown_forsythe([FIRST, SECOND])
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))


@pytest.mark.parametrize(
    ("first", "lost", "reason"),
    [([1, 2, 3, 4], (1, 1), "5 values"), (np.ones(10), (1, 1), "no spread"), (np.arange(6), (5, 1), "7 values")],
)
def test_a_group_that_is_too_small_or_has_no_spread_is_refused(first, lost, reason):
    with pytest.raises(ModelError, match=reason):
        deviation_ratio(first, SECOND, lost=lost)


def test_spread_needs_two_groups_that_vary():
    with pytest.raises(ModelError, match="two groups"):
        brown_forsythe([FIRST])
    with pytest.raises(ModelError, match="all alike"):
        brown_forsythe([np.ones(4), np.ones(4)])
