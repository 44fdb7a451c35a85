"""A column after reading, and how a source writes its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from postinfusion.datasets.checks import Finding, Mask
from postinfusion.plan.source import Clock, Dates


@dataclass(frozen=True)
class Typed:
    """One column after reading.

    Attributes
    ----------
    name
        Our name of the column.
    columns
        Our name → typed cells; a time column brings ``<name>_date_only`` along.
    unreadable
        Cells that hold something that the column cannot hold; they are missing in ``columns``.
    findings
        What to tell about them.
    noted
        Cells that are read and about which there is something to tell.
    """

    name: str
    columns: Mapping[str, pd.Series]
    unreadable: Mask
    findings: Sequence[Finding] = ()
    noted: Mask | None = None

    @property
    def told(self) -> Mask:
        """The cells that findings are about."""
        return self.unreadable if self.noted is None else self.unreadable | self.noted


@dataclass(frozen=True)
class Spelling:
    """How a source writes its cells.

    Attributes
    ----------
    clock
        What time columns hold.
    decimal
        The decimal mark, a point or a comma.
    dates
        The declared order of dates in numbers.
    standard
        The source follows CDISC.
    qualified
        Our columns in which marks beside numbers are kept.
    declared
        Our column → values that the plan names: they are values, however much they look like codes for missing.
    """

    clock: Clock = Clock.DATE_TIME
    decimal: str = "."
    dates: Dates | None = None
    standard: bool = False
    qualified: Collection[str] = ()
    declared: Mapping[str, Collection[str]] = field(default_factory=dict)


PLAIN = Spelling()
