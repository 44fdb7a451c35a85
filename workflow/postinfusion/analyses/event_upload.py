"""Non-serious events above a threshold and serious events, as registers of results want them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.event_breakdowns import ANY, RELATED, Line, by_class, is_fatal, tells_deaths
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.vocabulary import NOT_RECORDED

NON_SERIOUS, SERIOUS = "non-serious", "serious-terms"
FATAL_NOT_SERIOUS = "fatal, recorded as not serious"
_RELATED, _FATAL, _BOTH = "serious-related", "serious-fatal", "serious-fatal-related"


def upload_rows(events: pd.DataFrame, population: Members, threshold: float) -> Iterator[Row]:
    """Count participants and events by term: non-serious ones above the threshold, and all serious ones.

    A non-serious term is listed for all arms where more than the threshold of the participants of any arm had it. An
    event of which it is not recorded whether it is serious is in neither list and counted apart; where that is recorded
    of none, there are no rows. A fatal event that is recorded as not serious stays among the non-serious ones, and is
    counted apart too: one of the two records is wrong.

    Parameters
    ----------
    events
        The events of :func:`postinfusion.analyses.harm_events.harm_events` with a class, without those for review.
    population
        Whose events.
    threshold
        Share of the participants of an arm, 0 to 0.05.
    """
    if not events.empty and not (events["AESER"] != "").any():
        return
    serious = events[events["AESER"] == "Y"]
    other = _above(events[events["AESER"] == "N"], population, threshold)
    yield from _counted(_lines(other, NON_SERIOUS), population)
    yield from _counted(_lines(serious, SERIOUS), population)
    related = serious["AEREL"].isin(RELATED)
    fatal = is_fatal(serious)
    knows_relation = events.empty or bool((events["AEREL"] != "").any())
    knows_outcome = tells_deaths(events)
    if knows_relation:
        yield from _counted(_lines(serious, _RELATED, related), population)
    if knows_outcome:
        yield from _counted(_lines(serious, _FATAL, fatal), population)
    if knows_relation and knows_outcome:
        yield from _counted(_lines(serious, _BOTH, fatal & related), population)
    yield from rows({"n_events": int((events["AESER"] == "").sum())}, variable="seriousness", level=NOT_RECORDED)
    contradicted = int((is_fatal(events) & (events["AESER"] == "N")).sum())
    yield from rows({"n_events": contradicted}, variable="seriousness", level=FATAL_NOT_SERIOUS)


def _above(events: pd.DataFrame, population: Members, threshold: float) -> pd.DataFrame:
    """Give the events of terms that more than the threshold of any arm had."""
    affected = events.groupby(["AEBODSYS", "AEDECOD", "ARM"], observed=True)["USUBJID"].nunique().reset_index(name="N")
    of_arm = affected["ARM"].astype("object").map(population.n_by_arm).astype("float64")
    kept = affected.loc[affected["N"] > threshold * of_arm, ["AEBODSYS", "AEDECOD"]].drop_duplicates()
    wanted = pd.MultiIndex.from_frame(kept)
    return events[pd.MultiIndex.from_frame(events[["AEBODSYS", "AEDECOD"]]).isin(wanted)]


def _lines(events: pd.DataFrame, variable: str, chosen: pd.Series | None = None) -> Iterator[Line]:
    """Give a line for all events together and for each term; of chosen events, with a line also for terms of none."""
    held = events if chosen is None else events[chosen]
    yield Line({"variable": variable, "level": ANY}, held)
    for line in by_class(events, variable):
        if "term" in line.key:
            yield Line(line.key, line.events[line.events.index.isin(held.index)])


def _counted(lines: Iterator[Line], population: Members) -> Iterator[Row]:
    """Give participants, their share and events of each line, by arm and over all arms."""
    for line in lines:
        for arm, total in population.n_by_arm.items():
            found = line.events if arm == "" else line.events[line.events["ARM"] == arm]
            n = found["USUBJID"].nunique()
            numbers = {"n": n, "proportion": n / total if total else float("nan"), "n_events": len(found)}
            yield from rows(numbers, arm=arm, **line.key)
