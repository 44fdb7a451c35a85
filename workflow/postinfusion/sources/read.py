"""All sources of a trial: files to checked canonical tables, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.errors import DataError, Problem, counted, listed, nearest
from postinfusion.io import read as files
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Source, is_in_the_folder, is_read, table_of
from postinfusion.sources import consistency, mapping, parts, times
from postinfusion.sources.formats.registry import opened
from postinfusion.sources.gate import data_dictionary
from postinfusion.sources.gate.identifiers import Gate, gate, shielded, use_of
from postinfusion.sources.records import Opened
from postinfusion.sources.scales import within_ranges
from postinfusion.sources.standards import with_standard
from postinfusion.sources.tables import Delivery, GrowingTable

Progress = Callable[[str, int, int, str], None]
"""Told with the name of a file, how much of it is read, how large it is (0: not known), and the unit of both."""
_QUOTED = re.compile(r'"([^"]*)"')
_HIDDEN = "a participant's id (not shown)"
_SHORT = 4
_CLOSE_TO_A_FILE = 0.8  # names with the same ending are alike anyway


@dataclass(frozen=True)
class Canonical:
    """The canonical tables of one trial, checked.

    Attributes
    ----------
    deliveries
        Name → table with what is known about the way it came, for the tables that the plan names.
    problems
        What is wrong; only warnings where the tables are those of :func:`canonical_tables`.
    ignored
        By table: columns of its file that nothing uses.
    changed_ids
        File → how many ids the plan's rule brought into another form.
    """

    deliveries: dict[str, Delivery]
    problems: tuple[Problem, ...]
    ignored: dict[str, tuple[str, ...]]
    changed_ids: Mapping[str, int] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by name."""
        return {name: delivery.frame for name, delivery in self.deliveries.items()}


def canonical_tables(plan: Plan, folder: Path, progress: Progress | None = None) -> Canonical:
    """Give the canonical tables of a trial.

    Parameters
    ----------
    plan
        The plan of the trial.
    folder
        Folder of its data files.
    progress
        Called after each chunk of a file.

    Raises
    ------
    DataError
        With every problem, warnings included, when one of them is an error.
    """
    found = readable_tables(plan, folder, progress)
    if any(problem.severity == "error" for problem in found.problems):
        raise DataError(found.problems)
    return found


def readable_tables(plan: Plan, folder: Path, progress: Progress | None = None) -> Canonical:
    """Give the canonical tables of a trial that can be read, errors among the problems.

    Parameters
    ----------
    plan
        The plan of the trial, or what is left of it: then only what it still says is checked.
    folder
        Folder of its data files.
    progress
        Called after each chunk of a file.
    """
    problems = [*mapping.unknown_names(plan), *parts.misplaced(plan)]
    if not folder.is_dir():
        return Canonical({}, (*problems, _no_folder(plan, folder)), {})
    problems += [_no_file(folder, file) for file in files_of(plan) if not (folder / file).is_file()]
    deliveries: dict[str, Delivery] = {}
    gates: dict[str, Gate] = {}
    found = _opened(plan, folder, problems)
    plan = _with_standards(plan, found)
    for name, file in found.items():
        try:
            deliveries[name] = _delivered(
                plan, name, file, gates, marked=_marked(plan, file, folder), problems=problems, progress=progress
            )
        except DataError as error:
            problems.extend(error.problems)
    deliveries = {name: within_ranges(plan, delivery) for name, delivery in deliveries.items()}
    problems.extend(problem for delivery in deliveries.values() for problem in delivery.problems)
    ignored = {name: delivery.ignored for name, delivery in deliveries.items()}
    changed = {delivery.file: delivery.changed_ids for delivery in deliveries.values() if delivery.changed_ids}
    deliveries, unfit = parts.whole(plan, deliveries)
    problems.extend(unfit)
    deliveries = times.kept(plan, deliveries)
    problems.extend(consistency.check(plan, deliveries))
    if not any(problem.severity == "error" for problem in problems):
        problems.extend(consistency.unused(plan, deliveries))
    told = [problem for gate in gates.values() for problem in gate.problems] + shielded(problems, gates)
    ids = _ids(deliveries).union(*changed.values())
    counts = {file: len(found) for file, found in changed.items()}
    return Canonical(deliveries, tuple(without_ids(dict.fromkeys(told), ids)), ignored, counts)


def without_ids(problems: Iterable[Problem], ids: Collection[str]) -> list[Problem]:
    """Give the problems without any participant's id that slipped into another column, as in a row that is shifted.

    Short numbers are left: as ids they tell nothing, and as scores they are what is wrong.
    """
    telling = {name for name in ids if len(name) > _SHORT or not name.isdigit()}

    def hidden(found: re.Match[str]) -> str:
        return _HIDDEN if found[1].strip() in telling else found[0]

    return [replace(problem, text=_QUOTED.sub(hidden, problem.text)) for problem in problems]


def _ids(deliveries: Mapping[str, Delivery]) -> set[str]:
    """Give the ids of the participants."""
    participants = deliveries.get("participants")
    has_ids = participants is not None and "id" in participants.frame
    return set(participants.frame["id"].dropna()) if participants and has_ids else set()


def _opened(plan: Plan, folder: Path, problems: list[Problem]) -> dict[str, Opened]:
    """Open the file of each source that is there; what is wrong with the others is added to the problems."""
    found: dict[str, Opened] = {}
    for name, source in plan.sources.items():
        if table_of(name) in TABLES and table_of(name) in plan.sources and (folder / source.file).is_file():
            try:
                found[name] = opened(folder / source.file, source)
            except DataError as error:
                problems.extend(error.problems)
    problems.extend(problem for file in found.values() for problem in file.problems)
    return found


def _with_standards(plan: Plan, found: Mapping[str, Opened]) -> Plan:
    """Give the plan with the columns that the standards of its sources name."""
    sources = {
        name: with_standard(source, table_of(name), found[name].header) if name in found else source
        for name, source in plan.sources.items()
    }
    return plan.model_copy(update={"sources": sources})


def _marked(plan: Plan, file: Opened, folder: Path) -> dict[str, str]:
    """Give the columns of a file that data dictionaries mark as identifying, each with the name of its dictionary.

    Raises
    ------
    DataError
        A dictionary is not there, or is none.
    """
    named = {source.dictionary for source in plan.sources.values() if source.file == file.file and source.dictionary}
    found: dict[str, str] = {}
    for name in sorted(named):
        if not (folder / name).is_file():
            raise DataError(_no_file(folder, name))
        dictionary = opened(folder / name, Source(file=name))
        columns = data_dictionary.columns_of(dictionary.header, name)
        cells = dictionary.records(columns).frame
        marks = data_dictionary.marked(cells[columns[0]], cells[columns[1]], file.header)
        found |= dict.fromkeys(marks, name)
    return found


def _delivered(
    plan: Plan,
    name: str,
    file: Opened,
    gates: dict[str, Gate],
    *,
    marked: Mapping[str, str],
    problems: list[Problem],
    progress: Progress | None,
) -> Delivery:
    """Give one table; what the header lacks is added to the problems, and what the gate finds in the file to the gates.

    A file is read once for each table that it delivers, and the gate looks at all its columns the first time.
    """
    way, lacking = mapping.mapping(plan, name, file.header)
    problems.extend(lacking)
    table = GrowingTable(plan, way, file.decimal)
    if file.file in gates:
        for _ in _growing(table, file, way.wanted, progress):
            pass
    else:
        found, broken = _gate(plan, file, marked, _growing(table, file, _all_of(file, way.wanted), progress))
        gates[file.file] = found
        if broken is not None:
            raise broken
    delivery = table.delivery()
    return replace(delivery, ignored=tuple(one for one in way.ignored(file.header) if one not in file.derived))


def _gate(
    plan: Plan, file: Opened, marked: Mapping[str, str], frames: Iterable[pd.DataFrame]
) -> tuple[Gate, DataError | None]:
    """Give what the gate finds in all columns of a file, and why the file could not be read to its end.

    What the gate found before the fault is told together with it, not after the fault is mended.
    """
    own = [column for column in file.header if column and column not in file.derived]
    faults: list[DataError] = []

    def readable() -> Iterator[pd.DataFrame]:
        try:
            yield from (frame[frame.columns.intersection(own)] for frame in frames)
        except DataError as error:
            faults.append(error)

    labels = {name: about.label for name, about in file.about.items()}
    use = replace(use_of(plan, file.file, marked), labels=labels)
    found = gate(file.file, own, readable(), use, plan.missing_codes)
    return found, next(iter(faults), None)


def _all_of(file: Opened, wanted: Collection[str]) -> list[str]:
    """Give all columns of a file that have a name, and those wanted that follow from others."""
    own = [column for column in file.header if column and column not in file.derived]
    return list(dict.fromkeys([*own, *wanted]))


def _growing(
    table: GrowingTable, file: Opened, columns: Collection[str], progress: Progress | None
) -> Iterator[pd.DataFrame]:
    """Add the chunks of a file to a table one after the other, tell after each how much is read, and give its cells."""
    for records in file.chunks(columns):
        table.add(records)
        yield records.frame
        if progress is not None:
            progress(file.file, records.done, file.size, file.unit)


def _no_folder(plan: Plan, folder: Path) -> Problem:
    """Say that the folder of the data is not there, and what belongs into it."""
    names = [*files_of(plan)]
    text = f"there is no such folder. Make it and put {counted(len(names), 'file')} there: {listed(names)}."
    return Problem(_shown(folder), "", text)


def _no_file(folder: Path, file: str) -> Problem:
    """Say that a file of the data is not there, and which one has nearly its name."""
    others = files.names(folder)
    remedy = f"{nearest(file, others, cutoff=_CLOSE_TO_A_FILE)} Put it there or correct its name.".strip()
    return Problem(f"{_shown(folder)}/{file}", "", f"there is no such file. {remedy}")


def _shown(folder: Path) -> str:
    """Give the name by which people know a folder of data: from ``data/`` on, else its own name."""
    folder = folder.resolve()
    return f"data/{folder.name}" if folder.parent.name == "data" else folder.name


def files_of(plan: Plan) -> Iterator[str]:
    """Give the names of the files of a trial, each once; also of sources whose other keys could not be read."""
    sources = plan.sources.values()
    named = [file for source in sources for file in (source.file, source.dictionary) if file]
    tree = plan.places.document.tree
    parts = tree.get("sources") if isinstance(tree, dict) else None
    for name, part in parts.items() if isinstance(parts, dict) else ():
        file = part.get("file") if isinstance(part, dict) else None
        if name not in plan.sources and isinstance(file, str) and is_in_the_folder(file) and is_read(file):
            named.append(file)
    yield from dict.fromkeys(named)
