"""What every derivation of one trial shares: keys, time zero, windows and infusions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.derive.time_since import days_since, hours_since
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import Window


@dataclass(frozen=True)
class Context:
    """The frame of reference of one trial.

    Attributes
    ----------
    plan
        The plan.
    keys
        USUBJID by ``id``.
    zero
        Time zero by ``id``, in hours on the clock of the data.
    zero_date_only
        By ``id``: only the day of time zero is known.
    windows
        Windows of the visits, the baseline first.
    exposure
        The dataset ADEX; None in a trial without infusions.
    planned
        The planned infusions in its form, where none were recorded; None otherwise.
    periods
        The periods of each participant in a crossover trial, see :mod:`postinfusion.derive.periods`; None otherwise.
    consent
        ``consented`` and ``consented_date_only`` by ``id``, on the clock of the data; None where it was not recorded.
    """

    plan: Plan
    keys: pd.Series
    zero: pd.Series
    zero_date_only: pd.Series
    windows: tuple[Window, ...]
    exposure: pd.DataFrame | None = None
    planned: pd.DataFrame | None = None
    periods: pd.DataFrame | None = None
    consent: pd.DataFrame | None = None

    @property
    def infused(self) -> pd.DataFrame | None:
        """The infusions that records are compared with: those given, else those planned; None without infusions."""
        return self.planned if self.exposure is None else self.exposure

    def hours(self, source: str, table: pd.DataFrame, column: str) -> pd.Series:
        """Give a time column of a canonical table as hours since time zero."""
        clock, of_zero = self.plan.sources[source].clock, self.plan.clock_of_zero
        return hours_since(table, column, self.zero, clock, zero_clock=of_zero, zero_date_only=self.zero_date_only)

    def days(self, source: str, table: pd.DataFrame, column: str) -> pd.Series:
        """Give the day of a time column since the day of time zero, in hours."""
        clock = self.plan.sources[source].clock
        return days_since(table, column, self.zero, clock, zero_clock=self.plan.clock_of_zero)

    def subject(self, table: pd.DataFrame) -> pd.Series:
        """Give USUBJID of each row of a canonical table."""
        return table["id"].map(self.keys).astype("str")
