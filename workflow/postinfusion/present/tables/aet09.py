"""AET09: adverse events related to the treatment, as judged by the investigator, by class and term."""

from __future__ import annotations

from postinfusion.present.display import Table
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import class_table

_UNKNOWN = "the data do not record the relation of adverse events to the treatment"


def table(results: Results) -> Table:
    """Give all related events together, then the classes with their terms.

    Raises
    ------
    DataError
        The data do not record it.
    """
    return class_table(results, "AET09", "related", first="Any related adverse event", unknown=_UNKNOWN)
