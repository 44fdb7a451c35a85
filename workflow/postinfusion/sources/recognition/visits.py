"""Visits by their names: which time a label such as ``24h``, ``Woche 4`` or ``baseline_arm_1`` means."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from postinfusion.plan.design import FIRST, LAST
from postinfusion.sources.recognition.names import plain

HOURS_PER_DAY = 24.0
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25
_BASELINE = re.compile(
    r"(visit |v |t )?(0|vor (der )?(behandlung|infusion|therapie)|"
    r"bl|base|baseline|base line|pre|vor|before|ausgangswert|day 0|d 0|tag 0|"
    r"pre (dose|infusion|treatment))"
)
_SCREENING = re.compile(r"(visit |v )?(screen(ing)?|scr|eligibility|enrol?ment)( visit)?")
_UNITS = {
    "min": (r"min|mins|minutes?|minuten?", 1 / 60),
    "h": (r"h|hr|hrs|hours?|std|stunden?", 1.0),
    "d": (r"d|days?|tage?", HOURS_PER_DAY),
    "wk": (r"w|wk|wks|weeks?|wochen?|wo", 7 * HOURS_PER_DAY),
    "m": (r"m|mo|mos|mth|months?|monate?n?", DAYS_PER_MONTH * HOURS_PER_DAY),
    "y": (r"y|yr|years?|jahre?", DAYS_PER_YEAR * HOURS_PER_DAY),
}
_AROUND = r"(?:(?:visit|v|t) \d+ )?(?:visit |v |fu |f u |follow up |followup |post (?:infusion |dose )?|nach |t )?"
_BEHIND = r"(?: (?:post|after|fu|follow up|followup|nach|visit|since)(?: .*)?)?"
_NUMBERED = re.compile(r"(visit|v|t|session|time ?point|tp|mzp|visite|assessment|wave|followup|follow up|fu)? ?(\d+)")
_UNTIMED = re.compile(
    r"post|end|eot|eos|final|last|discharge|follow up|followup|fu|end of (treatment|study|course)|nachher|ende|"
    r"katamnese|(infusion|inf|session|dose) \d+( .*)?|post (treatment|infusion|course)|termination"
)
_INFUSION = re.compile(
    r"(?P<before>.*?) ?\b(?:(?P<first>first|erste[rn]?)|(?P<last>last|final|letzte[rn]?)|"
    r"(?P<ordinal>\d+)(?: (?:st|nd|rd|th|te))?)? ?\b(?P<word>infusion(?:s|en)?|inf|dose|session) ?"
    r"(?(first)|(?(last)|(?(ordinal)|(?P<number>\d+))))\b ?(?P<behind>.*)"
)
_BEFORE = frozenset(("pre", "before", "vor", "prior"))
_AFTER = frozenset(("post", "after", "nach", "since", "end", "ende", "fu"))
_FILLERS = frozenset(("the", "of", "to", "der", "die", "start"))
_BARE_UNIT = re.compile("|".join(unit for unit, _ in _UNITS.values()))
_FOLLOW_UP = re.compile(r"(fu|f u|follow up|followup|katamnese)\b")


@dataclass(frozen=True)
class NamedTime:
    """What the name of a visit says.

    Attributes
    ----------
    hours
        Nominal hours since time zero; None where the name gives only an order, or none.
    is_screening
        A visit before the baseline.
    doubt
        Why the time is a guess; empty where the name says it.
    after
        Number of the infusion that the visit is named after, ``LAST`` for the last one; 0 where it is none, or the
        first one with a time since then, which is a time since time zero.
    offset
        Hours since that infusion; None where the name does not say them.
    is_follow_up
        The visit is named as a follow-up, which may count from the last infusion.
    """

    hours: float | None
    is_screening: bool = False
    doubt: str = ""
    after: int = 0
    offset: float | None = None
    is_follow_up: bool = False


def named_time(label: str) -> NamedTime | None:
    """Give what the name of a visit says about its time; None where it is no name of a visit.

    >>> named_time("24h").hours, named_time("Woche 4").hours, named_time("bl").hours, named_time("EDEQ")
    (24.0, 672.0, 0.0, None)
    """
    text = re.sub(r" ?\(?arm \d+.*$", "", plain(label)).strip()
    if _SCREENING.fullmatch(text):
        return NamedTime(None, is_screening=True)
    if _BASELINE.fullmatch(text):
        return NamedTime(0.0)
    if (anchored := _after_an_infusion(text)) is not None:
        return anchored
    if (timed := _timed(text)) is not None:
        return replace(timed, is_follow_up=_FOLLOW_UP.match(text) is not None)
    if _NUMBERED.fullmatch(text) or _UNTIMED.fullmatch(text):
        return NamedTime(None)
    return None


def _timed(text: str) -> NamedTime | None:
    """Give the time of a number with its unit; None where there are not both."""
    for name, (unit, hours) in _UNITS.items():
        found = re.fullmatch(rf"{_AROUND}(\d+) ?(?:{unit}){_BEHIND}|{_AROUND}(?:{unit}) ?(\d+){_BEHIND}", text)
        if found:
            return _of_number(int(found[1] or found[2]), name, hours, after=found[1] is not None)
    return None


def _after_an_infusion(text: str) -> NamedTime | None:
    """Give the time since the infusion that a visit is named after; None where it is named after none."""
    found = _INFUSION.fullmatch(text)
    if found is None:
        return None
    before, word, behind = (" ".join((found[name] or "").split()) for name in ("before", "word", "behind"))
    number = FIRST if found["first"] else LAST if found["last"] else int(found["number"] or found["ordinal"])
    beside = " ".join(part for part in (before, behind) if part)
    if not number or (word == "session" and not beside) or _BARE_UNIT.fullmatch(behind):
        return None
    time = _beside_an_infusion(before, behind)
    if time is None:
        return None
    return (
        time if number == FIRST and time.hours is not None else NamedTime(None, False, time.doubt, number, time.hours)
    )


def _beside_an_infusion(before: str, behind: str) -> NamedTime | None:
    """Give hours since an infusion by the words around it; without hours where they only say that it is over."""
    words = f"{before} {behind}".split()
    is_before, is_after = bool({*words} & _BEFORE), bool({*words} & _AFTER)
    rest = " ".join(word for word in words if word not in _BEFORE | _AFTER | _FILLERS)
    if not rest:
        doubt = "" if is_before else "taken as just before the infusion"
        return NamedTime(None) if is_after else NamedTime(0.0, doubt=doubt)
    time = _timed(rest)
    if time is None or time.hours is None or (is_before and is_after):
        return None
    return replace(time, hours=-time.hours) if is_before else time


def as_duration(hours: float) -> str:
    """Give hours as a plan writes them: hours up to two days, days beyond.

    >>> as_duration(24), as_duration(72), as_duration(0.5), as_duration(50.3), as_duration(1.25)
    ('24 h', '3 d', '30 min', '50 h', '75 min')
    """
    if 0 < abs(hours) < 4 and round(hours * 60) % 60:
        return f"{round(hours * 60)} min"
    if abs(hours) < 2 * HOURS_PER_DAY or (abs(hours) < 4 * HOURS_PER_DAY and round(hours) % 24):
        return f"{round(hours)} h"
    return f"{round(hours / HOURS_PER_DAY)} d"


def _of_number(number: int, unit: str, hours: float, *, after: bool) -> NamedTime:
    """Give the time of a number with its unit; a first day may be the day of time zero itself."""
    if unit == "d" and number == 1 and not after:
        return NamedTime(HOURS_PER_DAY, doubt="day 1 taken as one day after time zero")
    days = round(number * hours / HOURS_PER_DAY) * HOURS_PER_DAY if unit in {"m", "y"} else number * hours
    return NamedTime(float(days), doubt=f"{number} months of 30.4 days" if unit == "m" else "")
