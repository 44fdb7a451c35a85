"""Blinding indices keep to their scale, to printed examples, and to the variance as it was published."""

import math

import numpy as np
import pytest

from postinfusion.core.blinding_indices import bang, james
from postinfusion.errors import ModelError

HALF_A_UNIT = 0.0005  # of the third decimal, which is the last one printed
INVESTIGATORS = (np.array([[48, 22], [4, 30]]), np.array([330, 319]))  # Houweling et al. (2014), table 2
CRISP = (np.array([[82, 27], [25, 29]]), np.array([170, 83]))  # Bang et al. (2004), table 7


def published_variance(guesses: np.ndarray, unknown: np.ndarray) -> float:
    """Give the variance as James et al. (1996) print it, term by term."""
    n = guesses.sum() + unknown.sum()
    p, d, w = guesses / n, unknown.sum() / n, np.array([[0, 0.5], [0.5, 0]])
    r, c = p.sum(1), p.sum(0)
    by_chance = sum(w[i, j] * r[i] * c[j] for i in range(2) for j in range(2))
    kappa = (w * p).sum() / (1 - d) / (by_chance / (1 - d) ** 2) - 1
    first = 0.0
    for i in range(2):
        for j in range(2):
            both = sum(w[k, j] * r[k] + w[i, k] * c[k] for k in range(2))
            first += p[i, j] * (1 - d) ** 2 * ((1 - d) * w[i, j] - (1 + kappa) * both) ** 2
    first /= 4 * by_chance**2
    return (first + d * (1 - d) - (1 - d) * (1 + kappa) * (d + (1 - d) * (1 + kappa) / 4)) / n


def test_printed_indices_of_both_kinds_are_reproduced():
    found = james(*INVESTIGATORS)
    assert (found.estimate, found.std_error, found.conf_low, found.conf_high) == pytest.approx(
        (0.896, 0.011, 0.875, 0.918), abs=HALF_A_UNIT
    )
    treated, untreated = bang(48, 4, 330), bang(30, 22, 319)
    assert (treated.estimate, treated.std_error, treated.conf_low, treated.conf_high) == pytest.approx(
        (0.115, 0.018, 0.080, 0.150), abs=HALF_A_UNIT
    )
    assert (untreated.estimate, untreated.std_error, untreated.conf_low, untreated.conf_high) == pytest.approx(
        (0.022, 0.019, -0.016, 0.060), abs=HALF_A_UNIT
    )


@pytest.mark.parametrize("example", [INVESTIGATORS, CRISP, (np.array([[9, 3], [2, 4]]), np.array([0, 1]))])
def test_the_variance_of_james_is_the_published_one(example):
    assert james(*example).std_error ** 2 == pytest.approx(published_variance(*example), rel=1e-10)


def test_bang_is_one_for_right_minus_one_for_wrong_and_zero_at_random():
    assert (bang(9, 0, 0).estimate, bang(0, 9, 0).estimate, bang(4, 4, 7).estimate) == (1, -1, 0)
    assert bang(0, 0, 6).estimate == 0


def test_james_is_zero_for_right_a_half_at_random_and_one_where_nobody_knows():
    nobody = np.zeros(2)
    assert james(np.diag([8, 5]), nobody).estimate == 0
    assert james(np.outer([6, 2], [3, 5]), nobody).estimate == pytest.approx(0.5)
    assert james(np.zeros((2, 2)), np.array([8, 5])).estimate == 1


def test_renaming_the_arms_changes_neither_index():
    first = james(*CRISP)
    second = james(CRISP[0][::-1, ::-1], CRISP[1][::-1])
    assert (first.estimate, first.std_error) == pytest.approx((second.estimate, second.std_error), rel=1e-12)


def test_equal_answers_give_no_interval_of_no_width():
    for found in (bang(9, 0, 0), bang(0, 0, 9), james(np.diag([8, 5]), np.zeros(2))):
        assert found.std_error == 0
        assert math.isnan(found.conf_low)
        assert math.isnan(found.conf_high)


def test_limits_stay_on_the_scale():
    assert bang(9, 1, 0).conf_high == 1
    assert james(np.array([[9, 0], [1, 9]]), np.zeros(2)).conf_low == 0


def test_the_standard_errors_are_those_of_repeated_trials():
    counts = np.array([82, 27, 25, 29, 170, 83])
    draws = np.random.default_rng(7).multinomial(416, counts / 416, 4000)
    found = [james(row[:4].reshape(2, 2), row[4:]).estimate for row in draws]
    # 3.29 Monte Carlo standard errors of a standard deviation of 4000 draws, 1 / sqrt(2 * 4000)
    assert np.std(found) == pytest.approx(james(*CRISP).std_error, rel=3.29 / math.sqrt(8000))


def test_an_index_that_is_not_defined_is_refused():
    with pytest.raises(ModelError, match="nobody of the arm answered"):
        bang(0, 0, 0)
    with pytest.raises(ModelError, match="no wrong guess was to be expected"):
        james(np.diag([5, 0]), np.array([0, 7]))
