"""The truth about adverse events, as data: how often, when, how long, how bad, and which serious ones there were."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit

from postinfusion.simulate.curves import Floats

PERSON_LOGIT_SD = 1.5
ONSET_GEOMETRIC_SD = 1.4
INFUSIONS = 6
SEVERITY_SHARES = {"mild": 0.65, "moderate": 0.30, "severe": 0.05}
RELATION_SHARES = {"possible": 0.30, "probable": 0.50, "definite": 0.20}
UNKNOWN_END = 0.02
ANTIEMETIC = "ondansetron"
ANTIEMETIC_RESCUE, ANTIEMETIC_PROPHYLAXIS = 0.60, 0.15


@dataclass(frozen=True)
class Frequency:
    """How often an event happens in one arm: probability at infusion 1, and the factor of its odds per infusion."""

    first: float
    odds_factor: float = 1.0

    def intercept(self) -> float:
        """Give the logit, for a person of effect zero, that gives the probability at infusion 1 over persons."""
        return _intercept(self.first)

    def per_patient(self) -> float:
        """Give the probability of at least one event over six infusions, over persons."""
        if self.first == 0.0:
            return 0.0
        node, weight = _quadrature()
        none = np.prod([1.0 - expit(self.logits()[k] + PERSON_LOGIT_SD * node) for k in range(INFUSIONS)], axis=0)
        return float(1.0 - weight @ none)

    def logits(self) -> Floats:
        """Give the logit at each infusion for a person of effect zero."""
        return np.asarray(self.intercept() + np.arange(INFUSIONS) * np.log(self.odds_factor))


@dataclass(frozen=True)
class AcuteEvent:
    """An event of the hours after an infusion, asked for by a checklist.

    Attributes
    ----------
    term, body_system
        As written in the table; the group is the trial's own.
    ketamine, midazolam
        How often.
    onset_minutes
        Median time from the start of the infusion.
    duration_minutes, geometric_sd
        Of the log-normal duration.
    """

    term: str
    body_system: str
    ketamine: Frequency
    midazolam: Frequency
    onset_minutes: float
    duration_minutes: float
    geometric_sd: float


ACUTE_EVENTS = (
    AcuteEvent("dissociation", "perception", Frequency(0.35, 0.80), Frequency(0.03), 15, 50, 1.6),
    AcuteEvent("dizziness", "balance and head", Frequency(0.22, 0.90), Frequency(0.05), 20, 60, 2.2),
    AcuteEvent("nausea", "stomach and bowel", Frequency(0.14), Frequency(0.04), 45, 90, 2.2),
    AcuteEvent("vomiting", "stomach and bowel", Frequency(0.04), Frequency(0.01), 60, 20, 2.5),
    AcuteEvent("sedation", "alertness", Frequency(0.18), Frequency(0.25), 10, 75, 2.0),
    AcuteEvent("headache", "balance and head", Frequency(0.10), Frequency(0.08), 180, 360, 2.0),
    AcuteEvent("anxiety", "mood and anxiety", Frequency(0.05, 0.90), Frequency(0.02), 20, 45, 2.0),
    AcuteEvent("hallucination", "perception", Frequency(0.01), Frequency(0.0), 20, 30, 1.6),
)
DISSOCIATION, VOMITING, SEDATION, HALLUCINATION = 0, 3, 4, 7


@dataclass(frozen=True)
class LateEvent:
    """An event at any time, reported spontaneously: probability per patient by arm, and its length in days."""

    term: str
    body_system: str
    ketamine: float
    midazolam: float
    first_day: float
    last_day: float
    median_days: float


LATE_EVENTS = (
    LateEvent("urinary urgency", "urinary tract", 0.04, 0.02, 30, 150, 10),
    LateEvent("nasopharyngitis", "infection", 0.16, 0.16, -1, 165, 7),
    LateEvent("insomnia", "sleep", 0.08, 0.08, -1, 120, 12),
    LateEvent("fatigue", "alertness", 0.07, 0.07, 1, 120, 9),
    LateEvent("constipation", "stomach and bowel", 0.06, 0.06, -1, 150, 8),
    LateEvent("back pain", "pain", 0.05, 0.05, 2, 160, 6),
    LateEvent("injection site bruise", "infusion site", 0.05, 0.05, 0.2, 18, 4),
)
LATE_GEOMETRIC_SD = 2.0


@dataclass(frozen=True)
class SeriousEvent:
    """One serious event of the trial: fixed, not drawn.

    Attributes
    ----------
    term, body_system
        As written in the table.
    day
        When it began, in days since the start of the first infusion.
    days
        How long it lasted.
    subtypes
        Who can have it.
    severity, criterion, related
        As written in the table.
    """

    term: str
    body_system: str
    day: float
    days: float
    subtypes: tuple[str, ...]
    severity: str
    criterion: str
    related: str


ANYONE = ("AN-R", "AN-BP", "BN", "BED")
SERIOUS_EVENTS = {
    "ketamine": (
        SeriousEvent("refeeding syndrome", "nutrition", 33, 12, ("AN-R", "AN-BP"), "severe", "hospitalisation", "none"),
        SeriousEvent("suicidal ideation", "suicidality", 74, 9, ANYONE, "severe", "hospitalisation", "unlikely"),
    ),
    "midazolam": (
        SeriousEvent(
            "suicide attempt", "suicidality", 60, 14, ANYONE, "life-threatening", "hospitalisation", "unlikely"
        ),
        SeriousEvent("hypokalaemia", "nutrition", 40, 5, ("AN-BP", "BN"), "severe", "hospitalisation", "none"),
        SeriousEvent("depression worse", "mood and anxiety", 95, 20, ANYONE, "severe", "hospitalisation", "unlikely"),
    ),
}
PLANNED_ADMISSION_DAY = 50.0  # one on ketamine for weight restoration, not an event: three admissions in each arm


@dataclass(frozen=True)
class Withdrawals:
    """Participants of one arm for whom an event ended the infusions: its term and the infusion, for each."""

    term: str
    infusions: tuple[int, ...]


WITHDRAWALS = {"ketamine": Withdrawals("dissociation", (2, 3)), "midazolam": Withdrawals("sedation", (3,))}


@cache
def _intercept(probability: float) -> float:
    """Solve the marginal probability of a logistic model with a normal person effect for its intercept."""
    if probability == 0.0:
        return -np.inf
    node, weight = _quadrature()
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        too_low = weight @ expit(middle + PERSON_LOGIT_SD * node) < probability
        low, high = (middle, high) if too_low else (low, middle)
    return 0.5 * (low + high)


@cache
def _quadrature() -> tuple[Floats, Floats]:
    """Give nodes and weights that integrate over a standard normal variable."""
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    return node, weight / weight.sum()
