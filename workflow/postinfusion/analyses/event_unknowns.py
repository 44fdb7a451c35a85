"""Participants of whom a line of the overview of adverse events stays open, since an event has no record of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows

UNKNOWN = "overview-unknown"
"""Variable of the rows; the line of the overview is their level."""

LEFT = "left because of an event, by the disposition alone"
STOPPING = ("stopped", "withdrawn")
_BECAUSE_OF_AN_EVENT = re.compile(r"adverse (?:event|reaction|effect)|side effect|toxicity", re.IGNORECASE)


def unknown_rows(
    events: pd.DataFrame, lines: Mapping[str, tuple[str, tuple[str, ...]]], population: Members
) -> Iterator[Row]:
    """Count participants with an event of which a line is not recorded, and without one that is of the line.

    The line counts them as having none, which may be wrong. A line that no event has a record of has no rows here.

    Parameters
    ----------
    events
        The events of :func:`postinfusion.analyses.harm_events.harm_events`, without those for review.
    lines
        Name of the line → column of the events, and its values that are of the line.
    population
        Who is counted; whether a line is recorded at all is asked of all events.
    """
    for level, (column, counted) in lines.items():
        if not (events[column] != "").any():
            continue
        of_line = events[["USUBJID", "ARM"]].assign(IS_SO=events[column].isin(counted), IS_OPEN=events[column] == "")
        of_line = of_line[of_line["USUBJID"].isin(population.frame["USUBJID"])]
        for arm in population.n_by_arm:
            of_arm = of_line if arm == "" else of_line[of_line["ARM"] == arm]
            told = of_arm.groupby("USUBJID")[["IS_SO", "IS_OPEN"]].any()
            yield from rows(
                {"n": int((told["IS_OPEN"] & ~told["IS_SO"]).sum())}, variable=UNKNOWN, level=level, arm=arm
            )


def left_without_action(events: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Count who left the trial because of an adverse event by the disposition, and has no event that led to stopping.

    None without a disposition that tells of anybody why. The reason is a free text, read by its words; "no adverse
    event" would be misread, so that the number is a question to the data, and no part of the overview.

    Parameters
    ----------
    events
        The events of :func:`postinfusion.analyses.harm_events.harm_events`, without those for review.
    population
        Whose disposition.
    """
    frame = population.frame
    if not {"EOSSTT", "DCSREAS"} <= {*frame} or not (frame["DCSREAS"] != "").any():
        return
    because = (frame["EOSSTT"] == "discontinued") & frame["DCSREAS"].str.contains(_BECAUSE_OF_AN_EVENT)
    told = events.loc[events["AEACN"].isin(STOPPING), "USUBJID"]
    arms = population.last_arm[because & ~frame["USUBJID"].isin(told)]
    for arm in population.n_by_arm:
        n = len(arms) if arm == "" else int((arms == arm).sum())
        yield from rows({"n": n}, variable=UNKNOWN, level=LEFT, arm=arm)
