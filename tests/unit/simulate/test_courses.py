"""Scores, counts and ideation given a person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.simulate.courses import counts, ideation, later, later_rates, rates, recorded, subscales
from postinfusion.simulate.covariance import draw_traits
from postinfusion.simulate.endpoints import BINGES, MADRS, PURGES
from postinfusion.simulate.people import ENTRY_CUT

PEOPLE = 60_000


@pytest.fixture(scope="module")
def traits():
    return draw_traits(PEOPLE, ENTRY_CUT, np.random.default_rng(21))


@given(overall=st.floats(0.0, 6.0), seed=st.integers(0, 1000))
def test_subscales_stay_on_the_scale_and_keep_the_mean(overall, seed):
    parts = subscales(np.array([overall]), np.random.default_rng(seed))
    assert parts.min() >= 0.0
    assert parts.max() <= 6.0
    # Half a step of each grid: three of 1/5 and one of 1/8, averaged.
    assert parts.mean() == pytest.approx(overall, abs=(3 * 0.1 + 0.0625) / 4 + 1e-9)


@given(value=st.floats(-50.0, 150.0))
def test_a_recorded_score_is_a_whole_number_within_the_scale(value):
    score = recorded(np.array(value), MADRS)
    assert 0 <= score <= 60
    assert score == round(float(score))


def test_an_effect_that_is_not_active_changes_nothing():
    diagnosis, hours = np.array([0, 1, 2]), np.array([[24.0, 672.0]])
    none = later(MADRS, np.zeros(3, dtype=bool), diagnosis, hours, np.zeros((3, 2)))
    assert (none == none[0]).all()


def test_the_same_hours_for_all_or_for_each_give_the_same_scores():
    diagnosis, active = np.array([0, 1, 2]), np.array([True, False, True])
    hours, deviations = np.array([[24.0, 672.0]]), np.random.default_rng(1).standard_normal((3, 2))
    together = later(MADRS, active, diagnosis, hours, deviations)
    assert np.array_equal(later(MADRS, active, diagnosis, np.repeat(hours, 3, axis=0), deviations), together)


def test_counts_have_the_variance_of_a_negative_binomial_with_persons(traits):
    mean = np.full((PEOPLE, 1), 24.0)
    drawn = counts(BINGES, mean, traits, np.random.default_rng(2))[:, 0]
    person = np.exp(0.7**2)
    expected = 24.0 + 24.0**2 * (person * (1.0 + 1.0 / 1.5) - 1.0)
    assert drawn.var() == pytest.approx(expected, rel=0.08)  # the fourth moment is large


def test_who_does_not_purge_by_definition_has_rate_zero():
    subtype = np.array(["AN-R", "BED", "BN", "AN-BP"])
    assert rates(PURGES, subtype).tolist() == [0.0, 0.0, 20.0, 20.0]
    assert rates(BINGES, subtype).tolist() == [0.0, 18.0, 24.0, 12.0]
    ketamine = later_rates(BINGES, subtype, np.ones(4, dtype=bool))
    assert ketamine[2] == pytest.approx(24.0 * 0.75 * np.array([0.70, 0.80, 0.95]))


def test_levels_of_ideation_have_their_shares(traits):
    levels = ideation(np.full((PEOPLE, 1), 0.35), traits, np.random.default_rng(3))[:, 0]
    shares = np.bincount(levels, minlength=6) / PEOPLE
    expected = np.array([0.65, *0.35 * np.array([0.50, 0.28, 0.13, 0.07, 0.02])])
    assert np.abs(shares - expected).max() < 3.29 * np.sqrt(0.25 / PEOPLE)
