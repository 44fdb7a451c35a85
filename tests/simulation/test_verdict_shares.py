"""The share of each verdict is what the rules imply; ``make verdict-shares`` gives those of whole trials."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from postinfusion.analyses.claim_evidence import estimate_of
from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.analyses.verdicts import Comparison, comparative, equivalence, equivalence_in_each, every_diagnosis
from postinfusion.ard.query import select
from postinfusion.core.multiplicity import fixed_sequence, holm
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import simulate_scores
from postinfusion.vocabulary import Verdict
from simulation.deciding_estimates import STATISTICS, estimates_of
from simulation.judged_replicates import Drawn, at_hand, deciding, tables_of
from simulation.normal_theory import (
    _WORST_FIRST,
    Claim,
    Normal,
    _by_holm,
    _in_sequence,
    _verdicts,
    expected,
    family_shares,
    is_at_most,
    is_compatible,
    within_margin,
)
from simulation.replicates import replicates, trial_plan

IMPORTANT, ERROR = 3.0, 1.914  # of the MADRS at 24 hours with 46 participants in each arm
CRITICAL = 1.959963984540054
DRAWS = 20_000
ROUNDING = 1e-6  # of a standard error: the optimum is searched for many replicates at once
SINGLE_ARM, UNTREATED = "open_label_bn", "regression to the mean only"


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


@pytest.mark.parametrize("important", [None, 3.0])
def test_the_shares_of_a_family_of_one_claim_are_those_of_the_closed_form(important):
    normal = Normal(np.array([4.0]), np.array([ERROR]), np.array([1e6]), np.eye(1))
    shares, any_supported = family_shares(normal, [Claim("only", (0,), important)])
    assert shares["only"] == pytest.approx(expected(4.0, ERROR, important), abs=0.005)
    assert any_supported == shares["only"]["supported"]


@pytest.mark.parametrize("benefits", [(0.0, 0.0, 0.0), (0.1, -0.2, 0.3), (0.6, 0.0, 0.0)])
def test_no_difference_in_each_group_is_supported_as_often_as_the_product_says(benefits):
    errors = np.array([0.1, 0.15, 0.2])
    normal = Normal(np.array(benefits), errors, np.full(3, 1e6), np.eye(3))
    shares, _ = family_shares(normal, [Claim("same", (0, 1, 2), margin=0.5)])
    assert shares["same"]["supported"] == pytest.approx(within_margin(normal, 0.5), abs=0.005)
    outside = 1 - np.prod(1 - ndtr((np.abs(benefits) - 0.5) / errors - CRITICAL))
    assert shares["same"]["contradicted"] == pytest.approx(outside, abs=0.005)


def test_a_benefit_in_every_diagnosis_is_supported_no_more_often_than_each_of_its_parts():
    benefits, errors = np.array([6.0, 5.0, 6.0, 7.0]), np.array([1.8, 3.0, 3.2, 3.4])
    together = Normal(benefits, errors, np.full(4, 1e6), np.eye(4))
    shares, _ = family_shares(together, [Claim("overall", (0,), 3.0), Claim("each", (0, 1, 2, 3), 3.0, in_each=True)])
    product = expected(6.0, 1.8, 3.0)["supported"] * np.prod(ndtr(benefits[1:] / errors[1:] - CRITICAL))
    assert shares["each"]["supported"] == pytest.approx(product, abs=0.005)
    # both claims rest on the overall result and are one hypothesis, so that none pays for the other
    assert shares["overall"]["supported"] == pytest.approx(expected(6.0, 1.8, 3.0)["supported"], abs=0.005)


@pytest.mark.parametrize("seed", range(3))
def test_the_rules_written_for_arrays_are_those_of_the_package_for_groups(seed):
    rng = np.random.default_rng(seed)
    draws, widths = rng.normal(1.0, 1.5, (100, 4)), np.full((100, 4), 1.2)
    each, same = Claim("each", (0, 1, 2, 3), 0.8, in_each=True), Claim("same", (1, 2, 3), margin=1.5)
    rejected = draws[:, 0] > widths[:, 0]
    of_each, of_same = (_verdicts(claim, draws, widths, rejected) for claim in (each, same))
    for row, b in enumerate(draws):
        found = [Comparison(x, x - 1.2, x + 1.2, x - 1.2, 0.8) for x in b]
        assert _WORST_FIRST[of_each[row]] is every_diagnosis(comparative(found[0]), found[1:]).verdict
        told = equivalence_in_each([equivalence(x - 1.2, x + 1.2, 1.5) for x in b[1:]])
        assert _WORST_FIRST[of_same[row]] is told.verdict


def test_without_effects_a_family_supports_anything_in_at_most_one_of_forty_trials():
    normal = Normal(np.zeros(3), np.ones(3), np.full(3, 80.0), np.full((3, 3), 0.5) + 0.5 * np.eye(3))
    _, any_supported = family_shares(normal, [Claim(name, (place,)) for place, name in enumerate("abc")])
    assert any_supported <= 0.0255
    sequence = [Claim("first", (0,)), Claim("lasting", (1, 2))]
    assert family_shares(normal, sequence, sequence=True)[1] == pytest.approx(0.025, abs=0.0015)


def test_the_steps_written_for_arrays_reject_what_the_core_rejects():
    p = np.random.default_rng(5).uniform(0, 0.1, (500, 3))
    np.testing.assert_array_equal(_by_holm(p), np.array([holm(row) <= 0.05 for row in p]))
    np.testing.assert_array_equal(_in_sequence(p), np.array([fixed_sequence(row) <= 0.05 for row in p]))


def test_a_replicate_is_the_same_alone_and_among_others():
    plan = trial_plan(SINGLE_ARM)
    alone = replicates(plan, SINGLE_ARM, UNTREATED, [3]).adam
    among = replicates(plan, SINGLE_ARM, UNTREATED, [2, 3]).alone(3)
    for name, frame in alone.items():
        pd.testing.assert_frame_equal(among[name], frame)


def test_estimates_made_together_are_those_of_the_whole_analysis():
    plan = trial_plan("ketamine_ed")
    drawn = replicates(plan, "ketamine_ed", "at-random", [0, 1])
    key = "fcqs-mmrm"
    together = estimates_of(plan, "ketamine_ed", key, drawn)
    whole = analyse(plan, "ketamine_ed", key, drawn.alone(1)).results
    rows = together[together["replicate"] == 1].set_index("visit")
    for visit in rows.index:
        found = select(whole, term="difference", visit=visit, stat_name=STATISTICS).set_index("stat_name")["stat"]
        error = found["std_error"]
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            assert abs(rows.loc[visit, name] - found[name]) <= ROUNDING * error, (visit, name)


@pytest.fixture(scope="module")
def single_arm():
    """Give the claims of the trial without a comparison, some replicates, and their deciding estimates."""
    asked = deciding(SINGLE_ARM, UNTREATED)
    drawn = replicates(asked.plan, SINGLE_ARM, UNTREATED, range(4))
    return asked, drawn, at_hand(asked, tables_of(asked, drawn, SINGLE_ARM, slow=True), range(4))


def test_verdicts_from_estimates_are_those_of_all_results(single_arm):
    asked, drawn, draws = single_arm
    results = [analyse(asked.plan, SINGLE_ARM, key, drawn.alone(1)).results for key in asked.analyses]
    ard = pd.concat(results, ignore_index=True)
    told = select(synthesise(asked.plan, SINGLE_ARM, ard), term="claim", stat_name="verdict")
    of_claims = dict(zip(told["variable"], told["stat_text"], strict=True))
    assert Drawn(asked.plan, draws[1]).verdicts() == {claim: of_claims[claim] for claim in asked.claims}
    for point, estimate in draws[1].items():
        assert estimate.estimate == pytest.approx(estimate_of(asked.plan, ard, point).estimate, abs=1e-9)


def test_a_single_arm_never_supports_and_is_never_contradicted(single_arm):
    asked, _, draws = single_arm
    told = {verdict for draw in draws.values() for verdict in Drawn(asked.plan, draw).verdicts().values()}
    assert told <= {Verdict.COMPATIBLE.value, Verdict.INCONCLUSIVE.value}


def test_dropout_that_is_not_at_random_leaves_every_record_as_it_is():
    one, other = (
        simulate_scores(np.random.SeedSequence(7), SCENARIOS[name]) for name in ("at-random", "not-at-random")
    )
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])


def test_a_share_is_at_most_a_probability_up_to_chance():
    assert is_at_most(25, 1000, 0.025)
    assert is_at_most(40, 1000, 0.025)
    assert not is_at_most(60, 1000, 0.025)
