"""``analyse``: ADaM datasets → results of one analysis of a plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("analysis", help="key under analyses of the plan")
    parser.add_argument("--adam", type=Path, required=True, help="folder of the ADaM datasets")
    parser.add_argument("--out", type=Path, required=True, help="file for the results (Parquet)")
    parser.add_argument("--individual", type=Path, help="file for individual courses, internal only (Parquet)")


def run(arguments: argparse.Namespace) -> int:
    """Do the analysis, write its results, and print what became of it."""
    from postinfusion.analyses.outcome_line import outcome_line
    from postinfusion.analyses.run import analyse
    from postinfusion.cli.step_line import print_step
    from postinfusion.io import read, write

    began = perf_counter()
    plan, trial = read.plan(arguments.plan), arguments.plan.stem
    outcome = analyse(plan, trial, arguments.analysis, read.frames(arguments.adam))
    write.frame(arguments.out, outcome.results)
    if arguments.individual is not None:
        write.frame(arguments.individual, outcome.individual)
    message = f"{arguments.analysis:<18} {outcome_line(outcome.results)}"
    print_step(trial, "analyse", message, perf_counter() - began)
    return 0
