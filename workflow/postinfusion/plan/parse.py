"""Read a plan: YAML text to a checked :class:`Plan`, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from postinfusion.errors import PlanError, Problem
from postinfusion.plan import messages, rules, yaml_text
from postinfusion.plan.places import Path, Places, Tree
from postinfusion.plan.plan import Plan

_STAND_INS: dict[str, Tree] = {"plan": "1", "title": "a plan", "data": "real", "seed": "1"}
_REMOVABLE = {"sources": 2, "schedule": 2, "populations": 2, "estimands": 2, "endpoints": 2, "analyses": 2}


def parse(text: str, file: str) -> Plan:
    """Give the plan that a YAML text describes.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file for messages, as the user knows it.

    Raises
    ------
    PlanError
        With every mistake: what is no YAML, what the models refuse, and names that no other part of the plan has.
    """
    places = Places(file, yaml_text.read(text, file))
    tree = places.document.tree
    if not isinstance(tree, dict):
        raise PlanError(Problem(file, "line 1", 'a plan has keys such as "title: ...". Begin with plan: 1.'))
    try:
        plan = Plan.model_validate(tree).at(places)
    except ValidationError as refused:
        raise PlanError(_all_problems(refused, places)) from None
    errors = [problem for problem in rules.check(plan) if problem.severity == "error"]
    if errors:
        raise PlanError(errors)
    return plan


def _all_problems(refused: ValidationError, places: Places) -> list[Problem]:
    """Give what the models refuse, and what the rules find in the rest of the plan."""
    tree = places.document.tree
    refusals = refused.errors(include_url=False)
    found = messages.problems(refusals, Plan, places)
    paths = [messages.path_of(refusal, tree) for refusal in refusals]
    plan = _rest(_without(tree, paths))
    if plan is None:
        return found
    plan = plan.at(places)
    left_out = frozenset(name for path in paths for name in _names(path, places.document.tree))
    in_the_rest = rules.check(plan, left_out=left_out)
    return [*found, *(problem for problem in in_the_rest if problem.severity == "error")]


def _rest(tree: Tree) -> Plan | None:
    """Give the plan of what is left of a tree, without the entries that still are not whole; None if that is none."""
    tree = {**_STAND_INS, **tree} if isinstance(tree, dict) else tree
    try:
        return Plan.model_validate(tree)
    except ValidationError as refused:
        paths = [messages.path_of(refusal, tree) for refusal in refused.errors(include_url=False)]
    try:
        return Plan.model_validate(_without(tree, [_entry(path) for path in paths if path]))
    except ValidationError:
        return None


def _without(tree: Tree, paths: list[Path]) -> Tree:
    """Give the plan without the parts at some paths, the later items of a list first."""
    rest = deepcopy(tree)
    for path in sorted(set(paths) - {()}, key=lambda steps: [str(step).zfill(4) for step in steps], reverse=True):
        part: Any = rest
        for step in path[:-1]:
            part = part[step] if _has(part, step) else None
        if _has(part, path[-1]):
            del part[path[-1]]
    return rest


def _has(part: object, step: str | int) -> bool:
    """Say whether a part of the tree has a key or an item."""
    if isinstance(part, list):
        return isinstance(step, int) and step < len(part)
    return isinstance(part, dict) and step in part


def _entry(path: Path) -> Path:
    """Give the path of the smallest part that can be left out whole."""
    return path[: _REMOVABLE.get(str(path[0]), 1)]


def _names(path: Path, tree: Tree) -> Iterator[str]:
    """Give the names that the rest of the plan may use for a part that was left out."""
    yield from (step for step in path if isinstance(step, str))
    if path[:1] == ("schedule",) and len(path) > 1 and isinstance(tree, dict):
        visit: Any = tree["schedule"][path[1]]  # type: ignore[index]
        yield str(visit.get("visit")) if isinstance(visit, dict) else ""
