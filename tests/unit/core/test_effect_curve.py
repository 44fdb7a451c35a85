"""Features of an effect curve: on closed forms, on the truth of ketamine_ed, and what a band leaves open."""

import json
from pathlib import Path

import numpy as np
import pytest

from postinfusion.core.effect_curve import (
    FLAT,
    FLAT_AT_ZERO,
    Benefit,
    Censoring,
    area_weights,
    duration,
    half_benefit,
    onset,
    peak_benefit,
    peak_time,
)
from postinfusion.errors import ModelError
from postinfusion.simulate.endpoints import MADRS_DIFFERENCE

TIME = np.linspace(0.0, 100.0, 2001)
TRUTH = json.loads((Path(__file__).parents[3] / "data/ketamine_ed/truth.json").read_text("utf-8"))


def curve(values, width=0.0, time=TIME):
    values = np.asarray(values, dtype=float)
    return Benefit(time, values, values - width, values + width)


def triangle(top=10.0, at=20.0):
    return top * np.where(at >= TIME, TIME / at, np.maximum(0.0, 2 - TIME / at))


def true_curve(first_hour):
    hours = np.unique(np.concatenate([np.geomspace(first_hour, 4032.0, 4000), [max(24.0, first_hour), 504.0]]))
    return curve(-MADRS_DIFFERENCE.at(hours), time=hours)


def test_a_triangle_tells_its_features():
    found = curve(triangle())
    assert onset(found, 5.0).estimate.time == pytest.approx(10.0)
    assert peak_time(found).estimate.time == pytest.approx(20.0)
    assert duration(found, 2.5).estimate.time == pytest.approx(35.0)
    assert half_benefit(found).estimate.time == pytest.approx(30.0)
    assert area_weights(TIME) @ found.estimate == pytest.approx(10.0 * 20.0)


def test_an_exponential_decay_is_half_after_its_half_life_and_ends_where_it_crosses():
    tau = 18.0
    found = curve(6 * np.exp(-TIME / tau))
    assert half_benefit(found).estimate.time == pytest.approx(tau * np.log(2), abs=1e-3)
    assert duration(found, 3.0).estimate.time == pytest.approx(tau * np.log(2), abs=1e-3)
    assert area_weights(TIME) @ found.estimate == pytest.approx(6 * tau * (1 - np.exp(-100 / tau)), rel=1e-5)


def test_without_uncertainty_every_interval_is_its_estimate():
    found = curve(triangle())
    for feature in (onset(found, 5.0), peak_time(found), duration(found, 2.5), half_benefit(found)):
        assert feature.low == feature.high == feature.estimate
        assert feature.error == ""
    assert peak_benefit(found) == pytest.approx((10.0, 10.0, 10.0))


def test_the_truth_of_ketamine_ed_is_found():
    truth, found = TRUTH["onset_and_duration"]["all"], true_curve(4.0)
    assert onset(found, 3.0).estimate.censoring is Censoring.BEFORE
    assert onset(found, 3.0).estimate.time == TRUTH["onset_and_duration"]["first_assessment_hours"]
    assert peak_time(found).estimate.time == 24.0
    assert duration(found, 3.0).estimate.time / 24 == pytest.approx(truth["duration_days"], abs=0.02)
    later = true_curve(504.0)  # from day 21 on, where the peak is that of day 21
    assert half_benefit(later).estimate.time / 24 == pytest.approx(truth["half_of_day_21_days"], abs=0.02)


def test_an_onset_before_the_first_assessment_and_a_benefit_that_lasts_are_censored():
    found = curve(np.full(len(TIME), 4.0), width=0.5)
    assert onset(found, 3.0).high.censoring is Censoring.BEFORE
    assert duration(found, 3.0).low.censoring is Censoring.AFTER
    assert duration(found, 3.0).error == ""


def test_a_benefit_too_small_at_all_times_is_never_reached():
    found = curve(np.linspace(1.0, 0.0, len(TIME)), width=0.5)
    for feature in (onset(found, 3.0), duration(found, 3.0)):
        assert {feature.estimate.censoring, feature.low.censoring, feature.high.censoring} == {Censoring.NEVER}
        assert feature.error == ""


def test_a_band_that_holds_zero_throughout_tells_no_time():
    found = curve(triangle(2.0), width=3.0)
    for feature in (onset(found, 3.0), duration(found, 3.0), peak_time(found), half_benefit(found)):
        assert feature.error == FLAT_AT_ZERO


def test_a_band_that_holds_another_constant_tells_neither_peak_nor_half_time():
    found = curve(5 + triangle(1.0), width=1.0)
    assert peak_time(found).error == half_benefit(found).error == FLAT
    assert onset(found, 3.0).error == duration(found, 3.0).error == ""


def test_no_benefit_at_any_time_has_no_half():
    assert "no benefit at any time" in half_benefit(curve(-1 - triangle(), width=0.1)).error


def random_curve_within(found, rng):
    share = np.interp(found.time, np.linspace(0, 100, 12), rng.uniform(-1, 1, 12))
    jitter = np.where(rng.random(len(found.time)) < 0.05, rng.uniform(-1, 1, len(found.time)), share)
    values = np.clip(found.estimate + jitter * (found.high - found.estimate), found.low, found.high)
    return Benefit(found.time, values, values, values)


def place(instant):
    """Order times as the question does: those that are censored by the end of the grid last, no benefit apart."""
    return instant.time if instant.censoring is not Censoring.AFTER else np.inf


@pytest.mark.parametrize("width", [0.5, 2.0, 4.0])
def test_the_features_of_every_curve_within_the_band_lie_in_their_intervals(width):
    found, rng = curve(triangle(), width=width, time=TIME), np.random.default_rng(5)
    step = TIME[1]
    started, ended = onset(found, 3.0), duration(found, 3.0)
    peaked, halved = peak_time(found), half_benefit(found)
    for _ in range(200):
        other = random_curve_within(found, rng)
        assert place(started.low) - step <= place(onset(other, 3.0).estimate) <= place(started.high) + step
        assert peaked.low.time <= peak_time(other).estimate.time <= peaked.high.time
        assert place(halved.low) - step <= place(half_benefit(other).estimate) <= place(halved.high) + step
        end = duration(other, 3.0).estimate
        low = -np.inf if ended.low.censoring is Censoring.NEVER else place(ended.low)
        assert low - step <= (-np.inf if end.censoring is Censoring.NEVER else place(end)) <= place(ended.high) + step


def test_a_grid_out_of_order_and_a_band_beside_its_curve_are_refused():
    with pytest.raises(ModelError, match="each later than the one before"):
        curve([1.0, 2.0], time=np.array([1.0, 1.0]))
    with pytest.raises(ModelError, match="within its band"):
        Benefit(np.array([0.0, 1.0]), np.array([5.0, 1.0]), np.zeros(2), np.ones(2))
