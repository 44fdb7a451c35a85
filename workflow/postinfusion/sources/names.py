"""Whether what stands in the place of column names can be names: data there are shown to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[<>~]?[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{1,4}[-./ ]([0-9]{1,2}|[A-Za-z]{3,9})[-./ ][0-9]{1,4}([T ].*)?")
_LONGEST_WORD = 60


def is_value(cell: str) -> bool:
    """Say whether a cell is a number or a date."""
    return _NUMBER.fullmatch(cell) is not None or _DATE.fullmatch(cell) is not None


def are_names(header: Iterable[str]) -> bool:
    """Say whether a header can hold nothing but names of columns: no number, no date, no endless word."""
    return not any(is_value(name) or len(max(name.split(), key=len, default="")) > _LONGEST_WORD for name in header)
