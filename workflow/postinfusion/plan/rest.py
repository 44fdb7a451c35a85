"""What is left of a plan when its mistakes are taken out: enough to look for more of them, in plan and data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from postinfusion.plan import messages
from postinfusion.plan.left_out import LeftOut
from postinfusion.plan.places import Path, Places, Tree
from postinfusion.plan.plan import Plan

_STAND_IN = "stand-in"
_STAND_INS: dict[str, Tree] = {
    "plan": "1",
    "title": "a plan",
    "data": "real",
    "seed": "1",
    "schedule": [{"visit": _STAND_IN, "at": "0 h"}],
    "populations": {_STAND_IN: {"rule": "allocated"}},
    "analyses": {_STAND_IN: {"method": "disposition", "population": _STAND_IN}},
}
_STAND_IN_DESIGN: dict[str, Tree] = {
    "kind": "single-arm",
    "time_zero": "first-dose",
    "arms": [{"name": _STAND_IN, "role": "experimental"}],
}
_REMOVABLE = {
    "sources": 2, "design": 2, "schedule": 2, "populations": 2, "estimands": 2, "endpoints": 2, "analyses": 2,
    "instruments": 2,
}  # fmt: skip
_NAME_KEYS = ("visit", "recorded_as", "name", "code")


def rest(places: Places, refused: Iterable[Path]) -> Plan | None:
    """Give the plan without its mistakes; what a plan cannot lack is stood in for.

    Parameters
    ----------
    places
        The file.
    refused
        The ways to what cannot be read. A source with a mistake is left out whole, for its cells would be misread.

    Returns
    -------
    The plan, which knows what it lacks; None when no source is left, or nothing that is a plan.
    """
    paths = {path[:2] if path[:1] == ("sources",) else path for path in refused}
    tree = _with_names(places.document.tree, paths)
    plan = _validated(_without(tree, {path for path in paths if not _is_name(path)}))
    if not isinstance(plan, Plan):
        paths |= {_entry(path) for path in plan if path}
        plan = _validated(_without(tree, paths))
    if not isinstance(plan, Plan):
        return None
    names = {name for path in paths for name in _names(path, tree)}
    return plan.at(places, LeftOut(frozenset(paths), frozenset({*names, _STAND_IN})))


def _validated(tree: Tree) -> Plan | list[Path]:
    """Give the plan that a tree describes, or the ways to what is still not whole."""
    tree = _completed(tree)
    try:
        return Plan.model_validate(tree)
    except ValidationError as refused:
        return [messages.path_of(refusal, tree) for refusal in refused.errors(include_url=False)]


def _completed(tree: Tree) -> Tree:
    """Give a tree with stand-ins for what it lacks."""
    if not isinstance(tree, dict):
        return tree
    design = tree.get("design")
    whole: Tree = {**_STAND_IN_DESIGN, **design} if isinstance(design, dict) else _STAND_IN_DESIGN
    filled = {key: value for key, value in tree.items() if key not in _STAND_INS or value}
    return {**_STAND_INS, **filled, "design": whole}


def _is_name(path: Path) -> bool:
    """Say whether a path leads to the endpoint or the visit of an estimand, which analyses take from there."""
    return path[:1] == ("estimands",) and path[2:] in (("variable", "endpoint"), ("variable", "visit"))


def _with_names(tree: Tree, paths: Iterable[Path]) -> Tree:
    """Give a tree with stand-ins for the names that estimands lack, so that what uses them is looked at as well."""
    named = deepcopy(tree)
    for path in filter(_is_name, paths):
        part: Any = named
        for step in path[:-1]:
            part = part[step] if _has(part, step) else None
        if _has(part, path[-1]):
            part[path[-1]] = _STAND_IN
    return named


def _without(tree: Tree, paths: Iterable[Path]) -> Tree:
    """Give the plan without the parts at some paths, the later items of a list first."""
    remaining = deepcopy(tree)
    for path in sorted(set(paths) - {()}, key=lambda steps: [str(step).zfill(4) for step in steps], reverse=True):
        part: Any = remaining
        for step in path[:-1]:
            part = part[step] if _has(part, step) else None
        if _has(part, path[-1]):
            del part[path[-1]]
    return remaining


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
    part: Any = tree
    for step in path:
        part = part[step] if _has(part, step) else None
        for item in part if isinstance(part, list) and path[:2] == ("design", "arms") else [part]:
            yield from _own_names(item)


def _own_names(part: Tree) -> Iterator[str]:
    """Give the names of a visit or an arm."""
    for key in _NAME_KEYS if isinstance(part, dict) else ():
        name = part.get(key) if isinstance(part, dict) else None
        if isinstance(name, str):
            yield name
