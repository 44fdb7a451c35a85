"""The participants whom an analysis is about, where its plan names their values of a column (``among``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError, listed
from postinfusion.plan.analyses import Counts, TimeToEvent

LEFT_OUT = "left-out"


def chosen_participants(analysis: Counts | TimeToEvent, population: Members) -> tuple[Members, pd.Series]:
    """Give the participants whom ``among`` keeps, and USUBJID of those whom it leaves out.

    A value that occurs in nobody keeps nobody (``absent_value_rows`` warns of it).

    Raises
    ------
    ModelError
        The data lack a column of ``among``, or none of its values occurs.
    """
    frame = population.frame
    keep = pd.Series(data=True, index=frame.index)
    for name, values in analysis.among.items():
        column = participant_column(name)
        if column not in frame:
            raise ModelError(f"the data hold no values of {name}, by which among chooses participants")
        own = frame[column].astype("object")
        if not own.isin(list(values)).any():
            raise ModelError(_absent(name, values, own))
        keep &= own.isin(list(values))
    return replace(population, frame=frame[keep]), frame.loc[~keep, "USUBJID"]


def absent_value_rows(analysis: Counts | TimeToEvent, population: Members) -> list[Row]:
    """Warn of each value of ``among`` that occurs in nobody while another of the same column does."""
    result = []
    for name, values in analysis.among.items():
        own = population.frame[participant_column(name)].astype("object")
        absent = [value for value in values if not (own == value).any()]
        result += [warning_row(_absent(name, absent, own))] if absent else []
    return result


def _absent(name: str, values: Sequence[object], own: pd.Series) -> str:
    """Say that values occur in nobody, and which do."""
    there = listed(sorted(str(value) for value in own.dropna().unique()))
    return f"among: no participant has {name} {listed([str(value) for value in values])}; there are {there}"


def left_out_rows(left_out: pd.Series, population: Members) -> list[Row]:
    """Count by arm those whom ``among`` leaves out; nothing where it leaves out nobody."""
    if left_out.empty:
        return []
    arms = population.frame.set_index("USUBJID")["ARM"].reindex(left_out)
    return [row for arm in population.arms for row in rows({"n": int((arms == arm).sum())}, term=LEFT_OUT, arm=arm)]
