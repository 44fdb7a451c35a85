"""Events per infusion of participants who have several."""

import numpy as np
import pytest
from scipy.special import gammaincinv

from postinfusion.core.clustered_rates import clustered_rate
from postinfusion.errors import ModelError


def test_no_event_allows_what_it_would_in_as_many_infusions_as_participants():
    found = clustered_rate(np.zeros(48), np.full(48, 6))
    assert (found.estimate, found.conf_low, found.effective) == (0, 0, 48)
    assert found.conf_high == pytest.approx(-np.log(0.025) / 48)


@pytest.mark.parametrize("n_infusions", [np.full(48, 6), np.repeat([1, 12], 24), np.full(2, 6)])
def test_events_never_allow_less_than_none(n_infusions):
    m = len(n_infusions)
    counts = [np.eye(1, m, place)[0] for place in (0, m - 1)]
    of_none, *of_one = (clustered_rate(y, n_infusions) for y in (np.zeros(m), *counts))
    of_two = clustered_rate(counts[0] + counts[1], n_infusions)
    assert of_two.conf_high >= of_none.conf_high
    assert all(of_none.conf_high <= found.conf_high and of_none.conf_low <= found.conf_low for found in of_one)


def test_one_event_of_48_participants_allows_what_none_does():
    of_none, of_one = (clustered_rate(np.eye(1, 48)[0] * y, np.full(48, 6)).conf_high for y in (0, 1))
    assert 100 * of_one == pytest.approx(7.685, abs=0.001) == 100 * of_none


def test_less_variation_than_chance_gives_the_limits_of_garwood():
    found = clustered_rate(np.ones(20), np.full(20, 5))
    assert found.effective == 100
    assert found.conf_low == pytest.approx(gammaincinv(20, 0.025) / 100)
    assert found.conf_high == pytest.approx(gammaincinv(21, 0.975) / 100)


def test_events_of_few_participants_widen_the_interval():
    together, apart = np.repeat([10, 0], [2, 18]), np.ones(20)
    wide, narrow = clustered_rate(together, np.full(20, 5)), clustered_rate(apart, np.full(20, 5))
    assert wide.estimate == narrow.estimate
    assert wide.conf_low < narrow.conf_low < narrow.conf_high < wide.conf_high


def test_the_interval_covers_the_rate_of_participants_who_differ():
    random = np.random.default_rng(20261123)
    rates = 0.2 * random.gamma(1.0, 1.0, (1000, 48))
    events = random.poisson(6 * rates)
    found = [clustered_rate(one, np.full(48, 6)) for one in events]
    covered = np.mean([each.conf_low <= 0.2 <= each.conf_high for each in found])
    assert 0.93 <= covered <= 0.98


def test_participants_without_an_infusion_are_left_out():
    assert clustered_rate([1, 0, 9], [6, 6, 0]) == clustered_rate([1, 0], [6, 6])


@pytest.mark.parametrize(("events", "units"), [([1], [0]), ([-1], [3]), ([1], [-3])])
def test_what_is_no_rate_is_refused(events, units):
    with pytest.raises(ModelError, match="Give"):
        clustered_rate(events, units)
