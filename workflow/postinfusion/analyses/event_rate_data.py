"""Follow-up of participants and the events in it: what every rate of adverse events is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.harm_events import DAY_ZERO, harm_events, infusions_of, last_contact
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.analyses.time_to_event_data import DEATH, WITHDRAWAL, occurrences
from postinfusion.core.recurrent_events import Followed
from postinfusion.errors import ModelError
from postinfusion.plan.analyses.event_rates import ANY_EVENT, EventRates
from postinfusion.plan.analyses.side_effects import event_name

EVENT, COMPETING = "event", (WITHDRAWAL, DEATH)
_DAY = 24.0


@dataclass(frozen=True)
class RateData:
    """Participants with their follow-up, and their events within it.

    Attributes
    ----------
    people
        One row per participant who was followed: ``USUBJID``, ``ARM``, ``END`` of follow-up in hours since time zero,
        at the latest that of withdrawal or death; ``withdrawal`` and ``death``, their hours within it, missing where
        there was none.
    events
        Events within follow-up by participant and time: the columns of :func:`harm_events` and ``TIME`` in hours; that
        of an event of which only the day is known is the one that the datasets give it. ``SOON`` says whether it began
        within 24 h of the start of an infusion, or on the day of the first one.
    not_followed
        Participants whose follow-up is not known, or is none.
    outside
        Events after follow-up, or at a time of which nothing is known.
    """

    people: pd.DataFrame
    events: pd.DataFrame
    not_followed: int
    outside: int

    def of(self, arm: str) -> pd.DataFrame:
        """Give the participants of one arm."""
        return self.people[self.people["ARM"] == arm]

    def groups(self, analysis: EventRates) -> Iterator[tuple[str, pd.DataFrame]]:
        """Give the name and the events of every group, all events first."""
        yield ANY_EVENT, self.events
        for name, terms in analysis.groups.items():
            yield name, self.events[self.events["NAME"].isin([event_name(term) for term in terms])]


def rate_data(analysis: EventRates, adam: Adam, population: Members) -> RateData:
    """Give the follow-up of a population and the events in it, without those that participants do to themselves.

    Raises
    ------
    ModelError
        The trial is a crossover trial, or the data do not say until when participants were followed.
    """
    if isinstance(population, CrossoverMembers):
        raise ModelError("a participant of a crossover trial is followed in several arms. Choose method: side-effects.")
    people = _people(analysis, adam, population)
    known = people[people["END"] > 0]
    if known.empty:
        raise ModelError("the data do not say until when participants were followed. Declare the source disposition.")
    events = harm_events(adam, population)
    events = events[~events["SELFFL"] & events["USUBJID"].isin(known["USUBJID"])]
    end = events["USUBJID"].map(known.set_index("USUBJID")["END"]).astype("float64")
    time = _times(events)
    # An event of which only the day is known has the start of the day as its time: on the day of the end it is within.
    inside = time.notna() & (time <= end)
    soon = (events["ONSET"] <= _DAY) | (events["BIN"] == DAY_ZERO)
    found = events.assign(TIME=time, SOON=soon)[inside]
    found = found.sort_values(["USUBJID", "TIME"], kind="stable", ignore_index=True)
    return RateData(known.reset_index(drop=True), found, len(people) - len(known), int((~inside).sum()))


def _times(events: pd.DataFrame) -> pd.Series:
    """Give hours since time zero at each onset, or at the worsening of what was there before; of days, at their start.

    An event that the data call emergent although it began before time zero counts as one at time zero.
    """
    onset = events["ASTHR"].astype("float64")
    if "AEWORFL" in events:
        onset = onset.mask(events["AEWORFL"] == "Y", events["AWORHR"].astype("float64"))
    return events["START"].fillna(onset).clip(lower=0.0)


def _people(analysis: EventRates, adam: Adam, population: Members) -> pd.DataFrame:
    """Give every participant with arm, end of follow-up, and withdrawal and death within it."""
    frame = population.frame
    who = frame.set_index("USUBJID")
    end = pd.Series(last_contact(frame, population).to_numpy(), who.index)
    if analysis.within is not None:
        infusions = infusions_of(adam, population)
        if infusions is None:
            raise ModelError("the data hold no infusions after which follow-up could end. Leave out within.")
        last = infusions.groupby("USUBJID")["AHRFIRST"].max().astype("float64").reindex(who.index)
        end = end.clip(upper=last + analysis.within).where(last.notna())
    hours = {kind: occurrences(adam, who, (kind,)).reindex(who.index).astype("float64") for kind in COMPETING}
    for left in hours.values():
        end = end.clip(upper=left.fillna(np.inf))
    # Of whoever left at an unknown time, the end of follow-up is the latest that it can have been.
    inside = {kind: found.mask(np.isinf(found), end).where(lambda at: at <= end) for kind, found in hours.items()}
    return pd.DataFrame({"ARM": who["ARM"], "END": end, **inside}, index=who.index).reset_index()


def first_events(events: pd.DataFrame) -> pd.DataFrame:
    """Give the first event of each participant who had one."""
    return events.drop_duplicates("USUBJID")


def counts_of(people: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Give the number of events of each of some participants."""
    return people["USUBJID"].map(events["USUBJID"].value_counts()).astype("float64").fillna(0)


def followed(people: pd.DataFrame, events: pd.DataFrame) -> Followed:
    """Give follow-up and events of some participants as arrays, in days."""
    place = pd.Series(range(len(people)), people["USUBJID"])
    mine = events[events["USUBJID"].isin(people["USUBJID"])]
    subject = mine["USUBJID"].map(place).to_numpy(dtype=np.intp)
    return Followed.of(people["END"] / _DAY, subject, mine["TIME"].to_numpy() / _DAY, people[DEATH].notna())


def first_causes(people: pd.DataFrame, events: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give days to the first event or what came instead, and its cause: 1 event, 2 withdrawal, 3 death, 0 neither."""
    first = people["USUBJID"].map(first_events(events).set_index("USUBJID")["TIME"]).astype("float64")
    times = pd.DataFrame({1: first, **{number: people[kind] for number, kind in enumerate(COMPETING, start=2)}})
    earliest = times.min(axis=1)
    cause = pd.Series(0, people.index)
    for number in reversed(times.columns):
        cause = cause.mask(times[number].notna() & (times[number] == earliest), int(number))
    return earliest.fillna(people["END"]) / _DAY, cause
