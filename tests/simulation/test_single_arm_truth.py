"""In large trials without a comparison the segmented model and regression to the mean find what was put in."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import truncnorm

from postinfusion.ard.query import select
from postinfusion.simulate.single_arm_truth import (
    CORRELATION,
    LEVEL_CHANGE,
    POPULATION_MEAN,
    POPULATION_SD,
    SLOPE_AFTER,
    benefit,
    expected_baseline,
    expected_change,
    regression_to_the_mean,
)
from simulation.single_arm import asked, results

PEOPLE = 500
Z_999 = 3.29
BASELINE = truncnorm((27.5 - POPULATION_MEAN) / POPULATION_SD, np.inf, loc=POPULATION_MEAN, scale=POPULATION_SD)


@cache
def found(*, has_effects: bool, entry_value: str = "leave-out") -> pd.DataFrame:
    """Give the results of a large trial."""
    wanted = asked(entry_value=entry_value, df="asymptotic")
    return results(11, wanted, has_effects=has_effects, participants=PEOPLE)


def statistic(rows: pd.DataFrame, name: str, **key: str) -> float:
    """Give one statistic."""
    return float(select(rows, stat_name=name, **key)["stat"].iloc[0])


@pytest.mark.parametrize("has_effects", [True, False], ids=["with a benefit", "regression to the mean only"])
def test_slopes_and_changes_lie_within_chance_of_the_truth(has_effects: bool):
    rows = found(has_effects=has_effects)
    truths = {
        ("segment", "slope before"): 0.0,
        ("segment", "level change"): LEVEL_CHANGE * has_effects,
        ("segment", "slope after"): SLOPE_AFTER * has_effects,
        ("observed-change", ""): expected_change(1.0, has_effects=has_effects),
        ("beyond-regression", ""): benefit(1.0, has_effects=has_effects),
    }
    for (term, level), truth in truths.items():
        key = {"term": term, "level": level}
        away = statistic(rows, "estimate", **key) - truth
        assert abs(away) < Z_999 * statistic(rows, "std_error", **key), key


def test_the_expected_change_is_that_of_the_source_population():
    rows = found(has_effects=False)
    error = (1 - CORRELATION) * BASELINE.std() / np.sqrt(PEOPLE)
    key = {"term": "regression-to-the-mean"}
    of_values = statistic(rows, "estimate", **key, level="from the baseline values")
    assert abs(of_values - regression_to_the_mean()) < Z_999 * error
    assert statistic(rows, "estimate", **key, level="from the cut-off") == pytest.approx(regression_to_the_mean())


def test_without_a_benefit_regression_to_the_mean_is_nearly_all_of_the_observed_change():
    share = statistic(
        found(has_effects=False), "proportion", term="regression-to-the-mean", level="from the baseline values"
    )
    assert share == pytest.approx(1.0, abs=0.25)


def test_with_the_value_that_decided_entry_the_change_of_level_holds_regression_to_the_mean():
    rows = found(has_effects=False, entry_value="keep")
    assert statistic(rows, "conf_high", term="segment", level="level change") < 0
    assert statistic(rows, "conf_low", term="segment", level="slope before") > 0


def test_the_expected_baseline_is_that_of_a_normal_distribution_cut_off():
    assert expected_baseline() == pytest.approx(BASELINE.mean())
