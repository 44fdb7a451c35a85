"""The command line: one module for each command, imported only when its command is called."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from postinfusion.errors import PostinfusionError, grouped_by_file, nearest

FOR_PEOPLE = {
    "new": "draft the plan of a trial from its files",
    "check": "read and check the plan and the data of a trial",
    "run": "make the reports of trials",
    "compare": "compare two sets of results",
    "simulate": "make a synthetic trial with known truth",
}
STEPS = {
    "export": "write the data of a trial that a package ships",
    "derive": "make the analysis datasets of a trial",
    "analyse": "make the results of analyses",
    "ard": "put the results of a trial together",
    "synthesise": "judge the claims of a trial",
    "display": "make the tables and figures of one section",
    "provenance": "write what the report of a trial is made from",
    "report": "make the report of a trial",
    "schema": "write the schema and the reference page of plans",
}
DIFFERENT, USAGE = 1, 2


class Command(Protocol):
    """What the module of a command has."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments of the command."""

    def run(self, arguments: object) -> int:
        """Do what the command does and give the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 fine, 1 plan, data or results differ, 2 wrong usage.

    Parameters
    ----------
    argv
        The command and its arguments; left out: those of the process.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except SystemExit as wanted:  # argparse leaves this way after help and after wrong usage
        return wanted.code if isinstance(wanted.code, int) else USAGE
    except PostinfusionError as error:
        print(grouped_by_file(error.problems), file=sys.stderr)
        return DIFFERENT
    except BrokenPipeError:  # whoever read the output, such as head, has read enough
        from postinfusion.io.console import discard_output

        discard_output()
        return DIFFERENT


def _run(words: Sequence[str]) -> int:
    """Run one command until all that it prints is out."""
    name = _command(words)
    module = cast("Command", import_module(f"{__name__}.{name}"))
    code = module.run(_parsed(name, module, words[1:]))
    sys.stdout.flush()
    return code


def commands() -> dict[str, str]:
    """Give the commands whose module exists, with what they do."""
    present = {module.name for module in iter_modules(__path__)}
    return {name: meaning for name, meaning in {**FOR_PEOPLE, **STEPS}.items() if name in present}


def _command(words: Sequence[str]) -> str:
    """Give the name of the command, or leave with help or with what is wrong."""
    known = commands()
    parser = ArgumentParser(
        prog="postinfusion", usage="postinfusion COMMAND ...", description=_overview(known), add_help=False,
        formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    if not words or words[0] in {"-h", "--help", "help"}:
        parser.print_help(sys.stdout if words else sys.stderr)
        raise SystemExit(0 if words else USAGE)
    if words[0] not in known:
        parser.error(f"there is no command {words[0]!r}. {nearest(words[0], known)} See postinfusion --help.")
    return words[0]


def _overview(known: dict[str, str]) -> str:
    """Give the commands in two groups, one line each."""
    groups = {"for people": FOR_PEOPLE, "the steps of the workflow": STEPS}
    parts = ["From the outcome data of infusion trials to a report.  postinfusion COMMAND --help tells more."]
    for title, group in groups.items():
        lines = [f"  {name:<10} {known[name]}" for name in group if name in known]
        if lines:
            parts.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join(parts)


def _parsed(name: str, module: Command, words: Sequence[str]) -> object:
    """Give the arguments of a command."""
    parser = ArgumentParser(prog=f"postinfusion {name}", description=commands()[name].capitalize() + ".")
    module.add_arguments(parser)
    return parser.parse_args(words)
