"""The bias of log rates and their ratios against closed forms, refits and simulated trials."""

import numpy as np
import pytest
from scipy.optimize import brentq

from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.core.recurrent_events import Followed, andersen_gill
from postinfusion.core.second_order_bias import bias_of_negative_binomial, bias_of_proportional_rates

COUNTS = np.array([2.0, 1.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 0.0, 3.0])
ARM = np.array([1.0] * 4 + [0.0] * 6)
COVARIATES = np.column_stack([np.ones(10), ARM])
SHARES = np.linspace(0.1, 0.9, 10)


def relative_variance(counts: np.ndarray) -> float:
    """Give the squared standard error of the logarithm of a sum."""
    return float(((counts - counts.mean()) ** 2).sum() / counts.sum() ** 2)


def events(counts: np.ndarray, end: np.ndarray) -> Followed:
    """Give events of each participant at times spread over follow-up."""
    subject = np.repeat(np.arange(len(counts)), counts.astype(int))
    order = np.concatenate([np.arange(1, int(n) + 1) / (n + 1) for n in counts if n])
    return Followed.of(end, subject, order * end[subject])


def test_a_log_ratio_of_sums_is_too_high_by_half_the_relative_variance_of_the_lower_one_less_that_of_the_other():
    above, below = (relative_variance(COUNTS[arm == ARM]) for arm in (1, 0))
    fit = fit_negative_binomial(COUNTS, np.ones(10), COVARIATES)
    bias = bias_of_negative_binomial(fit, COUNTS, np.ones(10), COVARIATES, ARM)
    assert bias == pytest.approx([-below / 2, below / 2 - above / 2])


def test_proportional_rates_have_the_bias_of_sums_where_all_are_followed_alike():
    above, below = (relative_variance(COUNTS[arm == ARM]) for arm in (1, 0))
    followed = events(COUNTS, np.ones(10))
    found = float(andersen_gill(followed, ARM[:, None]).coefficients[0])
    assert bias_of_proportional_rates(found, followed, ARM) == pytest.approx(below / 2 - above / 2)


def test_proportional_rates_have_half_the_second_derivatives_of_weighted_refits_as_their_bias():
    end = 0.3 + SHARES
    followed = events(COUNTS, end)
    present, counts = followed.at(np.unique(followed.time))

    def refit(weight: np.ndarray) -> float:
        at_risk, happened = ([(weight[arm == ARM] @ of[arm == ARM]) for arm in (1, 0)] for of in (present, counts))

        def score(beta: float) -> float:
            odds = np.exp(beta) * at_risk[0]
            return float((happened[0] - sum(happened) * odds / (odds + at_risk[1])).sum())

        return brentq(score, -6, 6, xtol=1e-15)

    total = 0.0
    for j in range(10):
        inside = ARM[j] == ARM
        away = np.where(inside, -1.0, 0.0)
        away[j] += inside.sum()
        around = refit(1 + 1e-3 * away) + refit(1 - 1e-3 * away) - 2 * refit(np.ones(10))
        total += around / 1e-6 / inside.sum() ** 2
    found = float(andersen_gill(followed, ARM[:, None]).coefficients[0])
    assert bias_of_proportional_rates(found, followed, ARM) == pytest.approx(total / 2, rel=1e-3)


def test_equal_rates_have_no_bias():
    ones = np.ones(10)
    fit = fit_negative_binomial(ones, ones, COVARIATES)
    assert bias_of_negative_binomial(fit, ones, ones, COVARIATES, ARM) == pytest.approx([0, 0], abs=1e-12)
    followed = events(ones, ones)
    assert bias_of_proportional_rates(0.0, followed, ARM) == pytest.approx(0, abs=1e-12)


def test_arms_exchanged_change_the_sign_alone():
    followed = events(COUNTS, 0.3 + SHARES)
    log = float(andersen_gill(followed, ARM[:, None]).coefficients[0])
    there, back = bias_of_proportional_rates(log, followed, ARM), bias_of_proportional_rates(-log, followed, 1 - ARM)
    assert there == pytest.approx(-back)


@pytest.mark.parametrize("frailty", [np.inf, 1.0])
def test_few_events_are_estimated_without_bias(frailty):
    """Ten and thirty events in arms of 40; the linear part of an error, whose mean is 0, is taken out of its noise."""
    generator = np.random.default_rng(20_261_123)
    x = np.column_stack([np.ones(80), np.repeat([0.0, 1.0], 40)])
    end = np.where(np.arange(80) % 3, 1.0, 0.6)
    expected = end * np.where(x[:, 1] == 1, 0.85, 0.3)
    plain, corrected = [], []
    for _ in range(400):
        own = np.ones(80) if np.isinf(frailty) else generator.gamma(frailty, 1 / frailty, 80)
        counts = generator.poisson(own * expected).astype(float)
        linear = [counts[x[:, 1] == arm].sum() / expected[x[:, 1] == arm].sum() for arm in (0, 1)]
        if min(linear) > 0:
            fit = fit_negative_binomial(counts, end, x)
            plain.append(fit.coefficients[1] - np.log(0.85 / 0.3) - (linear[1] - linear[0]))
            corrected.append(plain[-1] - bias_of_negative_binomial(fit, counts, end, x, x[:, 1])[1])
    error = np.std(plain) / np.sqrt(len(plain))
    assert np.mean(plain) > 3.29 * error
    assert abs(np.mean(corrected)) < 2.58 * error
