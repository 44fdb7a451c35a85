"""Mean courses: what they are at, between and after their stated points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from postinfusion.simulate.curves import Curve, latent_mean

ROUNDING = 1e-12
NEWTON = 1e-9  # eight Newton steps from a start within a few SD


def test_a_curve_has_its_stated_values_and_starts_at_zero():
    curve = Curve((1.0, 7.0), (-6.0, -4.0))
    assert curve.at(np.array([-5.0, 0.0, 24.0, 168.0, 9999.0])) == pytest.approx([0, 0, -6, -4, -4], abs=ROUNDING)


def test_a_curve_is_linear_in_the_logarithm_of_one_plus_hours():
    curve = Curve((1.0, 7.0), (-6.0, -4.0))
    halfway = np.exp(0.5 * (np.log1p(24.0) + np.log1p(168.0))) - 1.0
    assert curve.at(np.array([halfway])) == pytest.approx([-5.0], abs=ROUNDING)


def test_a_curve_halves_in_its_half_life_after_its_last_point():
    curve = Curve((21.0,), (-5.5,), half_life_days=24.0)
    assert curve.at(np.array([21.0, 45.0, 69.0]) * 24.0) == pytest.approx([-5.5, -2.75, -1.375], abs=ROUNDING)


def test_a_scaled_curve_keeps_its_shape():
    curve, hours = Curve((1.0, 21.0), (-6.0, -5.5), half_life_days=24.0), np.array([3.0, 24.0, 1000.0])
    assert curve.scaled(0.7).at(hours) == pytest.approx(0.7 * curve.at(hours), abs=ROUNDING)


@given(target=st.floats(3.0, 57.0), sd=st.floats(2.0, 12.0))
def test_the_latent_mean_gives_the_wanted_mean_after_cutting_off(target, sd):
    mean = latent_mean(np.array(target), sd, 0.0, 60.0)
    from_low, from_high = (0.0 - mean) / sd, (60.0 - mean) / sd
    inside = mean * (ndtr(from_high) - ndtr(from_low)) + sd * (_density(from_low) - _density(from_high))
    assert inside + 60.0 * ndtr(-from_high) == pytest.approx(target, abs=NEWTON)


def test_without_bounds_the_latent_mean_is_the_mean():
    assert latent_mean(np.array([3.8]), 0.45, -np.inf, np.inf) == pytest.approx([3.8], abs=ROUNDING)


def _density(z):
    return np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
