"""The share of each verdict is what the rules imply; ``make verdict-shares`` gives those of whole trials."""

from collections import Counter

import numpy as np
import pytest

from postinfusion.analyses.verdicts import Comparison, comparative
from postinfusion.simulate.scenarios import SCENARIOS
from simulation.verdict_shares import expected, is_compatible, plan_of_claims, verdicts

IMPORTANT, ERROR = 3.0, 1.914  # of the MADRS at 24 hours with 46 participants in each arm
CRITICAL = 1.959963984540054
DRAWS = 20_000


def test_the_stated_probabilities_follow_from_the_rules():
    assert expected(6.0, ERROR, IMPORTANT)["supported"] == pytest.approx(0.88, abs=0.005)
    null = expected(0.0, ERROR, IMPORTANT)
    assert null["no important effect"] == pytest.approx(0.33, abs=0.015)
    assert null["inconclusive"] == pytest.approx(0.62, abs=0.015)
    assert null["supported"] == pytest.approx(0.025, abs=1e-4)
    assert expected(-6.0, ERROR, IMPORTANT)["contradicted"] == pytest.approx(0.88, abs=0.005)


@pytest.mark.parametrize("benefit", [6.0, 4.5, 0.0, -6.0])
def test_the_rules_give_the_verdicts_as_often_as_the_closed_form_says(benefit):
    draws = np.random.default_rng(20261123).normal(benefit, ERROR, DRAWS)
    width = CRITICAL * ERROR
    judged = [comparative(Comparison(b, b - width, b + width, b - width, IMPORTANT)).verdict.value for b in draws]
    counts = Counter(judged)
    for verdict, probability in expected(benefit, ERROR, IMPORTANT, CRITICAL).items():
        assert is_compatible(counts[verdict], DRAWS, probability)


def test_a_simulated_trial_goes_the_whole_way_to_its_verdicts():
    told = verdicts(plan_of_claims(), SCENARIOS["harmful"], 0)
    assert told["E1"] in {"contradicted", "inconclusive"}
