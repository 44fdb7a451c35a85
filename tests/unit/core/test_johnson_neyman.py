"""Regions of significance end where the band meets zero, whatever their shape, and never lie beyond the range."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.core.johnson_neyman import (
    Region,
    pointwise_critical_value,
    potthoff_critical_value,
    regions_of_curve,
    regions_of_line,
)
from postinfusion.errors import ModelError

UNIT = np.eye(2)
NUMBERS = st.floats(-5, 5, allow_nan=False)


def excess(x, coefficients, covariance, critical):
    a, b = coefficients
    error = np.sqrt(covariance[0, 0] + 2 * covariance[0, 1] * x + covariance[1, 1] * x**2)
    return np.abs(a + b * x) - critical * error


def test_the_ends_of_a_region_are_the_roots_of_the_closed_form():
    # 4 x^2 = c^2 (1 + x^2) has the roots ± c / sqrt(4 - c^2).
    root = 1 / math.sqrt(3)
    assert regions_of_line([0, 2], UNIT, 1.0, -3.0, 3.0) == (
        Region(-3.0, pytest.approx(-root, rel=1e-12), -1),
        Region(pytest.approx(root, rel=1e-12), 3.0, 1),
    )


def test_a_difference_that_is_clear_only_in_the_middle_has_one_region_inside():
    (found,) = regions_of_line([5, 0.0], UNIT, 2.0, -10.0, 10.0)
    assert [found.low, found.high, found.sign] == pytest.approx([-math.sqrt(5.25), math.sqrt(5.25), 1])


def test_a_region_beyond_the_range_is_not_told():
    assert regions_of_line([0, 2], UNIT, 1.0, -0.5, 0.5) == ()
    assert regions_of_line([5, 0.0], UNIT, 2.0, -1.0, 1.0) == (Region(-1.0, 1.0, 1),)


def test_no_difference_anywhere_has_no_region():
    assert regions_of_line([0.5, 0.1], UNIT, 2.0, -10, 10) == ()


def test_a_slope_that_is_known_exactly_has_its_region_too():
    covariance = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert regions_of_line([0, 1], covariance, 2.0, -5, 5) == (Region(-5, -2, -1), Region(2, 5, 1))


@given(NUMBERS, NUMBERS, st.floats(-0.9, 0.9), st.floats(1.0, 3.0))
def test_the_middle_of_each_piece_is_on_its_side_of_the_band(a, b, correlation, critical):
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])
    found = regions_of_line([a, b], covariance, critical, -4.0, 4.0)
    x = np.linspace(-3.999, 3.999, 501)
    inside = np.zeros(len(x), dtype=bool)
    for region in found:
        inside |= (x > region.low) & (x < region.high)
        assert region.sign == np.sign(a + b * (region.low + region.high) / 2)
    beyond = excess(x, (a, b), covariance, critical)
    assert ((beyond > 0) == inside)[np.abs(beyond) > 1e-6].all()


def test_the_regions_of_a_straight_line_on_a_grid_are_those_of_the_closed_form():
    x = np.linspace(-3, 3, 2001)
    error = np.sqrt(1 + x**2)
    exact = regions_of_line([0, 2], UNIT, 1.0, -3, 3)
    for one, other in zip(regions_of_curve(x, 2 * x, error), exact, strict=True):
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-5)
        assert one.sign == other.sign


def test_the_simultaneous_value_is_that_of_scheffe_and_larger_than_the_pointwise_one():
    assert pointwise_critical_value(40) == pytest.approx(2.021075390306273)
    assert potthoff_critical_value(40) == pytest.approx(math.sqrt(2 * 3.2317269928308443))
    assert potthoff_critical_value(math.inf) == pytest.approx(math.sqrt(5.991464547107979))


def test_nothing_is_said_without_a_range_or_with_numbers_that_are_none():
    with pytest.raises(ModelError, match="range"):
        regions_of_line([0, 1], UNIT, 2.0, 1.0, 1.0)
    with pytest.raises(ModelError, match="finite"):
        regions_of_line([math.nan, 1], UNIT, 2.0, 0.0, 1.0)
    with pytest.raises(ModelError, match="two points"):
        regions_of_curve([0.0], [1.0], [1.0])
    with pytest.raises(ModelError, match="positive degrees of freedom"):
        potthoff_critical_value(0.0)
