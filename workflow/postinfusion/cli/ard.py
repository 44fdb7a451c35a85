"""``ard``: the results of all analyses of a trial as one table, the hinge between statistics and displays."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("results", nargs="+", type=Path, help="results of the analyses (Parquet)")
    parser.add_argument("--out", type=Path, required=True, help="file for all results (Parquet)")
    parser.add_argument("--csv", type=Path, required=True, help="the same as CSV")
    parser.add_argument("--public", type=Path, required=True, help="the same without small counts (Parquet)")


def run(arguments: argparse.Namespace) -> int:
    """Stack the results in the order of the plan, refuse a key that occurs twice, write all and the public ones."""
    began = perf_counter()
    import pandas as pd

    from postinfusion.ard.assemble import assemble
    from postinfusion.ard.privacy import public
    from postinfusion.cli.step_line import print_step
    from postinfusion.io import read, write

    plan = read.plan(arguments.plan)
    parts = pd.concat([read.ard(path) for path in sorted(arguments.results)], ignore_index=True)
    results = assemble(parts, tuple(plan.analyses))
    write.frame(arguments.out, results)
    write.text(arguments.csv, results.to_csv(index=False))
    write.frame(arguments.public, public(results, small_cell=plan.privacy.small_cell))
    message = f"{len(results):,} results of {results['analysis_id'].nunique()} analyses"
    print_step(arguments.plan.stem, "ard", message, perf_counter() - began)
    return 0
