"""The simultaneous band holds the truth as often as it says; the table of many replicates stands in the methods."""

from simulation.effect_curve_coverage import HALF, count
from simulation.type_one_error import is_between

REPLICATES = 12


def test_band_onset_and_duration_hold_the_truth():
    held, given, failed = count("log", 40, REPLICATES)
    assert failed == 0
    assert is_between(held["band"], given["band"], 0.93, 0.97)
    for feature in ("onset", "duration", HALF):
        assert is_between(held[feature], given[feature], 0.95, 1.0)
