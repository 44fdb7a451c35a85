"""The truth of the simulated crossover trial is found on average, with carry-over in the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from postinfusion.simulate.crossover import simulate_crossover
from postinfusion.simulate.crossover_truth import (
    SEQUENCES,
    carried_over,
    ignoring_carry_over,
    treatment_effect,
    truth_of_crossover,
)
from postinfusion.simulate.export import csv_text
from postinfusion.simulate.scenarios import DEFAULT_SEED
from simulation.crossover import replicates, summary

QUANTILE_999 = 3.29
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "crossover_an"
TRIALS = 10


def test_the_true_differences_are_found_on_average():
    found = summary(replicates(20261122, TRIALS))
    assert (found["bias"].abs() <= QUANTILE_999 * found["mc_error"]).loc["with carry-over"].all()
    assert (found["coverage"] >= 0.6).all()  # at most 4 of 10 outside: probability above 0.999 at a coverage of 95 %


def test_each_treatment_follows_each_other_equally_often():
    pairs = [(order[period - 1], order[period]) for order in SEQUENCES.values() for period in (1, 2)]
    assert {pairs.count(pair) for pair in pairs} == {2}
    assert len(set(pairs)) == 6


def test_leaving_out_carry_over_biases_the_difference_by_what_the_truth_says():
    difference = ignoring_carry_over("MADRS", "24 h")
    kept = {arm: treatment_effect("MADRS", "24 h", arm) for arm in ("KL", "KH")}
    # Each arm is preceded by the two others only, so a part of the other arms' carry-over is taken for its effect.
    assert kept["KH"] < difference["KH"] < 0
    assert carried_over("MADRS", "24 h", "M") == 0


@pytest.mark.parametrize("has_effects", [True, False])
def test_a_trial_is_the_same_with_the_same_seed(has_effects: bool):
    first, second = (
        simulate_crossover(np.random.SeedSequence(5), has_effects=has_effects)["assessments"] for _ in range(2)
    )
    assert first.equals(second)
    assert first["participant"].nunique() == 24


def test_the_shipped_trial_is_what_the_command_makes():
    made = simulate_crossover(np.random.SeedSequence(DEFAULT_SEED))
    for name, table in made.items():
        assert csv_text(table) == (SHIPPED / f"{name}.csv").read_text("utf-8")
    truth = truth_of_crossover(DEFAULT_SEED, "at-random", has_effects=True)
    assert json.loads((SHIPPED / "truth.json").read_text("utf-8")) == truth


def test_each_event_has_the_toxicity_grade_of_its_severity():
    events = simulate_crossover(np.random.SeedSequence(DEFAULT_SEED))["adverse_events"]
    assert set(zip(events["severity"], events["grade"], strict=True)) == {("mild", 1), ("moderate", 2)}
