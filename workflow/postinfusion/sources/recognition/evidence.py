"""Evidence: which column plays which part, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Confidence = Literal["sure", "guess"]


@dataclass(frozen=True)
class Evidence:
    """One column and the part that it plays.

    Attributes
    ----------
    role
        The part: a column of a canonical table, or a score of a scale.
    column
        Its name in the file.
    confidence
        ``sure`` where name and values agree; ``guess`` where one of them had to be interpreted.
    reason
        Why, for a guess.
    """

    role: str
    column: str
    confidence: Confidence = "sure"
    reason: str = ""


def names_of(frame: pd.DataFrame) -> list[str]:
    """Give the names of the columns of a table."""
    return [str(name) for name in frame.columns]


@dataclass(frozen=True)
class Sample:
    """The cells of one file from which its content is recognised.

    Attributes
    ----------
    file
        Name of the file.
    frame
        Cells as text without blanks around them; a missing cell is empty.
    rows
        How many rows the file has.
    labels
        Column → code → label of the value, where the file has labels.
    decimal
        The decimal mark of its numbers.
    titles
        Column → what the file says of it beside its name, where the format has such labels.
    options
        What the plan must say of the file so that it is read as it was here.
    forms
        Column → the form of a data dictionary that it stands on.
    """

    file: str
    frame: pd.DataFrame
    rows: int
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: str = "."
    options: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Some rows of a file that tell of one kind of thing.

    Attributes
    ----------
    sample
        The file.
    frame
        These rows, with only those columns that hold something in them.
    where
        Column → values that choose the rows; empty where all rows belong.
    name
        What the file calls this kind of rows, as the name of a repeating instrument; else the name of the file.
    is_repeating
        A participant has a numbered row for each occurrence.
    """

    sample: Sample
    frame: pd.DataFrame
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    name: str = ""
    is_repeating: bool = False
