"""REDCap exports: events, repeating instruments and instances, whether raw or with labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from postinfusion.sources.recognition.evidence import Part, Sample, names_of

_EVENT = ("redcap_event_name", "Event Name")
_INSTRUMENT = ("redcap_repeat_instrument", "Repeat Instrument")
_INSTANCE = ("redcap_repeat_instance", "Repeat Instance")
_GROUP = ("redcap_data_access_group", "Data Access Group")
_OWN = re.compile(r"redcap_.*|.*_complete|.*_timestamp|Complete\?.*|Event Name|Repeat (Instrument|Instance)|.*___\w+")
_DICTIONARY = (
    ("Variable / Field Name", "field_name"),
    ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
)
_FORM = ("Form Name", "form_name")
_CHOICE = re.compile(r"\s*([^,|]+?)\s*,\s*([^|]*?)\s*(?:\||$)")
_NAMED_ARM = re.compile(r"\(Arm \d+: (.+)\)$")
_NUMBERED_ARM = re.compile(r"_arm_(\d+)[a-z]?$")
_ARM_OF_EVENT = re.compile(r"\s*\(Arm \d+: .*\)$|_arm_\d+[a-z]?$")


@dataclass(frozen=True)
class Export:
    """The columns by which REDCap orders the rows of an export; empty where it has none."""

    id: str
    event: str
    instrument: str
    instance: str
    group: str


def export_of(sample: Sample) -> Export | None:
    """Give the ordering columns of a REDCap export; None where the file is none."""
    names = names_of(sample.frame)
    event, instrument, instance, group = (
        next((name for name in known if name in names), "") for known in (_EVENT, _INSTRUMENT, _INSTANCE, _GROUP)
    )
    complete = sum(bool(re.fullmatch(r".*_complete|Complete\?.*", name)) for name in names)
    if not (event or instrument) and complete < 2:
        return None
    return Export(names[0], event, instrument, instance, group)


def ordering(part: Part) -> frozenset[str]:
    """Give the columns of a part by which REDCap orders its rows, but that of the ids; they describe nothing else."""
    export = export_of(part.sample)
    return frozenset({export.event, export.instrument, export.instance, export.group} - {""} if export else ())


def parts(sample: Sample, export: Export) -> Iterator[Part]:
    """Give the rows of each repeating instrument, and those of none."""
    frame = sample.frame
    if not export.instrument:
        yield Part(sample, _filled(frame, export), {}, "")
        return
    for name in dict.fromkeys(frame[export.instrument]):
        rows = frame[frame[export.instrument] == name]
        yield Part(sample, _filled(rows, export), {export.instrument: (name,)}, name, is_repeating=bool(name))


def events(part: Part, export: Export) -> tuple[str, ...]:
    """Give the events of a part, in the order of their first row."""
    return tuple(dict.fromkeys(part.frame[export.event])) if export.event and export.event in part.frame else ()


def event_label(event: str) -> str:
    """Give the name of an event without its arm.

    >>> event_label("baseline_arm_1"), event_label("Week 4 (Arm 1: Arm 1)")
    ('baseline', 'Week 4')
    """
    return " ".join(_ARM_OF_EVENT.sub("", event).replace("_", " ").split())


def arms_of_events(part: Part, export: Export) -> dict[str, str]:
    """Give event → arm where events have several arms and each record stays in one; nothing otherwise."""
    found = {event: arm for event in events(part, export) if (arm := _arm_of(event))}
    if len({*found.values()}) < 2:
        return {}
    seen = pd.DataFrame({"id": part.frame[export.id], "arm": part.frame[export.event].map(found)}).dropna()
    return {} if seen.drop_duplicates()["id"].duplicated().any() else found


def _arm_of(event: str) -> str:
    """Give the arm of an event; empty where its name says none."""
    named, numbered = _NAMED_ARM.search(event), _NUMBERED_ARM.search(event)
    return named[1] if named else f"Arm {numbered[1]}" if numbered else ""


def is_bookkeeping(name: str) -> bool:
    """Say whether a column is one that REDCap adds by itself, or one box of several to tick."""
    return bool(_OWN.fullmatch(name))


def is_dictionary(frame: pd.DataFrame) -> bool:
    """Say whether a file is the data dictionary of a REDCap project."""
    return any(name in frame for name in _DICTIONARY[0]) and any(name in frame for name in _DICTIONARY[1])


def choices(dictionary: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Give field → code → label as a data dictionary says them."""
    names, written = (next(name for name in known if name in dictionary) for known in _DICTIONARY)
    found = {
        field: dict(_CHOICE.findall(text))
        for field, text in zip(dictionary[names], dictionary[written], strict=True)
        if "|" in text
    }
    return {field: labels for field, labels in found.items() if labels}


def forms(dictionary: pd.DataFrame) -> dict[str, str]:
    """Give field → the form that it stands on, as a data dictionary says it."""
    names = next(name for name in _DICTIONARY[0] if name in dictionary)
    written = next((name for name in _FORM if name in dictionary), None)
    return {} if written is None else dict(zip(dictionary[names], dictionary[written], strict=True))


def with_dictionary(sample: Sample, dictionary: pd.DataFrame) -> Sample:
    """Give a file with the labels and forms that a dictionary knows for its columns."""
    labels = {name: found for name, found in choices(dictionary).items() if name in sample.frame}
    known = {name: form for name, form in forms(dictionary).items() if name in sample.frame}
    return replace(sample, labels={**labels, **sample.labels}, forms=known)


def _filled(frame: pd.DataFrame, export: Export) -> pd.DataFrame:
    """Give the columns that hold something and are no bookkeeping of REDCap, with those that order the rows."""
    order = {export.id, export.event, export.instance, export.group} - {""}
    return frame[
        [
            name
            for name in names_of(frame)
            if name in order or ((frame[name] != "").any() and not _OWN.fullmatch(str(name)))
        ]
    ].reset_index(drop=True)
