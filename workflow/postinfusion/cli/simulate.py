"""``postinfusion simulate``: make a synthetic trial with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path

TRIALS = ("ketamine_ed",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    from postinfusion.simulate.scenarios import DEFAULT_PEOPLE, DEFAULT_SEED, SCENARIOS

    parser.add_argument("trial", choices=TRIALS, help="which synthetic trial")
    parser.add_argument("--seed", type=_not_negative, default=DEFAULT_SEED, help="the only seed (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="folder to write into (default: data/TRIAL)")
    parser.add_argument(
        "--scenario", choices=tuple(SCENARIOS), default="at-random", help="under which truth (default: %(default)s)"
    )
    parser.add_argument(
        "--people", type=_at_least_one, default=DEFAULT_PEOPLE,
        help="how many people's potential outcomes the truth holds (default: %(default)s)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write the tables of the trial, and its truth beside them."""
    import numpy as np

    from postinfusion.io import write
    from postinfusion.simulate.export import csv_text, json_text
    from postinfusion.simulate.scenarios import scenario_named
    from postinfusion.simulate.trial import simulate_trial
    from postinfusion.simulate.truth import truth_document

    folder = arguments.out or Path("data") / arguments.trial
    scenario = scenario_named(arguments.scenario)
    for name, table in simulate_trial(np.random.SeedSequence(arguments.seed), scenario).items():
        write.text(folder / f"{name}.csv", csv_text(table))
    write.text(folder / "truth.json", json_text(truth_document(arguments.seed, scenario, arguments.people)))
    return 0


def _at_least_one(text: str) -> int:
    """Read a number of people."""
    return _whole_number(text, 1)


def _not_negative(text: str) -> int:
    """Read a seed."""
    return _whole_number(text, 0)


def _whole_number(text: str, minimum: int) -> int:
    """Read a whole number that is not below the minimum."""
    if not text.isdecimal() or int(text) < minimum:
        raise argparse.ArgumentTypeError(f"{text!r} — a whole number, {minimum} or more")
    return int(text)
