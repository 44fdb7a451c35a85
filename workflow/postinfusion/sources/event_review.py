"""Adverse events and infusions that are counted by a rule which readers should know, told row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.datasets.canonical import SEVERITIES
from postinfusion.datasets.checks import Finding
from postinfusion.datasets.system_organ_classes import identifier_of
from postinfusion.errors import Problem
from postinfusion.plan.analyses.side_effects import SELF_INDUCED
from postinfusion.plan.design import OutOfPlace
from postinfusion.plan.plan import Plan
from postinfusion.sources import times
from postinfusion.sources.tables import Delivery

Deliveries = Mapping[str, Delivery]
_RULES = {
    "consented": "is before the participant's consent. The event stays in the data, and is treatment-emergent only "
    "where that is supplied or it became worse later.",
    "uninfused": "an event of a participant without any infusion: it is treatment-emergent only where that is "
    "supplied. Look for a missing infusion, or a wrong participant.",
    "onset": "is empty: the event counts as treatment-emergent unless it ended before time zero, at an unknown time.",
    "emergent": "is empty: the times decide whether the event is treatment-emergent, as where none says so.",
    "severity": "is empty: the event counts, with severity not recorded, and is never taken for mild.",
    "grade": "is empty: the event counts, with grade not recorded.",
    "contradicted": "severity and grade are not the same: each table counts its own. One of the two records is wrong.",
    "dictionary": "these classes are MedDRA's, and the plan does not say of which version: the report says "
    '"version not given". Add dictionary: {name: MedDRA, version: "26.0"} with the right version under design.',
    "self-induced": "what participants do to themselves is no adverse event: it is counted for review only.",
}
_GRADES = {word: grade for grade, word in enumerate(SEVERITIES, start=1)}
_BY_DAY = (
    "a time of day is missing: no event is told in hours since this infusion; one of the same day counts as after it. "
    "Add it where it is known."
)


def check(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Give a warning for each kind of event that is counted by a rule.

    None of these rows is dropped; the table AET01 counts them again below the events.
    """
    events = deliveries.get("adverse_events")
    if events is None or not {"id", "term"} <= {*events.frame}:
        return
    yield from events.problems_of(list(_of_events(plan, deliveries, events.frame)))


def without_hour(deliveries: Deliveries) -> Iterator[Problem]:
    """Give a warning for infusions of which only the day is known; told where nothing needs their hour."""
    infusions = deliveries.get("infusions")
    if "adverse_events" in deliveries and infusions is not None and "start" in infusions.frame:
        by_day = infusions.frame["start"].notna() & infusions.frame["start_date_only"].astype("bool")
        yield from infusions.problems_of(list(_rows("start", by_day, _BY_DAY)))


def _of_events(plan: Plan, deliveries: Deliveries, frame: pd.DataFrame) -> Iterator[Finding]:
    """Give the rows of each kind of event."""
    if plan.design.before_consent is not OutOfPlace.REFUSE:
        early = times.before_consent(plan, deliveries, "adverse_events")
        yield from _rows("onset", pd.Series(early, frame.index), _RULES["consented"])
    infusions = deliveries.get("infusions")
    if plan.design.has_infusions and infusions is not None and "id" in infusions.frame:
        never = frame["id"].notna() & ~frame["id"].isin(infusions.frame["id"])
        yield from _rows("id", never, _RULES["uninfused"])
    for column in ("emergent", "severity", "grade") if "emergent" in frame else ("onset", "severity", "grade"):
        if column in frame and frame[column].notna().any():
            told = frame["grade"].notna() if column == "severity" and "grade" in frame else False
            yield from _rows(column, frame[column].isna() & ~np.asarray(told), _RULES[column])
    if {"severity", "grade"} <= {*frame}:
        of_words = frame["severity"].map(_GRADES).astype("Float64")
        against = (of_words != frame["grade"].astype("Float64")).fillna(value=False)
        yield from _rows("grade", against, _RULES["contradicted"])
    if plan.design.dictionary is None and "body_system" in frame:
        is_class = frame["body_system"].fillna("").map(lambda name: identifier_of(name) is not None)
        yield from _rows("body_system", is_class.astype("bool"), _RULES["dictionary"])
    yield from _rows("term", frame["term"].fillna("").str.contains(SELF_INDUCED), _RULES["self-induced"])


def _rows(column: str, which: pd.Series, text: str) -> Iterator[Finding]:
    """Give one warning for the rows of a mask; none where the mask is empty."""
    positions = np.flatnonzero(which.to_numpy(dtype="bool"))
    if positions.size:
        yield Finding((column,), positions, text, "warning")
