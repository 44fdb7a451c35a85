"""From paths to a proposal: the files to copy, the drafted plan, and what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from postinfusion.errors import DataError, Problem, counted
from postinfusion.plan import yaml_text
from postinfusion.plan.plan import Plan, PrivacyRules
from postinfusion.plan.scaffold import Draft, Flow, Node
from postinfusion.plan.source import SPREADSHEETS, Source
from postinfusion.sources.formats.registry import opened
from postinfusion.sources.gate import data_dictionary
from postinfusion.sources.gate.identifiers import gate, use_of
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample, names_of
from postinfusion.sources.recognition.facts import Facts, facts
from postinfusion.sources.recognition.not_used import not_used
from postinfusion.sources.recognition.samples import Progress, chunks, data_files, header_row, sample, sheets
from postinfusion.sources.recognition.survey import Survey, survey
from postinfusion.sources.standards import with_standard

_KINDS = {
    ".csv": "text", ".tsv": "text", ".txt": "text", ".xlsx": "Excel", ".xlsm": "Excel", ".parquet": "Parquet",
    ".sav": "SPSS", ".zsav": "SPSS", ".dta": "Stata", ".sas7bdat": "SAS", ".xpt": "SAS transport",
    ".json": "Dataset-JSON", ".ndjson": "Dataset-JSON",
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """What is proposed for the files of a trial.

    Attributes
    ----------
    files
        Path → name of the copy.
    draft
        The drafted plan.
    read
        What was read, in one line.
    identifying
        One problem for each column that tells who somebody is; then nothing may be copied.
    not_used
        Files, columns, rows and visits that the draft leaves out, by their names.
    """

    files: Mapping[Path, str]
    draft: Draft
    read: str
    identifying: tuple[Problem, ...] = ()
    not_used: tuple[str, ...] = ()


def propose(
    paths: Sequence[Path],
    name: str,
    declared: Sequence[str] = (),
    *,
    layout: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Give the proposal for some files.

    Parameters
    ----------
    paths
        Files, or folders with files.
    name
        Name of the trial.
    declared
        Columns that look as if they told who somebody is, and do not, as the researcher says.
    layout
        The ``sheet`` and ``header_row`` of Excel files, as the researcher says.
    progress
        Called after each chunk of a file with its name, what is done, the size and their unit.

    Raises
    ------
    DataError
        Files cannot be read, told with the columns of the others that tell who somebody is; or nothing is known.
    """
    files = _named([file for path in paths for file in data_files(path)])
    samples, unreadable = _samples_of(files, layout or {}, progress)
    if unreadable:
        readable = {path: file for path, file in files.items() if any(one.file == file for one in samples)}
        raise DataError([*unreadable, *_identifying_besides(readable, samples, name, declared, layout or {})])
    return _proposed(files, samples, name, declared, layout=layout or {}, progress=progress)


def _proposed(
    files: Mapping[Path, str],
    samples: Sequence[Sample],
    name: str,
    declared: Sequence[str],
    *,
    layout: Mapping[str, str],
    progress: Progress | None = None,
) -> Proposal:
    """Give the proposal for files that could be read."""
    found = survey(samples)
    proposed = _with_declared(draft(found, name), found, declared)
    plan = _of_sources(proposed.text(), name)
    by_name = {file: path for path, file in files.items()}
    identifying = _identifying(by_name, found, plan, layout, progress)
    known = facts(found)
    left_out = not_used(found, known, plan)
    return Proposal(files, proposed, _read(found, known), tuple(identifying), tuple(left_out))


def _samples_of(
    files: Mapping[Path, str], layout: Mapping[str, str], progress: Progress | None
) -> tuple[list[Sample], list[Problem]]:
    """Give the samples of the files that can be read, and why the others cannot be."""
    found: list[Sample] = []
    unreadable: list[Problem] = []
    for path, file in files.items():
        try:
            found += _samples(path, file, layout, progress)
        except DataError as error:
            unreadable += error.problems
    return found, unreadable


def _identifying_besides(
    files: Mapping[Path, str],
    samples: Sequence[Sample],
    name: str,
    declared: Sequence[str],
    layout: Mapping[str, str],
) -> tuple[Problem, ...]:
    """Give the columns that tell who somebody is of the files that can be read, as far as they make sense alone."""
    try:
        return _proposed(files, samples, name, declared, layout=layout).identifying
    except DataError:
        return ()


def _of_sources(text: str, name: str) -> Plan:
    """Give what a draft says of its files and of privacy, whatever it still asks: the gate needs nothing else.

    Notes
    -----
    The gate must see every file, so nothing that is missing in another part of a draft may keep a plan from it.
    """
    tree = yaml_text.read(text, name).tree
    privacy, sources = (tree[key] if isinstance(tree, dict) else {} for key in ("privacy", "sources"))
    named = {key: Source.model_validate(source) for key, source in sources.items()} if isinstance(sources, dict) else {}
    parts: dict[str, Any] = {"sources": named, "privacy": PrivacyRules.model_validate(privacy)}
    return Plan.model_construct(**parts)


def _named(paths: Iterable[Path]) -> dict[Path, str]:
    """Give path → name of the copy, in letters that every system knows.

    Raises
    ------
    DataError
        Two files would have the same name.
    """
    named = {path: re.sub(r"[^\w.+-]+", "_", path.name)[-80:].lstrip(".") for path in dict.fromkeys(paths)}
    for path, file in named.items():
        if [*named.values()].count(file) > 1:
            raise DataError(Problem(path.name, "", "two files have this name. Rename one of them."))
    return named


def _samples(path: Path, file: str, layout: Mapping[str, str], progress: Progress | None) -> list[Sample]:
    """Give the samples of a file: one for each of its sheets."""
    return [replace(sample(path, chosen, progress), file=file) for chosen in _layouts(path, layout)]


def _layouts(path: Path, layout: Mapping[str, str]) -> list[dict[str, str]]:
    """Give sheet and row of the header of each table in a file: what the researcher says, else what is found."""
    if not path.name.lower().endswith(SPREADSHEETS):
        return [{}]
    found: list[dict[str, str]] = []
    for sheet in [layout["sheet"]] if "sheet" in layout else sheets(path):
        row = layout.get("header_row") or header_row(path, "" if "sheet" in layout and sheet.isdigit() else sheet)
        found.append({**({"sheet": sheet} if sheet else {}), **({"header_row": str(row)} if row else {})})
    return found


def _with_declared(proposed: Draft, found: Survey, declared: Sequence[str]) -> Draft:
    """Name the columns that identify nobody, as the researcher says.

    Nothing is declared by a guess: dates that nothing reads pass the gate by their name, or stop it.
    """
    named = {one.file: [name for name in names_of(one.frame) if name in declared] for one in found.samples}
    free = {file: names for file, names in named.items() if names}
    if not free:
        return proposed
    privacy: dict[str, Node] = {
        "ids": "rekey",
        "small_cell": 5,
        "mode": "internal",
        "not_identifying": {file: Flow(names) for file, names in free.items()},
    }
    return replace(proposed, content={**proposed.content, "privacy": privacy})


def _identifying(
    paths: Mapping[str, Path], found: Survey, plan: Plan, layout: Mapping[str, str], progress: Progress | None
) -> list[Problem]:
    """Give the columns of all files that tell who somebody is, files that deliver nothing included."""
    problems: list[Problem] = []
    known = {source.columns["id"] for source in plan.sources.values() if "id" in source.columns}
    for file, path in paths.items():
        for chosen in _layouts(path, layout):
            sheet = chosen.get("sheet", "")
            source = Source.model_validate({"file": path.name, **chosen})
            table = opened(path, source)
            frames = (chunk.frame for chunk in chunks(table, progress))
            if file == found.dictionary:
                continue
            use = use_of(_with_standards(plan, table.header), file, _marked(paths, found, table.header))
            use = replace(use, ids=use.ids | known)
            problems += [
                _of_sheet(_for_new(one), sheet)
                for one in gate(file, table.header, frames, use).problems
                if one.severity == "error"
            ]
    return problems


def _with_standards(plan: Plan, header: Collection[str]) -> Plan:
    """Give a plan whose sources of a standard name their columns."""
    sources = {name: with_standard(source, name, header) for name, source in plan.sources.items()}
    return plan.model_copy(update={"sources": sources})


def _for_new(problem: Problem) -> Problem:
    """Give a problem with the remedy that there is before there is a plan."""
    remedy = "add --not-identifying and the name of the column"
    return replace(problem, text=problem.text.replace("name it under privacy: not_identifying", remedy))


def _of_sheet(problem: Problem, sheet: str) -> Problem:
    """Give a problem with the sheet in which it stands, where the file has several."""
    return replace(problem, place=f"sheet {sheet}, {problem.place}") if sheet else problem


def _marked(paths: Mapping[str, Path], found: Survey, header: Sequence[str]) -> dict[str, str]:
    """Give the columns that the data dictionary marks as identifying, with its file."""
    if not found.dictionary:
        return {}
    path = paths[found.dictionary]
    frame: pd.DataFrame = sample(path).frame
    names, marks = data_dictionary.columns_of(names_of(frame), found.dictionary)
    return dict.fromkeys(data_dictionary.marked(frame[names], frame[marks], header), found.dictionary)


def _read(found: Survey, known: Facts) -> str:
    """Give what was read in one line: format, participants, infusions, arms."""
    infusions = counted(known.n_infusions, "infusion") if known.n_infusions else "no infusions"
    is_repeating = "infusions" in found.found and found.found["infusions"].part.is_repeating
    parts = [
        _kind(found),
        counted(known.n_participants, "participant"),
        infusions + (" (repeating)" if is_repeating else ""),
        counted(len(known.arms), "arm"),
    ]
    return ", ".join(parts)


def _kind(found: Survey) -> str:
    """Give the format of the files in words."""
    if found.exports:
        return "REDCap export" + (" with data dictionary" if found.dictionary else "")
    if found.standards:
        return f"CDISC {next(iter(found.standards.values()))[1].value.upper().replace('ADAM', 'ADaM')}"
    endings = dict.fromkeys("." + one.file.rpartition(".")[2].lower() for one in found.samples)
    kinds = dict.fromkeys(_KINDS.get(ending, ending) for ending in endings)
    return f"{' and '.join(kinds)} ({counted(len({one.file for one in found.samples}), 'file')})"
