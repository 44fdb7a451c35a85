"""How scores vary and go together."""

import numpy as np
import pytest

from postinfusion.simulate.covariance import TRAITS, correlations, draw_deviations, draw_traits
from postinfusion.simulate.people import ENTRY_CUT

PEOPLE = 40_000
CHANCE = 3.29 / np.sqrt(PEOPLE)  # 99.9 % interval of a correlation near zero; narrower elsewhere
HOURS = np.array([[24.0, 264.0, 2016.0]])


@pytest.fixture(scope="module")
def drawn():
    generator = np.random.default_rng(3)
    traits = draw_traits(PEOPLE, ENTRY_CUT, generator)
    return traits, draw_deviations(traits, HOURS, generator)


def test_the_correlations_are_symmetric_and_positive_definite():
    matrix = correlations()
    assert np.array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0.0


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [("madrs", "anxiety", 0.65), ("madrs", "edeq", 0.45), ("edeq", "cia", 0.7), ("madrs", "eq_vas", -0.5),
     ("madrs", "craving", 0.2), ("cia", "trails", 0.2)],
)  # fmt: skip
def test_persons_correlate_between_scales_as_stated(drawn, first, second, value):
    columns = [TRAITS.index(first), TRAITS.index(second)]
    for level in (drawn[0].baseline, drawn[0].intercept):
        assert np.corrcoef(level[:, columns].T)[0, 1] == pytest.approx(value, abs=CHANCE)


def test_baselines_are_standardised_although_entry_selects(drawn):
    assert drawn[0].baseline.mean(axis=0) == pytest.approx(np.zeros(len(TRAITS)), abs=CHANCE)
    assert drawn[0].baseline.std(axis=0) == pytest.approx(np.ones(len(TRAITS)), abs=CHANCE)


def test_later_scores_have_variance_one_and_correlate_with_baseline_by_035(drawn):
    madrs = drawn[1][:, :, 0]
    assert madrs.std(axis=0) == pytest.approx(np.ones(3), abs=CHANCE)
    for visit in range(3):
        assert np.corrcoef(drawn[0].baseline[:, 0], madrs[:, visit])[0, 1] == pytest.approx(0.35, abs=CHANCE)


def test_two_visits_correlate_by_intercept_and_decaying_process(drawn):
    madrs = drawn[1][:, :, 0]
    expected = (45.0 + 30.0 * np.exp(-10.0 / 10.0)) / 90.0
    assert np.corrcoef(madrs[:, 0], madrs[:, 1])[0, 1] == pytest.approx(expected, abs=CHANCE)
    assert np.corrcoef(madrs[:, 0], madrs[:, 2])[0, 1] == pytest.approx(0.5, abs=CHANCE)
