"""One trial of the simulation of readings around infusions gives each quantity of its table, near its truth."""

import numpy as np

from simulation.vitals_coverage import estimates, exact_truths, shares_of_the_peak


def test_a_trial_gives_each_quantity_with_a_known_truth_near_it():
    found, truths = dict(estimates(0)), exact_truths()
    for key, (truth, _) in truths.items():
        estimate, low, high, _ = found[key]
        assert low < estimate < high
        assert abs(estimate - truth) < 2.5 * (high - low) / 2
    assert ("SBP", "back by 90 min, Ketamine") in found
    assert np.isfinite(found["CADSS", "log ratio of (1 + value) at 40 min"]).all()


def test_the_pulse_is_whole_at_its_top_and_over_when_nearly_all_are_back():
    shares = shares_of_the_peak()
    assert shares[30] == shares[40] == 1
    assert shares[90] < 0.15
