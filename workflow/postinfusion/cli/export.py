"""``export``: the data of a real trial that a package of the environment ships, as files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    from postinfusion.sources.export import EXPORTS

    parser.add_argument("trial", choices=tuple(EXPORTS), help="which trial")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")


def run(arguments: Namespace) -> int:
    """Write the files of the trial."""
    began = perf_counter()
    from postinfusion.cli.step_line import print_step
    from postinfusion.errors import counted
    from postinfusion.io import write
    from postinfusion.sources.export import PACKAGES, exported

    files = exported(arguments.trial)
    for name, content in files.items():
        write.bytes_(arguments.out / name, content)
    message = f"{counted(len(files), 'file')} from the package {PACKAGES[arguments.trial]}"
    print_step(arguments.trial, "export", message, perf_counter() - began)
    return 0
