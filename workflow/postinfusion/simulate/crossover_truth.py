"""The truth of the simulated crossover trial, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

ARMS: Mapping[str, str] = {"KL": "Ketamine 0.375 mg/kg", "KH": "Ketamine 0.75 mg/kg", "M": "Midazolam"}
SEQUENCES: Mapping[str, tuple[str, str, str]] = {
    "1": ("KL", "KH", "M"), "2": ("KH", "M", "KL"), "3": ("M", "KL", "KH"),
    "4": ("M", "KH", "KL"), "5": ("KL", "M", "KH"), "6": ("KH", "KL", "M"),
}  # fmt: skip
"""All six orders: each treatment follows each other equally often, as in Williams' design."""
WASHOUT_HOURS = 168.0
HALF_LIFE_HOURS = 48.0
VISIT_HOURS: Mapping[str, float] = {"Baseline": 0.0, "2 h": 2.0, "24 h": 24.0, "72 h": 72.0}
PERIOD_SHIFT = (0.0, -0.8, -1.2)
_RISE = {"Baseline": 0.0, "2 h": 0.6, "24 h": 1.0}


@dataclass(frozen=True)
class Scale:
    """What is typical of one scale.

    Attributes
    ----------
    mean, sd_person, sd_period, sd_residual
        Mean before treatment; standard deviations between persons, between periods of a person, and of one score.
    maximum
        Highest score.
    peak
        Difference of each ketamine dose from midazolam at its peak, 24 h after it was taken.
    midazolam
        Change with midazolam, by visit; it has gone before the next period.
    """

    mean: float
    sd_person: float
    sd_period: float
    sd_residual: float
    maximum: int
    peak: Mapping[str, float]
    midazolam: Mapping[str, float]


SCALES: Mapping[str, Scale] = {
    "MADRS": Scale(
        31.0, 4.0, 2.0, 2.5, 60, {"KL": -4.0, "KH": -7.0}, {"Baseline": 0.0, "2 h": -3.0, "24 h": -4.0, "72 h": -2.5}
    ),
    "HAM-A": Scale(
        24.0, 4.0, 1.5, 2.5, 56, {"KL": -2.5, "KH": -4.5}, {"Baseline": 0.0, "2 h": -4.0, "24 h": -3.0, "72 h": -2.0}
    ),
}


def share_of_peak(hours: float) -> float:
    """Give the share of the peak effect that is there so long after 24 h: it halves every 48 h."""
    return float(0.5 ** ((hours - 24.0) / HALF_LIFE_HOURS))


def treatment_effect(scale: str, visit: str, arm: str) -> float:
    """Give the difference from midazolam at a visit of the period in which an arm is taken."""
    share = _RISE.get(visit, share_of_peak(VISIT_HOURS[visit]))
    return SCALES[scale].peak.get(arm, 0.0) * share


def carried_over(scale: str, visit: str, previous: str) -> float:
    """Give what the treatment of the period before still does at a visit, a washout later."""
    return SCALES[scale].peak.get(previous, 0.0) * share_of_peak(WASHOUT_HOURS + VISIT_HOURS[visit])


def expected_change(scale: str, visit: str, arm: str, previous: str, *, has_effects: bool) -> float:
    """Give what treatments add to a score: midazolam's change, and where there are effects those of ketamine."""
    common = SCALES[scale].midazolam[visit]
    if not has_effects:
        return common
    return common + treatment_effect(scale, visit, arm) + carried_over(scale, visit, previous)


def truth_of_crossover(seed: int, scenario: str, *, has_effects: bool) -> dict[str, object]:
    """Give the truth as a document: effects of each treatment against midazolam, and what is carried over.

    ``without_carry_over`` is what least squares with treatment, period and participant give for the expected values of
    complete data when the carry-over is not in the model: the true difference plus the bias of leaving it out.
    """
    factor = float(has_effects)
    visits = [visit for visit in VISIT_HOURS if visit != "Baseline"]
    effects = [
        {
            "scale": scale,
            "visit": visit,
            "arm": ARMS[arm],
            "against": ARMS["M"],
            "difference": round(factor * treatment_effect(scale, visit, arm), 6),
            "without_carry_over": round(factor * ignoring_carry_over(scale, visit)[arm], 6),
            "carry_over_value": round(factor * carried_over(scale, visit, arm), 6),
            "carry_over_baseline": round(factor * carried_over(scale, "Baseline", arm), 6),
        }
        for scale in SCALES
        for visit in visits
        for arm in ("KL", "KH")
    ]
    return {
        "trial": "crossover_an",
        "seed": seed,
        "scenario": scenario,
        "arms": dict(ARMS),
        "sequences": {name: list(arms) for name, arms in SEQUENCES.items()},
        "washout_hours": WASHOUT_HOURS,
        "half_life_hours": HALF_LIFE_HOURS,
        "period_shift": list(PERIOD_SHIFT),
        "standard_deviations": {
            name: {"person": scale.sd_person, "period": scale.sd_period, "residual": scale.sd_residual}
            for name, scale in SCALES.items()
        },
        "effects": effects,
    }


def ignoring_carry_over(scale: str, visit: str) -> dict[str, float]:
    """Give the differences from midazolam that a model of the values without carry-over estimates in complete data."""
    arms = list(ARMS)
    rows, values = [], []
    for person, order in enumerate(SEQUENCES.values()):
        for period, arm in enumerate(order):
            indicators = np.zeros(len(SEQUENCES) + 2 + 2)
            indicators[person] = 1.0
            if period:
                indicators[len(SEQUENCES) + period - 1] = 1.0
            if arm != "M":
                indicators[len(SEQUENCES) + 2 + arms.index(arm)] = 1.0
            previous = order[period - 1] if period else ""
            rows.append(indicators)
            values.append(treatment_effect(scale, visit, arm) + carried_over(scale, visit, previous))
    found = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    return {"KL": float(found[-2]), "KH": float(found[-1])}
