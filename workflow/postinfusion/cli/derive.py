"""``derive``: canonical tables → ADaM datasets of one trial."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("--data", type=Path, required=True, help="folder of the trial's data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the datasets")


def run(arguments: argparse.Namespace) -> int:
    """Read and check the data, derive the datasets, write each as Parquet."""
    began = perf_counter()
    from postinfusion.cli.step_line import print_step
    from postinfusion.derive.datasets import derive
    from postinfusion.io import read, write
    from postinfusion.sources.read import canonical_tables

    plan, trial = read.plan(arguments.plan), arguments.plan.stem
    datasets = derive(plan, trial, canonical_tables(plan, arguments.data).tables)
    for name, frame in datasets.items():
        write.frame(arguments.out / f"{name.lower()}.parquet", frame)
    print_step(trial, "derive", f"{', '.join(datasets)}", perf_counter() - began)
    return 0
