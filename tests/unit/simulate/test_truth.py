"""The document of the truth: onset, duration, scenarios, verdicts."""

import json

import numpy as np
import pytest

from postinfusion.errors import DataError
from postinfusion.simulate.export import json_text
from postinfusion.simulate.potential import potential_outcomes
from postinfusion.simulate.scenarios import SCENARIOS, scenario_named
from postinfusion.simulate.truth import effect_times, truth_document

CLAIMS = {*(f"E{i}" for i in range(1, 22)), *(f"S{i}" for i in range(1, 13))}


def test_the_effect_sets_in_before_4_hours_lasts_to_day_42_and_halves_by_day_45():
    times = effect_times(1.0)
    assert times.onset_hours < 4.0
    assert times.duration_days == pytest.approx(42.0, abs=0.05)
    assert times.half_of_day_21_days == pytest.approx(45.0, abs=0.01)


def test_an_effect_below_the_threshold_has_neither_onset_nor_end():
    times = effect_times(0.4)
    assert times.onset_hours is None
    assert times.duration_days is None


def test_every_claim_has_an_expected_verdict_in_every_scenario():
    for scenario in SCENARIOS.values():
        assert set(truth_document(1, scenario, 10)["expected_verdicts"]) >= CLAIMS


def test_under_the_null_no_outcome_of_anyone_differs():
    for tally in potential_outcomes(np.random.SeedSequence(1), SCENARIOS["null"], 2_000).values():
        assert not tally.total[2].any()
        assert not tally.squares[2].any()


def test_dropout_not_at_random_worsens_the_policy_truth_by_four_points_for_those_who_left():
    usual, hidden = (potential_outcomes(np.random.SeedSequence(1), SCENARIOS[name], 20_000)
                     for name in ("at-random", "not-at-random"))  # fmt: skip
    policy = next(q for q in usual if q.strategy == "treatment-policy" and q.endpoint == "madrs" and q.group == "all")
    gone = next(tally for q, tally in usual.items() if q.endpoint == "dropout")
    worse = hidden[policy].mean() - usual[policy].mean()
    assert worse[:2] == pytest.approx(4.0 * gone.mean()[:2], abs=0.01)  # the scale ends at 60


def test_the_truth_is_the_same_twice_and_plain_json():
    first, second = (json_text(truth_document(5, SCENARIOS["at-random"], 50)) for _ in range(2))
    assert first == second
    assert json.loads(first)["synthetic"] is True


def test_an_unknown_scenario_is_answered_with_the_nearest():
    with pytest.raises(DataError, match="not-at-random"):
        scenario_named("not-random")
