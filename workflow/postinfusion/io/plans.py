"""The plans of a run: read together, so that one run names everything that is wrong with any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from postinfusion.errors import PlanError, Problem, nearest
from postinfusion.io import read
from postinfusion.plan.plan import Plan
from postinfusion.plan.sections import DESCRIPTIVE

ENDING = ".yaml"


def read_plans(folder: Path, trials: Iterable[str]) -> dict[str, Plan]:
    """Give the plan of each trial, in the given order.

    Parameters
    ----------
    folder
        Where the plans lie, one file per trial.
    trials
        Names of the plans, without ending; none means every plan of the folder.

    Raises
    ------
    PlanError
        With the problems of all plans, when any has one.
    """
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    for trial in tuple(trials) or names_of_plans(folder):
        try:
            plans[trial] = _read(folder, trial)
        except PlanError as error:
            problems.extend(error.problems)
    if problems or not plans:
        raise PlanError(problems or f"{folder} holds no plan — write one per trial, see config/README.md")
    return plans


def names_of_plans(folder: Path) -> tuple[str, ...]:
    """Give the names of the plans in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob(f"*{ENDING}")))


def _read(folder: Path, trial: str) -> Plan:
    """Give the plan of one trial."""
    path = folder / f"{trial}{ENDING}"
    if not path.is_file():
        raise PlanError(_unknown(folder, trial))
    plan = read.plan(path)
    problems = list(_clashes(plan, path))
    if problems:
        raise PlanError(problems)
    return plan


def _unknown(folder: Path, trial: str) -> Problem:
    """Say that a trial has no plan."""
    names = names_of_plans(folder)
    found = f"no plan {trial}{ENDING} in {folder}; there are: {', '.join(names) or 'none'}."
    return Problem("", "", f"{found} {nearest(trial, names)}".rstrip())


def _clashes(plan: Plan, path: Path) -> Iterator[Problem]:
    """Say which analyses are called like a job of the workflow."""
    if DESCRIPTIVE in plan.analyses:
        text = f'"{DESCRIPTIVE}" is the name of the job of all descriptive analyses; choose another name'
        yield Problem(str(path), f"analyses, {DESCRIPTIVE}", text)
