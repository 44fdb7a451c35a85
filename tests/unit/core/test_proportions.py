"""Proportions and their difference against published intervals and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from statsmodels.stats.proportion import confint_proportions_2indep

from postinfusion.core.proportions import (
    clopper_pearson,
    miettinen_nurminen,
    miettinen_nurminen_ratio,
    restricted_proportions,
)
from postinfusion.errors import ModelError

HALF_OF_LAST_DIGIT = 5e-5  # of a published table with four decimals


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0528, 0.3382),
        ((9, 10, 3, 10), 0.1700, 0.8406),
        ((6, 7, 2, 7), 0.0342, 0.8534),
        ((5, 56, 0, 29), -0.0326, 0.1933),
        ((10, 10, 0, 10), 0.6636, 1.0000),
    ],
)
def test_score_intervals_are_those_of_newcombe_1998_table_2_method_6(counts, low, high):
    found = miettinen_nurminen(*counts)
    assert found.conf_low == pytest.approx(low, abs=HALF_OF_LAST_DIGIT)
    assert found.conf_high == pytest.approx(high, abs=HALF_OF_LAST_DIGIT)


def test_no_event_in_either_arm_gives_an_interval_around_zero():
    found = miettinen_nurminen(0, 20, 0, 20)
    assert found.conf_low == pytest.approx(-found.conf_high)
    assert 0 < found.conf_high < 0.2


@pytest.mark.parametrize("total", [1, 5, 48, 1000])
def test_zero_events_still_allow_the_closed_form_upper_limit(total):
    found = clopper_pearson(0, total)
    assert found.conf_low == 0
    assert found.conf_high == pytest.approx(1 - 0.025 ** (1 / total), rel=1e-10)


def test_an_exact_interval_holds_the_tail_probabilities():
    # Clopper & Pearson for 3 of 10, as printed in Agresti, Categorical Data Analysis
    found = clopper_pearson(3, 10)
    assert (round(float(found.conf_low), 3), round(float(found.conf_high), 3)) == (0.067, 0.652)


counts = st.integers(1, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(counts, counts)
def test_swapping_the_arms_turns_the_interval_around(first, second):
    found, turned = miettinen_nurminen(*first, *second), miettinen_nurminen(*second, *first)
    assert found.conf_low == pytest.approx(-turned.conf_high, abs=1e-8)
    assert found.conf_high == pytest.approx(-turned.conf_low, abs=1e-8)


@given(counts, counts)
def test_the_interval_holds_the_estimate_and_stays_within_its_range(first, second):
    found = miettinen_nurminen(*first, *second)
    assert -1 <= found.conf_low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.conf_high <= 1


def test_arrays_of_counts_give_what_each_gives_alone():
    found = miettinen_nurminen([56, 9], [70, 10], [48, 3], [80, 10])
    alone = [miettinen_nurminen(56, 70, 48, 80), miettinen_nurminen(9, 10, 3, 10)]
    assert found.conf_low.tolist() == [float(each.conf_low) for each in alone]


@given(counts, counts, st.floats(-0.99, 0.99))
def test_restricted_proportions_are_probabilities_that_differ_by_the_difference(first, second, difference):
    one, two = restricted_proportions(*first, *second, difference)
    assert one - two == pytest.approx(difference, abs=1e-12)
    assert -1e-12 <= two <= 1 + 1e-12
    assert -1e-12 <= one <= 1 + 1e-12


@pytest.mark.parametrize("wrong", [(3, 2), (-1, 2), (0, 0)])
def test_counts_that_are_no_proportion_are_refused(wrong):
    with pytest.raises(ModelError, match="is not a proportion"):
        clopper_pearson(*wrong)


def test_limits_of_a_ratio_are_those_of_koopman_1984_but_for_his_factor():
    n = 40 + 80
    z = ndtri(0.975) * np.sqrt((n - 1) / n)  # his statistic lacks N / (N - 1)
    found = miettinen_nurminen_ratio(36, 40, 16, 80, confidence=2 * ndtr(z) - 1)
    assert [round(float(limit), 2) for limit in (found.conf_low, found.conf_high)] == [2.94, 7.15]


@pytest.mark.parametrize("counts", [(15, 178, 8, 178), (7, 178, 2, 178), (5, 56, 1, 29), (1, 1000, 3, 1000)])
def test_limits_of_a_ratio_are_those_of_statsmodels(counts):
    found = miettinen_nurminen_ratio(*counts)
    theirs = confint_proportions_2indep(*counts, method="score", compare="ratio", correction=True)
    np.testing.assert_allclose([found.conf_low, found.conf_high], theirs, rtol=1e-9)


def test_a_ratio_is_safe_without_events():
    of_none, of_reference, of_both = (miettinen_nurminen_ratio(a, 20, b, 30) for a, b in ((0, 5), (5, 0), (0, 0)))
    assert (of_none.estimate, of_none.conf_low) == (0, 0)
    assert 1 < of_none.conf_high < 2
    assert (of_reference.estimate, of_reference.conf_high) == (np.inf, np.inf)
    assert 1 < of_reference.conf_low < 3
    assert np.isnan(of_both.estimate)
    assert (of_both.conf_low, of_both.conf_high) == (0, np.inf)


@given(counts, counts)
def test_swapping_the_arms_inverts_the_interval_of_the_ratio(first, second):
    found, turned = miettinen_nurminen_ratio(*first, *second), miettinen_nurminen_ratio(*second, *first)
    with np.errstate(divide="ignore"):
        assert found.conf_low == pytest.approx(1 / turned.conf_high, rel=1e-6)
        assert found.conf_high == pytest.approx(1 / turned.conf_low, rel=1e-6)
    if second[0]:
        assert found.conf_low <= found.estimate + 1e-9
        assert found.estimate <= found.conf_high + 1e-9
