"""Two stages put together keep their level and cover the truth; the stages are uncorrelated."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.two_stage import SEED, SETTINGS, summary

TRIALS = 250
QUANTILE_999 = 3.29
BY_NAME = {setting.name: setting for setting in SETTINGS}


def limit(probability: float) -> float:
    """Give the half width of the 99.9 % Monte Carlo interval of a share."""
    return QUANTILE_999 * np.sqrt(probability * (1 - probability) / TRIALS)


@pytest.mark.parametrize("name", ["no effect, few", "an effect in both stages"])
def test_the_combined_difference_is_unbiased_and_covered_and_the_stages_are_uncorrelated(name: str):
    found = summary(BY_NAME[name], SEED, TRIALS)
    assert abs(found["bias"]) <= QUANTILE_999 * found["mc_error"]
    assert abs(found["coverage"] - 0.95) <= limit(0.95)
    assert abs(found["correlation"]) <= QUANTILE_999 / np.sqrt(TRIALS)
    if name.startswith("no effect"):
        assert abs(found["rejects"] - 0.05) <= limit(0.05)
        assert abs(found["rejects_z"] - 0.05) <= limit(0.05)
