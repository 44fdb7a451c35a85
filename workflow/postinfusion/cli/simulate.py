"""``postinfusion simulate``: make a synthetic trial with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path

TRIALS = ("ketamine_ed",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    from postinfusion.simulate import DEFAULT_SEED, SCENARIOS

    parser.add_argument("trial", choices=TRIALS, help="which synthetic trial")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the only seed (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="folder to write into (default: data/TRIAL)")
    parser.add_argument(
        "--scenario", choices=tuple(SCENARIOS), default="at-random", help="under which truth (default: %(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the tables of the trial, and its truth beside them."""
    import numpy as np

    from postinfusion.io import write
    from postinfusion.simulate import scenario_named, simulate_trial
    from postinfusion.simulate.export import csv_text

    folder = arguments.out or Path("data") / arguments.trial
    tables = simulate_trial(np.random.SeedSequence(arguments.seed), scenario_named(arguments.scenario))
    for name, table in tables.items():
        write.text(folder / f"{name}.csv", csv_text(table))
    return 0
