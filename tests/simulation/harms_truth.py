"""What the estimates of harms are held against: many simulated people, in blocks whose spread is the truth's own error.

What late events add is not drawn but computed for each person, from the hours at which the person left. The truth of
what withdrawal hides (mean numbers of events) is that of the same people had nobody left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.simulate.harms import ACUTE_EVENTS, SERIOUS_EVENTS
from postinfusion.simulate.people import STRATA
from simulation.harms_trials import ARMS, KETAMINE, Crowd, Floats, late_chances
from simulation.odds_by_pattern import log_odds_per_infusion, patterns

GROUPS: Mapping[str, tuple[str, ...]] = {
    "nausea": ("nausea",),
    "vomiting": ("vomiting",),
    "dizziness and disorientation": ("dizziness",),
    "sedation": ("sedation",),
    "psychotic and dissociative": ("dissociation", "hallucination"),
}
LATE = ("nasopharyngitis", "insomnia", "fatigue", "constipation", "back pain")
ALL_LATE = (*LATE, "urinary urgency", "injection site bruise")
RATED = ("nausea", "dizziness and disorientation")
LIMITS = (2.0, 4.0, 24.0)
DAY, AT = 24.0, 28 * 24.0
EVERYONE, COMPLETERS = "all", "completers"
PER_ARM = sum(STRATA.values()) // 2
EFFECTIVE, EXPECTED = "effective infusions of a trial", "expected first events of a trial"
Key = tuple[str, str, str]
_DAYS = np.arange(0.0, 172.0, 0.5)


def truths(people: Crowd) -> dict[Key, float]:
    """Give the truth of every quantity: its name, the events and the arm."""
    found: dict[Key, float] = {}
    for arm in ARMS:
        inside = people.active == (arm == KETAMINE)
        part = Crowd(**{name: getattr(people, name)[inside] for name in Crowd.__annotations__})
        for name in GROUPS:
            found |= {(what, name, arm): value for what, value in _of_group(part, _kinds(name))}
        found |= {(what, name, arm): value for what, name, value in _of_rates(part, arm)}
    for name in GROUPS:
        risks = [found["participants", name, arm] for arm in ARMS]
        found["risk difference", name, ""] = risks[0] - risks[1]
    found["rate of first events, difference", "late", ""] = (
        found["rate of first events", "late", ARMS[0]] - found["rate of first events", "late", ARMS[1]]
    )
    for name in RATED:
        ratios = {"negative binomial": _ratio_of_counts, "Andersen-Gill": _ratio_at_risk}
        for model, ratio in ratios.items():
            found |= {(f"ratio, {model}{way}", name, ""): ratio(people, _kinds(name)) for way in ("", ", uncorrected")}
    return found


def _kinds(name: str) -> list[int]:
    """Give the places of the events of a group among the acute ones."""
    terms = [kind.term for kind in ACUTE_EVENTS]
    return [terms.index(term) for term in GROUPS[name]]


def _of_group(people: Crowd, kinds: list[int]) -> Iterator[tuple[str, float]]:
    """Give incidence, onset, duration, what had passed, and odds per infusion of one arm."""
    happens = people.happens[:, :, kinds] & people.given[:, :, None]
    has = happens.any(axis=2)
    yield "participants", float(has.any(axis=1).mean())
    share, per_person = has.sum() / people.given.sum(), people.given.sum(axis=1)
    yield "infusions", float(share)
    spread = ((has.sum(axis=1) - share * per_person) ** 2).mean() / per_person.mean() ** 2
    yield EFFECTIVE, float(PER_ARM * share * (1 - share) / spread)
    hours = np.where(happens, people.start[:, :, None] + people.onset[:, :, kinds] / 60, np.inf).reshape(len(has), -1)
    person = np.flatnonzero(has.any(axis=1))
    first = hours.argmin(axis=1)[person]
    yield "onset", _middle(people.onset[:, :, kinds].reshape(len(has), -1)[person, first] / 60)
    lasted = people.minutes[:, :, kinds].reshape(len(has), -1)[person, first] / 60
    yield "duration", _middle(lasted)
    for limit in LIMITS:
        yield f"passed by {limit:g} h", float((lasted <= limit + 1e-6).mean())
    every = people.given.all(axis=1)
    for level, chosen in ((EVERYONE, slice(None)), (COMPLETERS, every)):
        yield f"odds per infusion, {level}", log_odds_per_infusion(patterns(has[chosen], people.given[chosen]))[0]


def _middle(hours: Floats) -> float:
    """Give the logarithm of a median: of times in whole minutes, that of the time before they were rounded."""
    minutes = np.rint(np.asarray(hours, dtype=float) * 60)
    value = np.sort(minutes)[len(minutes) // 2]
    below, at = (minutes < value).mean(), (minutes == value).mean()
    return float(np.log((value - 0.5 + (0.5 - below) / at) / 60))


def _of_rates(people: Crowd, arm: str) -> Iterator[tuple[str, str, float]]:
    """Give rates, mean numbers of events and cumulative incidence of one arm."""
    acute = (people.happens & people.given[:, :, None]).sum(axis=1)
    months = people.end / AT
    late, any_late = (late_chances(people.end, people.active, kinds).sum(axis=1) for kinds in (LATE, ALL_LATE))
    serious = len(SERIOUS_EVENTS[arm.lower()]) / PER_ARM
    counts = {name: acute[:, _kinds(name)].sum(axis=1) for name in RATED}
    counts |= {"any": acute.sum(axis=1) + any_late + serious, "late": late}
    for name, events in counts.items():
        for what in ("rate of all events", "rate of all events, robust limits"):
            yield what, name, float(events.mean() / months.mean())
    events, total = _first_rate(people)
    yield "rate of first events", "late", events / total
    yield EXPECTED, "late", PER_ARM * events
    for name in RATED:
        kinds = _kinds(name)
        stayed = people.happens[:, :, kinds] & (people.allowed & (people.start <= AT))[:, :, None]
        yield "mean number by day 28", name, float(stayed.sum() / len(stayed))
        had = (people.happens[:, :, kinds] & (people.given & (people.start <= AT))[:, :, None]).any(axis=(1, 2))
        yield "cumulative incidence at day 28", name, float(had.mean())
        yield "withdrawn before any, day 28", name, float((~had & (people.left <= AT)).mean())


def _first_rate(people: Crowd) -> tuple[float, float]:
    """Give first late events of a person, and the time until them in 28 days, from the hours at which people left."""
    none = 1 - late_chances(_DAYS * DAY, np.broadcast_to(people.active[:1], _DAYS.shape), LATE)
    free = none.prod(axis=1)
    until = np.concatenate([[0.0], np.cumsum((free[1:] + free[:-1]) / 2 * np.diff(_DAYS))])
    end = people.end / DAY
    events, days = 1 - np.interp(end, _DAYS, free), np.interp(end, _DAYS, until)
    return float(events.mean()), float(days.mean()) / 28


def _ratio_of_counts(people: Crowd, kinds: list[int]) -> float:
    """Give the logarithm of the ratio that the negative binomial model has in the limit."""
    counts = (people.happens[:, :, kinds] & people.given[:, :, None]).sum(axis=(1, 2)).astype(float)
    X = np.column_stack([np.ones(len(counts)), people.active])
    return float(fit_negative_binomial(counts, people.end, X).coefficients[1])


def _ratio_at_risk(people: Crowd, kinds: list[int]) -> float:
    """Give the logarithm of the ratio that Andersen and Gill's model has in the limit: all events follow infusions."""
    events = (people.happens[:, :, kinds] & people.given[:, :, None]).any(axis=2)
    followed = people.end[:, None] >= people.start
    d = np.array([events[people.active == arm].sum(axis=0) for arm in (True, False)], dtype=float)
    y = np.array([followed[people.active == arm].sum(axis=0) for arm in (True, False)], dtype=float)

    def score(log: float) -> float:
        expected = expit(log + np.log(y[0] / y[1]))
        return float((d[0] - d.sum(axis=0) * expected).sum())

    return float(brentq(score, -5.0, 5.0))
