"""Intervals of times to an event cover a known truth: exponential times, uniform ends of observation, 40 per arm."""

import numpy as np
import pytest
from scipy.stats import binom

from postinfusion.core.aalen_johansen import aalen_johansen, time_lost
from postinfusion.core.kaplan_meier import kaplan_meier, restricted_mean, survival_limits
from postinfusion.core.log_rank import log_rank
from postinfusion.core.proportional_hazards import fit_cox, profile_limits

TRIALS, N, HORIZON = 400, 40, 20.0
HAZARDS = (0.05, 0.1)
RIVAL = 0.03
LEVEL = 0.95


def trials(hazards, seed):
    """Time, event and arm of each trial."""
    generator = np.random.default_rng(seed)
    arm = np.repeat([0, 1], N)
    for _ in range(TRIALS):
        event = generator.exponential(1 / np.array(hazards)[arm])
        end = generator.uniform(15, 60, 2 * N)
        yield np.minimum(event, end), event <= end, arm, generator


def covers(count, share=LEVEL):
    """Say whether a count of trials agrees with a share within its 99.9 % Monte Carlo interval."""
    low, high = binom.interval(0.999, TRIALS, share)
    return low <= count <= high


def test_intervals_of_probability_mean_time_and_hazard_ratio_cover_as_often_as_they_say():
    truth = {"survival": np.exp(-0.05 * 10), "mean": (1 - np.exp(-0.05 * HORIZON)) / 0.05, "ratio": np.log(2)}
    covered = dict.fromkeys(truth, 0)
    for time, event, arm, _ in trials(HAZARDS, 1):
        curve = kaplan_meier(time[arm == 0], event[arm == 0])
        low, high = survival_limits(*curve.at(10), kind="log-log", confidence=LEVEL)
        covered["survival"] += bool(low[0] <= truth["survival"] <= high[0])
        mean, error = restricted_mean(curve, HORIZON)
        covered["mean"] += abs(mean - truth["mean"]) <= 1.96 * error
        low, high = profile_limits(fit_cox(time, event, arm), 0, confidence=LEVEL)
        covered["ratio"] += low <= truth["ratio"] <= high
    assert {name: covers(count) for name, count in covered.items()} == dict.fromkeys(truth, True), covered


def test_time_lost_to_a_cause_covers_its_closed_form():
    total = HAZARDS[0] + RIVAL
    truth = HAZARDS[0] / total * (HORIZON - (1 - np.exp(-total * HORIZON)) / total)
    covered = 0
    for time, event, _, generator in trials((HAZARDS[0],) * 2, 2):
        rival = generator.exponential(1 / RIVAL, 2 * N)
        cause = np.where(rival < time, 2, event.astype(int))
        lost, error = time_lost(aalen_johansen(np.minimum(time, rival), cause), HORIZON)
        covered += abs(lost - truth) <= 1.96 * error
    assert covers(covered), covered


@pytest.mark.parametrize("strata", [1, 4])
def test_the_log_rank_test_keeps_its_level(strata):
    rejected = sum(
        log_rank(time, event, arm, np.arange(2 * N) % strata).p_value < 1 - LEVEL
        for time, event, arm, _ in trials((0.07, 0.07), 3)
    )
    assert covers(rejected, 1 - LEVEL), rejected
