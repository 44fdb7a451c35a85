"""Stages of a trial with a second randomisation: who was randomised again, when the stage began, what belongs to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.derive.context import Context
from postinfusion.derive.events import counted_onset
from postinfusion.errors import DataError

START = "AP02SHR"


def with_stages(context: Context, adsl: pd.DataFrame) -> pd.DataFrame:
    """Give ADSL with the arms of both stages, and the hours since time zero at which the second one began.

    Who was not randomised again has no arm and no start of the second stage. The stage starts with the infusion that
    the plan names, for who had it; otherwise when it was planned.

    Raises
    ------
    DataError
        The participants have no column ``arm_2``, or someone was randomised again in an arm of which nobody was to be.
    """
    second = context.plan.design.second_randomisation
    if second is None:
        return adsl
    if "TRT02P" not in adsl:
        what = "the participants have no column arm_2: the arm of the second randomisation, empty without one. Map it."
        raise DataError(f"second_randomisation: {what}")
    again = adsl["TRT02P"].fillna("").astype("str")
    stray = int(((again != "") & ~adsl["TRTP"].isin(second.of_arms)).sum())
    if stray:
        arms = ", ".join(second.of_arms)
        what = f"{stray} participants of other arms than {arms} have an arm_2. Correct the column, or add the arm."
        raise DataError(f"second_randomisation: {what}")
    received = {"TRT01A": adsl["TRTA"], "TRT02A": again}
    start = _start(context, adsl["USUBJID"]).where(again != "")
    return adsl.assign(TRT01P=adsl["TRTP"], TRT02P=again, **received, **{START: start})


def of_stages(context: Context, frame: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Give rows of a dataset with ``APERIOD``, the stage in which each falls, and the arms of the stage.

    The visit at which the first stage ends belongs to the first stage, whatever its time.
    """
    second = context.plan.design.second_randomisation
    if second is None:
        return frame
    people = adsl.set_index("USUBJID")
    hours = _hours(frame).astype("float64")
    is_later = (hours >= frame["USUBJID"].map(people[START])).to_numpy()
    if "AVISIT" in frame:
        is_later = is_later & (frame["AVISIT"] != second.after).to_numpy()
    arms = {
        f"TRT{kind}": np.where(is_later, frame["USUBJID"].map(people[f"TRT02{kind}"]), frame[f"TRT{kind}"])
        for kind in ("P", "A")
    }
    return frame.assign(APERIOD=pd.array(np.where(is_later, 2, 1), dtype="Int64"), **arms)


def _hours(frame: pd.DataFrame) -> pd.Series:
    """Give the time of each row since time zero, of what has an onset the onset."""
    if "AEWORFL" in frame:
        return counted_onset(frame)["AHRFIRST"]
    return frame["ASTHR" if "ASTHR" in frame else "AHRFIRST"]


def _start(context: Context, people: pd.Series) -> pd.Series:
    """Give the start of the second stage of each participant."""
    second = context.plan.design.second_randomisation
    assert second is not None  # noqa: S101 - asked only where there is one
    planned = pd.Series(second.at, index=people.index)
    if second.first_infusion is None or context.exposure is None:
        return planned
    begun = context.exposure[context.exposure["INFNUM"] == second.first_infusion]
    actual = people.map(begun.drop_duplicates("USUBJID").set_index("USUBJID")["AHRFIRST"]).astype("float64")
    return actual.fillna(planned)
