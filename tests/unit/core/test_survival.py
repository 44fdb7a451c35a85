"""Times to an event: closed forms, small samples and refusals of the numerics."""

from math import comb

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

from postinfusion.core.aalen_johansen import aalen_johansen, time_lost
from postinfusion.core.kaplan_meier import kaplan_meier, quantile_of_curve, restricted_mean, survival_limits
from postinfusion.core.log_rank import DRAWS, log_rank, log_rank_scores, rerandomised
from postinfusion.core.proportional_hazards import fit_cox, likelihood_ratio_p, profile_limits
from postinfusion.errors import ModelError


def a_trial(n=60, seed=1):
    """Two arms with ties, strata and censoring."""
    generator = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    time = np.ceil(generator.exponential(10 / (1 + arm)))
    return time, generator.random(n) < 0.7, arm, generator.integers(0, 3, n)


def test_without_censoring_survival_is_the_share_still_free_and_its_variance_that_of_a_proportion():
    found = kaplan_meier([1, 2, 2, 3, 5], [True] * 5)
    assert found.survival == pytest.approx([0.8, 0.4, 0.2, 0.0])
    p = found.survival[:3]
    assert found.std_error[:3] == pytest.approx(np.sqrt(p * (1 - p) / 5))


def test_at_a_tie_the_event_comes_before_the_censoring():
    found = kaplan_meier([1, 1], [True, False])
    assert (found.survival[0], found.at_risk[0], found.censored[0]) == (0.5, 2, 1)


def test_a_single_participant_is_followed_to_the_only_time():
    assert kaplan_meier([4], [True]).at([3, 4, 9])[0] == pytest.approx([1, 0, 0])
    assert kaplan_meier([4], [False]).at([3, 4, 9])[0] == pytest.approx([1, 1, np.nan], nan_ok=True)


def test_nothing_is_said_after_the_last_time_under_observation():
    survival, error = kaplan_meier([1, 2], [True, False]).at([2, 2.5])
    assert np.isnan(survival[1])
    assert np.isnan(error[1])


def test_limits_stay_between_nothing_and_all_and_hold_the_estimate():
    found = kaplan_meier(*a_trial()[:2])
    inside = (found.survival > 0) & (found.survival < 1)
    for kind in ("plain", "log", "log-log"):
        low, high = (
            limit[inside] for limit in survival_limits(found.survival, found.std_error, kind=kind, confidence=0.9)
        )
        assert ((low >= 0) & (low < found.survival[inside]) & (found.survival[inside] < high) & (high <= 1)).all()


def test_an_unknown_scale_of_limits_is_refused():
    with pytest.raises(ModelError, match="plain, log, log-log"):
        survival_limits([0.5], [0.1], kind="arcsine", confidence=0.95)


def test_a_quantile_on_a_flat_part_is_its_middle_and_one_that_is_not_reached_is_unknown():
    times, survival = np.array([1.0, 4.0]), np.array([0.5, 0.25])
    assert quantile_of_curve(times, survival, 0.5, last=6) == 2.5
    assert quantile_of_curve(times, survival, 0.75, last=6) == 5
    assert np.isnan(quantile_of_curve(times, survival, 0.9, last=6))


def test_the_restricted_mean_of_complete_times_is_the_mean_of_times_cut_at_the_horizon():
    times = np.array([1.0, 2.0, 2.0, 3.0, 8.0])
    mean, error = restricted_mean(kaplan_meier(times, [True] * 5), 4.0)
    cut = np.minimum(times, 4.0)
    assert mean == pytest.approx(cut.mean())
    assert error == pytest.approx(cut.std() / np.sqrt(5))


@pytest.mark.parametrize("horizon", [3.5, 100.0])
def test_a_horizon_beyond_the_last_time_is_refused_unless_everyone_had_the_event(horizon):
    with pytest.raises(ModelError, match="earlier"):
        restricted_mean(kaplan_meier([1, 2, 3], [True, True, False]), horizon)
    assert restricted_mean(kaplan_meier([1, 2, 3], [True] * 3), horizon)[0] == pytest.approx(2)


def test_incidences_and_the_event_free_probability_add_up_to_one():
    time, event, arm, _ = a_trial()
    cause = np.where(event, 1 + arm, 0)
    first, second = (aalen_johansen(time, cause, of=of) for of in (1, 2))
    assert first.estimate + second.estimate + first.event_free == pytest.approx(1)


def test_with_one_cause_incidence_is_one_less_kaplan_meier_with_greenwoods_error():
    time, event, *_ = a_trial()
    incidence, curve = aalen_johansen(time, event), kaplan_meier(time, event)
    inside = curve.survival > 0
    assert incidence.estimate == pytest.approx(1 - curve.survival)
    assert incidence.std_error[inside] == pytest.approx(curve.std_error[inside])
    assert 8 - time_lost(incidence, 8)[0] == pytest.approx(restricted_mean(curve, 8)[0])
    assert time_lost(incidence, 8)[1] == pytest.approx(restricted_mean(curve, 8)[1])


def test_time_lost_beyond_the_last_time_is_refused():
    with pytest.raises(ModelError, match="earlier"):
        time_lost(aalen_johansen([1, 2], [1, 0]), 5)


def test_the_scores_of_the_arm_add_up_to_observed_less_expected():
    time, event, arm, strata = a_trial()
    test = log_rank(time, event, arm, strata)
    assert log_rank_scores(time, event, strata)[arm == 1].sum() == pytest.approx(test.observed - test.expected)


def test_rerandomisation_goes_through_every_arrangement_of_a_small_trial():
    found = rerandomised(range(8), [True] * 8, [1, 1, 1, 1, 0, 0, 0, 0], generator=np.random.default_rng(1))
    assert (found.is_exact, found.arrangements) == (True, comb(8, 4))
    assert found.p_value == found.smallest == pytest.approx(2 / 70)


def test_arrangements_keep_the_sizes_within_strata():
    strata = [0, 0, 0, 0, 1, 1, 1, 1]
    found = rerandomised(range(8), [True] * 8, [1, 0, 1, 0, 1, 0, 0, 0], strata, generator=np.random.default_rng(1))
    assert found.arrangements == comb(4, 2) * 4


def test_drawn_arrangements_give_the_same_p_for_the_same_seed_near_that_of_the_test():
    time, event, arm, strata = a_trial()
    first, second = (rerandomised(time, event, arm, strata, generator=np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert (first.is_exact, first.smallest) == (False, 1 / (DRAWS + 1))
    assert first.p_value == pytest.approx(log_rank(time, event, arm, strata).p_value, abs=0.03)


@pytest.mark.parametrize("event", [[False] * 4, [False, True, False, False]])
def test_no_event_under_common_observation_gives_no_test(event):
    with pytest.raises(ModelError, match="no event happened while both arms"):
        log_rank([1, 9, 1, 1], event, [1, 0, 0, 1])


def test_an_empty_arm_is_refused():
    with pytest.raises(ModelError, match="nobody to compare"):
        log_rank([1, 2], [True, True], [1, 1])


@pytest.mark.parametrize("time", [[], [-1.0, 2.0], [np.nan, 1.0]])
def test_times_that_are_none_are_refused(time):
    with pytest.raises(ModelError):
        kaplan_meier(time, [True] * len(time))


def test_the_hazard_ratio_is_that_of_statsmodels():
    time, event, arm, strata = a_trial(200)
    other = PHReg(time, arm[:, None], status=event, strata=strata, ties="efron").fit()
    found = fit_cox(time, event, arm, strata)
    assert found.coefficients == pytest.approx(other.params, abs=1e-4 * other.bse[0])
    assert found.std_errors == pytest.approx(other.bse, rel=1e-4)


def test_an_arm_without_events_gives_no_ratio():
    with pytest.raises(ModelError, match=r"runs away|tell"):
        fit_cox([1, 2, 3, 4, 5, 6], [True, False, True, False, True, False], [1, 0, 1, 0, 1, 0])


def test_no_event_at_all_gives_no_ratio():
    with pytest.raises(ModelError, match="no event happened"):
        fit_cox([1, 2, 3], [False] * 3, [0, 1, 0])


def test_a_constant_column_is_refused():
    with pytest.raises(ModelError, match="constant"):
        fit_cox([1, 2, 3], [True] * 3, [1, 1, 1])


def test_at_a_profile_limit_the_likelihood_ratio_test_is_at_its_level():
    time, event, arm, _ = a_trial()
    limit = profile_limits(fit_cox(time, event, arm), 0, confidence=0.9)[0]
    shifted = fit_cox(time, event, np.column_stack([arm]))
    assert limit < shifted.coefficients[0]
    p = likelihood_ratio_p(fit_cox(time, event, arm), 0)
    assert (p < 0.1) == (limit > 0 or profile_limits(shifted, 0, confidence=0.9)[1] < 0)
