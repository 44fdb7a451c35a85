"""The data dictionary of a REDCap project: which fields it marks as identifiers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from postinfusion.errors import DataError, Problem

NAMES = ("Variable / Field Name", "field_name")
MARKS = ("Identifier?", "identifier")
_YES = ("y", "yes", "1", "true")
_CHECKBOX = "___"


def columns_of(header: Sequence[str], file: str) -> tuple[str, str]:
    """Give the two columns of a dictionary that matter: the names of fields, and the marks of identifiers.

    Raises
    ------
    DataError
        The file is no dictionary as REDCap exports it.
    """
    found = [next((name for name in names if name in header), "") for names in (NAMES, MARKS)]
    if not all(found):
        text = f'no column "{NAMES[0]}" or "{MARKS[0]}". Export the data dictionary of the REDCap project again.'
        raise DataError(Problem(file, "", text))
    return found[0], found[1]


def marked(names: pd.Series, marks: pd.Series, header: Collection[str]) -> set[str]:
    """Give the columns of an export that its dictionary marks as identifying, those of checkboxes included.

    Parameters
    ----------
    names, marks
        The two columns of the dictionary as text.
    header
        Names of the columns of the export.
    """
    fields = set(names[marks.str.lower().isin(_YES)])
    return {name for name in header if name in fields or name.partition(_CHECKBOX)[0] in fields}
