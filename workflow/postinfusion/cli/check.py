"""Check one trial: read its plan and all its data, derive the datasets, and tell everything that is wrong."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from postinfusion.cli.step_line import print_step
from postinfusion.cli.trial import data_folder, plan_path
from postinfusion.errors import DataError, PlanError, Problem, counted, grouped_by_file
from postinfusion.io import read, write
from postinfusion.plan import rules
from postinfusion.plan.plan import Plan

UNTOUCHED = "Nothing was analysed; earlier results are untouched."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("trial", help="name of a plan under config/trials/, or its path")
    parser.add_argument("--data", type=Path, help="folder of the data files; left out: data/TRIAL")
    parser.add_argument("--out", type=Path, help="file that tells what was found; written when there is no error")


def run(arguments: Namespace) -> int:
    """Check the trial and tell all problems; exit code 1 when one of them is an error."""
    began = time.perf_counter()
    path = plan_path(arguments.trial)
    try:
        plan = read.plan(path)
        found = _checked(plan, path, arguments.data or data_folder(path))
    except (PlanError, DataError) as error:
        print(_told(error.problems), file=sys.stderr)
        return 1
    if arguments.out:
        write.json(arguments.out, found)
    _tell_success(path.stem, plan, found, time.perf_counter() - began)
    return 0


def _checked(plan: Plan, path: Path, folder: Path) -> dict[str, object]:
    """Give what the check of a trial finds, as plain values.

    Raises
    ------
    DataError
        The data have an error; the warnings of the plan come along.
    """
    from postinfusion.derive.coverage import repeated, uncovered
    from postinfusion.derive.datasets import derive
    from postinfusion.sources.read import canonical_tables, files_of

    of_plan = rules.check(plan)
    try:
        found = canonical_tables(plan, folder)
        tables = found.tables
        of_time = [*uncovered(plan, plan.endpoints, derive(plan, path.stem, tables))]
        for name, finding in repeated(plan, plan.endpoints, tables):
            of_time += found.deliveries[name].problems_of([finding])
    except DataError as error:
        raise DataError([*of_plan, *error.problems]) from error
    digests = {file: read.digest(folder / file) for file in files_of(plan)}
    return {
        "trial": path.stem,
        "n_files": len(digests),
        "n_participants": len(tables["participants"]),
        "rows": {name: len(table) for name, table in tables.items()},
        "excluded_rows": {name: way.excluded for name, way in found.deliveries.items() if way.excluded},
        "empty_cells": {name: way.empty_cells for name, way in found.deliveries.items() if way.empty_cells},
        "ignored_columns": {name: list(columns) for name, columns in found.ignored.items() if columns},
        "problems": [_plain(problem) for problem in (*of_plan, *found.problems, *of_time)],
        "sha256": digests,
    }


def _plain(problem: Problem) -> dict[str, str]:
    """Give a problem as plain values."""
    return {"file": problem.file, "place": problem.place, "text": problem.text, "severity": problem.severity}


def _told(problems: Sequence[Problem]) -> str:
    """Give all problems and how many there are."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    return f"{grouped_by_file(problems)}\n{counted(errors, 'error')}, {counted(warnings, 'warning')}. {UNTOUCHED}"


def _tell_success(trial: str, plan: Plan, found: dict[str, object], seconds: float) -> None:
    """Print the warnings and the one line of the step."""
    warnings = [Problem(**problem) for problem in found["problems"]]  # type: ignore[attr-defined]
    if warnings:
        print(grouped_by_file(warnings), file=sys.stderr)
    files = counted(len({source.file for source in plan.sources.values()}), "file")
    participants = counted(int(str(found["n_participants"])), "participant")
    print_step(trial, "check", f"{files}, {participants}, 0 errors, {counted(len(warnings), 'warning')}", seconds)
