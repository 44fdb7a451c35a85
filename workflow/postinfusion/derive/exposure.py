"""ADEX: the infusions of each participant, anchored at time zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import answer, claim, number, text
from postinfusion.derive.context import Context


def infusions(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADEX from the canonical infusions, in the order of participant and number.

    The cumulative dose is by body weight and counts the infusion itself; it is missing from the first infusion on
    whose dose by body weight was not recorded. Courses are those that the data number; otherwise a new one begins
    with each pause that is longer than ``design.course_gap``.
    """
    start = context.hours("infusions", table, "start")
    frame = pd.DataFrame(
        {
            "USUBJID": context.subject(table),
            "INFNUM": table["number"].astype("int64"),
            "AHRFIRST": start,
            "DAYHR": context.days("infusions", table, "start"),
            "EXENHR": context.hours("infusions", table, "end") if "end" in table else np.nan,
            "EXSTTMF": np.where(claim(table, "start_date_only"), "D", ""),
            "EXTRT": text(table, "drug"),
            "EXDOSE": number(table, "dose_mg"),
            "EXDOSEKG": number(table, "dose_mg_per_kg"),
            "EXSTOPFL": answer(table, "stopped_early"),
            **_setting(context, table),
            "COURSE": number(table, "course"),
        }
    )
    ordered = frame.sort_values(["USUBJID", "INFNUM"], kind="stable", ignore_index=True)
    by_subject = ordered.groupby("USUBJID", sort=False)
    dose = by_subject["EXDOSEKG"].cumsum(skipna=False)
    gap = by_subject["AHRFIRST"].diff()
    course = _courses(ordered, gap, context.plan.design.course_gap)
    return ordered.assign(CUMDOSE=dose, GAPHR=gap, COURSE=course)


def _setting(context: Context, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Say whether each was in a controlled setting of the plan; the text, which may name somebody, stays behind."""
    controlled = [name.strip() for name in context.plan.design.controlled_settings]
    if "setting" not in table or not controlled:
        return {}
    found = text(table, "setting").str.strip()
    return {"EXSETFL": np.where(found == "", "", np.where(found.isin(controlled), "Y", "N"))}


def with_discharge(context: Context, exposure: pd.DataFrame, discharge: pd.DataFrame) -> pd.DataFrame:
    """Give ADEX with what was recorded before the participant went home; empty where nothing was."""
    checks = {"criteria_met": "DCCRITFL", "escort": "ESCORTFL", "driving_advice": "DRVADVFL"}
    held = {ours: answer(discharge, theirs) for theirs, ours in checks.items() if theirs in discharge}
    key = {"USUBJID": context.subject(discharge), "INFNUM": discharge["infusion"].astype("int64")}
    checked = pd.DataFrame({**key, **held}).drop_duplicates([*key])
    return exposure.merge(checked, on=[*key], how="left").fillna(dict.fromkeys(held, ""))


def planned_infusions(context: Context) -> pd.DataFrame | None:
    """Give the planned infusions of every participant in the form of ADEX, for a trial that recorded none.

    They stand in for a log of infusions where the data know nominal visits only; None where no infusion is planned.
    """
    design = context.plan.design
    if not (design.has_infusions and design.infusions):
        return None
    starts = np.tile(np.array(design.infusions), len(context.keys))
    numbers = np.tile(np.arange(1, len(design.infusions) + 1), len(context.keys))
    subjects = np.repeat(context.keys.to_numpy(), len(design.infusions))
    frame = pd.DataFrame({"USUBJID": subjects, "INFNUM": numbers, "AHRFIRST": starts, "DAYHR": starts})
    gap = frame.groupby("USUBJID", sort=False)["AHRFIRST"].diff()
    unknown = frame.assign(CUMDOSE=np.nan, GAPHR=gap, COURSE=np.nan)
    return unknown.assign(COURSE=_courses(unknown, gap, design.course_gap))


def _courses(ordered: pd.DataFrame, gap: pd.Series, longest_pause: float) -> pd.Series:
    """Give the number of the course of each infusion: as recorded for the whole participant, else from the pauses."""
    subject = ordered["USUBJID"]
    derived = 1 + (gap > longest_pause).groupby(subject).cumsum()
    is_numbered = ordered["COURSE"].notna().groupby(subject).transform("all")
    return ordered["COURSE"].where(is_numbered, derived).astype("int64")
