"""Two stages put together give the closed forms, and refuse what has no variance or no weight."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from postinfusion.core.two_stage import Stage, combine, normal_score
from postinfusion.errors import ModelError


def test_equal_stages_with_half_the_weight_are_their_mean_with_twice_the_degrees_of_freedom():
    found = combine(Stage(-4.0, 1.5, 20.0), Stage(-2.0, 1.5, 20.0), 0.5)
    assert found.estimate == pytest.approx(-3.0)
    assert found.std_error == pytest.approx(1.5 / math.sqrt(2))
    assert found.df == pytest.approx(40.0)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.statistic), 40))


def test_a_weight_near_one_leaves_the_first_stage():
    found = combine(Stage(-4.0, 1.5, 20.0), Stage(7.0, 9.0, 5.0), 1 - 1e-9)
    assert (found.estimate, found.std_error, found.df) == pytest.approx((-4.0, 1.5, 20.0), rel=1e-6)


def test_the_normal_score_has_the_p_of_the_t_statistic():
    score = normal_score(Stage(3.0, 1.2, 7.0))
    assert stats.norm.sf(score) == pytest.approx(stats.t.sf(2.5, 7))
    assert normal_score(Stage(-3.0, 1.2, 7.0)) == pytest.approx(-score)
    assert normal_score(Stage(2.0, 1.0, math.inf)) == pytest.approx(2.0)


def test_opposite_stages_cancel_in_the_combination():
    found = combine(Stage(2.0, 1.0, 30.0), Stage(-2.0, 1.0, 30.0), 0.5)
    assert found.z == pytest.approx(0.0, abs=1e-12)
    assert found.z_p_value == pytest.approx(1.0)


def test_a_statistic_beyond_any_table_stays_finite():
    assert math.isfinite(combine(Stage(1e6, 1e-6, 50.0), Stage(1.0, 1.0, 50.0), 0.5).z)


@pytest.mark.parametrize(
    ("first", "weight", "words"),
    [(Stage(1.0, 0.0, 5.0), 0.5, "no standard error"), (Stage(1.0, 1.0, 5.0), 1.0, "between 0 and 1")],
)
def test_what_cannot_be_combined_is_refused(first: Stage, weight: float, words: str):
    with pytest.raises(ModelError, match=words):
        combine(first, Stage(1.0, 1.0, 5.0), weight)
