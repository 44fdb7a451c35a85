"""Rows of a file that tell of each participant once: those of one event, or all where they tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import plain, plays
from postinfusion.sources.recognition.redcap import Export, event_label
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.values import are_dates, filled
from postinfusion.sources.recognition.visits import named_time

_MOST_EVENTS = 4
_OF_GROUP = "site"
_SEQUENCE = re.compile(
    r".*(visit|event|wave|session|time ?point|messzeitpunkt|zeitpunkt|mzp|visite|instance|occasion|phase|period)s?"
    r"( (name|label|code|id|no|nr|num|number|seq))?|(seq|sequence|obs|row|occurrence|repeat|instance)( (no|nr|number))?"
)


def one_row_each(found: Found, export: Export | None) -> list[Found]:
    """Give participants with the rows that tell of each of them once.

    Parameters
    ----------
    found
        What a part of a file tells of participants.
    export
        The ordering columns of REDCap, where the file is such an export.

    Returns
    -------
    list
        One part of the table for each event that tells something of them: the fullest event first. Where no column
        chooses one row each, all rows with what is the same in all rows of a participant.
    """
    kept: list[Found] = []
    rest = found
    while len(kept) < _MOST_EVENTS:
        chosen = _of_one_event(rest, export)
        told = {role: one for role, one in chosen.evidence.items() if role == "id" or _is_filled(chosen, one.column)}
        if len(told) == 1 and kept:
            break
        kept.append(_only(chosen, told))
        rest = replace(
            rest, evidence={role: one for role, one in rest.evidence.items() if role not in {*told} - {"id"}}
        )
        if len(rest.evidence) == 1:
            break
    return kept


def _of_one_event(found: Found, export: Export | None) -> Found:
    """Give the rows of the event that tells most, or all rows with what they agree in."""
    frame, identifier = found.part.frame, found.columns["id"]
    if not frame[identifier].duplicated().any():
        return found
    told = [one.column for role, one in found.evidence.items() if role not in {"id", _OF_GROUP}] or [identifier]
    for column in [export.event] if export and export.event in frame else _candidates(found.part, identifier):
        values = max(_groups(frame, column), key=lambda values: _filled(found.part, column, values, told))
        rows = frame[frame[column].isin(values)]
        if not rows[identifier].duplicated().any():
            return replace(found, part=_with_rows(found.part, rows, {column: values}))
    same = {role: one for role, one in found.evidence.items() if role == "id" or _agrees(frame, identifier, one.column)}
    return replace(found, evidence=same)


def _groups(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    """Give the values of a column, those of one event in several arms together."""
    found: dict[str, list[str]] = {}
    for value in dict.fromkeys(frame[column]):
        found.setdefault(event_label(value), []).append(value)
    return [tuple(values) for values in found.values()]


def _with_rows(part: Part, rows: pd.DataFrame, where: Mapping[str, tuple[str, ...]]) -> Part:
    """Give a part with some of its rows."""
    return replace(part, frame=rows.reset_index(drop=True), where={**part.where, **where})


def _only(found: Found, told: Mapping[str, Evidence]) -> Found:
    """Give a part with some of its columns, and with the constants and codes that belong to them and its rows."""
    constants = {name: value for name, value in found.constants.items() if name != "height_unit" or "height_cm" in told}
    values = {
        role: {theirs: ours for theirs, ours in known.items() if (found.part.frame[told[role].column] == theirs).any()}
        for role, known in found.values.items()
        if role in told
    }
    return replace(found, evidence=told, constants=constants, values={role: one for role, one in values.items() if one})


def _is_filled(found: Found, column: str) -> bool:
    """Say whether a column holds anything in the rows of a part."""
    return bool((found.part.frame[column] != "").any())


def _agrees(frame: pd.DataFrame, identifier: str, column: str) -> bool:
    """Say whether a column is the same in all rows of each participant."""
    return not frame[[identifier, column]].drop_duplicates()[identifier].duplicated().any()


def _candidates(part: Part, identifier: str) -> Iterator[str]:
    """Give the columns that say which visit, event or occurrence a row is: no value that is measured, time or date."""
    frame = part.frame
    for name in names_of(frame):
        is_order = plays("visit", name) or _SEQUENCE.fullmatch(plain(name)) is not None
        few = 1 < frame[name].nunique() <= max(2, len(frame) // 3)
        if name != identifier and is_order and few and not are_dates(frame[name]) and not _has_clock(frame[name]):
            yield name


def _has_clock(text: pd.Series) -> bool:
    """Say whether cells hold the time of a day."""
    return bool(filled(text).str.contains(r"[0-9]:[0-9]{2}", regex=True).any())


def _filled(part: Part, column: str, values: tuple[str, ...], told: list[str]) -> tuple[int, int]:
    """Say how much some rows tell of participants, and whether they are those of the baseline."""
    rows = part.frame[part.frame[column].isin(values)]
    is_baseline = (found := named_time(event_label(values[0]))) is not None and (found.hours == 0.0)
    return int((rows[told] != "").to_numpy().sum()), int(is_baseline)
