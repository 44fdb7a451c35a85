"""Columns that say when something was: dates, hours and days since time zero, and the clock beside a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import columns_for, plain, plays
from postinfusion.sources.recognition.values import are_dates, are_numbers, filled, have_hours, numbers

_HOUR_OF_DAY = re.compile(r"(clock |visit |assessment )?(time|hours?)( of (the )?day)?|clock|uhrzeit|stunden?")
_TIME_OF_DAY = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
_DATE_OR_CLOCK = frozenset(
    ("date", "datum", "dat", "dt", "day", "tag", "time", "uhrzeit", "zeit", "clock", "hour", "uhr", "start", "stop",
     "started", "stopped", "begin", "beginn", "end", "ende", "ended", "onset", "von", "bis", "of", "the", "der", "des")
)  # fmt: skip
_ENDS = re.compile(r"\b(end|ende|ended|stop|stopped|finish|finished|bis|resolved|resolution)\b|(end|schluss)(zeit|e)$")
_BEGINS = re.compile(r"\b(start|started|begin|beginn|began|onset|von|from|given)\b")
_DURING = re.compile(r"\b(infusion|inf|dose|dosing|injection|birth|geburts?\w*|ae|sae|event)\b")


def time_column(part: Part, preferred: Iterable[str] = ()) -> Evidence | None:
    """Give the column that says when something was measured: the one that is filled most often."""
    frame = part.frame
    dates = [name for name in names_of(frame) if are_dates(frame[name])]
    named = [name for name in dates if plays("taken", name) or name in set(preferred)]
    behind = [name for name in dates if re.search(r"\b(date|datum|dt|dtc|date time|time)\b", plain(name))]
    chosen = (
        [name for name in named if not _is_of_person(name)]
        or named
        or [name for name in behind if not _is_of_person(name)]
    )
    if not chosen:
        return None
    columns: dict[str, pd.Series] = {name: frame[name] for name in chosen}
    best = max(columns, key=lambda name: (np.count_nonzero(columns[name] != ""), have_hours(columns[name])))
    others = [name for name in chosen if name != best]
    reason = f"filled most often; {', '.join(others[:3])} not used" if others else ""
    return Evidence("taken", best, "guess" if others else "sure", reason)


def own_time(part: Part, measured: str) -> Evidence | None:
    """Give the column of times whose name begins as that of what was measured: ``madrs_date`` of ``madrs_total``.

    Where several do, the one with the longest name in common comes first, then one with the time of day.
    """
    words = plain(measured).split()
    found: list[tuple[int, bool, str]] = []
    for name in names_of(part.frame):
        said = [word for word in plain(name).split() if word not in _DATE_OR_CLOCK and word != "datetime"]
        if said and len(said) < len(plain(name).split()) and words[: len(said)] == said and are_dates(part.frame[name]):
            found.append((len(said), have_hours(part.frame[name]), name))
    return Evidence("taken", max(found, key=lambda one: one[:2])[2]) if found else None


def clock_column(part: Part) -> tuple[Evidence, str] | None:
    """Give a column of hours or days since time zero, with what it counts; None where there is none."""
    if (companion := hour_of_day(part)) is not None:
        day = next(_study_days(part))
        return Evidence("taken", day, "guess", f"study day, with {companion} as the hour of that day"), "study-day"
    for role, clock in (("hours", "hours"), ("day", "days")):
        for name in columns_for(role, names_of(part.frame)):
            if are_numbers(part.frame[name], part.sample.decimal):
                is_study_day = clock == "days" and (plain(name) in {"ady", "study day", "studientag"})
                return Evidence(
                    "taken", name, "guess", "counted from time zero"
                ), "study-day" if is_study_day else clock
    return None


def hour_of_day(part: Part) -> str | None:
    """Give the column with the hour of the day that stands beside a study day; None where there are not both."""
    if next(_study_days(part), None) is None:
        return None
    for name in names_of(part.frame):
        text = part.frame[name]
        is_clock = filled(text).str.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
        if _HOUR_OF_DAY.fullmatch(plain(name)) and (
            (len(is_clock) and is_clock.all()) or are_numbers(text, part.sample.decimal)
        ):
            return name
    return None


def _study_days(part: Part) -> Iterator[str]:
    """Give the columns of days that count from 1, as study days do."""
    for name in columns_for("day", names_of(part.frame)):
        text = part.frame[name]
        is_bare = not re.search(r"\b(since|post|after|seit|nach)\b", plain(name))
        if is_bare and are_numbers(text, part.sample.decimal):
            days = numbers(text, part.sample.decimal)
            if (days == np.round(days)).all() and not (days == 0).any():
                yield name


def _is_of_person(name: str) -> bool:
    """Say whether a date tells about the person rather than about a measurement."""
    return bool(re.search(r"\b(birth|dob|consent|rand|randomi[sz]\w*|death|geburt\w*|enrol\w*)\b", plain(name)))


def with_clocks(part: Part, evidence: Mapping[str, Evidence], roles: Iterable[str]) -> dict[str, Evidence]:
    """Add the columns with the hour of the day beside those dates that have none.

    Parameters
    ----------
    part
        The rows.
    evidence
        Our column → the evidence for theirs.
    roles
        Our columns of times that can have such a companion. An end that has only an hour is on the day of the start.
    """
    found = dict(evidence)
    for role in roles:
        taken = {one.column for one in found.values()}
        day = found.get(role) or (found.get("start") if role == "end" else None)
        clock = _clock_beside(part, role, day.column, taken) if day else ""
        if day and clock:
            found[role] = found.get(role, Evidence("end", day.column, "guess", "taken to end on the day it started"))
            found[f"{role}_clock"] = Evidence(f"{role}_clock", clock)
    return found


def _clock_beside(part: Part, role: str, day: str, taken: set[str]) -> str:
    """Give the column of times of day that belongs to a column of dates; empty where there is none, or no telling."""
    if have_hours(part.frame[day]):
        return ""
    clocks = [name for name in names_of(part.frame) if name not in taken and _is_clock(part, name)]
    if role == "taken":
        fitting = [name for name in clocks if not _begins_or_ends(name) and not _DURING.search(plain(name))]
    elif role == "end":
        fitting = [name for name in clocks if _ENDS.search(plain(name))]
    else:
        fitting = [name for name in clocks if not _ENDS.search(plain(name))]
    same = [name for name in fitting if _subject(name) == _subject(day)]
    bare = [name for name in fitting if not _subject(name)]
    chosen = same or bare or (fitting if role != "taken" else [])
    return chosen[0] if len(chosen) == 1 else ""


def _begins_or_ends(name: str) -> bool:
    """Say whether a name tells of the start or the end of something."""
    return bool(_BEGINS.search(plain(name)) or _ENDS.search(plain(name)))


def _is_clock(part: Part, name: str) -> bool:
    """Say whether a column holds times of day and nothing else."""
    held = filled(part.frame[name])
    return len(held) > 0 and bool(held.str.fullmatch(_TIME_OF_DAY).all())


def _subject(name: str) -> frozenset[str]:
    """Give the words of a name that say what happened then, without those for date and clock."""
    return frozenset(plain(name).split()) - _DATE_OR_CLOCK
