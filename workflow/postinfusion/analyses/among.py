"""The participants whom an analysis is about, where its plan names their values of a column (``among``)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError, listed
from postinfusion.plan.analyses import Counts, TimeToEvent

LEFT_OUT = "left-out"


def chosen_participants(analysis: Counts | TimeToEvent, population: Members) -> tuple[Members, pd.Series]:
    """Give the participants whom ``among`` keeps, and USUBJID of those whom it leaves out.

    Raises
    ------
    ModelError
        The data lack a column of ``among``, or a value of it occurs in nobody.
    """
    frame = population.frame
    keep = pd.Series(data=True, index=frame.index)
    for name, values in analysis.among.items():
        column = participant_column(name)
        if column not in frame:
            raise ModelError(f"the data hold no values of {name}, by which among chooses participants")
        own = frame[column].astype("object")
        absent = [value for value in values if not (own == value).any()]
        if absent:
            there = listed(sorted(str(value) for value in own.dropna().unique()))
            raise ModelError(f"among: no participant has {name} {listed(absent)}; there are {there}")
        keep &= own.isin(list(values))
    return replace(population, frame=frame[keep]), frame.loc[~keep, "USUBJID"]


def left_out_rows(left_out: pd.Series, population: Members) -> list[Row]:
    """Count by arm those whom ``among`` leaves out; nothing where it leaves out nobody."""
    if left_out.empty:
        return []
    arms = population.frame.set_index("USUBJID")["ARM"].reindex(left_out)
    return [row for arm in population.arms for row in rows({"n": int((arms == arm).sum())}, term=LEFT_OUT, arm=arm)]
