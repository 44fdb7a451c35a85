"""Two one-sided tests: closed forms, and the 90 % interval that says the same; means and correlations beside them."""

import numpy as np
import pytest
from scipy import stats

from postinfusion.core.correlation import correlation
from postinfusion.core.equivalence import two_one_sided_tests
from postinfusion.core.two_means import difference_of_means, mean_of
from postinfusion.errors import ModelError


def test_both_tests_are_those_of_student():
    found = two_one_sided_tests(0.1, 0.2, 17.5, 0.5)
    assert (found.statistic_above, found.statistic_below) == pytest.approx((3.0, -2.0))
    assert found.p_above == pytest.approx(stats.t.sf(3.0, 17.5))
    assert found.p_below == found.p_value == pytest.approx(stats.t.cdf(-2.0, 17.5))


def test_the_larger_p_is_below_the_level_exactly_where_the_interval_lies_within_the_margin():
    random = np.random.default_rng(3)
    for estimate, error, df in zip(random.normal(0, 0.4, 500), random.uniform(0.05, 0.6, 500),
                                   random.uniform(2, 60, 500), strict=True):  # fmt: skip
        found = two_one_sided_tests(estimate, error, df, 0.5)
        assert (found.p_value < 0.05) == (max(-found.conf_low, found.conf_high) < 0.5)


def test_the_sign_and_the_unit_do_not_matter():
    one, other, scaled = (two_one_sided_tests(*values) for values in (
        (0.1, 0.2, 20, 0.5), (-0.1, 0.2, 20, 0.5), (0.1 * 2.2, 0.2 * 2.2, 20, 0.5 * 2.2)))  # fmt: skip
    assert (one.p_above, one.p_below) == pytest.approx((other.p_below, other.p_above))
    assert scaled.p_value == pytest.approx(one.p_value)


def test_infinite_degrees_of_freedom_give_the_normal_distribution():
    assert two_one_sided_tests(0.0, 0.25, np.inf, 0.5).p_value == pytest.approx(stats.norm.sf(2.0))


def test_the_level_is_kept_at_the_margin_itself():
    rejected = [
        two_one_sided_tests(x.mean(), x.std(ddof=1) / np.sqrt(12), 11, 0.5).p_value < 0.05
        for x in np.random.default_rng(11).normal(0.5, 0.1, (4000, 12))
    ]
    half = 3.29 * np.sqrt(0.05 * 0.95 / 4000)  # 99.9 % Monte Carlo interval; far from the other margin TOST is exact
    assert np.mean(rejected) == pytest.approx(0.05, abs=half)


@pytest.mark.parametrize(("margin", "level"), [(0.0, 0.05), (-1.0, 0.05), (np.nan, 0.05), (1.0, 0.5), (1.0, 0.0)])
def test_no_margin_and_no_level_are_refused(margin, level):
    with pytest.raises(ModelError):
        two_one_sided_tests(0.0, 1.0, 10, margin, level=level)


def test_means_that_cannot_have_an_interval_are_refused():
    with pytest.raises(ModelError, match="at least two values"):
        mean_of([0.4])
    with pytest.raises(ModelError, match="no standard error"):
        difference_of_means([1, 1, 1], [0, 0, 0])


def test_equal_variances_and_sizes_give_the_pooled_test():
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 6.0])
    assert difference_of_means(x, y).p_value[0] == pytest.approx(stats.ttest_ind(x, y).pvalue)


def test_what_is_common_to_an_arm_is_taken_out_of_a_correlation():
    random = np.random.default_rng(6)
    x, y = random.normal(size=(2, 40))
    arm = np.repeat(["K", "M"], 20)
    shifted = correlation(x + 50 * (arm == "K"), y - 70 * (arm == "K"), arm)
    assert shifted.estimate == pytest.approx(correlation(x, y, arm).estimate)
    assert correlation(x, y, arm).estimate == pytest.approx(correlation(2 * x - 1, 3 * y + 8, arm).estimate)


@pytest.mark.parametrize(
    ("x", "y", "groups"),
    [([1, 2, 3], [1, 2, 4], None), ([1, 2, 3, 4], [1, 2, 4, 3], ["K", "K", "M", "M"]),
     ([58.8] * 5, [1, 2, 3, 4, 5], None)],
)  # fmt: skip
def test_too_few_and_constant_values_have_no_correlation(x, y, groups):
    with pytest.raises(ModelError):
        correlation(x, y, groups)
