"""Adverse events by how they were collected: solicited at each visit, told spontaneously, or not known how.

Incidences by the two ways are not comparable, and a participant may have an event of both: they are never one count of
a kind, and only the counts of all events hold both.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import risk_differences, share_rows
from postinfusion.analyses.event_breakdowns import ANY, Line, by_class
from postinfusion.analyses.event_rate_data import RateData, counts_of, first_events
from postinfusion.analyses.event_rate_limits import Seed, generator_of, limits_of_all_events
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.plan.analyses import EventRates

SOLICITED, SPONTANEOUS, UNKNOWN_HOW = "solicited", "spontaneous", "not known how reported"
FIRST_BY_COLLECTION, RATE_BY_COLLECTION = "first-event-by-collection", "event-rate-by-collection"
_INCIDENCE = "incidence-"


def is_recorded(events: pd.DataFrame) -> bool:
    """Say whether it is known of any event how it was collected."""
    return bool(events["SOLICITED"].notna().any())


def apart(events: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Give each way of collection with which events were collected so; not known how only where there are such."""
    found = events["SOLICITED"]
    yield SOLICITED, found.eq(other=True).fillna(value=False).astype(bool)
    yield SPONTANEOUS, found.eq(other=False).fillna(value=False).astype(bool)
    if found.isna().any():
        yield UNKNOWN_HOW, found.isna()


def lines_apart(events: pd.DataFrame) -> Iterator[Line]:
    """Give the lines of events by each way of collection: any, and each class and term with one collected so.

    Nothing where it is known of no event how it was collected.
    """
    if not is_recorded(events):
        return
    for variable, chosen in apart(events):
        yield Line({"variable": variable, "level": ANY}, events[chosen])
        yield from by_class(events[chosen], variable)
    if not events["SOLICITED"].isna().any():
        yield Line({"variable": UNKNOWN_HOW, "level": ANY}, events[:0])


def incidence_apart(events: pd.DataFrame, population: Members, confidence: float, name: str) -> Iterator[Row]:
    """Give participants with a side effect by each way of collection, and their risk differences.

    Parameters
    ----------
    events
        The events of the side effect.
    population
        Who is counted.
    confidence
        Level of the intervals.
    name
        What the side effect is called.
    """
    for kind, chosen in apart(events):
        key, counts = {"variable": f"{_INCIDENCE}{kind}", "level": "participants", "term": name}, {}
        for arm in population.arms:
            of_arm = events.loc[chosen & (events["ARM"] == arm), "USUBJID"]
            counts[arm] = (int(of_arm.nunique()), population.n_by_arm[arm])
            if counts[arm][1]:
                yield from share_rows(counts[arm], confidence, **key, arm=arm)
                yield from rows({"n_events": len(of_arm)}, **key, arm=arm)
        yield from risk_differences(counts, population, confidence, **key)


def rates_apart(
    analysis: EventRates, data: RateData, events: pd.DataFrame, population: Members, name: str, *, seed: Seed
) -> Iterator[Row]:
    """Give first events, and the rate of all events, of a group by each way of collection.

    Nothing where it is known of no event of the trial how it was collected. Of first events at the same time the
    solicited one counts, else the spontaneous one. Limits of rates are those of all events.
    """
    if not is_recorded(data.events):
        return
    for kind, chosen in apart(events):
        for arm in population.arms:
            people = data.of(arm)
            first = first_events(_in_order(events))
            n = int(chosen.loc[first.index[first["USUBJID"].isin(people["USUBJID"])]].sum())
            yield from rows({"n": n}, variable=FIRST_BY_COLLECTION, level=kind, term=name, arm=arm)
            key = {"variable": RATE_BY_COLLECTION, "level": kind, "term": name, "arm": arm}
            counts = counts_of(people, events[chosen])
            yield from rows({"n": int((counts > 0).sum()), "n_events": int(counts.sum())}, **key)
            values = (np.nan,) * 3
            if len(people) >= FEWEST_PARTICIPANTS:
                generator = generator_of(seed, f"{name}\0{kind}", arm)
                found, _, _ = limits_of_all_events(counts, people["END"] / analysis.per, generator, analysis.confidence)
                values = (float(found.estimate), float(found.conf_low), float(found.conf_high))
            yield from rows(dict(zip(("estimate", "conf_low", "conf_high"), values, strict=True)), **key)


def _in_order(events: pd.DataFrame) -> pd.DataFrame:
    """Give events by participant and time, those at the same time by way of collection."""
    place = pd.Series(0, events.index)
    for number, (_, chosen) in enumerate(apart(events)):
        place = place.mask(chosen, number)
    return events.assign(PLACE=place).sort_values(["USUBJID", "TIME", "PLACE"], kind="stable")
