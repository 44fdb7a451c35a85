"""The shape of the plan's models: which keys a part can have, also where a choice of shapes is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel


def keys_at(root: type[BaseModel], location: Sequence[str | int]) -> dict[str, str]:
    """Give the keys that a part of a plan can have, with what each is for.

    Parameters
    ----------
    root
        The model of the whole.
    location
        The way to the part, as pydantic gives it: it also names the branch of a choice.
    """
    fields = [pair for model in _models_at(root, location) for pair in model.model_fields.items()]
    return {field.alias or name: field.description or "" for name, field in fields}


def _models_at(root: type[BaseModel], location: Sequence[str | int]) -> list[type[BaseModel]]:
    """Give the models that a location can hold: more than one only where shapes are chosen between."""
    types: list[object] = [root]
    for step in location:
        types = [found for given in types for found in _step(given, step)]
    return [given for given in types if isinstance(given, type) and issubclass(given, BaseModel)]


def _step(given: object, step: str | int) -> Iterator[object]:
    """Give the types one step below a type; a step that names a branch of a union stays on its level."""
    arguments = get_args(given)
    if isinstance(given, type) and issubclass(given, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in given.model_fields.items()}
        yield from _branches(fields.get(str(step)))
        # A branch that has a check of its own is named with it: function-after[check(), Name].
        if step in {given.__name__, *_tags(given)} or str(step).endswith(f" {given.__name__}]"):
            yield given
    elif get_origin(given) is dict:
        yield from _branches(arguments[1])
    elif get_origin(given) is tuple:
        yield from _branches(arguments[0])


def _branches(given: object) -> Iterator[object]:
    """Give the branches of a union, or the type itself, without annotations."""
    if get_origin(given) is Annotated:
        yield from _branches(get_args(given)[0])
    elif get_origin(given) in {Union, UnionType}:
        for branch in get_args(given):
            yield from _branches(branch)
    else:
        yield given


def _tags(model: type[BaseModel]) -> set[str]:
    """Give the values of the key ``method`` by which a model is chosen."""
    field = model.model_fields.get("method")
    if field is None or get_origin(field.annotation) is not Literal:
        return set()
    return {str(tag.value) if isinstance(tag, Enum) else str(tag) for tag in get_args(field.annotation)}
