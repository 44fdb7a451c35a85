"""The default inference keeps its level in trials of 12 participants; the others are a warning.

The table of 5,000 replicates stands in workflow/docs/methods/type_one_error.md; here a few of them hold it, within
99.9 % Monte Carlo limits.
"""

from functools import cache

import numpy as np
import pytest

from postinfusion.core.repeated_measures import fit_repeated_measures
from simulation.type_one_error import CONTRAST, METHODS, SEED, VISITS, count, inferences, is_between, trial

REPLICATES = {(12, 0.0): 400, (20, 0.0): 100, (40, 0.0): 60, (20, 1.0): 60}  # participants, effect
BANDS = {12: (0.035, 0.065), 20: (0.04, 0.06), 40: (0.04, 0.06)}
LINEAR = "kenward-roger-linear"


@cache
def counted(n, effect):
    return count(n, REPLICATES[n, effect], effect)


@pytest.mark.parametrize(("n", "effect"), REPLICATES)
def test_the_default_inference_keeps_its_level(n, effect):
    found = counted(n, effect)
    assert is_between(found.outside[LINEAR], found.fitted, *BANDS[n])


def test_the_normal_distribution_does_not_keep_the_level_with_12_participants():
    found = counted(12, 0.0)
    assert not is_between(found.outside["asymptotic"], found.fitted, 0.0, 0.05)


@pytest.mark.parametrize(("n", "effect"), REPLICATES)
def test_failed_fits_are_rare_and_counted(n, effect):
    found = counted(n, effect)
    assert found.fitted + found.failed == REPLICATES[n, effect]
    assert found.failed <= (0.1 if n == 12 else 0.01) * REPLICATES[n, effect]


def test_a_fifth_drops_out():
    data = trial(np.random.default_rng(SEED), 20_000)
    last = np.mean(np.bincount(data.subject, data.visit == VISITS - 1))
    assert 1 - last == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_what_a_fit_with_it_gives(method):
    data = trial(np.random.default_rng(SEED), 20)
    alone = fit_repeated_measures(data, "us", df_method=method).inference.estimates(CONTRAST)
    shared = inferences(data)[method].estimates(CONTRAST)
    for name in ("estimate", "std_error", "df", "conf_low"):
        np.testing.assert_allclose(getattr(shared, name), getattr(alone, name), rtol=1e-12)
