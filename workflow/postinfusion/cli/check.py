"""Check one trial: read its plan and all its data, derive the datasets, and tell everything that is wrong."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postinfusion.cli.reading_line import ReadingLine
from postinfusion.cli.step_line import print_step
from postinfusion.cli.trial import data_folder, plan_path, results_folder, shown_path
from postinfusion.errors import DataError, PlanError, Problem, counted, grouped_by_file
from postinfusion.io import read, write
from postinfusion.io.plans import read_plans
from postinfusion.plan import rules
from postinfusion.plan.parse import Reading
from postinfusion.plan.plan import Plan
from postinfusion.plan.recall_rules import without_verdict
from postinfusion.plan.scale_rules import analysed_visits

if TYPE_CHECKING:
    from pandas import DataFrame

    from postinfusion.sources.read import Canonical

UNTOUCHED = "Nothing was analysed; earlier results are untouched."
PAGE = "check.html"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("trial", help="name of a plan under config/trials/, or its path")
    parser.add_argument("--data", type=Path, help="folder of the data files; left out: data/TRIAL")
    parser.add_argument("--out", type=Path, help="file that tells what was found; written when there is no error")


def run(arguments: Namespace) -> int:
    """Check the trial and tell all problems; exit code 1 when one of them is an error."""
    began = time.perf_counter()
    path = plan_path(arguments.trial)
    folder = arguments.data or data_folder(path)
    reading = read.reading(path)
    page = arguments.out.with_name(PAGE) if arguments.out else results_folder(path) / PAGE
    if (plan := reading.plan) is None or reading.errors:
        return _refused(reading, path, [*reading.errors, *_of_data(reading, path, folder)], page)
    try:
        found = _checked(plan, path, folder)
    except DataError as error:
        return _refused(reading, path, error.problems, page)
    if arguments.out:
        write.json(arguments.out, found)
    warnings, rows = [Problem(**problem) for problem in found["problems"]], found["rows"]
    _write_page(page, path.stem, warnings, title=plan.title, rows=rows)
    _tell_success(path.stem, plan, found, time.perf_counter() - began)
    if not arguments.out:
        for file, number in found["changed_ids"].items():
            print(f"{'':<15} id_form brought {counted(number, 'id')} of {file} into another form")
        if found["anonymity"]:
            print(f"{'':<15} {found['anonymity']['in_words']}")
        print(f"{'':<15} {shown_path(page)}   Next: .venv/bin/postinfusion run {path.stem}")
    return 0


def _refused(reading: Reading, path: Path, problems: Sequence[Problem], page: Path) -> int:
    """Tell what is wrong, on the console and on the page, and give the exit code."""
    ending = " ".join(part for part in (str(reading.answers), UNTOUCHED) if part)
    title = reading.plan.title if reading.plan and not reading.plan.left_out.holds("title") else ""
    _write_page(page, path.stem, problems, title=title, ending=ending)
    print(told([problems], f"{ending} {shown_path(page)}"), file=sys.stderr)
    return 1


def _write_page(
    page: Path,
    trial: str,
    problems: Sequence[Problem],
    *,
    title: str,
    rows: Mapping[str, int] | None = None,
    ending: str = "",
) -> None:
    """Write what was found as a page."""
    # Imported by its name as a text: the workflow reads imports, and an edit of the page makes no result stale.
    content = import_module("postinfusion.report.check_page")
    write.text(page, content.check_page(trial, problems, title=title, rows=rows, ending=ending))


def problems_of_plan(path: Path) -> list[Problem]:
    """Give the mistakes of a plan, and with them what can be seen of those in its data; nothing for a sound plan."""
    try:
        read_plans({path.stem: path})
    except PlanError as error:
        return [*error.problems, *_of_data(read.reading(path), path, data_folder(path))]
    return []


def told(trials: Iterable[Sequence[Problem]], ending: str) -> str:
    """Give the problems of trials one after the other, how many there are, and a sentence about what was not done."""
    found = [problems for problems in trials if problems]
    severities = [problem.severity for problems in found for problem in problems]
    errors, warnings = severities.count("error"), severities.count("warning")
    paragraphs = "\n".join(grouped_by_file(problems) for problems in found)
    return f"{paragraphs}\n{counted(errors, 'error')}, {counted(warnings, 'warning')}. {ending}"


def _of_data(reading: Reading, path: Path, folder: Path) -> list[Problem]:
    """Give what is wrong with the data as far as a plan with mistakes says what they are.

    A warning that stands in the plan is left out, for it may follow from a mistake there. The files of a trial that a
    package ships are written by the workflow: they are not missed.
    """
    from postinfusion.sources.export import EXPORTS
    from postinfusion.sources.read import readable_tables

    if reading.plan is None or (path.stem in EXPORTS and not folder.is_dir()):
        return []
    found = readable_tables(reading.plan, folder).problems
    known = {*reading.errors}
    of_plan = read.shown(path)
    return [one for one in found if one not in known and not (one.severity == "warning" and one.file == of_plan)]


def _checked(plan: Plan, path: Path, folder: Path) -> dict[str, Any]:
    """Give what the check of a trial finds, as plain values.

    Raises
    ------
    DataError
        The data have an error; the warnings of the plan come along.
    """
    from postinfusion.derive.anonymity import anonymity
    from postinfusion.sources.read import canonical_tables, files_of

    of_plan = rules.check(plan)
    try:
        with ReadingLine() as progress:
            found = canonical_tables(plan, folder, progress.show)
        tables = found.tables
        derived, adam = _of_derivation(plan, path.stem, found)
    except DataError as error:
        raise DataError([*of_plan, *error.problems]) from error
    digests = {file: read.digest(folder / file) for file in files_of(plan)}
    return {
        "trial": path.stem,
        "n_files": len(digests),
        "n_participants": len(tables["participants"]),
        "rows": {name: len(table) for name, table in tables.items()},
        "excluded_rows": {name: way.excluded for name, way in found.deliveries.items() if way.excluded},
        "missing_codes": {name: way.missing for name, way in found.deliveries.items() if way.missing},
        "empty_cells": {name: way.empty_cells for name, way in found.deliveries.items() if way.empty_cells},
        "changed_ids": dict(found.changed_ids),
        "ignored_columns": {name: list(columns) for name, columns in found.ignored.items() if columns},
        "not_identifying": {file: list(columns) for file, columns in plan.privacy.not_identifying.items()},
        "anonymity": exposed.as_plain() | {"in_words": str(exposed)} if (exposed := anonymity(adam["ADSL"])) else None,
        "problems": [_plain(problem) for problem in (*of_plan, *found.problems, *derived)],
        "sha256": digests,
    }


def _of_derivation(plan: Plan, trial: str, found: Canonical) -> tuple[list[Problem], dict[str, DataFrame]]:
    """Give what the scores, the visits and the recall of the derived datasets show, and the datasets.

    Raises
    ------
    DataError
        A score cannot be computed as the data are; what was found before comes along.
    """
    from postinfusion.derive.coverage import repeated, uncovered, without_values
    from postinfusion.derive.datasets import derivation
    from postinfusion.derive.recall import beyond_recall
    from postinfusion.derive.scores import assessed

    tables, problems = found.tables, []
    if "assessments" in tables:
        scored = assessed(plan, tables["assessments"])
        problems += found.deliveries["assessments"].problems_of(scored.findings)
        if any(problem.severity == "error" for problem in problems):
            raise DataError([*found.problems, *problems])
        tables["assessments"] = scored.frame
    derived = derivation(plan, trial, tables)
    adam = derived.datasets
    problems += uncovered(plan, plan.endpoints, adam)
    problems += without_values(plan, plan.estimands, plan.endpoints, adam)
    problems += [*beyond_recall(plan, plan.endpoints, analysed_visits(plan), adam), *without_verdict(plan)]
    for name, finding in repeated(plan.endpoints, tables, derived.records):
        delivered = scored.rows[finding.positions] if name == "assessments" else finding.positions
        problems += found.deliveries[name].problems_of([replace(finding, positions=delivered)])
    return problems, adam


def _plain(problem: Problem) -> dict[str, str]:
    """Give a problem as plain values."""
    return {"file": problem.file, "place": problem.place, "text": problem.text, "severity": problem.severity}


def _tell_success(trial: str, plan: Plan, found: dict[str, Any], seconds: float) -> None:
    """Print the warnings and the one line of the step."""
    warnings = [Problem(**problem) for problem in found["problems"]]
    if warnings:
        print(grouped_by_file(warnings), file=sys.stderr)
    files = counted(len({source.file for source in plan.sources.values()}), "file")
    participants = counted(found["n_participants"], "participant")
    print_step(trial, "check", f"{files}, {participants}, 0 errors, {counted(len(warnings), 'warning')}", seconds)
