"""AET07: fatal adverse events by class and term; that there was none is printed."""

from __future__ import annotations

from postinfusion.present.display import Table
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import class_table

_UNKNOWN = "the data do not record how adverse events ended"


def table(results: Results) -> Table:
    """Give all fatal events together, then the classes with their terms.

    Raises
    ------
    DataError
        The data do not record it.
    """
    return class_table(results, "AET07", "fatal", first="Any fatal adverse event", unknown=_UNKNOWN)
