"""Who takes part."""

import numpy as np
import pytest

from postinfusion.simulate.endpoints import DIAGNOSES
from postinfusion.simulate.people import PROFILES, SITES, STRATA, draw_people

LARGE = {"AN": 8000, "BN": 8000, "BED": 8000}


@pytest.mark.parametrize("seed", range(5))
def test_arms_are_balanced_within_every_diagnosis_site_and_block(seed):
    people = draw_people(STRATA, np.random.default_rng(seed))
    for position, name in enumerate(DIAGNOSES):
        own = people.diagnosis == position
        assert (people.arm[own] == "K").sum() == STRATA[name] // 2
        for site in SITES:
            arms = people.arm[own & (people.site == site)]
            assert len(arms) == STRATA[name] // 4
            assert all((arms[i : i + 4] == "K").sum() == 2 for i in range(0, len(arms) - 3, 4))
            assert abs((arms == "K").sum() - (arms == "M").sum()) <= 1


def test_subtypes_belong_to_their_diagnosis():
    people = draw_people(STRATA, np.random.default_rng(1))
    names = np.array(DIAGNOSES)[people.diagnosis]
    assert all(subtype.startswith(name) for subtype, name in zip(people.subtype, names, strict=True))
    assert set(people.subtype) == {"AN-R", "AN-BP", "BN", "BED"}


def test_body_mass_has_the_stated_mean_and_stays_within_the_diagnosis():
    people = draw_people(LARGE, np.random.default_rng(2))
    for position, name in enumerate(DIAGNOSES):
        bmi, profile = people.bmi[people.diagnosis == position], PROFILES[name]
        assert bmi.mean() == pytest.approx(profile.bmi, abs=3.29 * profile.bmi_sd / np.sqrt(8000))
        assert profile.bmi_low <= bmi.min() <= bmi.max() <= profile.bmi_high


def test_ages_and_years_of_illness_are_possible():
    people = draw_people(LARGE, np.random.default_rng(3))
    assert people.age.min() >= 18
    assert people.age.max() <= 65
    assert (people.illness_years < people.age).all()
