"""The truth of the trial as one document: its specification, potential outcomes, onset, duration and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite

import numpy as np

from postinfusion.simulate import (
    attendance,
    conduct,
    covariance,
    endpoints,
    harms,
    people,
    physiology,
    schedule,
    weights,
)
from postinfusion.simulate.curves import HOURS_PER_DAY, Floats
from postinfusion.simulate.infusions import DOSE_MG_PER_KG, STOPPED_EARLY
from postinfusion.simulate.laboratory import LOW_POTASSIUM_PER_ARM
from postinfusion.simulate.potential import Quantity, Tally, potential_outcomes
from postinfusion.simulate.scenarios import DEFAULT_PEOPLE, Scenario
from postinfusion.simulate.streams import stream
from postinfusion.simulate.verdicts import expected_verdicts

DECIMALS = 5
Document = dict[str, object]


@dataclass(frozen=True)
class EffectTimes:
    """When a true difference is important: hours to onset, days to its end and to half of the day-21 effect.

    ``None`` where it is never reached or does not end by the last visit.
    """

    onset_hours: float | None
    duration_days: float | None
    half_of_day_21_days: float | None


def truth_document(seed: int, scenario: Scenario, number_of_people: int = DEFAULT_PEOPLE) -> Document:
    """Give the truth as a document of plain values.

    Parameters
    ----------
    seed
        Seed of the trial; the potential outcomes have a stream of their own.
    scenario
        Under which truth.
    number_of_people
        How many people's potential outcomes.
    """
    root = np.random.SeedSequence(seed)
    key = int(stream(root, "potential outcomes").integers(2**32))
    tallies = potential_outcomes(np.random.SeedSequence(seed, spawn_key=(key,)), scenario, number_of_people)
    return {
        "trial": "ketamine_ed",
        "synthetic": True,
        "seed": seed,
        "scenario": asdict(scenario),
        "specification": specification(),
        "onset_and_duration": _all_effect_times(scenario),
        "potential_outcomes": {"people": number_of_people, "means": [_row(*item) for item in tallies.items()]},
        "adverse_events_per_patient": _harm_probabilities(scenario),
        "expected_verdicts": expected_verdicts(scenario),
    }


def effect_times(multiplier: float, threshold: float = endpoints.IMPORTANT_MADRS_DIFFERENCE) -> EffectTimes:
    """Give onset, end and half-life of the MADRS benefit, to the minute, by following the true difference.

    Onset is the first time at which the benefit is at least the threshold; the end is the first time after the peak
    at which it is less.
    """
    hours = np.arange(1, endpoints.VISITS[-1].hours * 60 + 1) / 60.0
    benefit = -multiplier * endpoints.MADRS_DIFFERENCE.at(hours)
    peak, day_21 = int(np.argmax(benefit)), int(np.searchsorted(hours, 21 * HOURS_PER_DAY))
    half = _first(hours[day_21:], benefit[day_21:] <= 0.5 * benefit[day_21])
    if benefit[peak] < threshold:
        return EffectTimes(None, None, _in_days(half))
    end = _first(hours[peak:], benefit[peak:] < threshold)
    onset = _first(hours, benefit >= threshold)
    return EffectTimes(None if onset is None else round(onset, 2), _in_days(end), _in_days(half))


def specification() -> Document:
    """Give every number that the trial is made from."""
    return _plain(
        {
            "design": _design(),
            "endpoints": {one.name: asdict(one) for one in (*endpoints.ENDPOINTS, endpoints.MOOD)},
            "behaviours": {one.name: asdict(one) for one in endpoints.BEHAVIOURS},
            "behaviour_dispersion": endpoints.DISPERSION,
            "behaviour_person_log_sd": endpoints.PERSON_LOG_SD,
            "ideation": asdict(endpoints.IDEATION),
            "covariance": _covariance(),
            "dropout": {
                "madrs_slope": attendance.MADRS_SLOPE,
                "madrs_centre": attendance.MADRS_CENTRE,
                "intercepts": {arm: asdict(value) for arm, value in attendance.DROPOUT.items()},
                "missed_visit": attendance.MISSED_VISIT,
            },
            "intercurrent_events": [asdict(kind) for kind in attendance.EVENT_TYPES],
            "weight": {
                "profiles": {name: asdict(profile) for name, profile in people.PROFILES.items()},
                "weekly_bmi_sd": people.WEEKLY_BMI_SD,
                "gain_per_week_an": weights.GAIN_PER_WEEK,
                "last_week_of_gain": weights.LAST_WEEK_OF_GAIN,
                "ketamine_effect_an_days_7_to_21": weights.KETAMINE_EFFECT_AN,
            },
            "harms": _harms(),
            "physiology": {
                "signs": {name: asdict(sign) for name, sign in physiology.SIGNS.items()},
                "cadss_at_40_minutes": {arm: asdict(value) for arm, value in physiology.CADSS.items()},
                "cadss_back_at_120_minutes": physiology.CADSS_BACK,
            },
            "guesses": {"right": conduct.GUESS_RIGHT, "unknown": conduct.GUESS_UNKNOWN},
        }
    )


def _design() -> Document:
    """Give who is treated how and when."""
    return {
        "strata": people.STRATA,
        "block": people.BLOCK,
        "sites": people.SITES,
        "screening_exclusions": conduct.EXCLUSIONS,
        "infusion_days": schedule.INFUSION_DAYS,
        "infusion_minutes": schedule.INFUSION_MINUTES,
        "dose_mg_per_kg": DOSE_MG_PER_KG,
        "minimum_entry_madrs": endpoints.MINIMUM_ENTRY_MADRS,
        "visits": {visit.label: visit.hours for visit in endpoints.VISITS},
    }


def _covariance() -> Document:
    """Give the numbers of the covariance."""
    return {
        "intercept": covariance.INTERCEPT_VARIANCE,
        "slow": covariance.SLOW_VARIANCE,
        "error": covariance.ERROR_VARIANCE,
        "time_constant_days": covariance.TIME_CONSTANT_DAYS,
        "correlation_with_baseline": covariance.BASELINE_CORRELATION,
        "traits": covariance.TRAITS,
        "correlations": covariance.correlations().tolist(),
    }


def _harms() -> Document:
    """Give the numbers of the adverse events."""
    return {
        "person_logit_sd": harms.PERSON_LOGIT_SD,
        "acute": [asdict(kind) for kind in harms.ACUTE_EVENTS],
        "late": [asdict(kind) for kind in harms.LATE_EVENTS],
        "serious": {arm: [asdict(event) for event in events] for arm, events in harms.SERIOUS_EVENTS.items()},
        "stopped_for_an_event": {arm: len(value.infusions) for arm, value in harms.WITHDRAWALS.items()},
        "deaths": {"ketamine": 0, "midazolam": 0},
        "antiemetic": {"rescue": harms.ANTIEMETIC_RESCUE, "prophylaxis": harms.ANTIEMETIC_PROPHYLAXIS},
        "ketamine_infusions_stopped_early": STOPPED_EARLY,
        "potassium_below_3_per_arm": LOW_POTASSIUM_PER_ARM,
    }


def _all_effect_times(scenario: Scenario) -> Document:
    """Give the effect times of everyone and of each diagnosis; nothing where there is no effect."""
    threshold = endpoints.IMPORTANT_MADRS_DIFFERENCE
    result: Document = {"endpoint": "madrs", "important_difference": threshold, "first_assessment_hours": 4.0}
    groups = {"all": 1.0} | dict(zip(endpoints.DIAGNOSES, endpoints.MADRS.multipliers, strict=True))
    share = float(scenario.favours_ketamine)
    times = {name: effect_times(share * multiplier) for name, multiplier in groups.items()}
    return result | {name: asdict(value) for name, value in times.items()}


def _harm_probabilities(scenario: Scenario) -> Document:
    """Give the exact probability per patient of each event: acute ones over six infusions, late ones at any time."""
    acute = {kind.term: (kind.ketamine.per_patient(), kind.midazolam.per_patient()) for kind in harms.ACUTE_EVENTS}
    late = {kind.term: (kind.ketamine, kind.midazolam) for kind in harms.LATE_EVENTS}
    on_ketamine, on_midazolam = (bool(scenario.acts_in(np.array(arm))) for arm in (True, False))
    return {
        term: {
            "ketamine": round(acting if on_ketamine else idle, DECIMALS),
            "midazolam": round(acting if on_midazolam else idle, DECIMALS),
        }
        for term, (acting, idle) in (acute | late).items()
    }


def _row(quantity: Quantity, tally: Tally) -> Document:
    """Give one quantity as a row of the document."""
    mean, error = tally.mean().round(DECIMALS), tally.monte_carlo_error().round(DECIMALS)
    return {
        "endpoint": quantity.endpoint,
        "strategy": quantity.strategy,
        "group": quantity.group,
        "people": tally.people,
        "at": list(quantity.labels),
        "ketamine": mean[0].tolist(),
        "midazolam": mean[1].tolist(),
        "difference": mean[2].tolist(),
        "monte_carlo_error": error[2].tolist(),
        "monte_carlo_error_ketamine": error[0].tolist(),
        "monte_carlo_error_midazolam": error[1].tolist(),
    }


def _first(hours: Floats, condition: np.ndarray) -> float | None:
    """Give the first time at which a condition holds."""
    return float(hours[np.argmax(condition)]) if condition.any() else None


def _in_days(hours: float | None) -> float | None:
    """Give hours as days to two decimals."""
    return None if hours is None else round(hours / HOURS_PER_DAY, 2)


def _plain(document: Mapping[str, object]) -> Document:
    """Give a document of lists, dictionaries, numbers and text only; infinite bounds become nothing."""
    return {str(name): _plain_value(value) for name, value in document.items()}


def _plain_value(value: object) -> object:
    """Give one value in plain types."""
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, tuple | list):
        return [_plain_value(entry) for entry in value]
    return None if isinstance(value, float) and not isfinite(value) else value
