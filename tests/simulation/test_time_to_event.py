"""Intervals of times to an event cover a known truth: exponential times, uniform ends of observation, 40 per arm."""

import pytest
from scipy.stats import binom

from simulation.time_to_event import LEVEL, QUANTITIES, STRATA, covered, rejected, simulate

TRIALS = 120


def agrees(count, share=LEVEL):
    """Say whether a count of trials agrees with a share within its 99.9 % Monte Carlo interval."""
    low, high = binom.interval(0.999, TRIALS, share)
    return low <= count <= high


@pytest.mark.parametrize("name", QUANTITIES)
def test_intervals_cover_as_often_as_they_say_and_estimates_lie_around_the_truth(name):
    truth, found = QUANTITIES[name].truth, simulate(name, TRIALS)
    assert agrees(covered(found, truth))
    assert abs(found[:, 0].mean() - truth) < 3.29 * found[:, 0].std(ddof=1) / TRIALS**0.5


@pytest.mark.parametrize("strata", [1, STRATA])
def test_the_log_rank_test_keeps_its_level(strata):
    assert agrees(rejected(strata, TRIALS), 1 - LEVEL)
