"""Regression to the mean: closed forms against integration, the literature's form, and simulation."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from postinfusion.core.regression_to_the_mean import (
    SourcePopulation,
    beyond_regression,
    expected_change,
    expected_change_beyond,
)
from postinfusion.errors import ModelError

SOURCE = SourcePopulation(60.0, 15.0, 0.5)  # the population of the example by Barnett and others, cut off at 40


def integrated(low: float, high: float) -> float:
    """Integrate the expected change over those whom the cut-off lets in."""
    density = norm(SOURCE.mean, SOURCE.sd).pdf
    change, _ = quad(lambda x: density(x) * (1 - SOURCE.correlation) * (SOURCE.mean - x), low, high)
    share, _ = quad(density, low, high)
    return change / share


@pytest.mark.parametrize("cut_off", [40.0, 60.0, 75.0])
def test_the_truncated_form_is_the_mean_of_the_expected_changes_of_those_who_enter(cut_off):
    assert expected_change_beyond(SOURCE, cut_off, is_lowest=True) == pytest.approx(integrated(cut_off, 200))
    assert expected_change_beyond(SOURCE, cut_off, is_lowest=False) == pytest.approx(integrated(-80, cut_off))


def test_it_is_equation_1_of_barnett_and_others():
    within, between = (1 - SOURCE.correlation) * SOURCE.sd**2, SOURCE.correlation * SOURCE.sd**2
    z = (60 - 40) / SOURCE.sd
    theirs = within / np.sqrt(within + between) * norm.pdf(z) / (1 - norm.cdf(z))
    assert expected_change_beyond(SOURCE, 40, is_lowest=False) == pytest.approx(theirs)


def test_far_in_the_tail_it_stays_finite():
    assert expected_change_beyond(SOURCE, 60 + 40 * 15, is_lowest=True) == pytest.approx(-0.5 * 15 * 40.025, rel=1e-4)


def test_a_perfect_correlation_expects_nothing():
    still = SourcePopulation(60, 15, 1.0)
    assert expected_change(still, np.array([90.0])) == 0
    assert expected_change_beyond(still, 90, is_lowest=True) == 0


def test_simulated_people_change_as_expected():
    rng = np.random.default_rng(3)
    level = rng.normal(60, 15 * np.sqrt(0.5), 400_000)
    first, second = (level + rng.normal(0, 15 * np.sqrt(0.5), level.size) for _ in range(2))
    enters = first >= 80
    change = (second - first)[enters]
    error = 3.29 * change.std() / np.sqrt(enters.sum())
    assert abs(change.mean() - expected_change_beyond(SOURCE, 80, is_lowest=True)) < error
    assert abs(change.mean() - expected_change(SOURCE, first[enters]).mean()) < error


def test_what_is_left_has_the_t_interval_of_one_sample():
    first, change = np.array([80.0, 90, 100]), np.array([-12.0, -20, -25])
    found = beyond_regression(SOURCE, first, change)
    left = change - 0.5 * (60 - first)
    assert found.estimate == pytest.approx(left.mean())
    assert found.df == 2
    assert found.conf_high - found.estimate == pytest.approx(4.302653 * left.std(ddof=1) / np.sqrt(3), rel=1e-6)


def test_one_participant_has_no_interval():
    with pytest.raises(ModelError, match="needs 2 participants or more"):
        beyond_regression(SOURCE, np.array([80.0]), np.array([-12.0]))
