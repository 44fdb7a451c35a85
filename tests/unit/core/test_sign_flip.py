"""The sign-flip test counts what a plain enumeration counts."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from postinfusion.core.sign_flip import sign_flip_test
from postinfusion.errors import ModelError


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_the_halves_count_what_a_plain_enumeration_counts(n: int):
    values = np.round(np.random.default_rng(n).normal(0.5, 1.0, n), 1)
    sums = [abs(float(np.dot(signs, np.abs(values)))) for signs in product((-1, 1), repeat=n)]
    expected = np.mean([total >= abs(values.sum()) - 1e-9 for total in sums])
    assert sign_flip_test(values).p_value == pytest.approx(expected, abs=1e-12)


def test_differences_of_one_sign_give_the_smallest_possible_p():
    test = sign_flip_test(np.arange(1.0, 7.0))
    assert test.p_value == test.smallest_p == 2 / 2**6


def test_fisher_s_test_of_darwin_s_plants_is_reproduced():
    # Fisher (1935), section 21: 863 of the 2^15 choices reach the difference of the 15 pairs on its side.
    eighths = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48.0])
    assert sign_flip_test(eighths).p_value == pytest.approx(2 * 863 / 2**15)


def test_zero_differences_change_nothing_but_the_number():
    values = np.array([1.2, -0.4, 2.0, 0.9])
    with_zeros = sign_flip_test(np.append(values, [0.0, 0.0]))
    assert with_zeros.p_value == sign_flip_test(values).p_value
    assert with_zeros.n == 6
    assert sign_flip_test(np.zeros(4)).p_value == 1.0


def test_drawn_choices_need_a_generator_and_repeat_with_its_seed():
    values = np.random.default_rng(1).normal(0.1, 1.0, 60)
    with pytest.raises(ModelError, match="generator"):
        sign_flip_test(values)
    first, second = (sign_flip_test(values, np.random.default_rng(7), draws=4000) for _ in range(2))
    assert first == second
    assert not first.is_exact
    assert first.smallest_p == 1 / 4001


def test_direction_and_unit_do_not_matter():
    values = np.random.default_rng(2).normal(0.4, 1.0, 14)
    assert sign_flip_test(values).p_value == sign_flip_test(-3.5 * values).p_value


@pytest.mark.parametrize("wrong", [[], [np.nan, 1.0]])
def test_nothing_and_gaps_are_refused(wrong: list[float]):
    with pytest.raises(ModelError, match="finite"):
        sign_flip_test(np.array(wrong))
