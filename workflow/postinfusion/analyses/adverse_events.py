"""Treatment-emergent adverse events: overview, by class and term, with risk differences (method adverse-events)."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.analyses.divided import with_groups
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.event_breakdowns import (
    RELATED,
    Line,
    broken_down,
    by_class,
    is_fatal,
    tells_deaths,
    worst_grade,
    worst_severity,
)
from postinfusion.analyses.event_collection import lines_apart
from postinfusion.analyses.event_exposure import exposure_rows, infusions_given, participation_rows
from postinfusion.analyses.event_groups import classified, grouping_rows
from postinfusion.analyses.event_infusions import by_infusion
from postinfusion.analyses.event_interest import of_interest, slips
from postinfusion.analyses.event_review import event_review
from postinfusion.analyses.event_screening import screening_rows
from postinfusion.analyses.event_unknowns import STOPPING, left_without_action, unknown_rows
from postinfusion.analyses.event_upload import upload_rows
from postinfusion.analyses.harm_events import BEFORE_ALL, NO_INFUSION, harm_events, is_later
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.core.clustered_rates import clustered_rate
from postinfusion.core.proportions import Interval, clopper_pearson, miettinen_nurminen, miettinen_nurminen_ratio
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.vocabulary import NOT_RECORDED

OVERVIEW = {
    "related": ("AEREL", RELATED),
    "serious": ("AESER", ("Y",)),
    "severe": ("AESEV", ("severe", "life-threatening", "fatal")),
    "slowed": ("AEACN", ("slowed",)),
    "interrupted": ("AEACN", ("interrupted",)),
    "stopped": ("AEACN", STOPPING),
}
SUICIDAL = re.compile(
    r"sui[cz]id|self[- ]?(?:harm|injur)|selbst(?:verletz|sch(?:ä|ae)d|mord|m(?:ö|oe)rd|t(?:ö|oe)tung)", re.IGNORECASE
)
_IN_WORDS = {
    "related": "relation to the treatment (no value in related)",
    "serious": "seriousness (no value in serious)",
    "severe": "severity (no value in severity)",
    "slowed": "slowing because of an event (no value in action)",
    "interrupted": "interrupting because of an event (no value in action)",
    "stopped": "stopping because of an event (no value in action)",
    "died": "deaths (no disposition says who died, and no event has an outcome)",
}


_SERIOUS_WITHIN = {"serious within 24 h": 24.0, "serious within 7 d": 168.0}
_WITH_RATIO = ("overview", "class-term")
"""Variables of the lines that have a risk ratio."""
_NO_RATIO = "nobody of the reference arm had an event"
_PER = 100


def adverse_events(analysis: AdverseEvents, adam: Adam, population: Members) -> list[Row]:
    """Count participants and events by arm, and compare each arm with the reference arm; zeros are printed.

    Only treatment-emergent events count; deaths are those of the disposition, whatever their cause, together with fatal
    events. Intervals of risk differences are Miettinen and Nurminen's.
    """
    if "ADAE" not in adam:
        absent = error_row("the data hold no adverse events; their absence is not the absence of harm")
        exposure = with_groups(analysis, population, lambda members: _exposed(adam, members))
        return [*denominators(population), *exposure, absent]
    found = harm_events(adam, population)
    result = [*event_review(adam, population)]
    events = classified(found[~found["SELFFL"]], adam["ADAE"])
    result += grouping_rows(events, adam["ADAE"])
    lines = _slim((*_overview(events, population), *by_class(events, "class-term")))
    parts = _slim((*broken_down(events), *lines_apart(events), *of_interest(analysis, events)))
    result += with_groups(
        analysis,
        population,
        lambda members: [
            *_exposed(adam, members),
            *_of_members(analysis, [*lines, *parts], adam, members),
            *_worst(events, adam, members, analysis.confidence),
            *_not_recorded({line.key["level"] for line in lines if line.key["variable"] == "overview"}, members),
            *unknown_rows(events, OVERVIEW, members),
            *left_without_action(events, members),
        ],
    )
    result += slips(analysis, events)
    result += upload_rows(events, population, analysis.threshold)
    return [*result, *screening_rows(lines, _affected(lines, population), population)]


def _slim(lines: Iterable[Line]) -> list[Line]:
    """Give the lines with who had each of their events, and in which arm."""
    return [Line(line.key, line.events[["USUBJID", "ARM"]].astype({"USUBJID": "object"})) for line in lines]


def _exposed(adam: Adam, members: Members) -> list[Row]:
    """Give infusions and time of some of the participants."""
    return [*exposure_rows(adam, members), *participation_rows(adam, members)]


def _of_members(analysis: AdverseEvents, lines: list[Line], adam: Adam, members: Members) -> list[Row]:
    """Give the rows of the lines for some of the participants: a term that none of these had has zeros."""
    who = {*members.frame["USUBJID"]}
    inside = [Line(line.key, line.events[line.events["USUBJID"].isin(who)]) for line in lines]
    rates = _rates(inside, adam, members, analysis.confidence)
    return [*denominators(members), *_counted(analysis, inside, members), *rates]


def _worst(events: pd.DataFrame, adam: Adam, members: Members, confidence: float) -> list[Row]:
    """Give the worst severity and grade of some of the participants, and their events by infusion."""
    of_members = events[events["USUBJID"].isin(members.frame["USUBJID"])]
    worst = [*worst_severity(of_members, members), *worst_grade(of_members, members)]
    return [*worst, *by_infusion(of_members, adam, members, confidence)]


def _counted(analysis: AdverseEvents, lines: list[Line], population: Members) -> list[Row]:
    """Give counts of each line by arm, and its differences between arms."""
    result: list[Row] = []
    counts = _affected(lines, population)
    for line, of_line in zip(lines, counts.to_dict("records"), strict=True):
        result += _count_rows(line, of_line, population, analysis.confidence)
    return [*result, *_differences(analysis, lines, counts, population)] if lines else []


def _affected(lines: list[Line], population: Members) -> pd.DataFrame:
    """Give participants with the events of each line, a column per arm and one for all of them."""
    return pd.DataFrame([_participants(line.events, population) for line in lines])


def _overview(events: pd.DataFrame, population: Members) -> Iterator[Line]:
    """Give the lines of the overview that the data record; the others are not zero but unknown."""
    yield Line({"variable": "overview", "level": "any"}, events)
    for level, (column, counted) in OVERVIEW.items():
        if events.empty or (events[column] != "").any():
            yield Line({"variable": "overview", "level": level}, events[events[column].isin(counted)])
    yield from _serious_after(events)
    yield Line({"variable": "overview", "level": "suicidal"}, events[events["AEDECOD"].str.contains(SUICIDAL)])
    if "DTHFL" in population.frame or (not events.empty and tells_deaths(events)):
        yield Line({"variable": "overview", "level": "died"}, _deaths(events, population))


def _not_recorded(recorded: set[str], population: Members) -> Iterator[Row]:
    """Give the rows of what the overview cannot tell, each with the reason, so that it is not taken for zero."""
    for level, missing in _IN_WORDS.items():
        if level not in recorded:
            for arm in population.n_by_arm:
                (row,) = rows({"n": float("nan")}, variable="overview", level=level, arm=arm)
                yield row | {"error": f"{NOT_RECORDED}: {missing}"}


def _serious_after(events: pd.DataFrame) -> Iterator[Line]:
    """Give the lines of serious events by the time since the infusion before them, where there were infusions.

    One of unknown hour is within a time where every hour of its day is; where its day leaves any of the times open, it
    is among those of unknown hour.
    """
    if not (events["INFUSION"].notna() & (events["AESER"] != "")).any():
        return
    serious = events[events["AESER"] == "Y"]
    for level, limit in _SERIOUS_WITHIN.items():
        yield Line({"variable": "overview", "level": level}, serious[serious["LATEST"] <= limit])
    perhaps = [is_later(serious, limit)[1] for limit in _SERIOUS_WITHIN.values()]
    of_none = serious["BIN"].isin([BEFORE_ALL, NO_INFUSION])
    unknown = serious[np.logical_or.reduce(perhaps) & ~of_none]
    yield Line({"variable": "overview", "level": "serious at an unknown hour"}, unknown)


def _deaths(events: pd.DataFrame, population: Members) -> pd.DataFrame:
    """Give one row for each participant who died."""
    frame = population.frame.assign(ARM=population.last_arm)
    died = frame["DTHFL"] == "Y" if "DTHFL" in frame else pd.Series(data=False, index=frame.index)
    fatal = events.loc[is_fatal(events), "USUBJID"]
    return frame[died | frame["USUBJID"].isin(fatal)]


def _participants(events: pd.DataFrame, population: Members) -> dict[str, int]:
    """Count participants with any of the events, by arm and over all arms."""
    once = events.drop_duplicates(["USUBJID", "ARM"])["ARM"].value_counts()
    return {"": events["USUBJID"].nunique(), **{arm: int(once.get(arm, 0)) for arm in population.arms}}


def _count_rows(line: Line, counts: Mapping[Hashable, int], population: Members, confidence: float) -> list[Row]:
    """Give the rows of one line: participants, their share and events, by arm and over all arms.

    Where nobody had an event the upper limit of the exact interval says what such a zero still allows.
    """
    by_arm = line.events["ARM"].value_counts()
    result = []
    for arm, total in population.n_by_arm.items():
        share = counts[arm] / total if total else float("nan")
        n_events = len(line.events) if arm == "" else int(by_arm.get(arm, 0))
        result += rows({"n": counts[arm], "proportion": share, "n_events": n_events}, arm=arm, **line.key)
        if total and counts[arm] == 0:
            limit = float(clopper_pearson(0, total, confidence=confidence).conf_high)
            result += rows({"zero_limit": limit}, arm=arm, **line.key)
    return result


def _rates(lines: list[Line], adam: Adam, population: Members, confidence: float) -> Iterator[Row]:
    """Give events per 100 infusions by arm, of those under its treatment; none of deaths, or without infusions."""
    names = ("per_100_infusions", "per_100_infusions_low", "per_100_infusions_high")
    for arm in population.arms:
        given = infusions_given(adam, population, arm)
        if given is None or not (given > 0).any():
            continue
        for line in lines:
            if line.key["level"] != "died":
                of_arm = line.events.loc[line.events["ARM"] == arm, "USUBJID"]
                events = of_arm.value_counts().reindex(given.index).fillna(0)
                found = clustered_rate(events.to_numpy(), given.to_numpy(), confidence=confidence)
                values = (_PER * found.estimate, _PER * found.conf_low, _PER * found.conf_high)
                yield from rows(dict(zip(names, values, strict=True)), arm=arm, **line.key)


def _differences(
    analysis: AdverseEvents, lines: list[Line], counts: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Give the rows of the risk differences of every line, with their intervals."""
    totals, reference = population.n_by_arm, population.reference or ""
    for arm in population.compared:
        if not totals[arm] or not totals[reference]:
            continue
        of_arm, of_reference = counts[arm].to_numpy(), counts[reference].to_numpy()
        compared = (of_arm, totals[arm], of_reference, totals[reference])
        found = miettinen_nurminen(*compared, confidence=analysis.confidence)
        ratios = miettinen_nurminen_ratio(*compared, confidence=analysis.confidence)
        for place, line in enumerate(lines):
            key = {**line.key, "arm": arm, "comparator": reference}
            names = ("risk_difference", "conf_low", "conf_high")
            yield from rows(dict(zip(names, _at(found, place), strict=True)), **key)
            if line.key["variable"] in _WITH_RATIO:
                yield from _ratio(_at(ratios, place), key)


def _at(found: Interval, place: int) -> tuple[float, float, float]:
    """Give estimate and limits of one line."""
    return float(found.estimate[place]), float(found.conf_low[place]), float(found.conf_high[place])


def _ratio(found: tuple[float, float, float], key: dict[str, str]) -> Iterator[Row]:
    """Give the rows of a risk ratio; what is infinite, or no number, has no value and says why."""
    names = ("risk_ratio", "risk_ratio_low", "risk_ratio_high")
    for name, value in zip(names, found, strict=True):
        is_known = math.isfinite(value) and not math.isnan(found[0])
        (row,) = rows({name: value if is_known else float("nan")}, **key)
        yield row if is_known else row | {"error": _NO_RATIO}
