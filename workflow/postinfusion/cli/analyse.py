"""``analyse``: ADaM datasets → results of one or several analyses of a plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

INDIVIDUAL = "{analysis_id}.parquet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("analyses", nargs="+", metavar="ANALYSIS", help="keys under analyses of the plan")
    parser.add_argument("--adam", type=Path, required=True, help="folder of the ADaM datasets")
    parser.add_argument("--out", type=Path, required=True, help="file for the results (Parquet)")
    parser.add_argument("--individual", type=Path, help="folder for individual courses, internal only")


def run(arguments: argparse.Namespace) -> int:
    """Do the analyses and write their results as one file; print a line for each model, one for all others."""
    import pandas as pd

    from postinfusion.analyses.run import analyse
    from postinfusion.io import read, write

    plan, trial = read.plan(arguments.plan), arguments.plan.stem
    adam = read.frames(arguments.adam)
    results = []
    if arguments.individual is not None:
        write.folder(arguments.individual)
    for analysis_id in arguments.analyses:
        began = perf_counter()
        outcome = analyse(plan, trial, analysis_id, adam)
        results.append(outcome.results)
        if outcome.individual is not None and arguments.individual is not None:
            write.frame(arguments.individual / INDIVIDUAL.format(analysis_id=analysis_id), outcome.individual)
        _report(trial, analysis_id, outcome.results, perf_counter() - began)
    write.frame(arguments.out, pd.concat(results, ignore_index=True))
    return 0


def _report(trial: str, analysis_id: str, results: pd.DataFrame, seconds: float) -> None:
    """Print what became of one analysis."""
    from postinfusion.analyses.outcome_line import outcome_line
    from postinfusion.cli.step_line import print_step

    print_step(trial, "analyse", f"{analysis_id:<18} {outcome_line(results)}", seconds)
