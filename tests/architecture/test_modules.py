"""Modules and functions are small, named in the words of the field, and say what they give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from architecture.source import Function, Module, body_lines, modules

LONGEST_MODULE = 400
LONGEST_BODY = 40
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}
VAGUE_VERBS = ("process_", "handle_")


def test_modules_are_short() -> None:
    lines = {module.path: len(module.text.splitlines()) for module in modules()}
    assert not {path: number for path, number in lines.items() if number > LONGEST_MODULE}


def test_functions_are_short() -> None:
    lines = {place: body_lines(function) for place, function in _functions()}
    assert not {place: number for place, number in lines.items() if number > LONGEST_BODY}


def test_names_say_what_they_are() -> None:
    vague = [module.path for module in modules() if set(re.split(r"[/_.]", module.path)) & VAGUE]
    verbs = [place for place, function in _functions() if function.name.lstrip("_").startswith(VAGUE_VERBS)]
    assert not vague
    assert not verbs


def test_everything_public_has_a_docstring() -> None:
    silent = [module.path for module in modules() if not ast.get_docstring(module.tree)]
    silent += [f"{module.path} {node.name}" for module in modules() for node in _classes(module) if not _is_told(node)]
    silent += [place for place, function in _functions() if not _is_told(function) and function.name[0] != "_"]
    assert not silent


def test_documented_parameters_exist() -> None:
    strange = {place: _documented(function) - _parameters(function) for place, function in _functions()}
    assert not {place: names for place, names in strange.items() if names}


def _functions() -> Iterator[tuple[str, Function]]:
    return ((f"{module.path} {name}", function) for module in modules() for name, function in module.functions())


def _classes(module: Module) -> list[ast.ClassDef]:
    return [node for node in module.tree.body if isinstance(node, ast.ClassDef)]


def _is_told(node: ast.ClassDef | Function) -> bool:
    return ast.get_docstring(node) is not None


def _parameters(function: Function) -> set[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {item.arg for item in named if item}


def _documented(function: Function) -> set[str]:
    """Give the names under the heading Parameters of a docstring."""
    docstring = ast.get_docstring(function) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^([\w*][\w, *]*?)(?: :.*)?$", section[1], re.MULTILINE) if section else []
    return {name.strip(" *") for line in lines for name in line.split(",")}
