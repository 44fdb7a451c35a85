"""``postinfusion new``: look at the files of a trial, draft its plan, and say what is sure, guessed and asked."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from postinfusion.cli.reading_line import ReadingLine
from postinfusion.cli.trial import ENDING, PLANS, home, shown_path, trial_name
from postinfusion.errors import DataError, PlanError, Problem, counted, grouped_by_file
from postinfusion.io import write

if TYPE_CHECKING:
    from postinfusion.sources.recognition.proposal import Proposal

_IDENTIFY = " may tell who somebody is (values not shown)."
_NOTHING = "Nothing was copied and no plan was written."
_SHOWN = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files of the trial, or folders with them")
    parser.add_argument("--name", help="name of the trial; left out: that of the first file")
    parser.add_argument("--sheet", help="the sheet of Excel files that holds the data; left out: all of them")
    parser.add_argument(
        "--header-row", type=int, metavar="ROW",
        help="the row of Excel files with the names of the columns; left out: the first one below any title",
    )  # fmt: skip
    parser.add_argument(
        "--not-identifying", action="append", default=[], metavar="COLUMN",
        help="a column that looks as if it told who somebody is, and does not; may be given more than once",
    )  # fmt: skip


def run(arguments: Namespace) -> int:
    """Draft the plan of a trial; exit code 1 when files cannot be used, and then nothing is written."""
    from postinfusion.sources.recognition.proposal import propose

    name = trial_name(arguments.name or arguments.paths[0].stem)
    plan, folder = home() / PLANS / f"{name}{ENDING}", home() / "data" / name
    _refuse_to_overwrite(plan, folder, name)
    try:
        with ReadingLine() as reading:
            said = {"sheet": arguments.sheet, "header_row": arguments.header_row}
            layout = {key: str(value) for key, value in said.items() if value is not None}
            proposal = propose(arguments.paths, name, arguments.not_identifying, layout=layout, progress=reading.show)
    except DataError as error:
        return _refused([_for_new(problem) for problem in error.problems])
    if proposal.identifying:
        return _refused(proposal.identifying, counted(len(proposal.identifying), "column") + _IDENTIFY)
    for path, file in proposal.files.items():
        write.copy(path, folder / file)
    write.text(plan, proposal.draft.text())
    for line in _report(proposal, shown_path(plan), name):
        print(line)
    return 0


def _refuse_to_overwrite(plan: Path, folder: Path, name: str) -> None:
    """Refuse to write over a plan, or into a folder of data that has files."""
    if plan.exists():
        text = f"this plan exists. Choose another name with --name, or remove it: rm {shown_path(plan)}"
        raise PlanError(Problem(f"{PLANS.as_posix()}/{name}{ENDING}", "", text))
    if folder.is_dir() and any(folder.iterdir()):
        text = "this folder holds data already. Choose another name with --name, or move its files away."
        raise PlanError(Problem(f"data/{name}", "", text))


def _refused(problems: Sequence[Problem], summary: str = "") -> int:
    """Tell what is wrong, and give the exit code."""
    print(grouped_by_file(problems), file=sys.stderr)
    print(" ".join(part for part in (summary, _NOTHING) if part), file=sys.stderr)
    return 1


def _for_new(problem: Problem) -> Problem:
    """Give a problem with the options that there are before there is a plan to write in."""
    text = problem.text.replace("as header_row", "with --header-row").replace("with header_row", "with --header-row")
    text = text.replace("as sheet.", "with --sheet.")
    return replace(problem, text=text)


def _report(proposal: Proposal, plan: str, name: str) -> list[str]:
    """Give what is told about a draft: what was read, sure, guessed, not used and asked, and what was written."""
    draft = proposal.draft
    topics = [question.topic for question in draft.questions]
    marked = f"({counted(len(topics), 'line')} marked ANSWER:)"
    lines = [f"Read   {proposal.read}", f"Sure   {', '.join(draft.sure)}"]
    lines += [f"Guess  {_first(draft.guesses)}"] if draft.guesses else []
    lines += [f"Not used  {'; '.join(proposal.not_used)}"] if proposal.not_used else []
    lines += [f"Note   {remark}" for remark in draft.remarks]
    lines += [f"Ask    {'; '.join(topics)}      {marked}"] if topics else []
    return [
        *lines,
        f"Wrote  {plan}, data/{name}/ (git-ignored). Next: .venv/bin/postinfusion check {name}",
    ]


def _first(guesses: Sequence[str]) -> str:
    """Give the first few guesses, and how many more the plan marks."""
    more = len(guesses) - _SHOWN
    return "; ".join(guesses[:_SHOWN]) + (f"; and {more} more, marked guess: in the plan" if more > 0 else "")
