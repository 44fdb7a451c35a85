"""The rows that deliver a table of a survey, by name or by a standard, under our names of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from postinfusion.sources.recognition.names import code
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.values import DateOrder
from postinfusion.sources.standards import DOMAINS

Orders = Mapping[str, tuple[DateOrder, bool]]


@dataclass(frozen=True)
class Delivered:
    """The rows of one file that deliver a table or a part of it.

    Attributes
    ----------
    frame
        The rows.
    columns
        Our column → theirs.
    file
        Name of the file.
    decimal
        The decimal mark of its numbers.
    found
        The recognised part; None for a dataset of a standard.
    """

    frame: pd.DataFrame
    columns: Mapping[str, str]
    file: str
    decimal: str = "."
    found: Found | None = None

    def cells(self, role: str) -> pd.Series:
        """Give the cells of our column: visits by their labels, dates with the hour that stands beside them."""
        text = self.frame[self.columns[role]]
        if role == "visit":
            known = self.found.values.get("visit", {}) if self.found else {}
            return text.map(lambda cell: known.get(code(cell), cell)) if known else text
        clock = self.columns.get(f"{role}_clock")
        if clock is None:
            return text
        beside = self.frame[clock]
        return text.where((text == "") | (beside == "") | text.str.contains(":", regex=False), text + " " + beside)

    def order(self, orders: Orders) -> DateOrder | None:
        """Give the order of its dates."""
        known = orders.get(self.file)
        return known[0] if known else None


def deliveries(survey: Survey, table: str) -> list[Delivered]:
    """Give the rows of each file that delivers a table, the first file first."""
    if table in survey.standards:
        sample, standard = survey.standards[table]
        named = {
            role: next((name for name in names if name in sample.frame), "")
            for role, names in DOMAINS[standard][table].columns.items()
        }
        known = {role: name for role, name in named.items() if name}
        return [Delivered(sample.frame, known, sample.file, sample.decimal)]
    return [
        Delivered(one.part.frame, one.columns, one.part.sample.file, one.part.sample.decimal, one)
        for one in survey.parts(table)
    ]


def with_role(survey: Survey, table: str, role: str) -> Delivered | None:
    """Give the first rows of a table that deliver one of our columns; None where none do."""
    return next((one for one in deliveries(survey, table) if role in one.columns), None)


def of_tables(survey: Survey, *tables: str) -> Iterator[Delivered]:
    """Give the rows of several tables."""
    for table in tables:
        yield from deliveries(survey, table)
