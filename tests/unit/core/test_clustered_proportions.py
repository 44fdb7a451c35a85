"""Exact limits of a proportion of clustered units at their effective number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.core.clustered_proportions import korn_graubard
from postinfusion.core.proportions import clopper_pearson
from postinfusion.errors import ModelError

CLUSTERS = st.lists(
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=12
)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(max_examples=40, deadline=None)
def test_one_unit_for_each_participant_gives_the_interval_of_clopper_and_pearson(counts):
    events, total = counts
    found = korn_graubard([1] * events + [0] * (total - events), [1] * total)
    exact = clopper_pearson(events, total)
    assert found.effective == pytest.approx(total)
    np.testing.assert_allclose([found.conf_low, found.conf_high], [exact.conf_low, exact.conf_high], atol=1e-12)


@given(CLUSTERS)
@settings(max_examples=60, deadline=None)
def test_limits_hold_the_estimate_and_are_never_narrower_than_without_clusters(clusters):
    events, total = np.array(clusters).T
    found = korn_graubard(events, total)
    simple = clopper_pearson(events.sum(), total.sum())
    assert 0 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    assert found.effective <= total.sum()
    assert found.conf_low <= simple.conf_low + 1e-12
    assert found.conf_high >= simple.conf_high - 1e-12


@given(CLUSTERS, st.randoms())
@settings(max_examples=20, deadline=None)
def test_the_order_of_participants_does_not_matter(clusters, random):
    shuffled = random.sample(clusters, len(clusters))
    first, second = (korn_graubard(*np.array(given_order).T) for given_order in (clusters, shuffled))
    assert first.effective == pytest.approx(second.effective)


def test_events_and_their_absence_mirror_each_other():
    events, total = np.array([3, 0, 6, 2, 1, 0]), np.full(6, 6)
    found, mirrored = korn_graubard(events, total), korn_graubard(total - events, total)
    assert mirrored.conf_low == pytest.approx(1 - found.conf_high)
    assert mirrored.effective == pytest.approx(found.effective)


def test_where_all_units_are_alike_only_participants_count():
    found = korn_graubard([0] * 48, [6] * 48)
    assert found.effective == 48
    assert found.conf_high == pytest.approx(1 - 0.025 ** (1 / 48))
    assert korn_graubard([6, 6], [6, 6]).conf_low == pytest.approx(0.025 ** (1 / 2))


@given(CLUSTERS)
@settings(max_examples=40, deadline=None)
def test_no_events_never_allow_more_than_some_do(clusters):
    events, total = np.array(clusters).T
    found = korn_graubard(events, total)
    assert found.conf_high >= korn_graubard(0 * events, total).conf_high - 1e-12
    assert found.conf_low <= korn_graubard(total, total).conf_low + 1e-12


def test_one_event_allows_what_none_of_as_many_participants_does():
    total = np.full(48, 6)
    one = np.eye(48, dtype=int)[0]
    assert korn_graubard(one, total).conf_high == pytest.approx(korn_graubard(0 * one, total).conf_high)


def test_participants_without_a_unit_tell_nothing():
    assert korn_graubard([1, 0, 0], [2, 3, 0]) == korn_graubard([1, 0], [2, 3])


@pytest.mark.parametrize(("events", "total"), [([2], [1]), ([-1], [3]), ([0], [0]), ([1, 1], [2])])
def test_counts_that_are_none_of_a_proportion_are_refused(events, total):
    with pytest.raises(ModelError):
        korn_graubard(events, total)
