"""Under the hypothesis the mixture errs as often as it says; the naive chi-square errs less."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import bdtr, fdtr

from postinfusion import fit_lmm
from postinfusion.errors import ModelError

N_TRIALS, LEVEL = 160, 0.10
PARTICIPANTS, TIMES = 60, 5
# Limits of the 99.9 % Monte Carlo interval of a count.
TAIL = 0.0005


@cache
def p_values(slope):
    """Give the p values of trials without the tested variance, and how many fits were refused."""
    frame = pd.DataFrame(
        {"id": np.repeat(np.arange(PARTICIPANTS), TIMES), "time": np.tile(np.arange(TIMES), PARTICIPANTS)}
    )
    found, refused = [], 0
    for child in np.random.SeedSequence(20260).spawn(N_TRIALS):
        generator = np.random.default_rng(child)
        y = generator.normal(size=len(frame)) + slope * generator.normal(size=PARTICIPANTS)[frame["id"]]
        trial = frame.assign(y=y)
        try:
            larger = fit_lmm(trial, "y", "time", "1 + time" if slope else "1", "id", df="asymptotic")
            smaller = fit_lmm(trial, "y", "time", "1", "id", df="asymptotic") if slope else None
            found.append(larger.boundary_test(smaller))
        except ModelError:
            refused += 1
    return found, refused


@pytest.mark.parametrize("slope", [0.0, 1.0], ids=["one variance", "a correlated slope"])
def test_the_mixture_keeps_its_level(slope):
    tests, refused = p_values(slope)
    assert refused == 0
    errors = sum(test.p_value < LEVEL for test in tests)
    assert bdtr(errors, len(tests), LEVEL) > TAIL
    assert 1 - bdtr(errors - 1, len(tests), LEVEL) > TAIL
    assert sum(test.naive_p_value < LEVEL for test in tests) < errors


def test_the_statistic_is_zero_as_often_as_the_mean_square_between_is_the_smaller():
    """In a balanced layout the variance vanishes exactly when F <= 1: half of the trials, and a little more."""
    tests, _ = p_values(0.0)
    zeros = sum(test.statistic < 1e-7 for test in tests)
    rows = PARTICIPANTS * TIMES
    share = fdtr(PARTICIPANTS - 1, rows - PARTICIPANTS - 1, 1.0)
    assert 0.5 < share < 0.54
    assert bdtr(zeros, len(tests), share) > TAIL
    assert 1 - bdtr(zeros - 1, len(tests), share) > TAIL
