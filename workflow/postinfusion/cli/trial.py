"""Find a trial: its plan by name or path, and its data folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from postinfusion.errors import PlanError, Problem
from postinfusion.io.plans import remedy

PLANS = Path("config") / "trials"
ENDING = ".yaml"
_LONGEST_NAME = 40
_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def plan_path(trial: str) -> Path:
    """Give the path of a plan.

    Parameters
    ----------
    trial
        Path of a plan, or its name: then it is looked for under ``config/trials/`` of the current folder, of those
        above it, and of the folder in which postinfusion itself lies.

    Raises
    ------
    PlanError
        There is no such plan.
    """
    if trial.endswith((ENDING, ".yml")):
        return Path(trial)
    places = [root / PLANS for root in _roots()]
    for place in places:
        if (place / f"{trial}{ENDING}").is_file():
            return place / f"{trial}{ENDING}"
    text = f'there is no plan "{trial}" under {PLANS.as_posix()}. {remedy(trial, places)}'
    raise PlanError(Problem("", "", text))


def data_folder(plan: Path) -> Path:
    """Give the folder of a trial's data: ``data/<trial>`` beside ``config``, else the plan's own folder."""
    folder = plan.resolve().parent
    return folder.parents[1] / "data" / plan.stem if folder.parts[-2:] == PLANS.parts else folder


def home() -> Path:
    """Give the folder with ``config/trials`` that lies nearest: the current one, one above, or that of postinfusion."""
    return next((root for root in _roots() if (root / PLANS).is_dir()), Path.cwd())


def trial_name(text: str) -> str:
    """Give a text as the name of a trial: small letters, digits and underscores.

    >>> trial_name("My trial (2).final"), trial_name("../Größe")
    ('my_trial_2_final', 'groesse')
    """
    spelt = "".join(_SPELT.get(letter, letter) for letter in text.lower())
    return re.sub(r"[^a-z0-9]+", "_", spelt).strip("_")[:_LONGEST_NAME].strip("_") or "trial"


def results_folder(plan: Path) -> Path:
    """Give the folder of a trial's results: ``results/<trial>`` beside ``config``, else below the plan's own folder."""
    folder = plan.resolve().parent
    home = folder.parents[1] if folder.parts[-2:] == PLANS.parts else folder
    return home / "results" / plan.stem


def shown_path(path: Path) -> str:
    """Give a path from the current folder on where it lies there, else whole."""
    here = Path.cwd()
    return path.resolve().relative_to(here).as_posix() if path.resolve().is_relative_to(here) else str(path)


def _roots() -> Iterator[Path]:
    """Give the folders in which a plan is looked for, the nearest first."""
    here = Path.cwd()
    yield from dict.fromkeys((here, *here.parents, Path(__file__).resolve().parents[3]))
