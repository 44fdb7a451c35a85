"""Ratios of spreads hold their truth as often as they say; the table of 1,000 trials stands in the methods."""

import pytest

from simulation.type_one_error import is_between
from simulation.variability import STEPS, simulate

REPLICATES = 40


@pytest.mark.parametrize("case", ["small null", "before and after"])
def test_intervals_of_few_participants_hold_the_truth(case):
    found = simulate(case, REPLICATES).loc[STEPS]
    assert abs(found["bias"]) < 3.29 * found["monte_carlo_error"]
    assert is_between(round(found["coverage"] * REPLICATES), REPLICATES, 0.93, 0.97)
