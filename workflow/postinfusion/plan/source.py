"""Where the data are, and how their columns are called there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, Field

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Name

ENDINGS = (".csv", ".parquet")
"""How the names of files end that can be read, in any case of letters."""


ITEM = "{item}"
"""Where the number of an item stands in a pattern of column names."""


class Clock(StrEnum):
    """What the cells of time columns hold."""

    DATE_TIME = "date-time"
    HOURS = "hours"
    DAYS = "days"
    STUDY_DAY = "study-day"


def is_in_the_folder(file: str) -> bool:
    """Say whether a file lies in the trial's folder: absolute paths tell about a machine, and do not travel."""
    paths = (PurePosixPath(file), PureWindowsPath(file))
    return not any(path.is_absolute() or path.drive or ".." in path.parts for path in paths)


def is_read(file: str) -> bool:
    """Say whether a file is of a kind that can be read, by its ending."""
    return file.lower().endswith(ENDINGS)


def _readable(file: str) -> str:
    """Refuse a file that lies elsewhere, or whose content would wrongly be taken for a table."""
    if not is_in_the_folder(file):
        raise ValueError(f"{file!r} is not in the trial's folder under data/: put it there and write its name")
    if not is_read(file):
        raise ValueError(f"{file!r} is neither CSV nor Parquet: save it as CSV UTF-8 and write the name of that file")
    return file


class Source(Part):
    """One file that delivers one table."""

    file: Annotated[Name, AfterValidator(_readable)]
    """File in the trial's folder under data/; CSV or Parquet by its ending."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our column name → their column name. A column that already has our name needs no line."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Our column name → their value → our value, for codes."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Our column name → the same value in every row, for what the file does not say."""
    covariates: dict[str, str] = Field(default_factory=dict)
    """Participants only: further baseline variables, name in this plan → their column name."""
    categories: tuple[str, ...] = ()
    """Participants only: covariates that are categories although written as numbers, such as site codes."""
    flags: dict[str, str] = Field(default_factory=dict)
    """Participants only: supplied membership of a population, its name → their column of Y and N."""
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Their column name → the values of the rows to read; all other rows are left out and counted."""
    wide: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """One column per measure: measure → their column name; or per measure and visit: measure → visit → column."""
    items: dict[str, str | dict[str, str | dict[str, str]]] = Field(default_factory=dict)
    """Assessments only: columns of single items. Scale → pattern with the number, as in "phq9_{item}"; or → item →
    column; or, where a row holds all visits, → visit → one of the two."""
    clock: Clock = Clock.DATE_TIME
    """What time columns hold: a date-time or date; hours or days since time zero; a study day (no day 0)."""
