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
