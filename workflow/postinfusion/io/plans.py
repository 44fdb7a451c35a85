"""The plans of a run: which ones there are, and all of them read together, so that every mistake shows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from postinfusion.errors import PlanError, Problem, listed, nearest
from postinfusion.io import read
from postinfusion.plan.plan import Plan

ENDING = ".yaml"
OPTIONS = Path("config") / "config.yaml"


def options(home: Path) -> dict[str, object]:
    """Give the global options of the workflow in a folder, as ``config/config.yaml`` says them."""
    from ruamel.yaml import YAML

    file = home / OPTIONS
    return dict(YAML(typ="safe").load(read.text(file)) or {}) if file.is_file() else {}


def default_trials(home: Path) -> list[str]:
    """Give the trials that a run makes unless others are named; none means every plan."""
    trials = options(home).get("trials") or []
    return [str(trial) for trial in trials] if isinstance(trials, list) else [str(trials)]


def plan_files(home: Path, trials: Iterable[str]) -> dict[str, Path]:
    """Give the plan file of each trial, by the trial's name.

    Parameters
    ----------
    home
        Folder of the workflow.
    trials
        Names of plans under ``config/trials/``, or paths of plans; none means every plan there.
    """
    folder = home / read.PLANS
    chosen = list(trials) or sorted(path.name for path in folder.glob(f"*{ENDING}"))
    files = [home / trial if "/" in trial else folder / f"{trial.removesuffix(ENDING)}{ENDING}" for trial in chosen]
    return {file.stem: file for file in files}


def read_plans(files: Mapping[str, Path]) -> dict[str, Plan]:
    """Give the plan of each trial.

    Raises
    ------
    PlanError
        With the problems of all plans, when any has one.
    """
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    for trial, file in files.items():
        try:
            plans[trial] = _read(file)
        except PlanError as error:
            problems.extend(error.problems)
    if problems or not plans:
        raise PlanError(problems or "There is no plan. Write one for each trial, as config/README.md tells.")
    return plans


def _read(file: Path) -> Plan:
    """Give the plan of one trial."""
    if not file.is_file():
        raise PlanError(_unknown(file))
    return read.plan(file)


def remedy(trial: str, folders: Iterable[Path]) -> str:
    """Say what to do about a plan that no folder has: rename a file, or name one that there is.

    Parameters
    ----------
    trial
        Name of the trial.
    folders
        Where its plan was looked for.
    """
    places = list(folders)
    for ending in (".yml", ".YAML", ".YML"):
        if any((place / f"{trial}{ending}").is_file() for place in places):
            return f"{trial}{ending} exists: rename it to {trial}{ENDING}."
    names = sorted({path.stem for place in places for path in place.glob(f"*{ENDING}")})
    return nearest(trial, names) or f"There are: {listed(names) or 'none'}."


def _unknown(file: Path) -> Problem:
    """Say that there is no such plan, and which ones there are."""
    trial = file.stem.removesuffix(".yml")
    return Problem(read.shown(file), "", f"there is no such plan. {remedy(trial, [file.parent])}")
