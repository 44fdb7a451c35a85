"""Rates, mean cumulative function and rate ratios against closed forms, and what they refuse."""

import numpy as np
import pytest
from scipy.stats import poisson, t

from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.core.poisson_rates import garwood, rate_difference, rate_of_clusters
from postinfusion.core.recurrent_events import Followed, andersen_gill, log_limits, mean_cumulative_function
from postinfusion.errors import ModelError

ROUNDING = 1e-12
END = [10.0, 10.0, 10.0, 10.0]
SUBJECT, TIME = [0, 0, 1, 3], [1.0, 2.0, 2.0, 9.0]
ARM = [0.0, 0.0, 1.0, 1.0]


def test_each_limit_leaves_its_tail_to_a_poisson_count():
    found = garwood(7, 20.0)
    assert poisson.sf(6, found.conf_low * 20) == pytest.approx(0.025, rel=1e-9)
    assert poisson.cdf(7, found.conf_high * 20) == pytest.approx(0.025, rel=1e-9)


def test_no_event_still_allows_a_rate():
    found = garwood(0, 10.0)
    assert (found.estimate, found.conf_low) == (0, 0)
    assert found.conf_high == pytest.approx(-np.log(0.025) / 10)


def test_the_difference_of_two_rates_without_events_has_limits():
    found = rate_difference(garwood(0, 10.0), garwood(0, 20.0))
    assert found.estimate == 0
    assert (-found.conf_low, found.conf_high) == pytest.approx((-np.log(0.025) / 20, -np.log(0.025) / 10))


def test_the_rate_of_all_events_is_their_number_per_time_whoever_was_followed_for_how_long():
    events, time = np.array([3.0, 0.0, 1.0, 2.0]), np.array([1.0, 8.0, 2.0, 4.0])
    found = rate_of_clusters(events, time)
    variance = 4 / 3 * ((events - 6 / 15 * time) ** 2).sum() / 36
    assert found.estimate == pytest.approx(6 / 15)
    assert np.log(found.conf_high / found.estimate) == pytest.approx(t.ppf(0.975, 3) * np.sqrt(variance))
    assert found.conf_low * found.conf_high == pytest.approx(found.estimate**2)


def test_without_an_event_the_rate_of_all_has_the_limit_of_none():
    assert rate_of_clusters([0, 0], [4.0, 6.0]) == garwood(0, 10.0)


def test_the_mean_of_complete_follow_up_is_the_mean_count_with_its_population_error():
    found = mean_cumulative_function(Followed.of(END, SUBJECT, TIME))
    counts = np.bincount(SUBJECT, minlength=4)
    assert found.estimate[-1] == pytest.approx(counts.mean(), rel=ROUNDING)
    assert found.std_error[-1] == pytest.approx(counts.std() / 2, rel=ROUNDING)
    assert found.at([0.5, 2.0, 11.0])[0] == pytest.approx([0.0, 0.75, np.nan], nan_ok=True)


def test_the_dead_stay_among_those_over_whom_the_mean_is_taken():
    end, died = [10.0, 10.0, 3.0, 10.0], [False, False, True, False]
    dead = mean_cumulative_function(Followed.of(end, SUBJECT, TIME, died))
    left = mean_cumulative_function(Followed.of(end, SUBJECT, TIME))
    assert dead.estimate[-1] == pytest.approx(1.0, rel=ROUNDING)
    assert left.estimate[-1] == pytest.approx(0.75 + 1 / 3, rel=ROUNDING)


def test_with_equal_follow_up_both_models_give_the_ratio_of_the_counts():
    found = Followed.of(END, SUBJECT, TIME)
    counts = np.bincount(SUBJECT, minlength=4)
    binomial = fit_negative_binomial(counts, END, np.column_stack([np.ones(4), ARM]))
    assert np.exp(andersen_gill(found, ARM).coefficients) == pytest.approx([1 / 3], rel=1e-9)
    assert np.exp(binomial.coefficients) == pytest.approx([0.15, 1 / 3], rel=1e-9)


def test_counts_that_vary_no_more_than_poisson_counts_have_no_dispersion():
    found = fit_negative_binomial([2, 2, 1, 2], END, np.ones(4))
    assert np.isinf(found.theta)
    assert found.model_covariance[0, 0] == pytest.approx(1 / 7, rel=1e-9)


def test_limits_of_a_mean_lie_around_it_on_the_log_scale():
    low, high = log_limits([2.0, 0.0], [0.5, 0.0], confidence=0.95)
    assert low[0] * high[0] == pytest.approx(4.0)
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: garwood(3, 0.0), "person-time above 0"),
        (lambda: rate_of_clusters([1, 0], [1.0, 0.0]), "person-time above 0"),
        (lambda: rate_of_clusters([1], [1.0]), "two participants"),
        (lambda: Followed.of(END, [0], [11.0]), "after the end of follow-up"),
        (lambda: Followed.of(END, [4], [1.0]), "one of the participants"),
        (lambda: andersen_gill(Followed.of(END, [], []), ARM), "no event happened"),
        (lambda: andersen_gill(Followed.of(END, [0, 1], [1.0, 2.0]), ARM), "a group has no event"),
        (lambda: andersen_gill(Followed.of(END, SUBJECT, TIME), np.ones(4)), "constant"),
        (lambda: fit_negative_binomial([1, 2, 0, 0], END, np.column_stack([np.ones(4), ARM])), "a group has no event"),
        (lambda: fit_negative_binomial([0, 0, 0, 0], END, np.ones(4)), "no event happened"),
        (lambda: fit_negative_binomial([1, 0, 2, 0], END, np.ones((4, 2))), "repeat each other"),
    ],
)
def test_what_no_model_can_be_fitted_to_is_refused(wrong, words):
    with pytest.raises(ModelError, match=words):
        wrong()
