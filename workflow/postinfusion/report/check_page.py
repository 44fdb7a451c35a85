"""What the check of a trial found, as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from postinfusion.errors import Problem, counted
from postinfusion.report.templates_of import STYLE_SHEET, template, text


@dataclass(frozen=True)
class FileProblems:
    """What is wrong in one file, in the order in which it was found."""

    file: str
    problems: tuple[Problem, ...]

    @property
    def summary(self) -> str:
        """How many errors and warnings there are in the file."""
        return tally(self.problems)


def check_page(
    trial: str, problems: Sequence[Problem], *, title: str = "", rows: Mapping[str, int] | None = None, ending: str = ""
) -> str:
    """Give what was found as one HTML page.

    Parameters
    ----------
    trial
        Name of the trial.
    problems
        What was found, of any severity.
    title
        Title of the trial, as far as its plan could be read.
    rows
        Table → number of its rows, where all were read.
    ending
        A sentence about what was not done.
    """
    files = dict.fromkeys(problem.file for problem in problems)
    groups = [FileProblems(file, tuple(one for one in problems if one.file == file)) for file in files]
    return template("check.html.j2").render(
        trial=trial,
        title=title or trial,
        style=Markup(text(STYLE_SHEET) + text("check.css")),  # noqa: S704 - style sheets of the package
        summary=tally(problems),
        is_sound=not any(problem.severity == "error" for problem in problems),
        ending=ending,
        groups=groups,
        rows=rows or {},
    )


def tally(problems: Sequence[Problem]) -> str:
    """Say how many errors and warnings there are.

    >>> tally([])
    '0 errors, 0 warnings'
    """
    severities = [problem.severity for problem in problems]
    return f"{counted(severities.count('error'), 'error')}, {counted(severities.count('warning'), 'warning')}"
