"""The true means of every scale, as data: what the trial is made from, and what an analysis should find.

A score is better when lower, except EQ-VAS and the mood scale. Differences are ketamine minus midazolam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postinfusion.simulate.curves import HOURS_PER_DAY, NO_CHANGE, Curve, Floats

DIAGNOSES = ("AN", "BN", "BED")


@dataclass(frozen=True)
class Visit:
    """A planned assessment: its name and its time since the start of the first infusion."""

    label: str
    hours: float

    @property
    def days(self) -> float:
        """The planned time in days."""
        return self.hours / HOURS_PER_DAY


VISITS = (
    Visit("4 h", 4.0),
    Visit("24 h", 24.0),
    *(Visit(f"day {day}", day * HOURS_PER_DAY) for day in (3, 7, 14, 21, 28, 42, 56, 84, 126, 168)),
)
VISIT_LABELS = tuple(visit.label for visit in VISITS)
VISIT_HOURS = np.array([visit.hours for visit in VISITS])
MOOD_DAYS = 28


@dataclass(frozen=True)
class Endpoint:
    """One normally distributed score and its truth.

    Attributes
    ----------
    name
        Short name, also that of its correlations.
    measure, score
        Scale and score as written in the assessments.
    low, high
        Bounds of the scale.
    step
        The recorded value is a multiple of it; zero leaves it unrounded.
    mean, sd
        At baseline.
    later_sd
        Standard deviation at each later time.
    midazolam
        Mean change from baseline on midazolam.
    difference
        Mean difference between the arms.
    multipliers
        Of the difference, for AN, BN and BED.
    visits
        Labels of the visits after baseline at which it is assessed.
    on_infusion_day
        The baseline value is taken on the day of the first infusion, not days before it.
    """

    name: str
    measure: str
    score: str
    low: float
    high: float
    step: float
    mean: float
    sd: float
    later_sd: float
    midazolam: Curve
    difference: Curve
    multipliers: tuple[float, float, float] = (1.0, 1.0, 1.0)
    visits: tuple[str, ...] = VISIT_LABELS
    on_infusion_day: bool = False

    def mean_change(self, hours: Floats, *, active: bool) -> Floats:
        """Give the mean change by diagnosis: shape ``(3, *hours.shape)``."""
        control = self.midazolam.at(hours)
        effect = self.difference.at(hours) if active else np.zeros_like(control)
        return np.stack([control + multiplier * effect for multiplier in self.multipliers])


MADRS_CONTROL = Curve(
    (4 / 24, 1, 3, 7, 14, 21, 28, 56, 84, 168), (-7.0, -8.0, -7.0, -7.0, -8.5, -10.0, -10.0, -9.0, -8.5, -8.0)
)
MADRS_DIFFERENCE = Curve((4 / 24, 1, 3, 7, 14, 21), (-5.0, -6.0, -4.5, -4.0, -5.0, -5.5), half_life_days=24.0)
IMPORTANT_MADRS_DIFFERENCE = 3.0
MINIMUM_ENTRY_MADRS = 20

_TO_DAY_28 = ("4 h", "24 h", "day 3", "day 7", "day 14", "day 21", "day 28")
_FOLLOW_UP = ("day 28", "day 84", "day 168")

MADRS = Endpoint(
    "madrs", "MADRS", "total", 0, 60, 1, 31, 5.5, float(np.sqrt(90.0)), MADRS_CONTROL, MADRS_DIFFERENCE,
    multipliers=(0.7, 1.1, 1.27), on_infusion_day=True,
)  # fmt: skip
# Where a scale's own course is stated at one time only, it follows the MADRS in proportion.
ANXIETY = Endpoint(
    "anxiety", "Anxiety VAS", "total", 0, 100, 1, 60, 18, 18, MADRS_CONTROL, MADRS_DIFFERENCE.scaled(9.0 / 6.0),
    visits=_TO_DAY_28, on_infusion_day=True,
)  # fmt: skip
GAD7 = Endpoint(
    "gad7", "GAD-7", "total", 0, 21, 1, 14, 4, 4, MADRS_CONTROL.scaled(0.3),
    MADRS_DIFFERENCE.scaled(1.2 / (5.5 * 0.5 ** (7 / 24))), visits=("day 14", *_FOLLOW_UP),
)  # fmt: skip
EDEQ = Endpoint(
    "edeq", "EDE-Q", "global", 0, 6, 0, 3.9, 1.1, 1.1, Curve((28, 84, 168), (-0.35, -0.5, -0.5)),
    Curve((28, 84, 168), (-0.40, -0.20, -0.05)), visits=_FOLLOW_UP,
)  # fmt: skip
CIA = Endpoint(
    "cia", "CIA", "total", 0, 48, 1, 30, 9, 9, Curve((28,), (-3.0,)), Curve((28, 84, 168), (-3.0, -1.5, 0.0)),
    visits=_FOLLOW_UP,
)  # fmt: skip
CRAVING = Endpoint(
    "craving", "FCQ-S", "total", 15, 75, 1, 42, 11, 11, Curve((1,), (-3.0,)), Curve((1, 7), (-5.0, -2.0)),
    multipliers=(0.0, 1.0, 1.0), visits=("24 h", "day 7"), on_infusion_day=True,
)  # fmt: skip
# Logarithm of (B - A) in seconds; each test after the first is 0.10 faster by practice. B is stopped at 300 s.
TRAILS = Endpoint(
    "trails", "Trail Making", "log(B-A)", -np.inf, np.inf, 0, 3.8, 0.45, 0.45,
    Curve((7, 28, 84, 168), (-0.1, -0.2, -0.3, -0.4)), NO_CHANGE, visits=("day 7", *_FOLLOW_UP),
)  # fmt: skip
EQ_VAS = Endpoint(
    "eq_vas", "EQ-VAS", "total", 0, 100, 1, 48, 18, 18, Curve((28,), (5.0,)), Curve((28, 168), (4.0, 1.0)),
    visits=_FOLLOW_UP,
)  # fmt: skip
YMRS = Endpoint(
    "ymrs", "YMRS", "total", 0, 60, 1, 2, 2, 2, NO_CHANGE, NO_CHANGE, visits=("24 h", "day 7", "day 28"),
)  # fmt: skip
MOOD = Endpoint(
    "mood", "Mood VAS", "total", 0, 100, 1, 35, 16, 16, MADRS_CONTROL.scaled(-1.2), MADRS_DIFFERENCE.scaled(-1.2),
    visits=(), on_infusion_day=True,
)  # fmt: skip

ENDPOINTS = (MADRS, ANXIETY, GAD7, EDEQ, CIA, CRAVING, TRAILS, EQ_VAS, YMRS)


@dataclass(frozen=True)
class Behaviour:
    """One count of behaviours in 28 days: negative binomial given the person.

    Attributes
    ----------
    name, score
        Short name, and the score of the EDE-Q under which it is written.
    means
        Mean at baseline by subtype; a subtype that is absent has none by definition.
    midazolam
        Rate ratio to baseline on midazolam.
    days, rate_ratios
        Rate ratio of ketamine to midazolam at each day of assessment.
    """

    name: str
    score: str
    means: tuple[tuple[str, float], ...]
    midazolam: float
    days: tuple[float, ...]
    rate_ratios: tuple[float, ...]


DISPERSION = 1.5
PERSON_LOG_SD = 0.7
BINGES = Behaviour(
    "binges", "obe_episodes", (("BN", 24.0), ("BED", 18.0), ("AN-BP", 12.0)), 0.75, (28, 84, 168), (0.70, 0.80, 0.95)
)
PURGES = Behaviour(
    "purges", "vomiting", (("BN", 20.0), ("AN-BP", 20.0)), 0.80, (28, 84, 168), (0.85, 0.85, 0.85)
)  # fmt: skip
BEHAVIOURS = (BINGES, PURGES)


@dataclass(frozen=True)
class Ideation:
    """Suicidal ideation (C-SSRS, worst level since the last assessment): its truth.

    Attributes
    ----------
    baseline, later
        Probability of any ideation before treatment, and later on midazolam.
    odds_ratio
        Of ketamine to midazolam at ``affected``; one elsewhere.
    affected, visits
        Labels of the visits.
    levels
        Probabilities of levels 1 to 5 when there is any.
    person_share
        Share of the latent variance that belongs to the person.
    """

    baseline: float
    later: float
    odds_ratio: float
    affected: tuple[str, ...]
    visits: tuple[str, ...]
    levels: tuple[float, ...]
    person_share: float


IDEATION = Ideation(
    0.35, 0.28, 0.70, ("24 h", "day 3", "day 7"),
    ("24 h", "day 3", "day 7", "day 14", "day 21", "day 28", "day 56", "day 84", "day 126", "day 168"),
    (0.50, 0.28, 0.13, 0.07, 0.02), 0.6,
)  # fmt: skip
