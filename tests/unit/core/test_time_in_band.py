"""Time within a band by straight lines: closed forms, and what must not matter."""

import numpy as np
import pytest

from postinfusion.core.time_in_band import stretches
from postinfusion.errors import ModelError

LOW, HIGH = 58.2, 61.8  # 3 % about 60 kg


def share(times, values, *, low=LOW, high=HIGH, longest_gap=28.0):
    return stretches(times, values, low, high, longest_gap=longest_gap).share


@pytest.mark.parametrize(
    ("values", "within"),
    [
        ([60, 60], 1.0),
        ([60, 63.6], 0.5),  # leaves at 61.8, half of the way
        ([57.3, 62.7], 2 / 3),  # from below to above: 0.9 + 3.6 + 0.9
        ([61.8, 61.8], 1.0),  # the limit belongs to the band
        ([61.8, 65.0], 0.0),
        ([50, 55], 0.0),
        ([70, 70], 0.0),
    ],
)
def test_a_line_between_two_weighings_is_cut_where_it_crosses_a_limit(values, within):
    assert share([0, 10], values) == pytest.approx(within)


def test_a_crossing_is_dated_and_told_by_its_side():
    found = stretches([0, 10], [57.3, 62.7], LOW, HIGH, longest_gap=28)
    assert found.side.tolist() == [-1, 0, 1]
    assert np.column_stack([found.start, found.end]) == pytest.approx(
        np.array([[0, 5 / 3], [5 / 3, 25 / 3], [25 / 3, 10]])
    )


def test_a_gap_longer_than_the_longest_counts_neither_way():
    found = stretches([0, 28, 56.1, 70], [60, 60, 70, 70], LOW, HIGH, longest_gap=28)
    assert (found.covered, found.within) == pytest.approx((28 + 13.9, 28))


@pytest.mark.parametrize("weighings", [0, 1])
def test_without_two_weighings_no_time_is_known(weighings):
    assert np.isnan(share([0, 40][:weighings], [60, 60][:weighings]))
    assert np.isnan(share([0, 40], [60, 60]))


def test_the_order_of_weighings_and_the_units_do_not_matter():
    random = np.random.default_rng(4)
    times, values = random.uniform(0, 80, 20), random.normal(60, 3, 20)
    expected = share(times, values)
    order = random.permutation(20)
    assert share(times[order], values[order]) == pytest.approx(expected)
    pounds = 1 / 0.45359237
    inside = share(24 * times, pounds * values, low=pounds * LOW, high=pounds * HIGH, longest_gap=24 * 28)
    assert inside == pytest.approx(expected)
    assert share(times + 100, values) == pytest.approx(expected)


def test_a_further_weighing_on_the_line_changes_nothing():
    found = share([0, 10, 20], [57.3, 62.7, 60])
    assert share([0, 4, 10, 20], [57.3, 57.3 + 0.4 * 5.4, 62.7, 60]) == pytest.approx(found)


def test_the_stretches_fill_the_time_that_is_known():
    random = np.random.default_rng(9)
    times = np.cumsum(random.exponential(9, 40))
    found = stretches(times, random.normal(60, 4, 40), LOW, HIGH, longest_gap=15)
    gaps = np.diff(times)
    assert found.covered == pytest.approx(gaps[gaps <= 15].sum())
    assert (found.end >= found.start).all()


def test_a_wider_band_holds_no_less_time():
    random = np.random.default_rng(2)
    times, values = np.arange(30.0), random.normal(60, 3, 30)
    shares = [share(times, values, low=60 - half, high=60 + half) for half in (0.5, 1, 2, 4, 8, 20)]
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize(("times", "low"), [([0, 0], LOW), ([0, 1], HIGH)])
def test_two_values_at_one_time_and_a_band_without_width_are_refused(times, low):
    with pytest.raises(ModelError):
        stretches(times, [60, 60], low, HIGH, longest_gap=28)
