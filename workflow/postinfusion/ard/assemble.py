"""All results of a trial as one table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from postinfusion.ard.schema import KEY, conform

MESSAGES = ("warning", "error")


def assemble(parts: pd.DataFrame, analysis_ids: Sequence[str]) -> pd.DataFrame:
    """Give the results sorted by the order of the analyses in the plan, then as the analyses wrote them.

    Raises
    ------
    ValueError
        Two rows have the same key, but for messages: a statistic would have two values.
    """
    position = {name: place for place, name in enumerate(analysis_ids)}
    ordered = parts.assign(place=parts["analysis_id"].map(position)).sort_values(["place", "order"], kind="stable")
    statistics = ordered[~ordered["stat_name"].isin(MESSAGES)]
    twice = statistics[statistics.duplicated(list(KEY))]
    if not twice.empty:
        first = {name: value for name, value in twice.iloc[0][list(KEY)].items() if value != ""}
        raise ValueError(f"{len(twice)} results have the key of another one; the first is {first}")
    return conform(ordered.drop(columns=["place", "order"]))
