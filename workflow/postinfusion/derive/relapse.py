"""Relapse: a response to the infusions of a course that is lost again after the last of them.

The plan says what a response is (``endpoints.<key>.response``); without it nothing is called a relapse.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.plan.responses import IMPROVES, responses

RELAPSE = "RELAPFL"
_ROUNDING = 1e-9


def with_relapse(plan: Plan, records: pd.DataFrame, exposure: pd.DataFrame | None) -> pd.DataFrame:
    """Give records of ADQS or ADVS with ``RELAPFL``, where the plan declares a response to one of their parameters.

    A record is ``Y`` when the participant's improvement from baseline is smaller than the response, an earlier record
    of the same course of infusions had the response, and no further infusion of this course follows: within a course
    scores go up and down between infusions, and after a new course a response must be reached anew. Without infusions
    all records after time zero are one course.

    Parameters
    ----------
    plan
        The plan.
    records
        ``USUBJID``, ``PARAMCD``, ``AHRFIRST``, ``PCHG``, ``DTYPE``; with infusions also ``INFNUM`` and ``COURSE``.
    exposure
        The dataset ADEX, or the planned infusions in its form; None in a trial without infusions.
    """
    declared = responses(plan)
    found = records[records["PARAMCD"].isin([*declared]) & records["PCHG"].notna() & (records["DTYPE"] == "")]
    if found.empty:
        return records
    limits = pd.DataFrame(declared, index=["share", "better"]).T
    improvement = found["PCHG"] / 100 * found["PARAMCD"].map(limits["better"].map(IMPROVES)).astype("float64")
    responds = improvement >= found["PARAMCD"].map(limits["share"]).astype("float64") - _ROUNDING
    course = found["COURSE"] if "COURSE" in found else pd.Series(1, index=found.index)
    keyed = found[["USUBJID", "PARAMCD", "AHRFIRST"]].assign(course=course, responds=responds)
    ordered = keyed[keyed["course"].notna()].sort_values("AHRFIRST", kind="stable")
    in_course = ordered.groupby(["USUBJID", "PARAMCD", "course"])["responds"]
    lost = in_course.cummax().astype("bool") & ~ordered["responds"]
    relapsed = lost & _after_the_course(found.loc[ordered.index], exposure)
    return records.assign(**{RELAPSE: np.where(records.index.isin(relapsed.index[relapsed]), "Y", "")})


def _after_the_course(records: pd.DataFrame, exposure: pd.DataFrame | None) -> pd.Series:
    """Say before which records the last infusion of their course has started."""
    if exposure is None:
        return pd.Series(data=True, index=records.index)
    last = exposure.groupby(["USUBJID", "COURSE"])["INFNUM"].max().rename("last")
    return records.join(last, on=["USUBJID", "COURSE"])["last"] == records["INFNUM"]
