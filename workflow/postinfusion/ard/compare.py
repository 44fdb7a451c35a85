"""Two sets of results side by side: the independent check of one run against another."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.ard.schema import KEY


@dataclass(frozen=True)
class Comparison:
    """What differs between two sets of results.

    Attributes
    ----------
    only_first, only_second
        Keys that occur in one of the two only.
    differing
        Keys that occur in both with values further apart than the tolerance: ``stat_first``, ``stat_second``,
        ``text_first``, ``text_second``.
    trials
        The names of the two trials where they differ; the keys are then without them.
    """

    only_first: pd.DataFrame
    only_second: pd.DataFrame
    differing: pd.DataFrame
    trials: tuple[str, str] | None = None

    @property
    def is_equal(self) -> bool:
        """Nothing differs."""
        return self.only_first.empty and self.only_second.empty and self.differing.empty


def compare(
    first: pd.DataFrame, second: pd.DataFrame, *, relative: float = 1e-9, absolute: float = 1e-12
) -> Comparison:
    """List the rows that are only here, only there, and those whose values differ.

    Parameters
    ----------
    first, second
        Two frames of the schema.
    relative, absolute
        Two numbers are equal when they differ by at most ``absolute + relative * |second|``; NaN equals NaN.
    """
    trials = _different_trials(first, second)
    keys = [name for name in KEY if name != "trial" or trials is None]
    merged = first[[*keys, "stat", "stat_text"]].merge(
        second[[*keys, "stat", "stat_text"]], on=keys, how="outer", suffixes=("_first", "_second"), indicator="side"
    )
    both = merged[merged["side"] == "both"]
    apart = (both["stat_first"] - both["stat_second"]).abs() > absolute + relative * both["stat_second"].abs()
    one_missing = both["stat_first"].isna() != both["stat_second"].isna()
    other_text = both["stat_text_first"] != both["stat_text_second"]
    values = ["stat_first", "stat_second", "stat_text_first", "stat_text_second"]
    return Comparison(
        only_first=merged.loc[merged["side"] == "left_only", keys],
        only_second=merged.loc[merged["side"] == "right_only", keys],
        differing=both.loc[apart | one_missing | other_text, [*keys, *values]],
        trials=trials,
    )


def _different_trials(first: pd.DataFrame, second: pd.DataFrame) -> tuple[str, str] | None:
    """Give the names of the trials of two sets where each set has one and they differ."""
    names = [frame["trial"].unique().tolist() for frame in (first, second)]
    if [len(found) for found in names] != [1, 1] or names[0] == names[1]:
        return None
    return str(names[0][0]), str(names[1][0])
