"""One participant's infusions and adverse events over time, and lanes in which events stand that overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.present.figures.severity_tones import TONES
from postinfusion.present.results import Results
from postinfusion.present.tables.event_listings import coded_numbers
from postinfusion.vocabulary import NOT_RECORDED

LANE = 0.092
"""Height of a lane in inches."""
_MARK = 0.075  # inches between two marks in one lane
_GRADES = {level: grade for grade, level in enumerate(TONES) if level != NOT_RECORDED}
_SEVERE = _GRADES["severe"]
_NOT_OVER = ("fatal", "not resolved", "resolving")


@dataclass(frozen=True)
class Timeline:
    """What is drawn of one participant; times are hours since time zero.

    Attributes
    ----------
    number, arm
        The number of the listings, and the arm; the arm is empty where participants have several.
    end
        End of participation, or the last time of which anything is known.
    infusions
        Their starts.
    events
        Treatment-emergent events with a known time, by onset: ``start``, ``end`` (the onset again where it is not
        known), ``severity``, ``serious``, ``ongoing``, ``known`` (the hour of the onset) and ``before`` (it was there
        before time zero and became worse).
    undated
        Further events whose time is not known.
    """

    number: str
    arm: str
    end: float
    infusions: np.ndarray
    events: pd.DataFrame
    undated: int

    @property
    def is_serious(self) -> bool:
        """The participant had a serious event."""
        return bool(self.events["serious"].any())

    @property
    def is_severe(self) -> bool:
        """The participant had a severe, life-threatening or fatal event."""
        return self._worst >= _SEVERE

    @property
    def is_grave(self) -> bool:
        """The participant had a serious or a severe event."""
        return self.is_serious or self.is_severe

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Higher for a serious event, for a worse severity, and for more events."""
        return self.is_serious, self._worst, len(self.events)

    @property
    def _worst(self) -> int:
        """The worst severity; below mild where none was recorded."""
        return max((_GRADES.get(str(level), -1) for level in self.events["severity"]), default=-1)

    def lanes(self, place: Callable[[np.ndarray], np.ndarray], per_inch: float) -> list[int]:
        """Give the lane of each event: the lowest that is free at its onset.

        Parameters
        ----------
        place
            Hours → positions on the axis.
        per_inch
            Positions in an inch.
        """
        free: list[float] = []
        found = []
        starts, ends = (place(self.events[name].to_numpy(dtype=float)) / per_inch for name in ("start", "end"))
        for start, end in zip(starts, ends, strict=True):
            lane = next((number for number, until in enumerate(free) if until <= start), len(free))
            free[lane : lane + 1] = [max(end, start) + _MARK + 0.04]
            found.append(lane)
        return found


def timelines(results: Results, listing: pd.DataFrame) -> list[Timeline]:
    """Give every participant of a listing of events.

    Parameters
    ----------
    results
        The analysis of the listing.
    listing
        Participants, infusions and events one by one.
    """
    numbers, has_arms = coded_numbers(results), results.plan.design.crossover is None
    people = listing[listing["KIND"] == "participant"].set_index("USUBJID")
    ends = people["END"].fillna(listing.groupby("USUBJID")[["START", "END"]].max().max(axis=1)).astype("float64")
    given = listing[(listing["KIND"] == "infusion") & listing["START"].notna()]
    infusions = {str(name): rows.to_numpy(dtype=float) for name, rows in given.groupby("USUBJID")["START"]}
    events = _emergent(listing)
    dated = events[events["START"].notna()].sort_values("START", kind="stable")
    drawn = _drawn(dated, dated["USUBJID"].map(ends))
    of_person = drawn.groupby(dated["USUBJID"]).indices
    undated = events.loc[events["START"].isna(), "USUBJID"].value_counts()
    return [
        Timeline(
            numbers[name], str(arm) if has_arms else "", float(ends[name]), infusions.get(name, np.array([])),
            drawn.iloc[of_person.get(name, [])], int(undated.get(name, 0)),
        )
        for name, arm in zip(map(str, people.index), people["TRTP"], strict=True)
    ]  # fmt: skip


def _emergent(listing: pd.DataFrame) -> pd.DataFrame:
    """Give the treatment-emergent events, without what participants do to themselves."""
    is_self = listing["SELF"].fillna(value=False).astype(bool)
    return listing[(listing["KIND"] == "event") & (listing["EMERGENT"] == "Y") & ~is_self]


def _drawn(events: pd.DataFrame, last: pd.Series) -> pd.DataFrame:
    """Give what is drawn of events; one that is not over lasts until the end of participation."""
    start = events["START"].astype("float64").clip(lower=0.0)
    is_over = (events["END"].notna() | (events["OUTCOME"] == "resolved")) & ~events["OUTCOME"].isin(_NOT_OVER)
    until = events["END"].astype("float64").where(is_over, last).fillna(start)
    return pd.DataFrame(
        {
            "start": start,
            "end": np.maximum(until, start),
            "severity": events["SEVERITY"].where(events["SEVERITY"].isin(list(TONES)), NOT_RECORDED),
            "serious": events["SERIOUS"] == "Y",
            "ongoing": ~is_over & (events["OUTCOME"] != "fatal"),
            "known": events["HOUR_KNOWN"].fillna(value=False).astype(bool),
            "before": events["START"] < 0,
        }
    )
