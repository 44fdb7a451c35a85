"""``postinfusion simulate``: make a synthetic trial with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Tables = dict[str, pd.DataFrame]

TRIALS = ("ketamine_ed", "crossover_an", "open_label_bn", "two_stage_bed")
CLOSED_FORM = ("at-random", "null")
"""The scenarios of the trials whose truth has a closed form."""


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
    from postinfusion.io import write
    from postinfusion.simulate.export import csv_text, json_text

    folder = arguments.out or Path("data") / arguments.trial
    others = {"crossover_an": _crossover, "open_label_bn": _single_arm, "two_stage_bed": _re_randomised}
    make = others.get(arguments.trial, _parallel)
    tables, truth = make(arguments)
    for name, table in tables.items():
        write.text(folder / f"{name}.csv", csv_text(table))
    write.text(folder / "truth.json", json_text(truth))
    return 0


def _parallel(arguments: argparse.Namespace) -> tuple[Tables, dict[str, object]]:
    """Simulate the parallel trial, with its truth."""
    import numpy as np

    from postinfusion.simulate.scenarios import scenario_named
    from postinfusion.simulate.trial import simulate_trial
    from postinfusion.simulate.truth import truth_document

    scenario = scenario_named(arguments.scenario)
    tables = simulate_trial(np.random.SeedSequence(arguments.seed), scenario)
    return tables, truth_document(arguments.seed, scenario, arguments.people)


def _crossover(arguments: argparse.Namespace) -> tuple[Tables, dict[str, object]]:
    """Simulate the crossover trial, with its truth, which has a closed form."""
    from postinfusion.simulate.crossover import simulate_crossover
    from postinfusion.simulate.crossover_truth import truth_of_crossover

    return _with_truth(arguments, "crossover_an", simulate_crossover, truth_of_crossover)


def _single_arm(arguments: argparse.Namespace) -> tuple[Tables, dict[str, object]]:
    """Simulate the single-arm trial, with its truth, which has a closed form; null is regression to the mean alone."""
    from postinfusion.simulate.single_arm import simulate_single_arm
    from postinfusion.simulate.single_arm_truth import truth_of_single_arm

    return _with_truth(arguments, "open_label_bn", simulate_single_arm, truth_of_single_arm)


def _re_randomised(arguments: argparse.Namespace) -> tuple[Tables, dict[str, object]]:
    """Simulate the trial in two stages, with its truth."""
    from postinfusion.simulate.re_randomised import simulate_re_randomised, truth_of_re_randomised

    return _with_truth(arguments, "two_stage_bed", simulate_re_randomised, truth_of_re_randomised)


def _with_truth(
    arguments: argparse.Namespace, trial: str, simulate: Callable[..., Tables], truth: Callable[..., dict[str, object]]
) -> tuple[Tables, dict[str, object]]:
    """Simulate a trial that has the scenarios with a closed form only.

    Raises
    ------
    DataError
        The scenario is one of another trial.
    """
    import numpy as np

    from postinfusion.errors import DataError
    from postinfusion.simulate.scenarios import scenario_named

    scenario = scenario_named(arguments.scenario)
    if scenario.name not in CLOSED_FORM:
        raise DataError(f"{trial} has no scenario {scenario.name} — allowed: at-random, null. Choose one of them.")
    tables = simulate(np.random.SeedSequence(arguments.seed), has_effects=scenario.has_effects)
    return tables, truth(arguments.seed, scenario.name, has_effects=scenario.has_effects)


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
