"""A plan as a draft: what is known, what is guessed and why, what is asked, written as YAML with comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from postinfusion.plan.answers import MARK

MOST_QUESTIONS = 5
_PLAIN = re.compile(r"[A-Za-z0-9µ/(+.][\wÀ-ɏ %/()+.²-]*")
_STEP = 2
_NOTE_AT = 41


@dataclass(frozen=True)
class Question:
    """A value that only the researcher knows.

    Attributes
    ----------
    asks
        What to write, with the choices.
    topic
        What it is about, in a few words.
    """

    asks: str
    topic: str


@dataclass(frozen=True)
class Flow:
    """Keys with values, or a list, that stand on one line."""

    content: Mapping[str, Node] | Sequence[Node]


@dataclass(frozen=True)
class Noted:
    """A value with a comment behind it, and comments on lines above it."""

    value: Node
    note: str = ""
    above: tuple[str, ...] = ()


Node = str | int | float | Question | Flow | Noted | Mapping[str, "Node"] | Sequence["Node"]


@dataclass(frozen=True)
class Draft:
    """A drafted plan with what is told about it.

    Attributes
    ----------
    content
        The plan from its first key on.
    opening
        Lines of comment above the first key.
    sure, guesses
        What was recognised, in a few words each.
    remarks
        What was recognised and cannot be drafted, with what to do.
    """

    content: Mapping[str, Node]
    opening: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What the draft asks, in the order of its lines."""
        return tuple(_questions(self.content))

    def text(self) -> str:
        """Give the draft as YAML.

        Notes
        -----
        Each question stands on a line of its own with its number in the comment, by which answers are counted.
        """
        lines = [
            "# yaml-language-server: $schema=../plan.schema.json",
            *(f"# {_comment(line)}" for line in self.opening),
        ]
        lines += _Writer(len(self.questions)).mapping(self.content, 0)
        return "\n".join(lines) + "\n"


class _Writer:
    """Writes one draft; it knows which question comes next."""

    def __init__(self, asked: int) -> None:
        self._asked, self._number = asked, 0

    def mapping(self, content: Mapping[str, Node], indent: int) -> list[str]:
        """Give the lines of keys with values."""
        lines: list[str] = []
        for key, node in content.items():
            if indent == 0 and isinstance(_bare(node), Mapping) and lines:
                lines.append("")
            lines += self._entry(f"{' ' * indent}{scalar(key)}:", node, indent + _STEP)
        return lines

    def _entry(self, head: str, node: Node, indent: int) -> list[str]:
        """Give the lines of one value below or behind what introduces it."""
        value, note, above = _bare(node), _note(node), _above(node)
        margin = " " * (len(head) - len(head.lstrip()))
        lines = [f"{margin}# {_comment(line)}" for line in above]
        if isinstance(value, Question):
            self._number += 1
            note = f"question {self._number} of {self._asked}" + (f"; {note}" if note else "")
        if isinstance(value, Mapping) and value:
            return [*lines, _with_note(head, note), *self.mapping(value, indent)]
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            items = [line for item in value for line in self._entry(f"{' ' * indent}-", item, indent + _STEP)]
            return [*lines, _with_note(head, note), *items]
        return [*lines, _with_note(f"{head} {_inline(value)}", note)]


def scalar(value: str | float) -> str:
    """Give a value as it stands in YAML, in quotes where it would not stay the text that it is.

    >>> scalar("24 h"), scalar("a: b"), scalar("")
    ('24 h', '"a: b"', '""')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if _PLAIN.fullmatch(text) and text == text.strip():
        return text
    escaped = "".join(_escaped(letter) for letter in text)
    return f'"{escaped}"'


def _escaped(letter: str) -> str:
    """Give a letter as it may stand within double quotes."""
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else " "


def _inline(value: Node) -> str:
    """Give a value on one line."""
    value = _bare(value)
    if isinstance(value, Question):
        return scalar(f"{MARK} {value.asks}")
    if isinstance(value, Flow):
        value = value.content
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_inline(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return scalar(value)  # type: ignore[arg-type]


def _with_note(line: str, note: str) -> str:
    """Give a line with a comment behind it."""
    return f"{line:<{_NOTE_AT - 1}} # {_comment(note)}" if note else line


def _comment(text: str) -> str:
    """Give a comment on one line, whatever the names hold that it quotes."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _bare(node: Node) -> Node:
    """Give a value without its comments."""
    return _bare(node.value) if isinstance(node, Noted) else node


def _note(node: Node) -> str:
    """Give the comment behind a value."""
    return node.note if isinstance(node, Noted) else ""


def _above(node: Node) -> tuple[str, ...]:
    """Give the comments above a value."""
    return node.above if isinstance(node, Noted) else ()


def _questions(node: Node) -> Iterator[Question]:
    """Give the questions at and below a part of the draft."""
    value = _bare(node)
    if isinstance(value, Question):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _questions(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _questions(item)
