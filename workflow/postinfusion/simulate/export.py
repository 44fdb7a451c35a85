"""Tables and the truth as text."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps

import pandas as pd

DATE_FORMAT = "%Y-%m-%dT%H:%M"


def csv_text(table: pd.DataFrame) -> str:
    """Give a table as CSV: times to the minute, empty cells where nothing is known, the same bytes on any machine."""
    return str(table.to_csv(index=False, date_format=DATE_FORMAT, float_format="%.10g", lineterminator="\n"))


def json_text(document: Mapping[str, object]) -> str:
    """Give a document as JSON, in its own order."""
    return dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
