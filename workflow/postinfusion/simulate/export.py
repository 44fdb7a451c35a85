"""Tables as text: CSV as a research database exports it."""

from __future__ import annotations

import pandas as pd

DATE_FORMAT = "%Y-%m-%dT%H:%M"


def csv_text(table: pd.DataFrame) -> str:
    """Give a table as CSV: times to the minute, empty cells where nothing is known, the same bytes on any machine."""
    return str(table.to_csv(index=False, date_format=DATE_FORMAT, float_format="%.10g", lineterminator="\n"))
