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
_MOST_LANES = 6
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
            lane = min(lane, _MOST_LANES - 1)
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
    numbers = coded_numbers(results)
    has_arms = results.plan.design.crossover is None
    return [_timeline(numbers[str(name)], rows, has_arms=has_arms) for name, rows in listing.groupby("USUBJID")]


def _timeline(number: str, rows: pd.DataFrame, *, has_arms: bool) -> Timeline:
    """Give one participant."""
    person = rows[rows["KIND"] == "participant"]
    infusions = rows.loc[rows["KIND"] == "infusion", "START"].dropna().to_numpy(dtype=float)
    emergent = (rows["KIND"] == "event") & (rows["EMERGENT"] == "Y") & ~rows["SELF"].fillna(value=False).astype(bool)
    events = rows[emergent]
    dated = events[events["START"].notna()].sort_values("START", kind="stable")
    last = [*person["END"].dropna(), *infusions, *dated["START"], *dated["END"].dropna(), 0.0]
    end = float(person["END"].iloc[0]) if person["END"].notna().any() else float(max(last))
    arm = str(person["TRTP"].iloc[0]) if has_arms else ""
    return Timeline(number, arm, end, infusions, _drawn(dated, end), len(events) - len(dated))


def _drawn(events: pd.DataFrame, end: float) -> pd.DataFrame:
    """Give what is drawn of events; one that is not over lasts until the end of participation."""
    start = events["START"].astype("float64").clip(lower=0.0)
    is_over = (events["END"].notna() | (events["OUTCOME"] == "resolved")) & ~events["OUTCOME"].isin(_NOT_OVER)
    until = events["END"].astype("float64").where(is_over, end).fillna(start)
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
    ).reset_index(drop=True)
