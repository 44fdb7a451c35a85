"""Treatment-emergent adverse events: overview, by class and term, with risk differences (method adverse-events)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.core.proportions import miettinen_nurminen
from postinfusion.plan.analyses import AdverseEvents

SEVERE = ("severe", "life-threatening", "fatal")
RELATED = ("possible", "probable", "definite")
STOPPING = ("stopped", "withdrawn")
UNCODED = "not classified"


def adverse_events(analysis: AdverseEvents, adam: Adam, population: Members) -> list[Row]:
    """Count participants and events by arm, and compare each arm with the reference arm; zeros are printed.

    Only treatment-emergent events count; deaths are those of the disposition, whatever their cause, together with fatal
    events. Intervals of risk differences are Miettinen and Nurminen's.
    """
    result = [*denominators(population), *_exposure(population)]
    if "ADAE" not in adam:
        return [*result, error_row("the data hold no adverse events; their absence is not the absence of harm")]
    events = _emergent(adam["ADAE"], population)
    for level, chosen in _overview(events):
        result += _compared(analysis, chosen, population, variable="overview", level=level)
    result += _compared(analysis, _deaths(events, population), population, variable="overview", level="died")
    for body_system, of_class in events.groupby("AEBODSYS", sort=True):
        key = {"variable": "class-term", "level": str(body_system)}
        result += _compared(analysis, of_class, population, **key)
        for term, of_term in of_class.groupby("AEDECOD", sort=True):
            result += _compared(analysis, of_term, population, **key, term=str(term))
    return result


def _emergent(events: pd.DataFrame, population: Members) -> pd.DataFrame:
    """Give the treatment-emergent events of the population, with the arm in ``ARM``."""
    arms = population.frame.set_index("USUBJID")["ARM"]
    chosen = events[(events["TRTEMFL"] == "Y") & events["USUBJID"].isin(arms.index)]
    named = chosen["AEBODSYS"].where(chosen["AEBODSYS"] != "", UNCODED)
    return chosen.assign(ARM=chosen["USUBJID"].map(arms), AEBODSYS=named)


def _overview(events: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the events of each line of the overview."""
    yield "any", events
    yield "related", events[events["AEREL"].isin(RELATED)]
    yield "serious", events[events["AESER"] == "Y"]
    yield "severe", events[events["AESEV"].isin(SEVERE)]
    yield "stopped", events[events["AEACN"].isin(STOPPING)]


def _deaths(events: pd.DataFrame, population: Members) -> pd.DataFrame:
    """Give one row for each participant who died."""
    frame = population.frame
    died = frame["DTHFL"] == "Y" if "DTHFL" in frame else pd.Series(data=False, index=frame.index)
    fatal = events.loc[events["AEOUT"] == "fatal", "USUBJID"]
    return frame[died | frame["USUBJID"].isin(fatal)]


def _compared(analysis: AdverseEvents, events: pd.DataFrame, population: Members, **key: str) -> list[Row]:
    """Count participants and events by arm, and give each arm's risk difference to the reference arm."""
    totals = population.n_by_arm
    of_arm = {arm: events if arm == "" else events[events["ARM"] == arm] for arm in totals}
    counts = {arm: int(found["USUBJID"].nunique()) for arm, found in of_arm.items()}
    result = []
    for arm, n in counts.items():
        share = n / totals[arm] if totals[arm] else float("nan")
        result += rows({"n": n, "proportion": share, "n_events": len(of_arm[arm])}, arm=arm, **key)
    for arm in population.compared:
        result += _difference(analysis, counts, totals, arm, str(population.reference), **key)
    return result


def _difference(
    analysis: AdverseEvents, counts: dict[str, int], totals: dict[str, int], arm: str, reference: str, **key: str
) -> list[Row]:
    """Give the risk difference of two arms with its interval."""
    if not totals[arm] or not totals[reference]:
        return []
    found = miettinen_nurminen(
        counts[arm], totals[arm], counts[reference], totals[reference], confidence=analysis.confidence
    )
    limits = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    return rows({"risk_difference": found.estimate} | limits, arm=arm, comparator=reference, **key)


def _exposure(population: Members) -> list[Row]:
    """Give infusions and days on treatment by arm, where the data hold them."""
    result = []
    for arm in population.n_by_arm:
        of_arm = population.of(arm)
        held: dict[str, float] = {}
        if "NINF" in of_arm:
            held["n_infusions"] = int(of_arm["NINF"].sum())
        if "EXDUR" in of_arm:
            held["person_days"] = float(of_arm["EXDUR"].sum())
        result += rows(held, variable="exposure", arm=arm)
    return result
