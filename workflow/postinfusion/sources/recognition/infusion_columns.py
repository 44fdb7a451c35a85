"""Infusions in columns of a participant's row: ``inf1_date, inf1_dose, inf2_date`` and what each of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import plain, plays
from postinfusion.sources.recognition.tables import Found, doses
from postinfusion.sources.recognition.values import are_dates, are_numbers, filled

_TABLE = "infusions"
_NUMBERED = re.compile(
    r"(?P<before>.*?) ?\b"
    r"(?:(?P<word>infusion(?:s|en)?|inf|dose|dosing|session|treatment|ketamine) ?(?P<number>\d{1,2})|"
    r"(?P<ordinal>\d{1,2})(?: (?:st|nd|rd|th))? (?P<named>infusion|inf|dose|session))\b ?(?P<behind>.*)"
)
_TIMES = ("start", "end")
_NUMBERS = ("dose_mg", "dose_mg_per_kg")
_ROLES = (*_TIMES, *_NUMBERS, "drug", "stopped_early", "stop_reason")
_CLOCK = re.compile(r"(start(ed)? |begin |beginn )?(time|uhrzeit|clock|zeit)")
_IS_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"
_FEWEST = 2


def numbered_infusions(part: Part, identifier: str) -> list[Found]:
    """Give a table for each infusion that has columns of its own, in the order of their numbers.

    Parameters
    ----------
    part
        Rows of a file with one row for each participant.
    identifier
        The column of ids.

    Returns
    -------
    list
        Empty where fewer than two infusions have a column with the date of their start.
    """
    found: dict[int, dict[str, Evidence]] = {}
    for number, role, name in _columns(part):
        found.setdefault(number, {"id": Evidence("id", identifier)}).setdefault(role, Evidence(role, name))
    begun = sorted(number for number, evidence in found.items() if number and "start" in evidence)
    if len(begun) < _FEWEST or part.frame[identifier].duplicated().any():
        return []
    return [_of_one(part, number, found[number]) for number in begun]


def only_infusion(found: Found) -> Found | None:
    """Give infusions without a number as the first ones of participants who have one row each; None where not so.

    A date alone may be that of a course of treatment: an end or a dose beside it shows that it is an infusion.
    """
    ids = found.part.frame[found.columns["id"]]
    if "start" not in found.evidence or not {"end", *_NUMBERS} & {*found.evidence} or ids.duplicated().any():
        return None
    had = found.part.frame.loc[filled(found.part.frame[found.columns["start"]]).index]
    return replace(found, part=replace(found.part, frame=had), constants={**found.constants, "number": "1"})


def without(part: Part, infusions: list[Found]) -> Part:
    """Give a part without the columns that its infusions use."""
    used = {name for one in infusions for role, name in one.columns.items() if role != "id"}
    return replace(part, frame=part.frame[[name for name in names_of(part.frame) if name not in used]])


def _of_one(part: Part, number: int, evidence: dict[str, Evidence]) -> Found:
    """Give the rows of one infusion: those of the participants who had it."""
    had = part.frame.loc[filled(part.frame[evidence["start"].column]).index]
    return Found(_TABLE, replace(part, frame=had), doses(part, evidence), {"number": str(number)})


def _columns(part: Part) -> Iterator[tuple[int, str, str]]:
    """Give number, role and name of each column that tells of a numbered infusion."""
    for name in names_of(part.frame):
        found = _NUMBERED.fullmatch(plain(name))
        role = _role(part, name, found) if found else ""
        if found and role:
            yield int(found["number"] or found["ordinal"]), role, name


def _role(part: Part, name: str, found: re.Match[str]) -> str:
    """Give what a column holds by the words beside the number; empty where its cells cannot be that."""
    beside = " ".join(f"{found['before']} {found['behind']}".split())
    text, word = part.frame[name], found["word"] or found["named"]
    if are_dates(text):
        is_end = not plays("start", beside or "date", _TABLE) and plays("end", beside, _TABLE)
        return "end" if is_end else "start" if not beside or plays("start", beside, _TABLE) else ""
    if _CLOCK.fullmatch(beside):
        return "start_clock" if len(filled(text)) and filled(text).str.fullmatch(_IS_CLOCK).all() else ""
    spoken = (f"{word} {beside}".strip() if word == "dose" else beside) or word
    for role in _ROLES:
        fits = role not in _TIMES and (role not in _NUMBERS or are_numbers(text, part.sample.decimal))
        if fits and (text != "").any() and plays(role, spoken, _TABLE):
            return role
    return ""
