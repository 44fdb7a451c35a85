"""What the values of a column of choices mean, and how far that is a guess."""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.sources.choice_words import WORDS, YES_NO, is_coarse, meaning
from postinfusion.sources.recognition.evidence import Part
from postinfusion.sources.recognition.names import code

_FLAGS = (
    "serious",
    "solicited",
    "stopped_early",
    "died",
    "eligible",
    "major",
    "criteria_met",
    "escort",
    "driving_advice",
)
_OF_LABELS = frozenset({"sex", "diagnosis", "subtype", "site", "visit"})  # their codes are taken from labels only


def terms(part: Part, role: str, column: str) -> dict[str, str]:
    """Give their values → ours for a column of choices, where they are not ours already.

    Where the file or a dictionary has labels, all codes that it labels are given, and no other.
    """
    found = [value for value in dict.fromkeys(part.frame[column]) if value]
    labels = part.sample.labels.get(column, {})
    meant = {value: labels.get(value) or labels.get(code(value)) or code(value) for value in found}
    if role in WORDS:
        meant = {**{code(value): label for value, label in labels.items()}, **meant}
        known = {value: meaning(role, label) for value, label in meant.items()}
        if known and not labels and role == "severity" and all(code(value).isdecimal() for value in known):
            known = {value: ours for value, ours in WORDS[role].items() if value.isdecimal()}
        ours = {*WORDS[role].values()}
        return {code(value): one for value, one in known.items() if one and value.lower() not in ours}
    if role in _FLAGS:
        spelt = {
            value: YES_NO.get(label.lower(), "") or ("" if label == value else label) for value, label in meant.items()
        }
        return {code(value): one for value, one in spelt.items() if one and one != code(value)}
    return {}


def doubt(part: Part, role: str, column: str, known: Mapping[str, str]) -> str:
    """Say why the meaning of some values is a guess; empty where their words or labels say it.

    Parameters
    ----------
    part
        The rows.
    role
        Our column.
    column
        Theirs.
    known
        Their values → ours.
    """
    if role in _OF_LABELS or not known:
        return ""
    labels = {code(value): label for value, label in part.sample.labels.get(column, {}).items() if label}
    coarse = [(word, ours) for value, ours in known.items() if is_coarse(role, word := labels.get(value, value))]
    if coarse:
        return f'"{coarse[0][0]}" names no grade, taken for {coarse[0][1]}'
    if all(value.isdecimal() for value in known) and not {*known} <= {*labels}:
        return "what the codes mean"
    return ""
