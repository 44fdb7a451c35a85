"""Trials of ketamine_ed with adverse events and infusions alone, as the analyses of harms take them, and many people.

A trial is drawn as `simulate_trial` draws it and given in hours since the first infusion, without the derivation: the
events are those of the exported table, in its minutes. Trial i draws from the seed with the key (i,).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.populations import Members
from postinfusion.simulate.adverse_events import choose_serious, serious_rows
from postinfusion.simulate.harms import LATE_EVENTS
from postinfusion.simulate.people import STRATA
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import Course, draw_course, event_rows

SEED, SEED_OF_TRUTH = 20_261_123, 20_261_124
KETAMINE, MIDAZOLAM = "Ketamine", "Midazolam"
ARMS = (KETAMINE, MIDAZOLAM)
Floats = NDArray[np.float64]
Adam = dict[str, pd.DataFrame]


def course(seed: int, number: int) -> Course:
    """Draw one trial."""
    return draw_course(np.random.SeedSequence(seed, spawn_key=(number,)), SCENARIOS["at-random"], STRATA)


def trial(number: int) -> tuple[Members, Adam]:
    """Give participants, infusions and treatment-emergent events of one trial as the analyses take them."""
    drawn = course(SEED, number)
    names, left = drawn.people.names, drawn.attendance.left
    arms = pd.Categorical(np.where(drawn.active, *ARMS), ARMS[::-1])
    end = np.where(np.isfinite(left), left, drawn.schedule.visits[:, -1])
    status = np.where(np.isfinite(left), "discontinued", "completed")
    people = pd.DataFrame({"USUBJID": names, "ARM": arms, "EOSHR": end, "EOSSTT": status, "DTHFL": ""})
    given = drawn.infusions
    person, number_of = np.nonzero(given.given)
    start = given.start[person, number_of]
    infusions = pd.DataFrame(
        {
            "USUBJID": names[person],
            "INFNUM": number_of + 1,
            "AHRFIRST": start,
            "EXENHR": start + given.minutes[person, number_of] / 60,
        }
    )
    return Members(people, ARMS, MIDAZOLAM), {"ADAE": _events(drawn), "ADEX": infusions}


def _events(drawn: Course) -> pd.DataFrame:
    """Give the adverse events that began after the start of the first infusion."""
    serious = choose_serious(drawn.people, drawn.active, drawn.attendance, drawn.stream("serious events"))
    found = event_rows(drawn, serious_rows(serious))
    found = found[found["began"] >= 0].reset_index(drop=True)
    return pd.DataFrame(
        {
            "USUBJID": drawn.people.names[found["person"]],
            "TRTEMFL": "Y",
            "AEDECOD": found["event"],
            "AEBODSYS": found["body_system"],
            "AESEV": found["severity"],
            "AESOLFL": found["solicited"].map({"yes": "Y", "no": "N"}),
            "AETRT": found["treatment"],
            "AEOUT": found["outcome"],
            "ASTHR": found["began"],
            "ASTTMF": "",
            "AENHR": found["ended"],
            "AENTMF": "",
            "INFNUM": found["infusion"].astype("Int64"),
        }
    )


@dataclass(frozen=True)
class Crowd:
    """Many people of independent trials, in which some were withdrawn and some left.

    Attributes
    ----------
    active
        Whether the infusions were of ketamine, (n,).
    happens
        Whether each kind of event follows each infusion, given or not, (n, 6, kinds).
    given, allowed, start
        Infusions that were given; that would have been had nobody left; their hours, (n, 6).
    onset, minutes
        Minutes from the start of an infusion to each event, and its duration, (n, 6, kinds).
    left, end
        Hours of leaving, infinite for most, and of the end of follow-up, (n,).
    """

    active: NDArray[np.bool_]
    happens: NDArray[np.bool_]
    given: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    start: NDArray[np.float32]
    onset: NDArray[np.float32]
    minutes: NDArray[np.float32]
    left: Floats
    end: Floats


def crowd(trials: Iterable[int]) -> Crowd:
    """Draw the people of many trials that are not among those analysed."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in Crowd.__annotations__}
    for number in trials:
        drawn = course(SEED_OF_TRUTH, number)
        start, left = drawn.schedule.infusions, drawn.attendance.left
        found = {
            "active": drawn.active,
            "happens": drawn.acute.happens,
            "given": drawn.infusions.given,
            "allowed": start < drawn.withdrawal.until(start)[:, None],
            "start": start.astype(np.float32),
            "onset": drawn.acute.onset.astype(np.float32),
            "minutes": drawn.acute.minutes.astype(np.float32),
            "left": left,
            "end": np.where(np.isfinite(left), left, drawn.schedule.visits[:, -1]),
        }
        for name, values in found.items():
            parts[name].append(values)
    return Crowd(**{name: np.concatenate(values) for name, values in parts.items()})


def late_chances(until: Floats, active: NDArray[np.bool_], kinds: tuple[str, ...]) -> Floats:
    """Give the probability that each kind of late event began after the first infusion and by an hour, (n, kinds)."""
    found = []
    for kind in (event for event in LATE_EVENTS if event.term in kinds):
        first, last = 24 * kind.first_day, 24 * kind.last_day
        share = np.clip(np.minimum(until, last) - max(first, 0.0), 0.0, None) / (last - first)
        found.append(np.where(active, kind.ketamine, kind.midazolam) * share)
    return np.stack(found, axis=-1)
