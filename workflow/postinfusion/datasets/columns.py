"""What a column of a table is: its name, type, unit and what its values must satisfy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "choice", "number", "integer", "yes_no", "time"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name
        The name within postinfusion; a source may call it otherwise and map it in the plan.
    type
        ``text``; ``choice`` (text from a list); ``number``; ``integer``; ``yes_no``; ``time`` (a date-time, a date,
        or hours or days on the trial's clock, as the plan declares).
    meaning
        One clause for the reference page of keys.
    unit
        Unit of the values; empty when there is none.
    required
        The column must be there.
    complete
        No cell may be missing.
    allowed
        The values of a ``choice``; empty when the plan supplies them (arms, sites, visits).
    minimum, maximum
        Limits of plausible values, both included; a value outside is an error.
    identifier
        The value identifies a participant: it is never printed.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    complete: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    identifier: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns, what makes a row unique, and which rules hold between columns.

    Attributes
    ----------
    name
        The name within postinfusion, which the plan uses under ``sources``.
    meaning
        One clause: what a row is.
    columns
        In the order in which they are written.
    key
        Columns whose values together occur once.
    ordered
        Pairs of time columns of which the first must not come after the second.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """Give one column by its name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)
