"""Comparisons of proportions over strata: what must hold for all counts."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from postinfusion.core.cochran_mantel_haenszel import general_association, row_mean_scores
from postinfusion.core.odds_ratio import conditional_odds_ratio, mantel_haenszel_odds_ratio
from postinfusion.core.stratified_proportions import stratified_difference
from postinfusion.errors import ModelError

total = st.integers(1, 12)
stratum = st.tuples(total, total).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
strata = st.lists(stratum, min_size=1, max_size=4).map(
    lambda found: [list(column) for column in zip(*found, strict=True)]
)
few = settings(max_examples=12)


def swapped(counts):
    x1, n1, x2, n2 = counts
    return x2, n2, x1, n1


def failures(counts):
    x1, n1, x2, n2 = (np.array(column) for column in counts)
    return n1 - x1, n1, n2 - x2, n2


@few
@given(strata)
def test_the_interval_holds_the_estimate_and_stays_within_one(counts):
    found = stratified_difference(*counts)
    assert -1 <= found.conf_low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.conf_high <= 1


@few
@given(strata)
def test_exchanging_the_arms_turns_difference_and_odds_ratio(counts):
    one, other = stratified_difference(*counts), stratified_difference(*swapped(counts))
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low), abs=1e-9)
    exact, turned = conditional_odds_ratio(*counts), conditional_odds_ratio(*swapped(counts))
    assume(exact.estimate > 0 and np.isfinite(exact.conf_high) and exact.conf_low > 0)
    assert (exact.estimate, exact.conf_low) == pytest.approx((1 / turned.estimate, 1 / turned.conf_high), rel=1e-7)


@few
@given(strata)
def test_counting_failures_turns_the_sign(counts):
    one, other = stratified_difference(*counts), stratified_difference(*failures(counts))
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low), abs=1e-9)


@few
@given(strata)
def test_the_score_test_is_the_cochran_mantel_haenszel_test(counts):
    x1, n1, x2, n2 = (np.array(column) for column in counts)
    tables = np.stack([np.stack([x1, n1 - x1], axis=1), np.stack([x2, n2 - x2], axis=1)], axis=1)
    score, mantel_haenszel = stratified_difference(*counts), mantel_haenszel_odds_ratio(*counts)
    assume(np.isfinite(score.p_value))
    assert score.p_value == pytest.approx(mantel_haenszel.p_value, rel=1e-9)
    for test in (general_association(tables), row_mean_scores(tables, [0, 1])):
        assert test.statistic == pytest.approx(score.statistic**2, rel=1e-9, abs=1e-12)


@few
@given(strata)
def test_p_and_interval_of_the_difference_agree(counts):
    found = stratified_difference(*counts)
    assume(abs(found.p_value - 0.05) > 1e-6)
    assert (found.p_value < 0.05) == (found.conf_low > 0 or found.conf_high < 0)


@few
@given(strata)
def test_the_exact_interval_holds_the_exact_estimate(counts):
    found = conditional_odds_ratio(*counts)
    assume(np.isfinite(found.estimate))
    assert found.conf_low <= found.estimate * (1 + 1e-9)
    assert found.estimate <= found.conf_high * (1 + 1e-9)


@few
@given(strata, st.randoms(use_true_random=False))
def test_the_order_of_strata_does_not_matter(counts, random):
    order = list(range(len(counts[0])))
    random.shuffle(order)
    moved = [[column[place] for place in order] for column in counts]
    one, other = stratified_difference(*counts), stratified_difference(*moved)
    assert (one.conf_low, one.conf_high) == pytest.approx((other.conf_low, other.conf_high), abs=1e-12)


@few
@given(st.lists(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=2), min_size=1,
                max_size=3), st.floats(0.5, 3), st.floats(-5, 5))  # fmt: skip
def test_scores_may_be_moved_and_stretched(tables, stretch, shift):
    scores = np.array([1.0, 2.0, 4.0])
    try:
        plain = row_mean_scores(tables, scores)
    except ModelError:
        assume(False)
    assert row_mean_scores(tables, stretch * scores + shift).statistic == pytest.approx(plain.statistic, rel=1e-6)
