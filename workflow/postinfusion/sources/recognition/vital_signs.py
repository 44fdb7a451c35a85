"""The vital signs that stand by visit, in rows, in columns or in a dataset of CDISC, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from postinfusion.sources.recognition.names import SIGNS
from postinfusion.sources.recognition.sign_rows import meant
from postinfusion.sources.recognition.survey import Survey

WORDS: Mapping[str, tuple[str, str, int]] = MappingProxyType(
    {
        "SBP": ("Systolic blood pressure", "mmHg", 0),
        "DBP": ("Diastolic blood pressure", "mmHg", 0),
        "HR": ("Heart rate", "beats/min", 0),
        "SpO2": ("Oxygen saturation", "%", 0),
        "TEMP": ("Body temperature", "°C", 1),
        "RR": ("Respiratory rate", "breaths/min", 0),
    }
)
"""Vital sign → its name in words, its unit and the decimals of a single value."""


def by_visit(survey: Survey) -> dict[str, str]:
    """Give the name of each vital sign in the data, as the plan reads them → the sign, where they stand by visit.

    Nothing is given of signs that were taken around infusions, by infusion or minute, or without visits.
    """
    if "vitals" in survey.standards:
        return _of_a_standard(survey)
    found = survey.found.get("vitals")
    if found is None or "visit" not in found.evidence or {"infusion", "minute"} & {*found.evidence}:
        return {}
    if "measure" not in found.evidence:
        return {sign: sign for sign in SIGNS if sign in found.wide}
    coded = found.values.get("measure", {})
    signs = {coded.get(one, one) for one in found.part.frame[found.columns["measure"]]}
    return {sign: sign for sign in SIGNS if sign in signs}


def _of_a_standard(survey: Survey) -> dict[str, str]:
    """Give the signs of a dataset of CDISC by its codes, where each stands once at each visit."""
    frame = survey.standards["vitals"][0].frame
    code = next((name for name in ("VSTESTCD", "PARAMCD") if name in frame), "")
    visit = next((name for name in ("AVISIT", "VISIT") if name in frame), "")
    if not code or not visit:
        return {}
    rows = frame[frame[visit] != ""]
    if rows.duplicated(["USUBJID", code, visit]).any():
        return {}
    told = {meant(one): one for one in frame[code].unique() if one and meant(one)}
    return {told[sign]: sign for sign in SIGNS if sign in told}
