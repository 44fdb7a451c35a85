"""Where in the plan something stands: the line of the file, and the way to it in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from postinfusion.errors import Problem, Severity

Path = tuple[str | int, ...]
"""The way to a part of the plan: keys, and positions in lists."""
Tree = str | None | list["Tree"] | dict[str, "Tree"]
"""Mappings, lists and texts; None for a value that was left empty."""
_NAMED_ITEMS = {"schedule": ("visit", "visit"), "arms": ("arm", "name")}


@dataclass(frozen=True)
class Document:
    """A YAML file: what it says, and where.

    Attributes
    ----------
    tree
        What it says.
    lines
        Line of each key and list item, by its path; the first line is 1.
    repeated
        The problem of each key that stands there more than once, by its path; the tree holds the first of them.
    """

    tree: Tree
    lines: dict[Path, int]
    repeated: dict[Path, Problem] = field(default_factory=dict)


@dataclass(frozen=True)
class Places:
    """The file behind a plan. All are equal: where a plan was read from is no part of what it says.

    Attributes
    ----------
    file
        Name of the file for messages.
    document
        The file's tree and lines.
    """

    file: str = field(default="plan", compare=False)
    document: Document = field(default_factory=lambda: Document({}, {}), compare=False)

    def problem(self, path: Path, text: str, severity: Severity = "error") -> Problem:
        """Give a problem at a path of the plan, with its line and the way to it in words."""
        line = self.line(path)
        way = way_to(path, self.document.tree)
        return Problem(self.file, f"line {line}" if line else "", f"{way}: {text}" if way else text, severity)

    def line(self, path: Path) -> int | None:
        """Give the line of a path, or of the nearest part around it; None for a plan without a file."""
        known = (path[:length] for length in range(len(path), 0, -1) if path[:length] in self.document.lines)
        return self.document.lines.get(next(known, ()))


def way_to(path: Path, tree: Tree) -> str:
    """Give the way to a part of the plan in words.

    >>> way_to(("schedule", 0, "until"), {"schedule": [{"visit": "24 h"}]})
    'schedule, visit "24 h", until'
    """
    words: list[str] = []
    part: Tree = tree
    for position, step in enumerate(path):
        part = _below(part, step)
        if isinstance(step, str):
            words.append(step)
        else:
            _add_item(words, str(path[position - 1]), step, part)
    return ", ".join(words)


def _below(part: Tree, step: str | int) -> Tree:
    """Give what lies one step below a part of the tree; None where there is nothing."""
    if isinstance(part, dict):
        return part.get(str(step))
    return part[step] if isinstance(part, list) and isinstance(step, int) and step < len(part) else None


def _add_item(words: list[str], parent: str, position: int, item: Tree) -> None:
    """Add an item of a list to the way: by its name where items have one, else by its number."""
    noun, key = _NAMED_ITEMS.get(parent, ("item", ""))
    name = item.get(key) if isinstance(item, dict) else None
    if parent == "arms":
        words.pop()
    words.append(f'{noun} "{name}"' if isinstance(name, str) else f"{noun} {position + 1}")
