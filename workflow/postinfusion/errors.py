"""The family of errors, and the problem: one thing that is wrong, with its place and its remedy.

Whatever is wrong with a plan or with data is collected as :class:`Problem` records and raised together, so that
the reader sees all of it at once. An error of this family prints without a traceback; any other exception is a bug
and keeps its traceback.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]
_SHOWN_NAMES = 8


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where it is, and a sentence with what is allowed and what to do.

    Attributes
    ----------
    file
        Name of the file as the user wrote it, without folders of this machine.
    place
        Where in the file: ``line 31  schedule, visit "24 h"`` or ``rows 14, 88 (2)  score``.
    text
        What is wrong with the found value (never an identifier's), what is allowed, what to do.
    severity
        An ``error`` stops the trial; a ``warning`` is reported and kept with the results.
    """

    file: str
    place: str
    text: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """Give the problem as one line."""
        return ": ".join(part for part in (self.file, self.place, self.text) if part)


class PostinfusionError(Exception):
    """Base of the errors that a user can mend; carries every problem that was found, not only the first."""

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        self.problems = _as_problems(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PlanError(PostinfusionError):
    """The plan cannot be used as it stands."""


class DataError(PostinfusionError):
    """The data cannot be used as they stand."""


class ModelError(PostinfusionError):
    """A model cannot be fitted, or a quantity cannot be estimated; becomes a row of the results."""


def grouped_by_file(problems: Sequence[Problem]) -> str:
    """Give the problems as text: a heading per file, a line per problem, in the order in which they were found.

    Parameters
    ----------
    problems
        What was found, of any severity; a warning's line says that it is one.
    """
    files = dict.fromkeys(problem.file for problem in problems)
    return "\n".join(_paragraph(file, [problem for problem in problems if problem.file == file]) for file in files)


def nearest(found: object, allowed: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Say which allowed name is nearest to the found one, as a sentence; empty when none is near.

    A name with other numbers is never guessed: ``Day 30`` is no slip of the pen for ``Day 7``.

    >>> nearest("24h", ["24 h", "72 h"]), nearest("Day 30", ["Day 7"])
    ('Did you mean 24 h?', '')
    """
    text = str(found)
    by_lower = {name.lower(): name for name in allowed if not _has_other_numbers(name, text)}
    match = get_close_matches(text.lower(), by_lower, n=1, cutoff=cutoff)
    return f"Did you mean {by_lower[match[0]]}?" if match else ""


def listed(names: Iterable[str]) -> str:
    """Give names with commas, and of many only the first and how many there are more.

    >>> listed("ab"), listed("abcdefghijk")
    ('a, b', 'a, b, c, d, e, f, g, h and 3 more')
    """
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - _SHOWN_NAMES
    return ", ".join(distinct[:_SHOWN_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Give a number with its noun in the right form: ``1 error``, ``0 errors``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _has_other_numbers(name: str, found: str) -> bool:
    """Say whether two names both hold numbers, and not the same ones."""
    numbers = [[int(digits) for digits in re.findall(r"[0-9]+", text)] for text in (name, found)]
    return all(numbers) and numbers[0] != numbers[1]


def _as_problems(problems: str | Problem | Iterable[Problem]) -> tuple[Problem, ...]:
    """Give any accepted form as a tuple of problems."""
    if isinstance(problems, str):
        return (Problem("", "", problems),)
    return (problems,) if isinstance(problems, Problem) else tuple(problems)


def _paragraph(file: str, problems: Sequence[Problem]) -> str:
    """Give one file's problems below its name, the places in a column of their own."""
    width = max(len(problem.place) for problem in problems)
    lines = [_line(problem, min(width, 40)) for problem in problems]
    return "\n".join([file, *lines] if file else lines)


def _line(problem: Problem, width: int) -> str:
    """Give one problem as an indented line."""
    mark = "(warning) " if problem.severity == "warning" else ""
    return f"  {problem.place:<{width}}  {mark}{problem.text}" if problem.place else f"  {mark}{problem.text}"
