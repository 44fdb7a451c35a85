"""The share of the time of follow-up that weight lies within the band, by straight lines between weighings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.analyses.weight_definitions import band_limits, main_band
from postinfusion.analyses.weight_records import Weighings, followed
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.core.time_in_band import Stretches, stretches
from postinfusion.core.two_means import difference_of_means, mean_of
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import WeightStability

SHARE, DIFFERENCE = "share-of-time", "share-of-time-difference"
HOURS_PER_DAY = 24.0


def courses_within(weights: Weighings, analysis: WeightStability, members: Members) -> dict[str, Stretches]:
    """Give the stretches below, within and above the main band of each member who has a reference weight.

    Members without two weighings that are near enough have no stretch.
    """
    lines = followed(weights, analysis)
    found = {}
    for who, line in lines[lines["USUBJID"].isin(members.frame["USUBJID"])].groupby("USUBJID", sort=False):
        reference = float(weights.reference.get(who, np.nan))
        if reference > 0:
            low, high = band_limits(analysis, reference)
            gap = analysis.longest_gap
            found[str(who)] = stretches(line["AHRFIRST"], line["AVAL"], low, high, longest_gap=gap)
    return found


def time_rows(analysis: WeightStability, weights: Weighings, members: Members) -> Iterator[Row]:
    """Give the mean share of time within the main band by arm, and the differences of arms.

    Returns
    -------
    iterator of rows
        ``term="share-of-time"`` by ``arm``: ``n mean sd conf_low conf_high``, and ``median_days`` of known time.
        ``term="share-of-time-difference"`` by ``arm``, ``comparator``: Welch's ``estimate std_error df conf_low
        conf_high p_value``, of arms with three participants or more.
    """
    table = _shares(weights, analysis, members)
    key = {"variable": main_band(analysis).name}
    for arm in members.arms:
        mine = table[table["ARM"] == arm]
        yield from rows(_described(mine, analysis.confidence), **key, term=SHARE, arm=arm)
    for arm in members.compared:
        pair = {**key, "term": DIFFERENCE, "arm": arm, "comparator": str(members.reference)}
        yield from _difference(table, pair, analysis.confidence)


def _shares(weights: Weighings, analysis: WeightStability, members: Members) -> pd.DataFrame:
    """Give the arm, the share within the band and the days known of each member with any."""
    arms = members.frame.set_index("USUBJID")["ARM"].astype("object")
    found = courses_within(weights, analysis, members)
    records = [(arms[who], one.share, one.covered / HOURS_PER_DAY) for who, one in found.items() if one.covered > 0]
    return pd.DataFrame(records, columns=["ARM", "SHARE", "DAYS"])


def _described(mine: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Describe the shares of one arm; an interval needs three participants, and is cut at 0 and 1."""
    found: dict[str, float] = {"n": len(mine)}
    if len(mine):
        found |= {"mean": float(mine["SHARE"].mean()), "median_days": float(mine["DAYS"].median())}
    if len(mine) >= FEWEST_PARTICIPANTS:
        mean = mean_of(mine["SHARE"], confidence=confidence)
        low, high = max(0.0, float(mean.conf_low[0])), min(1.0, float(mean.conf_high[0]))
        found |= {"sd": float(mine["SHARE"].std()), "conf_low": low, "conf_high": high}
    return found


def _difference(table: pd.DataFrame, pair: dict[str, str], confidence: float) -> Iterator[Row]:
    """Give the difference of two arms, or why there is none."""
    first, second = (table.loc[table["ARM"] == pair[side], "SHARE"] for side in ("arm", "comparator"))
    if min(len(first), len(second)) < FEWEST_PARTICIPANTS:
        yield error_row(f"fewer than {FEWEST_PARTICIPANTS} participants in an arm: described only", **pair)
        return
    try:
        found = difference_of_means(first, second, confidence=confidence)
    except ModelError as error:
        yield error_row(str(error), **pair)
        return
    names = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    yield from rows({name: float(getattr(found, name)[0]) for name in names}, **pair)
