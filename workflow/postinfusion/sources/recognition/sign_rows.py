"""Rows of one vital sign each: which sign the name in a row means, and whether each stands once at its time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import SIGNS, columns_for, plain
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.values import are_numbers, numbers, without_codes

_UNIT = re.compile(r"\b(mm ?hg|bpm|beats min|min|percent|c|celsius|in)\b")
_APART = ("id", "visit", "taken", "infusion", "minute", "measure")


def meant(written: str) -> str:
    """Give the vital sign that a name means, as SBP; empty where it means none.

    >>> meant("SYSBP"), meant("Systolic Blood Pressure (mmHg)"), meant("Puls"), meant("MADRS")
    ('SBP', 'SBP', 'HR', '')
    """
    said = " ".join(_UNIT.sub(" ", plain(written)).split())
    forms = (plain(written), said)
    return next((sign for sign, known in SIGNS.items() if any(re.fullmatch(known[0], one) for one in forms)), "")


def signs_of(part: Part, column: str, value: str, written: Iterable[str]) -> dict[str, str]:
    """Give name in the rows → vital sign, where the values can be those of the sign.

    Parameters
    ----------
    part
        The rows.
    column, value
        The columns with the names and the values.
    written
        The names.
    """
    known = {one: meant(one) for one in written}
    return {one: sign for one, sign in known.items() if sign and _is_plausible(part, column, value, one, sign)}


def rows_of_signs(part: Part, evidence: Mapping[str, Evidence], known: Mapping[str, str]) -> Found | None:
    """Give the rows of vital signs as a table; None where a sign stands more than once at its time.

    Parameters
    ----------
    part
        The rows of these signs.
    evidence
        Our column → the evidence for theirs, names and values included.
    known
        Name in the rows → vital sign.
    """
    told = {role: one for role, one in evidence.items() if role != "score"}
    for role in ("infusion", "minute"):
        names = [name for name in columns_for(role, names_of(part.frame), "vitals") if role not in told]
        free = [name for name in names if name not in {one.column for one in told.values()}]
        if free and are_numbers(part.frame[free[0]], part.sample.decimal):
            told[role] = Evidence(role, free[0])
    apart = list(dict.fromkeys(told[role].column for role in _APART if role in told))
    if part.frame[apart].duplicated().any():
        return None
    spelt = {one: sign for one, sign in known.items() if one != sign}
    return Found("vitals", part, told, values={"measure": spelt} if spelt else {})


def _is_plausible(part: Part, column: str, value: str, one: str, sign: str) -> bool:
    """Say whether the middle of the values lies where those of a vital sign do."""
    _, _, low, high = SIGNS[sign]
    read = without_codes(numbers(part.frame.loc[part.frame[column] == one, value], part.sample.decimal), low, high)
    return bool(len(read)) and low <= float(np.median(read)) <= high
