"""Several files of one table: which comes first, which add rows, and which add columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from postinfusion.datasets.canonical import TABLES
from postinfusion.plan.source import PART, table_of
from postinfusion.sources.recognition.redcap import Export, event_label
from postinfusion.sources.recognition.rows import one_row_each
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.told_twice import once

_STACKED = ("assessments", "weights", "vitals", "laboratory")
_PEOPLE = "participants"
_OF_ONE_FILE = ("arm", "randomised")
_ONE_ROW_EACH = ("id",)


def chosen(
    offered: Mapping[str, Sequence[Found]], exports: Mapping[str, Export], worth: Callable[[Found], float]
) -> dict[str, Found]:
    """Give the name of each source → the part of a file that delivers it.

    Parameters
    ----------
    offered
        Table → the parts that can deliver it.
    exports
        File → the ordering columns of REDCap.
    worth
        How much a part tells of its table.
    """
    found: dict[str, Found] = {}
    if offered.get(_PEOPLE):
        found |= _people(offered, exports, worth)
    for table, all_of_table in offered.items():
        if table == _PEOPLE:
            continue
        parts = once(all_of_table)
        first = max(parts, key=worth)
        found[table] = first
        for further in parts:
            if further is not first and _adds_rows(further, of_table(found, table)):
                found[_name(further, found)] = further
    return found


def of_table(found: Mapping[str, Found], table: str) -> list[Found]:
    """Give the parts of a table, the first one first."""
    return [one for name, one in found.items() if table_of(name) == table]


def _people(
    offered: Mapping[str, Sequence[Found]], exports: Mapping[str, Export], worth: Callable[[Found], float]
) -> dict[str, Found]:
    """Give the participants: the file that knows all who were measured first, what others add beside it."""
    measured = {
        identifier for table, parts in offered.items() if table != _PEOPLE for one in parts for identifier in _ids(one)
    }
    ordered = sorted(offered[_PEOPLE], key=lambda one: (len(_ids(one) & measured), worth(one)), reverse=True)
    first, *others = one_row_each(ordered[0], exports.get(ordered[0].part.sample.file))
    found = {_PEOPLE: first}
    known = {*first.evidence}
    for further in [*others, *_adding(ordered[1:], exports, _ids(first))]:
        new = {role: one for role, one in further.evidence.items() if role == "id" or role not in known}
        if len(new) > 1:
            constants = further.constants if "height_cm" in new else {}
            values = {role: codes for role, codes in further.values.items() if role in new}
            found[_name(further, found)] = replace(further, evidence=new, constants=constants, values=values)
            known |= {*new}
    return found


def _adding(parts: Sequence[Found], exports: Mapping[str, Export], ids: Collection[str]) -> Iterator[Found]:
    """Give the further parts whose participants are known, and lists of the allocation whoever they name."""
    for one in parts:
        for part in one_row_each(one, exports.get(one.part.sample.file)):
            if _ids(part) <= {*ids} or any(role in part.evidence for role in _OF_ONE_FILE):
                yield part


def _ids(found: Found) -> set[str]:
    """Give the participants of a part."""
    return {*found.part.frame[found.columns["id"]]} - {""}


def _adds_rows(further: Found, known: Sequence[Found]) -> bool:
    """Say whether the rows of a part can stand below those of others: they tell of none of the same occurrences.

    Notes
    -----
    Of occurrences that no number tells apart, such as adverse events, only those of other participants are surely
    others: serious events often stand in a list of their own and in the list of all.
    """
    if further.table in _STACKED:
        return not _is_told_twice(further, known[0])
    if TABLES[further.table].key == _ONE_ROW_EACH:
        return False
    return not any(_occurrences(further) & _occurrences(one) for one in known)


def _occurrences(found: Found) -> set[tuple[str, str]]:
    """Give the participants of a part, with the numbers of their infusions where it has infusions."""
    ids = found.part.frame[found.columns["id"]]
    if found.table != "infusions":
        return {(one, "") for one in ids if one}
    column = found.columns.get("number")
    numbers = found.part.frame[column] if column else [found.constants.get("number", "")] * len(ids)
    return {*zip(ids, numbers, strict=True)}


def _is_told_twice(further: Found, first: Found) -> bool:
    """Say whether a part of the same file has nothing but columns that the first has too."""
    theirs, ours = (_read(found) for found in (further, first))
    return further.part.sample is first.part.sample and not further.part.where and theirs <= ours


def _read(found: Found) -> set[str]:
    """Give the columns of scales, of what stands beside them, and of measures that have a column each."""
    measures = {one for one in found.wide.values() if isinstance(one, str)}
    return {one.column for one in found.scales} | {*found.columns.values()} | measures


def _name(found: Found, taken: Collection[str]) -> str:
    """Give the name of a further source: by what the file or its sheet or its kind of rows is called."""
    table, part, sample = found.table, found.part, found.part.sample
    if number := found.constants.get("number"):
        return f"{table}{PART}infusion-{number}"
    spoken = part.name or sample.options.get("sheet") or sample.file.rpartition(".")[0]
    if table == _PEOPLE and not part.name:
        spoken = next((event_label(values[0]) for values in part.where.values() if values and values[0]), spoken)
    stem = re.sub(r"[^a-z0-9]+", "-", spoken.lower()).strip("-")[:40].strip("-") or "more"
    names = [f"{table}{PART}{stem}", *(f"{table}{PART}{stem}-{number}" for number in range(2, 100))]
    return next(name for name in names if name not in taken)
