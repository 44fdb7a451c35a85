"""What the models refuse, in words for the person who wrote the plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from postinfusion.errors import Problem, nearest
from postinfusion.plan.catalogued import unknown_scale
from postinfusion.plan.places import Path, Places, Tree
from postinfusion.plan.shape import keys_at

Refusal = Mapping[str, Any]
_KEY_OF_MAPPING = "[key]"
_SHAPES = {
    "model_type": "must have keys of its own, each on a line below it",
    "model_attributes_type": "must have keys of its own, each on a line below it",
    "dict_type": "must have keys of its own, each on a line below it",
    "tuple_type": "must be a list, as in [one, two]",
    "list_type": "must be a list, as in [one, two]",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
}
_VALUES = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "int_parsing_size": "is too large",
    "float_parsing": "is not a number",
    "finite_number": "is not a number",
    "bool_parsing": "is neither true nor false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "has more than {max_length} characters",
}
_LENGTHS = {
    "too_short": "needs at least {min_length}",
    "too_long": "has {actual_length} items; at most {max_length} are allowed",
    "string_too_short": "is empty. Write a text",
}


def problems(refusals: Iterable[Refusal], root: type[BaseModel], places: Places) -> list[Problem]:
    """Give each refusal of the models as a problem with its line, once.

    Parameters
    ----------
    refusals
        What pydantic lists.
    root
        The model that was read.
    places
        The file.
    """
    found = _one_per_place(refusals, places.document.tree)
    misspelt = {way for path, refusal in found.items() for way in _meant(path, refusal, root)}
    told = {path: refusal for path, refusal in found.items() if not (refusal["type"] == "missing" and path in misspelt)}
    return list(dict.fromkeys(places.problem(path, _sentence(refusal, root)) for path, refusal in told.items()))


def _meant(path: Path, refusal: Refusal, root: type[BaseModel]) -> list[Path]:
    """Give the path of the key that an unknown key most likely stands for, so that it is not told as missing too."""
    if refusal["type"] != "extra_forbidden":
        return []
    keys = keys_at(root, refusal["loc"][:-1])
    return [(*path[:-1], key) for key in keys if nearest(str(path[-1]), keys) == f"Did you mean {key}?"]


def path_of(refusal: Refusal, tree: Tree) -> Path:
    """Give the path of a refusal in the file, without the steps that only the models have."""
    path: list[str | int] = []
    part: Any = tree
    for step in refusal["loc"]:
        if _has(part, step):
            path.append(step)
            part = part[step]
        elif step == refusal["loc"][-1] and refusal["type"] == "missing":
            path.append(step)
    return tuple(path)


def _has(part: object, step: str | int) -> bool:
    """Say whether a part of the file has a key or an item."""
    if isinstance(part, list):
        return isinstance(step, int) and step < len(part)
    return isinstance(part, dict) and step in part


def _one_per_place(refusals: Iterable[Refusal], tree: Tree) -> dict[Path, Refusal]:
    """Give the refusals by their place; of the branches of a choice of shapes only one is told."""
    found: dict[Path, Refusal] = {}
    for refusal in refusals:
        path = path_of(refusal, tree)
        if path not in found or found[path]["type"] in _SHAPES:
            found[path] = refusal
    inner = {path[:length] for path in found for length in range(len(path))}
    return {path: refusal for path, refusal in found.items() if not (path in inner and refusal["type"] in _FOLLOWING)}


_BEGINNING = 3
_OF_A_SCALE = {"label", "better"}
"""Keys of an endpoint that only an unknown scale needs."""
_ELSEWHERE = {
    "un": "us", "unstructured": "us", "unr": "us", "ar(1)": "ar1", "arh(1)": "ar1h", "arh1": "ar1h", "ante(1)": "adh",
    "compound-symmetry": "cs", "toeplitz": "toep", "kr": "kenward-roger-linear", "kr2": "kenward-roger-linear",
    "bw": "between-within",
}  # fmt: skip
"""What other programs call the choices of a plan, as in ``type=un`` and ``ddfm=kr``."""
_FOLLOWING = {*_SHAPES, "literal_error", "enum", "too_short"}
"""Refusals that follow from one further in: of the other branch of a choice, or of a list whose items are refused."""


def _sentence(refusal: Refusal, root: type[BaseModel]) -> str:
    """Give one refusal as a sentence: what is wrong, what is allowed, what to do."""
    kind, location = refusal["type"], refusal["loc"]
    if kind == "missing":
        scale = unknown_scale(refusal["input"]) if location[-1] in _OF_A_SCALE else ""
        return " ".join(part for part in ("this is missing.", _meaning(root, location), scale) if part)
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), [*keys_at(root, location[:-1])])
    if _KEY_OF_MAPPING in location:
        return "a name here has small letters, digits and single hyphens, as in madrs-mmrm. Rename it."
    return _of_value(kind, refusal["input"], refusal.get("ctx", {}), str(refusal["msg"]))


def _of_value(kind: str, found: object, context: Mapping[str, object], said: str) -> str:
    """Give the refusal of a value as a sentence."""
    if kind in {"enum", "literal_error"}:
        return _not_a_choice(found, _alternatives(str(context["expected"])))
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _method(found, context)
    return f"{context['error']}." if kind == "value_error" else _plain(kind, found, context, said)


def _plain(kind: str, found: object, context: Mapping[str, object], said: str) -> str:
    """Give a refusal of one value, by a table."""
    if found is None:
        return "this is empty. Write a value or remove the line."
    if kind in _SHAPES:
        return f"{_SHAPES[kind]}."
    if kind in _LENGTHS:
        return f"{_LENGTHS[kind].format(**context)}."
    return f"{_quoted(found)} {_VALUES[kind].format(**context)}." if kind in _VALUES else f"{said}."


def _unknown_key(key: str, allowed: Sequence[str]) -> str:
    """Say that a key is not known, and which are."""
    return f"there is no such key here. {nearest(key, allowed)} Allowed: {', '.join(allowed)}.".replace("  ", " ")


def _not_a_choice(found: object, allowed: Sequence[str]) -> str:
    """Say that a value is not one of the choices."""
    near = _meant_choice(found, allowed) if isinstance(found, str) else ""
    what = _quoted(found) if found is not None else "an empty value"
    return f"{what} is not one of {', '.join(allowed)}. {near}".strip()


def _meant_choice(found: str, allowed: Sequence[str]) -> str:
    """Say which choice is meant: by its name in other programs, its beginning, or its spelling."""
    other = _ELSEWHERE.get(found.lower(), "")
    begun = [choice for choice in allowed if len(found) >= _BEGINNING and choice.startswith(found.lower())]
    meant = other if other in allowed else next(iter(begun), "")
    return f"Did you mean {meant}?" if meant else nearest(found, allowed)


def _method(found: object, context: Mapping[str, object]) -> str:
    """Say that an analysis has no method, or one that does not exist."""
    if "tag" in context:
        return f"method: {_not_a_choice(context['tag'], _alternatives(str(context['expected_tags'])))}"
    keys = [str(key) for key in found] if isinstance(found, Mapping) else []
    misspelt = next((key for key in keys if nearest(key, ["method"])), "")
    instead = f', but here is "{misspelt}". Did you mean method?' if misspelt else "."
    return f"an analysis needs the key method{instead}"


def _alternatives(expected: str) -> list[str]:
    """Give the choices out of pydantic's sentence about them."""
    return re.findall(r"'([^']*)'", expected)


def _quoted(found: object) -> str:
    """Give a value as it stands in the plan."""
    return f'"{found}"' if isinstance(found, str) else "this"


def _meaning(root: type[BaseModel], location: Sequence[str | int]) -> str:
    """Give what a missing key is for."""
    meaning = keys_at(root, location[:-1]).get(str(location[-1]), "")
    return f"It says: {meaning}" if meaning else ""
