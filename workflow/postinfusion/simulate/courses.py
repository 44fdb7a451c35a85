"""The courses of scores, counts and suicidal ideation, given who a person is and what the person gets.

The same functions make the records of a trial and the potential outcomes of the truth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from postinfusion.simulate.covariance import TRAITS, Traits
from postinfusion.simulate.curves import Floats, latent_mean
from postinfusion.simulate.endpoints import (
    BINGES,
    DISPERSION,
    IDEATION,
    PERSON_LOG_SD,
    VISIT_LABELS,
    Behaviour,
    Endpoint,
)

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

SUBSCALES = ("restraint", "eating_concern", "shape_concern", "weight_concern")
SUBSCALE_ITEMS = np.array([5.0, 5.0, 8.0, 5.0])
SUBSCALE_OFFSETS = np.array([-0.2, -0.3, 0.4, 0.1])
SUBSCALE_SD = 0.35


def baseline(endpoint: Endpoint, traits: Traits) -> Floats:
    """Give the recorded baseline of every person."""
    standard = traits.of(endpoint.name)[0]
    mean = latent_mean(np.array(endpoint.mean), endpoint.sd, endpoint.low, endpoint.high)
    return recorded(mean + endpoint.sd * standard, endpoint)


def later(
    endpoint: Endpoint,
    active: Bools,
    diagnosis: Integers,
    hours: Floats,
    deviations: Floats,
    *,
    shift: Floats | float = 0.0,
) -> Floats:
    """Give the recorded scores after baseline.

    Parameters
    ----------
    endpoint
        The scale.
    active
        Whether each person gets what ketamine does.
    diagnosis
        Position of each person's diagnosis.
    hours
        Persons × times, or 1 × times when all are assessed at the same hours.
    deviations
        Standardised deviations of this endpoint, persons × times.
    shift
        Added before the score is rounded and cut off: what an intercurrent event does.
    """
    targets = np.stack([endpoint.mean + endpoint.mean_change(hours, active=acts) for acts in (False, True)])
    own = active.astype(np.int64)
    if hours.shape[0] == 1:
        mean = _latent(endpoint, targets)[own, diagnosis, 0]
    else:
        mean = _latent(endpoint, targets[own, diagnosis, np.arange(len(active))])
    return recorded(mean + endpoint.later_sd * deviations + shift, endpoint)


def deviations_of(endpoint: Endpoint, deviations: Floats) -> Floats:
    """Give one endpoint's part of the deviations of all traits."""
    return deviations[:, :, TRAITS.index(endpoint.name)]


def recorded(value: Floats, endpoint: Endpoint) -> Floats:
    """Give the value as the scale records it: within its bounds and on its grid."""
    inside = np.clip(value, endpoint.low, endpoint.high)
    return np.asarray(np.rint(inside / endpoint.step) * endpoint.step if endpoint.step else inside)


def subscales(overall: Floats, generator: np.random.Generator) -> Floats:
    """Split an EDE-Q global score into four subscales on the grid of their items; adds a last axis.

    The differences between subscales shrink where the scale leaves no room, so that the mean is kept.
    """
    spread = SUBSCALE_OFFSETS + generator.normal(0.0, SUBSCALE_SD, (*overall.shape, len(SUBSCALES)))
    spread -= spread.mean(axis=-1, keepdims=True)
    room = np.minimum(overall, 6.0 - overall)
    widest = np.maximum(np.abs(spread).max(axis=-1), 1e-9)
    exact = overall[..., None] + spread * np.minimum(1.0, room / widest)[..., None]
    return np.asarray(np.rint(exact * SUBSCALE_ITEMS) / SUBSCALE_ITEMS)


def rates(behaviour: Behaviour, subtype: NDArray[np.str_]) -> Floats:
    """Give the mean count in 28 days at baseline, zero where the subtype excludes the behaviour."""
    result = np.zeros(len(subtype))
    for name, mean in behaviour.means:
        result[subtype == name] = mean
    return result


def counts(behaviour: Behaviour, mean: Floats, traits: Traits, generator: np.random.Generator) -> Integers:
    """Draw counts: persons × times, negative binomial with a log-normal factor of the person.

    Parameters
    ----------
    behaviour
        Which count.
    mean
        Persons × times: means over persons alike; zero gives a structural zero.
    traits
        The persons.
    generator
        Source of randomness.
    """
    person = np.exp(PERSON_LOG_SD * traits.of(behaviour.name)[0] - 0.5 * PERSON_LOG_SD**2)
    gamma = generator.gamma(DISPERSION, 1.0 / DISPERSION, mean.shape)
    return generator.poisson(mean * person[:, None] * gamma)


def later_rates(behaviour: Behaviour, subtype: NDArray[np.str_], active: Bools) -> Floats:
    """Give mean counts at the behaviour's days of assessment: persons × days."""
    ratio = np.where(active[:, None], np.array(behaviour.rate_ratios), 1.0)
    return np.asarray(rates(behaviour, subtype)[:, None] * behaviour.midazolam * ratio)


def ideation_probability(active: Bools, labels: tuple[str, ...]) -> Floats:
    """Give the probability of any suicidal ideation: persons × visits."""
    affected = np.isin(np.array(labels), np.array(IDEATION.affected))
    shift = np.log(IDEATION.odds_ratio) * (active[:, None] & affected)
    return np.asarray(expit(logit(IDEATION.later) + shift))


def ideation(probability: Floats, traits: Traits, generator: np.random.Generator) -> Integers:
    """Draw the level of suicidal ideation, 0 to 5: persons × visits."""
    person = np.sqrt(IDEATION.person_share) * traits.of("ideation")[0][:, None]
    latent = person + np.sqrt(1.0 - IDEATION.person_share) * generator.standard_normal(probability.shape)
    level = 1 + np.searchsorted(np.cumsum(IDEATION.levels)[:-1], generator.random(probability.shape))
    return np.where(latent > ndtri(1.0 - probability), level, 0)


def visit_positions(labels: tuple[str, ...]) -> Integers:
    """Give the positions of visits by their labels."""
    return np.array([VISIT_LABELS.index(label) for label in labels], dtype=np.int64)


def behaviour_labels() -> tuple[str, ...]:
    """Give the labels of the visits at which behaviours are counted."""
    return tuple(f"day {day:.0f}" for day in BINGES.days)


def _latent(endpoint: Endpoint, target: Floats) -> Floats:
    """Give the means before cutting off."""
    return latent_mean(target, endpoint.later_sd, endpoint.low, endpoint.high)
