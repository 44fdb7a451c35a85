"""Adverse events by the number of the infusion that they follow, and by the hours since it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.clustered_shares import clustered_rows
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.harm_events import BINS, NO_INFUSION, infusions_of
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows

NUMBER, SINCE = "by-infusion", "since-infusion"
ALL, UNATTRIBUTED = "all", "none"
LEAST = 5
"""Participants with a term, over all arms, from which it has lines of its own."""
_OF = ["USUBJID", "INFNUM"]
_WHERE_HELD = BINS[7:]


def by_infusion(events: pd.DataFrame, adam: Adam, population: Members, confidence: float) -> Iterator[Row]:
    """Count infusions with an event by their number, and participants and events by hours since the infusion.

    Of one number a participant has one infusion, and the limits of its share are exact; over all numbers they respect
    that a participant has several. An event without an infusion is counted apart.

    Parameters
    ----------
    events
        The events of :func:`postinfusion.analyses.harm_events.harm_events`, without those for review.
    adam
        The datasets; nothing is counted without infusions.
    population
        Whose events.
    confidence
        Level of the intervals.
    """
    infusions = infusions_of(adam, population)
    if infusions is None or infusions.empty:
        return
    given = infusions[[*_OF, "ARM"]].dropna(subset=["INFNUM"]).drop_duplicates(_OF)
    followed = events.loc[events["INFUSION"].notna()].assign(INFNUM=events["INFUSION"])
    affected = events.groupby("AEDECOD")["USUBJID"].nunique()
    terms = [str(term) for term in sorted(affected.index[affected >= LEAST])]
    bins = [name for name in BINS if name not in (*_WHERE_HELD, NO_INFUSION) or (events["BIN"] == name).any()]
    for term in ("", *terms):
        of_term = events if term == "" else events[events["AEDECOD"] == term]
        yield from _of_numbers(followed.loc[followed.index.isin(of_term.index)], given, population, confidence, term)
        yield from _without_infusion(of_term, population, term)
        yield from _since(of_term, bins, population, term)


def _of_numbers(
    events: pd.DataFrame, given: pd.DataFrame, population: Members, confidence: float, term: str
) -> Iterator[Row]:
    """Give infusions with an event, of those given, by number and over all numbers, with the number of events."""
    per_infusion = events.groupby(_OF).size().rename("EVENTS").reset_index()
    counted = given.merge(per_infusion, on=_OF, how="left")
    counted["EVENTS"] = counted["EVENTS"].fillna(0).astype("int64")
    numbers = sorted(int(number) for number in counted["INFNUM"].unique())
    for level, chosen in ((ALL, counted), *((str(number), counted[counted["INFNUM"] == number]) for number in numbers)):
        for arm in population.arms:
            of_arm = chosen[chosen["ARM"] == arm]
            if of_arm.empty:
                continue
            key = {"variable": NUMBER, "level": level, "term": term, "arm": arm}
            yield from clustered_rows(of_arm["EVENTS"] > 0, of_arm["USUBJID"], confidence, **key)
            yield from rows({"n_events": int(of_arm["EVENTS"].sum())}, **key)


def _without_infusion(events: pd.DataFrame, population: Members, term: str) -> Iterator[Row]:
    """Count the events of which no infusion is known, by arm."""
    lost = events[events["INFUSION"].isna()]
    for arm in population.arms:
        n = int((lost["ARM"] == arm).sum())
        yield from rows({"n_events": n}, variable=NUMBER, level=UNATTRIBUTED, term=term, arm=arm)


def _since(events: pd.DataFrame, bins: list[str], population: Members, term: str) -> Iterator[Row]:
    """Count participants and events by hours since the infusion and by arm; a participant may be in several bins."""
    for level in bins:
        for arm in population.arms:
            total = population.n_by_arm[arm]
            of_both = events.loc[(events["BIN"] == level) & (events["ARM"] == arm), "USUBJID"]
            n = of_both.nunique()
            numbers = {"n": n, "proportion": n / total if total else float("nan"), "n_events": len(of_both)}
            yield from rows(numbers, variable=SINCE, level=level, term=term, arm=arm)
