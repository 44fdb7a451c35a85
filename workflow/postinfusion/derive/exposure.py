"""ADEX: the infusions of each participant, anchored at time zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import flag, number, text
from postinfusion.derive.context import Context


def infusions(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADEX from the canonical infusions, in the order of participant and number.

    The cumulative dose is by body weight and counts the infusion itself; it is missing from the first infusion on
    whose dose by body weight was not recorded.
    """
    start = context.hours("infusions", table, "start")
    frame = pd.DataFrame(
        {
            "USUBJID": context.subject(table),
            "INFNUM": table["number"].astype("int64"),
            "AHRFIRST": start,
            "DAYHR": context.days("infusions", table, "start"),
            "EXENHR": context.hours("infusions", table, "end") if "end" in table else np.nan,
            "EXTRT": text(table, "drug"),
            "EXDOSE": number(table, "dose_mg"),
            "EXDOSEKG": number(table, "dose_mg_per_kg"),
            "EXSTOPFL": flag(table, "stopped_early"),
        }
    )
    ordered = frame.sort_values(["USUBJID", "INFNUM"], kind="stable", ignore_index=True)
    by_subject = ordered.groupby("USUBJID", sort=False)
    dose = by_subject["EXDOSEKG"].transform(lambda doses: doses.cumsum(skipna=False))
    return ordered.assign(CUMDOSE=dose, GAPHR=by_subject["AHRFIRST"].diff())
