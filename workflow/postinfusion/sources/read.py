"""All sources of a trial: files to checked canonical tables, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.errors import DataError, Problem, counted, listed, nearest
from postinfusion.io import read as files
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import is_in_the_folder, is_read
from postinfusion.sources import consistency, delimited, mapping, parquet, times
from postinfusion.sources.records import Records
from postinfusion.sources.scales import within_ranges
from postinfusion.sources.tables import Delivery, deliver

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
    """

    deliveries: dict[str, Delivery]
    problems: tuple[Problem, ...]
    ignored: dict[str, tuple[str, ...]]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by name."""
        return {name: delivery.frame for name, delivery in self.deliveries.items()}


def canonical_tables(plan: Plan, folder: Path) -> Canonical:
    """Give the canonical tables of a trial.

    Parameters
    ----------
    plan
        The plan of the trial.
    folder
        Folder of its data files.

    Raises
    ------
    DataError
        With every problem, warnings included, when one of them is an error.
    """
    found = readable_tables(plan, folder)
    if any(problem.severity == "error" for problem in found.problems):
        raise DataError(found.problems)
    return found


def readable_tables(plan: Plan, folder: Path) -> Canonical:
    """Give the canonical tables of a trial that can be read, errors among the problems.

    Parameters
    ----------
    plan
        The plan of the trial, or what is left of it: then only what it still says is checked.
    folder
        Folder of its data files.
    """
    problems = list(mapping.unknown_names(plan))
    if not folder.is_dir():
        return Canonical({}, (*problems, _no_folder(plan, folder)), {})
    problems += [_no_file(folder, file) for file in files_of(plan) if not (folder / file).is_file()]
    deliveries: dict[str, Delivery] = {}
    ignored: dict[str, tuple[str, ...]] = {}
    for name, source in plan.sources.items():
        if name in TABLES and (folder / source.file).is_file():
            try:
                deliveries[name], ignored[name] = _delivered(plan, name, folder, problems)
            except DataError as error:
                problems.extend(error.problems)
    deliveries = {name: within_ranges(plan, delivery) for name, delivery in deliveries.items()}
    problems.extend(problem for delivery in deliveries.values() for problem in delivery.problems)
    deliveries = times.kept(plan, deliveries)
    problems.extend(consistency.check(plan, deliveries))
    return Canonical(deliveries, tuple(without_ids(dict.fromkeys(problems), _ids(deliveries))), ignored)


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


def _delivered(plan: Plan, name: str, folder: Path, problems: list[Problem]) -> tuple[Delivery, tuple[str, ...]]:
    """Give one table and the columns that nothing uses; what the header lacks is added to the problems."""
    file = plan.sources[name].file
    way, lacking = mapping.mapping(plan, name, header := _header(folder / file, file))
    records = _records(folder / file, way.wanted, file)
    problems.extend([*lacking, *records.problems])
    return deliver(plan, way, records), way.ignored(header)


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


def _header(path: Path, file: str) -> tuple[str, ...]:
    """Give the names of the columns of a file."""
    if _is_parquet(file):
        return files.column_names(path)
    return delimited.header(files.bytes_(path), file)


def _records(path: Path, wanted: tuple[str, ...], file: str) -> Records:
    """Give the records of a file."""
    return parquet.read(path, wanted, file) if _is_parquet(file) else delimited.read(files.bytes_(path), wanted, file)


def _is_parquet(file: str) -> bool:
    """Say whether a file is Parquet, by its ending."""
    return file.lower().endswith(".parquet")


def files_of(plan: Plan) -> Iterator[str]:
    """Give the names of the files of a trial, each once; also of sources whose other keys could not be read."""
    named = [source.file for source in plan.sources.values()]
    tree = plan.places.document.tree
    sources = tree.get("sources") if isinstance(tree, dict) else None
    for name, part in sources.items() if isinstance(sources, dict) else ():
        file = part.get("file") if isinstance(part, dict) else None
        if name not in plan.sources and isinstance(file, str) and is_in_the_folder(file) and is_read(file):
            named.append(file)
    yield from dict.fromkeys(named)
