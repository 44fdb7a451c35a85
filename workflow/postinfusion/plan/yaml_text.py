"""YAML as people wrote it: every scalar stays the text that stands in the file, and every key knows its line.

YAML reads ``No`` as false and ``12:30`` as 750 in its older version, and ``010`` as a number in all of them. Nothing of
that happens here: the models decide what a text means. Anchors and tags are refused, and so are repeated keys, but
after the rest of the plan was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from postinfusion.errors import PlanError, Problem
from postinfusion.plan.places import Document, Path, Tree

_EMPTY = ("", "~")
_ORDINARY_TAGS = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
_DEEPEST = 20
_HINTS = {
    "mapping values are not allowed": 'Put a text that holds ": " in quotes, and begin each key on a line of its own.',
    "found character '\\t'": "Indent with spaces instead of tabs.",
    "while scanning a quoted scalar": "A quotation mark is not closed.",
    "could not find expected ':'": 'A key needs ":" and a space after it.',
    "expected <block end>": "Lines of one part must begin in the same column.",
    "expected ',' or": "A list or mapping in brackets is not closed, or a comma is missing.",
    "expected a single document": 'A plan is one document: remove the lines "---" below the first key.',
    "special characters are not allowed": "Remove the invisible control character.",
}


def read(text: str, file: str) -> Document:
    """Give a YAML text as a tree of texts with the line of every key.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file for messages.

    Raises
    ------
    PlanError
        The text is not YAML, or uses anchors or tags. A key that stands there twice is noted in the document.
    """
    node = _composed(text, file)
    if node is None:
        raise PlanError(Problem(file, "", "the file is empty. Start from a plan under config/trials/."))
    lines: dict[Path, int] = {}
    repeated: dict[Path, Problem] = {}
    problems = list(_faults(node, file, seen=set(), depth=0))
    if problems:
        raise PlanError(problems)
    _note_repeated(node, (), file, repeated)
    return Document(_tree(node, (), lines), lines, repeated)


def _composed(text: str, file: str) -> Node | None:
    """Give the root node of the text, or None when there is none."""
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as cause:
        raise PlanError(_syntax_problem(cause, file)) from cause
    except (YAMLError, RecursionError) as cause:
        raise PlanError(Problem(file, "", f"the file cannot be read as YAML. {_hint(str(cause))}".strip())) from cause
    return node


def _syntax_problem(cause: MarkedYAMLError, file: str) -> Problem:
    """Say where the text stops being YAML, and what most likely mends it."""
    mark = cause.problem_mark or cause.context_mark
    said = f"{cause.context or ''} {cause.problem or ''}".strip()
    return Problem(file, f"line {mark.line + 1}" if mark else "", f"this is not YAML: {said}. {_hint(said)}".strip())


def _hint(said: str) -> str:
    """Give the remedy for what the YAML reader said; empty when none is known."""
    return next((hint for sign, hint in _HINTS.items() if sign in said), "")


def _faults(node: Node, file: str, seen: set[int], depth: int) -> Iterator[Problem]:
    """Give what YAML allows and a plan does not."""
    place = f"line {_line(node)}"
    if id(node) in seen:
        yield Problem(file, place, "anchors (&, *) are not used in a plan. Write the part out.")
        return
    if depth > _DEEPEST:
        yield Problem(file, place, "parts are nested too deeply. Check the indentation.")
        return
    seen.add(id(node))
    if node.tag is not None and str(node.tag).removeprefix("tag:yaml.org,2002:") not in _ORDINARY_TAGS:
        yield Problem(file, place, f"tags ({node.tag}) are not used in a plan. Remove it.")
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                yield Problem(file, f"line {_line(key)}", "a key must be text. Put it in quotes.")
    for child in _children(node):
        yield from _faults(child, file, seen, depth + 1)


def _note_repeated(node: Node, path: Path, file: str, repeated: dict[Path, Problem]) -> None:
    """Note the keys at and below a node that stand there more than once."""
    if isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            if key.value in first:
                text = f'"{key.value}" stands already in line {first[key.value]}. Keep one of them.'
                repeated[*path, key.value] = Problem(file, f"line {_line(key)}", text)
            first.setdefault(key.value, _line(key))
            _note_repeated(value, (*path, key.value), file, repeated)
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.value):
            _note_repeated(item, (*path, position), file, repeated)


def _children(node: Node) -> list[Node]:
    """Give the nodes below one node."""
    if isinstance(node, MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _tree(node: Node, path: Path, lines: dict[Path, int]) -> Tree:
    """Give a node as mappings, lists and texts, and note the line of everything below it."""
    lines.setdefault(path, _line(node))
    if isinstance(node, MappingNode):
        first = {key.value: (key, value) for key, value in reversed(node.value)}
        lines.update({(*path, name): _line(key) for name, (key, _) in first.items()})
        return {key.value: _tree(first[key.value][1], (*path, key.value), lines) for key, _ in node.value}
    if isinstance(node, SequenceNode):
        return [_tree(item, (*path, position), lines) for position, item in enumerate(node.value)]
    is_empty = isinstance(node, ScalarNode) and not node.style and node.value in _EMPTY
    return None if is_empty else str(node.value)


def _line(node: Node) -> int:
    """Give the line on which a node begins; the first is 1."""
    return int(node.start_mark.line) + 1
