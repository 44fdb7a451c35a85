"""Trials with known truth: the layer makes data and analyses nothing."""

from postinfusion.simulate.scenarios import SCENARIOS, Scenario, scenario_named
from postinfusion.simulate.trial import DEFAULT_SEED, simulate_scores, simulate_trial
from postinfusion.simulate.truth import DEFAULT_PEOPLE, truth_document

__all__ = [
    "DEFAULT_PEOPLE",
    "DEFAULT_SEED",
    "SCENARIOS",
    "Scenario",
    "scenario_named",
    "simulate_scores",
    "simulate_trial",
    "truth_document",
]
