"""Questions to the analysis results data: a selection of rows, or exactly one value."""

from __future__ import annotations

import pandas as pd

from postinfusion.ard.schema import COLUMNS, KEY


def select(ard: pd.DataFrame, **key: object) -> pd.DataFrame:
    """Give the rows whose columns equal the given values; a list, tuple or set means "one of these"."""
    wanted = pd.Series(data=True, index=ard.index)
    for name, value in key.items():
        _refuse_unknown(name)
        wanted &= (
            ard[name].isin(list(value)) if isinstance(value, list | tuple | set | frozenset) else ard[name] == value
        )
    return ard[wanted]


def statistic(ard: pd.DataFrame, **key: object) -> float:
    """Give exactly one value.

    Raises
    ------
    LookupError
        No row or several rows match; the message says which further columns would tell them apart.
    """
    found = select(ard, **key)
    if len(found) == 1:
        return float(found["stat"].iloc[0])
    asked = ", ".join(f"{name}={value!r}" for name, value in key.items())
    if found.empty:
        raise LookupError(f"no result has {asked}")
    varying = [name for name in KEY if name not in key and found[name].nunique() > 1]
    hint = ", ".join(f"{name} (one of {sorted(found[name].unique())[:5]})" for name in varying)
    raise LookupError(f"{len(found)} results have {asked}; add {hint or 'nothing: the rows are duplicates'}")


def _refuse_unknown(name: str) -> None:
    """Raise when the results have no such column."""
    if name not in COLUMNS:
        raise LookupError(f"{name} is not a column of the results; there are {', '.join(COLUMNS)}")
