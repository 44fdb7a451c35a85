"""ADCM: the medicines that participants took beside the trial treatment, anchored at time zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import claim, text
from postinfusion.derive.context import Context


def medication(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADCM from the canonical medication; what a medicine was given for, a free text, stays behind.

    A medicine counts as taken during the trial unless it is known to have ended before time zero: one without an end
    is taken as ongoing, and one that ended on the day of time zero at an unknown hour as taken on that day.

    Parameters
    ----------
    context
        The frame of reference of the trial.
    table
        The canonical medication.
    """
    frame = pd.DataFrame(
        {"USUBJID": context.subject(table), "CMDECOD": text(table, "medicine"), "CMUSE": text(table, "use")},
        index=table.index,
    )
    for ours, flagged, theirs in (("ASTHR", "ASTTMF", "start"), ("AENHR", "AENTMF", "end")):
        frame[ours] = context.hours("medication", table, theirs) if theirs in table else np.nan
        frame[flagged] = np.where(claim(table, f"{theirs}_date_only") & frame[ours].notna(), "D", "")
    return frame.assign(ONTRTFL=np.where(frame["AENHR"] < 0, "", "Y"))
