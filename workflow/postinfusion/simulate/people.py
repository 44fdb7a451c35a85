"""Who takes part: strata, sites, arms and what is known about each participant before the first infusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from postinfusion.simulate.covariance import Traits, draw_traits
from postinfusion.simulate.curves import Floats
from postinfusion.simulate.endpoints import DIAGNOSES

KETAMINE, MIDAZOLAM = "K", "M"
BLOCK = (KETAMINE, KETAMINE, MIDAZOLAM, MIDAZOLAM)
STRATA: Mapping[str, int] = {"AN": 36, "BN": 32, "BED": 28}
SITES = ("north", "east", "south", "west")
BINGE_PURGE_SHARE = 0.4

# A normal distribution with mean 30.573 and SD 5.929 that is cut off at 19.5, where a MADRS of 20 begins, has mean 31
# and SD 5.5: this is where it is cut, in SD from its mean.
ENTRY_CUT = (19.5 - 30.57315) / 5.929483


@dataclass(frozen=True)
class Profile:
    """What is typical of one diagnosis.

    Attributes
    ----------
    female
        Share of women.
    age, age_sd
        Years, kept within 18 to 65.
    bmi, bmi_sd, bmi_low, bmi_high
        Recorded mean and SD in kg/m², and the bounds of a person's own level.
    systolic, systolic_sd
        Resting systolic pressure in mmHg.
    pulse, pulse_sd
        Resting heart rate per minute.
    """

    female: float
    age: float
    age_sd: float
    bmi: float
    bmi_sd: float
    bmi_low: float
    bmi_high: float
    systolic: float
    systolic_sd: float
    pulse: float
    pulse_sd: float


PROFILES: Mapping[str, Profile] = {
    "AN": Profile(0.94, 27, 7, 16.6, 1.2, 13.5, 18.5, 102, 9, 58, 9),
    "BN": Profile(0.92, 28, 7, 22.5, 3.0, 18.5, 35.0, 114, 10, 69, 9),
    "BED": Profile(0.72, 38, 10, 36.0, 6.0, 25.0, 55.0, 129, 13, 75, 9),
}
WEEKLY_BMI_SD = 0.35


@dataclass(frozen=True)
class People:
    """The participants, in the order of their numbers; every field has one entry for each.

    Attributes
    ----------
    diagnosis
        Position in ``DIAGNOSES``.
    subtype, arm, site, sex
        As written in the table.
    age, height_cm, illness_years, failed_treatments
        Numbers as written in the table.
    bmi
        The person's own level in kg/m², about which the weekly values vary.
    traits
        Standardised traits, see :mod:`postinfusion.simulate.covariance`.
    """

    diagnosis: NDArray[np.int64]
    subtype: NDArray[np.str_]
    arm: NDArray[np.str_]
    site: NDArray[np.str_]
    sex: NDArray[np.str_]
    age: NDArray[np.int64]
    height_cm: Floats
    illness_years: Floats
    failed_treatments: NDArray[np.int64]
    bmi: Floats
    traits: Traits

    @property
    def count(self) -> int:
        """Number of participants."""
        return len(self.diagnosis)

    @property
    def names(self) -> NDArray[np.str_]:
        """Numbers of the participants as written in the tables."""
        return np.array([f"P{number:03d}" for number in range(1, self.count + 1)])


def draw_people(strata: Mapping[str, int], generator: np.random.Generator) -> People:
    """Draw the participants of one trial.

    Parameters
    ----------
    strata
        Number of participants of each diagnosis, multiples of four: every site has a quarter of them.
    generator
        Source of randomness.
    """
    diagnosis = generator.permutation(np.repeat(np.arange(len(DIAGNOSES)), [strata[name] for name in DIAGNOSES]))
    site = _quarters(diagnosis, generator)
    arm = _permuted_blocks(diagnosis, site, generator)
    count = len(diagnosis)
    female = generator.random(count) < _of("female")[diagnosis]
    age = np.clip(np.rint(generator.normal(_of("age")[diagnosis], _of("age_sd")[diagnosis])), 18, 65)
    height = np.where(female, generator.normal(165.0, 6.0, count), generator.normal(178.0, 6.5, count))
    illness = np.minimum(generator.gamma(1.8, 5.0, count) + 0.5, age - 11)
    return People(
        diagnosis,
        draw_subtypes(diagnosis, generator),
        arm,
        np.array(SITES)[site],
        np.where(female, "female", "male"),
        age.astype(np.int64),
        np.clip(height, 148, 199).round(1),
        illness.round(1),
        1 + generator.poisson(1.3, count),
        _draw_bmi(diagnosis, generator),
        draw_entry_traits(count, generator),
    )


def draw_entry_traits(count: int, generator: np.random.Generator) -> Traits:
    """Draw the traits of persons who meet the entry criterion."""
    return draw_traits(count, ENTRY_CUT, generator)


def draw_subtypes(diagnosis: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.str_]:
    """Draw the subtype: restrictive or binge-purge in AN, else the diagnosis itself."""
    anorexia = np.where(generator.random(len(diagnosis)) < BINGE_PURGE_SHARE, "AN-BP", "AN-R")
    return np.where(diagnosis == DIAGNOSES.index("AN"), anorexia, np.array(DIAGNOSES)[diagnosis])


def _quarters(diagnosis: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw the site of each participant, such that every site has a quarter of each diagnosis."""
    site = np.empty(len(diagnosis), dtype=np.int64)
    for stratum in range(len(DIAGNOSES)):
        members = np.flatnonzero(diagnosis == stratum)
        site[members] = generator.permutation(np.arange(len(members)) % len(SITES))
    return site


def _permuted_blocks(
    diagnosis: NDArray[np.int64], site: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.str_]:
    """Allocate arms in permuted blocks of four within each diagnosis and site, in the order of entry.

    The incomplete last blocks of two sites are mirror images, so that the arms are equal in each diagnosis.
    """
    arm = np.empty(len(diagnosis), dtype="<U1")
    for stratum in range(len(DIAGNOSES)):
        pairs = generator.permutation(len(SITES)).reshape(-1, 2)
        for first, second in pairs:
            last = generator.permutation(np.array(BLOCK))
            mirrored = np.where(last == KETAMINE, MIDAZOLAM, KETAMINE)
            for place, final in ((first, last), (second, mirrored)):
                members = np.flatnonzero((diagnosis == stratum) & (site == place))
                whole = [generator.permutation(np.array(BLOCK)) for _ in range(len(members) // len(BLOCK))]
                arm[members] = np.concatenate([*whole, final])[: len(members)]
    return arm


def _draw_bmi(diagnosis: NDArray[np.int64], generator: np.random.Generator) -> Floats:
    """Draw each person's level from a beta distribution between the bounds of the diagnosis."""
    low, span = _of("bmi_low"), _of("bmi_high") - _of("bmi_low")
    centre = (_of("bmi") - low) / span
    variance = (_of("bmi_sd") ** 2 - WEEKLY_BMI_SD**2) / span**2
    total = centre * (1.0 - centre) / variance - 1.0
    drawn = betaincinv(
        (centre * total)[diagnosis], ((1.0 - centre) * total)[diagnosis], generator.random(len(diagnosis))
    )
    return np.asarray(low[diagnosis] + span[diagnosis] * drawn)


def _of(field: str) -> Floats:
    """Give one number of the profiles, by position of the diagnosis."""
    return np.array([getattr(PROFILES[name], field) for name in DIAGNOSES], dtype=float)


def resting(field: str, people: People, generator: np.random.Generator) -> Floats:
    """Draw a resting value of each person: ``systolic`` or ``pulse``."""
    return generator.normal(_of(field)[people.diagnosis], _of(f"{field}_sd")[people.diagnosis])
