r"""The truth of the simulated single-arm trial, in closed form.

In the source population the MADRS of a person varies about the person's own level with the same standard deviation on
every occasion, so that two occasions correlate alike however far apart they are. Entry needs a high value before the
first infusion: later and earlier values are expected nearer to the mean of the population, whatever is infused.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr

POPULATION_MEAN, POPULATION_SD, CORRELATION = 26.0, 8.0, 0.6
ENTRY = 28
"""Lowest MADRS, in whole points, with which a person may enter."""
LEVEL_CHANGE, LEVEL_CHANGE_SD = -8.0, 3.0
SLOPE_AFTER = 0.75
"""Points per week by which the benefit fades."""
EDEQ_MEAN, EDEQ_SD, EDEQ_CORRELATION, EDEQ_CHANGE = 3.9, 1.1, 0.8, -0.4
CORRELATION_WITH_EDEQ = 0.45
"""Between the persons' own levels of MADRS and EDE-Q."""
BMI_MEAN, BMI_SD, BMI_WEEKLY_SD = 22.5, 3.0, 0.35
INFUSION_DAYS = (0.0, 4.0, 7.0, 11.0)
WAITING_DAYS = (-35.0, -21.0, -10.0)
VISITS: Mapping[str, float] = {"4 h": 4 / 24, "24 h": 1.0, "Day 4": 3.9, "Day 7": 6.9, "Day 14": 14.0, "Day 28": 28.0}
"""Visit after the first infusion → planned day."""
DAYS_PER_WEEK = 7.0


def expected_baseline(population_mean: float = POPULATION_MEAN) -> float:
    """Give the mean MADRS of those who enter, of which values below the limit are cut off."""
    z = (ENTRY - 0.5 - population_mean) / POPULATION_SD
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return population_mean + POPULATION_SD * float(density / ndtr(-z))


def regression_to_the_mean() -> float:
    """Give the change from baseline that is expected without any treatment."""
    return (1 - CORRELATION) * (POPULATION_MEAN - expected_baseline())


def benefit(days: float, *, has_effects: bool) -> float:
    """Give the mean change that is due to the infusions."""
    return LEVEL_CHANGE + SLOPE_AFTER * days / DAYS_PER_WEEK if has_effects and days > 0 else 0.0


def expected_change(days: float, *, has_effects: bool) -> float:
    """Give the mean change from baseline that a trial without a comparison observes."""
    return benefit(days, has_effects=has_effects) + regression_to_the_mean()


def truth_of_single_arm(seed: int, scenario: str, *, has_effects: bool) -> dict[str, object]:
    """Give everything that an analysis should find, as a document."""
    changes = {visit: round(expected_change(day, has_effects=has_effects), 3) for visit, day in VISITS.items()}
    return {
        "trial": "open_label_bn",
        "seed": seed,
        "scenario": scenario,
        "has_effects": has_effects,
        "source_population": {"mean": POPULATION_MEAN, "sd": POPULATION_SD, "correlation": CORRELATION},
        "entry": {"madrs_at_least": ENTRY},
        "madrs": {
            "expected_baseline": round(expected_baseline(), 3),
            "regression_to_the_mean": round(regression_to_the_mean(), 3),
            "due_to_infusions": {v: round(benefit(d, has_effects=has_effects), 3) for v, d in VISITS.items()},
            "expected_change": changes,
            "segmented_without_the_entry_value": {
                "slope before": 0.0,
                "level change": LEVEL_CHANGE if has_effects else 0.0,
                "level change sd": LEVEL_CHANGE_SD if has_effects else 0.0,
                "slope after": SLOPE_AFTER if has_effects else 0.0,
            },
        },
        "edeq": {"expected_change": {"Day 28": EDEQ_CHANGE if has_effects else 0.0}},
        "weight": {"expected_change": 0.0},
        "verdicts": "no comparative claim is ever supported or contradicted: compatible (uncontrolled) at best",
    }
