"""What a drafted plan leaves to the researcher: texts that begin with ``ANSWER:``, and how many were asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from postinfusion.errors import Problem, counted
from postinfusion.plan.places import Path, Places, Tree

MARK = "ANSWER:"
_QUESTION = re.compile(r"#.*\bquestion (\d+) of (\d+)\b")


@dataclass(frozen=True)
class Answers:
    """The answers that a plan waits for.

    Attributes
    ----------
    missing
        The way to each text that is still a question, and what it asks.
    asked
        How many questions the draft asked.
    """

    missing: tuple[tuple[Path, str], ...] = ()
    asked: int = 0

    @property
    def paths(self) -> tuple[Path, ...]:
        """The ways to what is still asked."""
        return tuple(path for path, _ in self.missing)

    def problems(self, places: Places) -> list[Problem]:
        """Give one error for each answer that is missing, with its line and what to write."""
        return [places.problem(path, f"write your answer in place of {MARK} {text}") for path, text in self.missing]

    def covers(self, path: Path) -> bool:
        """Say whether a part of the plan is asked for, or lies below one that is."""
        return any(path[: len(asked)] == asked for asked in self.paths)

    def __str__(self) -> str:
        """Say how many answers are still missing; empty where none is."""
        if not self.missing:
            return ""
        verb = "is" if len(self.missing) == 1 else "are"
        return f"{len(self.missing)} of {counted(self.asked, 'answer')} {verb} still missing."


def answers(places: Places, text: str) -> Answers:
    """Give the answers that a plan waits for.

    Parameters
    ----------
    places
        The file.
    text
        Its content, whose comments number the questions.
    """
    missing = tuple(_missing(places.document.tree, ()))
    numbered = [int(found[2]) for line in text.splitlines() if (found := _QUESTION.search(line))]
    return Answers(missing, max([len(missing), *numbered]))


def is_question(value: object) -> bool:
    """Say whether a value of a plan is a question that waits for its answer."""
    return isinstance(value, str) and value.strip().startswith(MARK)


def _missing(part: Tree, path: Path) -> Iterator[tuple[Path, str]]:
    """Give the texts at and below a part that are questions."""
    if isinstance(part, str) and is_question(part):
        yield path, part.strip().removeprefix(MARK).strip()
    inner: Iterable[tuple[str | int, Tree]] = ()
    if isinstance(part, dict):
        inner = part.items()
    elif isinstance(part, list):
        inner = enumerate(part)
    for step, below in inner:
        yield from _missing(below, (*path, step))
