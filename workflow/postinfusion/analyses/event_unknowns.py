"""Participants of whom a line of the overview of adverse events stays open, since an event has no record of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows

UNKNOWN = "overview-unknown"
"""Variable of the rows; the line of the overview is their level."""


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
        Whose events.
    """
    for level, (column, counted) in lines.items():
        if not (events[column] != "").any():
            continue
        of_line = events[["USUBJID", "ARM"]].assign(IS_SO=events[column].isin(counted), IS_OPEN=events[column] == "")
        for arm in population.n_by_arm:
            of_arm = of_line if arm == "" else of_line[of_line["ARM"] == arm]
            told = of_arm.groupby("USUBJID")[["IS_SO", "IS_OPEN"]].any()
            yield from rows(
                {"n": int((told["IS_OPEN"] & ~told["IS_SO"]).sum())}, variable=UNKNOWN, level=level, arm=arm
            )
