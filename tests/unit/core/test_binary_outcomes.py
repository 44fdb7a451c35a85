"""Comparisons of proportions: closed forms, zero cells and refusals. Numbers of other programs: stratified_tables."""

import numpy as np
import pytest

from postinfusion.core.cochran_mantel_haenszel import general_association, linear_trend, row_mean_scores
from postinfusion.core.number_needed_to_treat import number_needed_to_treat
from postinfusion.core.odds_ratio import conditional_odds_ratio, mantel_haenszel_odds_ratio
from postinfusion.core.proportions import miettinen_nurminen
from postinfusion.core.reliable_change import smallest_reliable_change
from postinfusion.core.stratified_proportions import stratified_difference
from postinfusion.errors import ModelError

ROUNDING = 1e-12


def test_one_stratum_gives_the_interval_without_strata():
    one, plain = stratified_difference(10, 20, 5, 21), miettinen_nurminen(10, 20, 5, 21)
    found = [one.estimate, one.conf_low, one.conf_high]
    assert found == pytest.approx([float(plain.estimate), plain.conf_low, plain.conf_high], abs=ROUNDING)


def test_a_stratum_without_one_of_the_arms_changes_nothing():
    full = stratified_difference([10, 3], [20, 12], [5, 1], [21, 10])
    assert stratified_difference([10, 3, 2], [20, 12, 4], [5, 1, 0], [21, 10, 0]) == full
    assert full.n_strata == 2


def test_one_stratum_of_mantel_and_haenszel_has_woolfs_interval():
    found = mantel_haenszel_odds_ratio(10, 20, 5, 21)
    log, error = np.log(10 * 16 / (10 * 5)), np.sqrt(1 / 10 + 1 / 10 + 1 / 5 + 1 / 16)
    expected = np.exp([log, log - 1.959963984540054 * error, log + 1.959963984540054 * error])
    assert [found.estimate, found.conf_low, found.conf_high] == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize(
    ("counts", "estimate"),
    [((5, 10, 0, 10), np.inf), ((0, 10, 5, 10), 0.0), ((10, 10, 4, 10), np.inf), ((4, 10, 10, 10), 0.0)],
)
def test_a_zero_cell_leaves_an_exact_interval_but_none_of_mantel_and_haenszel(counts, estimate):
    assert mantel_haenszel_odds_ratio(*counts).estimate == estimate
    assert np.isnan(mantel_haenszel_odds_ratio(*counts).conf_low)
    exact = conditional_odds_ratio(*counts)
    assert exact.estimate == estimate
    assert 0 <= exact.conf_low < exact.conf_high <= np.inf
    assert 0 < max(exact.conf_low, 1 / exact.conf_high) < np.inf


@pytest.mark.parametrize("counts", [(0, 10, 0, 12), (10, 10, 12, 12), ([0, 5], [8, 5], [0, 6], [7, 6])])
def test_no_variation_leaves_a_difference_with_an_interval_and_no_odds_ratio(counts):
    difference = stratified_difference(*counts)
    assert difference.estimate == 0
    assert difference.conf_low < 0 < difference.conf_high
    assert np.isnan(difference.p_value)
    exact = conditional_odds_ratio(*counts)
    assert np.isnan(exact.estimate)
    assert (exact.conf_low, exact.conf_high, exact.p_value) == (0, np.inf, 1)
    assert np.isnan(mantel_haenszel_odds_ratio(*counts).estimate)


def test_a_large_trial_in_which_all_and_none_respond_does_not_underflow():
    exact = conditional_odds_ratio(1000, 1000, 0, 1000)
    # P(X = 1000) at psi is about prod of odds: the limit solves it; it must be finite and huge.
    assert exact.estimate == np.inf
    assert 1e5 < exact.conf_low < 1e6


def test_everyone_against_no_one_reaches_a_difference_of_one():
    found = stratified_difference(20, 20, 0, 21)
    assert found.estimate == found.conf_high == 1


@pytest.mark.parametrize("function", [stratified_difference, mantel_haenszel_odds_ratio, conditional_odds_ratio])
def test_counts_of_no_proportion_are_refused(function):
    with pytest.raises(ModelError, match="more events than participants"):
        function([11], [10], [1], [10])
    with pytest.raises(ModelError, match="participants of both arms"):
        function([1, 0], [10, 0], [0, 3], [0, 8])


def test_altmans_example_is_reproduced():
    # Altman 1998: a difference of 20 % (-5 % to 45 %) is NNTB 5, NNTB 2.2 to infinity to NNTH 20
    found = number_needed_to_treat(0.20, -0.05, 0.45)
    assert found.spans_infinity
    assert (found.estimate, found.conf_low, found.conf_high) == pytest.approx((5, 2.2222222, -20))


def test_an_interval_of_benefit_or_harm_alone_does_not_hold_infinity():
    benefit = number_needed_to_treat(0.25, 0.1, 0.5)
    harm = number_needed_to_treat(-0.25, -0.5, -0.1)
    assert (benefit.conf_low, benefit.conf_high, benefit.spans_infinity) == (2, 10, False)
    assert (harm.conf_low, harm.conf_high, harm.spans_infinity) == (-10, -2, False)


def test_no_difference_needs_infinitely_many():
    assert number_needed_to_treat(0.0, -0.1, 0.1).estimate == np.inf
    assert number_needed_to_treat(0.1, 0.0, 0.2).conf_high == -np.inf


def test_the_smallest_reliable_change_is_the_one_of_jacobson_and_truax():
    # SD 7.5, r 0.80: standard error of the difference 4.74, thus 9.3
    assert smallest_reliable_change(7.5, 0.80) == pytest.approx(1.96 * 4.7434165, rel=1e-7)


@pytest.mark.parametrize(("sd", "reliability"), [(0, 0.8), (5, 1.0), (5, 0.0)])
def test_a_reliable_change_needs_a_spread_and_a_reliability(sd, reliability):
    with pytest.raises(ModelError, match="reliability between 0 and 1"):
        smallest_reliable_change(sd, reliability)


def test_row_mean_scores_of_one_stratum_are_the_squared_correlation():
    counts = np.array([[[6, 5, 16], [19, 7, 6]]])
    arm = np.repeat([0, 1], counts[0].sum(axis=1))
    score = np.concatenate([np.repeat([1, 2, 3], row) for row in counts[0]])
    expected = (len(arm) - 1) * np.corrcoef(arm, score)[0, 1] ** 2
    assert row_mean_scores(counts, [1, 2, 3]).statistic == pytest.approx(expected, rel=ROUNDING)


def test_two_arms_have_no_trend_beside_their_difference():
    counts = np.array([[[6, 5, 16], [19, 7, 6]], [[7, 2, 5], [10, 0, 1]]])
    row, trend = row_mean_scores(counts, [1, 2, 3]), linear_trend(counts, [1, 2], [1, 2, 3])
    assert (row.statistic, row.df) == (pytest.approx(trend.statistic, rel=ROUNDING), trend.df)


def test_the_published_arthritis_example_is_reproduced():
    # Stokes, Davis & Koch, Categorical Data Analysis Using SAS: row mean scores differ, 14.6319
    counts = np.array([[[6, 5, 16], [19, 7, 6]], [[7, 2, 5], [10, 0, 1]]])
    assert row_mean_scores(counts, [1, 2, 3]).statistic == pytest.approx(14.6319, abs=5e-5)


def test_a_category_that_nobody_is_in_takes_a_degree_of_freedom():
    counts = np.array([[[6, 0, 16], [19, 0, 6]]])
    assert general_association(counts).df == 1


def test_categories_that_do_not_vary_cannot_be_tested():
    with pytest.raises(ModelError, match="do not vary"):
        row_mean_scores(np.array([[[6, 0], [9, 0]]]), [1, 2])
