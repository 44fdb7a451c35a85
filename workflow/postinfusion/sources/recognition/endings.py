"""How the trial ended for each participant, told in columns beside other things: status, reason and last day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import code, plain, plays
from postinfusion.sources.recognition.redcap import Export
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.values import are_dates, filled

_TABLE = "disposition"
_OF_END = re.compile(
    r"\b(eos|eot|end of (study|trial|participation|treatment)|disposition|completion|termination|withdrawal|drop ?out|"
    r"discontinuation|study status|trial status|studienende|studienabschluss|studienabbruch|abbruch|abbruchgrund)\b"
)
_LEFT = re.compile(
    r"\b(not complet\w*|did not complete|incomplete|nicht abgeschlossen|withdr\w+|lost|drop\w*|discontinu\w*|adverse|"
    r"side effects?|death|died|deceased|lack of \w+|non ?compliance|protocol (deviation|violation)|physicians?|"
    r"investigators?|pregnan\w+|refus\w+|moved|relocat\w+|terminated|other|widerruf\w*|zurueckgezogen\w*|"
    r"lost to follow up|nebenwirkung\w*|unerwuenscht\w*|verstorben|tod|abbruch|abgebrochen|sonstig\w*|andere\w*)\b"
)
_COMPLETED = re.compile(r"\b(completed?|completer|finished|as planned|abgeschlossen|planmaessig\w*|regulaer\w*)\b")
_ONGOING = re.compile(r"\b(ongoing|still in|laufend|noch in)\b")
_REASON = re.compile(r"\b(reason|grund|abbruchgrund|why)\b")


def ending(part: Part, identifier: str, export: Export | None) -> Found | None:
    """Give the end of the trial where columns of a part tell it once for each participant; None where none does.

    Notes
    -----
    A column tells it where its name, or the form of the data dictionary that it stands on, says so, and where all its
    words or labels are known, one of them for those who completed the trial.
    """
    for name in names_of(part.frame):
        known = _statuses(part, name) if _is_of_end(part, name) else {}
        had = part.frame[part.frame[name] != ""]
        if not known or had[identifier].duplicated().any():
            continue
        beside = [other for other in names_of(part.frame) if other != name and _same_form(part, name, other)]
        left = next((other for other in beside if _is_last_day(part, other)), "")
        reason = next((other for other in beside if _REASON.search(plain(other))), "")
        evidence = {"id": Evidence("id", identifier), "status": Evidence("status", name)}
        evidence |= {"reason": Evidence("reason", reason or name)} if reason or _tells_why(known) else {}
        evidence |= {"left": Evidence("left", left)} if left else {}
        values = {"status": {value: ours for value, ours in known.items() if value != ours}}
        values |= {"reason": told} if "reason" in evidence and (told := _reasons(part, reason or name)) else {}
        rows = replace(part, frame=had.reset_index(drop=True), where={**part.where, **_where(part, name, export)})
        return Found(_TABLE, rows, evidence, values={role: one for role, one in values.items() if one})
    return None


def _is_of_end(part: Part, name: str) -> bool:
    """Say whether a column is called after the end of the trial, or stands on a form that is."""
    return any(_OF_END.search(plain(text)) for text in (name, part.sample.forms.get(name, "")))


def _statuses(part: Part, name: str) -> dict[str, str]:
    """Give the values and labels of a column → how the trial ended; empty where one is not known or none completed."""
    labels = {code(value): label for value, label in part.sample.labels.get(name, {}).items()}
    cells = dict.fromkeys(code(value) for value in filled(part.frame[name]))
    spoken = {**{cell: cell for cell in cells}, **labels}
    known = {value: _status(plain(label)) for value, label in spoken.items()}
    return known if known and all(known.values()) and "completed" in known.values() else {}


def _status(words: str) -> str:
    """Give how the trial ended by some words; empty where they do not say it."""
    for pattern, status in ((_LEFT, "discontinued"), (_COMPLETED, "completed"), (_ONGOING, "ongoing")):
        if pattern.search(words):
            return status
    return ""


def _tells_why(known: Mapping[str, str]) -> bool:
    """Say whether a column names more than one way to leave the trial, so that it is the reason too."""
    return [*known.values()].count("discontinued") > 1


def _reasons(part: Part, name: str) -> dict[str, str]:
    """Give code → label of the reasons for leaving; none for whoever completed the trial."""
    labels = {code(value): label for value, label in part.sample.labels.get(name, {}).items()}
    cells = {code(value): code(value) for value in filled(part.frame[name])}
    spoken = {**cells, **labels}
    found = {value: "" if _status(plain(label)) == "completed" else label for value, label in spoken.items()}
    return {value: label for value, label in found.items() if label != value}


def _same_form(part: Part, name: str, other: str) -> bool:
    """Say whether two columns stand on one form of the data dictionary, or begin with the same word."""
    forms = part.sample.forms
    if name in forms and other in forms:
        return forms[name] == forms[other]
    return plain(name).split()[:1] == plain(other).split()[:1] or bool(_OF_END.search(plain(other)))


def _is_last_day(part: Part, name: str) -> bool:
    """Say whether a column beside the end of the trial holds its date."""
    is_named = plays("left", name, _TABLE) or _OF_END.search(plain(name)) or name in part.sample.forms
    return bool(is_named) and are_dates(part.frame[name])


def _where(part: Part, name: str, export: Export | None) -> dict[str, tuple[str, ...]]:
    """Give the rows that tell of the end: those of its events, or those that say it, where others say nothing."""
    if export and export.event and export.event in part.frame:
        at = part.frame[export.event]
        events = tuple(dict.fromkeys(at[part.frame[name] != ""]))
        if (part.frame.loc[at.isin(events), name] != "").all():
            return {export.event: events}
    is_said = part.frame[name] != ""
    return {} if is_said.all() else {name: tuple(dict.fromkeys(part.frame.loc[is_said, name]))}
