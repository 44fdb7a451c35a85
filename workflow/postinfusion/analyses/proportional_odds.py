"""A look at the assumption of one odds ratio for all thresholds of ordered categories."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from postinfusion.analyses.gee import GeeFit, fit_gee
from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.errors import ModelError

BY_THRESHOLD = "odds-ratio-by-threshold"
TEST = "proportional-odds-test"
THRESHOLD, ABOVE = "THRESHOLD", "ABOVE"


def proportional_odds_rows(data: ModelData, confidence: float, reference: str, *, turned: bool) -> Iterator[Row]:
    """Give the odds ratio of the arm at each threshold, and a Wald test that they are the same.

    The indicators Y > j of each participant and visit, for every j, go into estimating equations with arm × threshold,
    threshold × visit and the baseline, independent working correlation and a covariance robust to how the indicators of
    one participant hang together. Thresholds that hold no one, or everyone, of an arm cannot be told apart and stay
    out.

    Parameters
    ----------
    data
        The records of the model.
    confidence
        Level of the intervals.
    reference
        The reference arm.
    turned
        Odds ratios are those of a lower category.
    """
    stacked = _stacked(data)
    if stacked[THRESHOLD].nunique() < 2:
        yield error_row("fewer than two thresholds hold participants of each arm on both sides", term=TEST)
        return
    visit = f" + {THRESHOLD} * AVISIT" if data.frame["AVISIT"].nunique() > 1 else ""
    baseline = " + BASE" if data.has_baseline else ""
    try:
        fit = fit_gee(
            stacked,
            ABOVE,
            f"{THRESHOLD} * {ARM}{visit}{baseline}",
            "USUBJID",
            family="binomial",
            working="independence",
            covariance="robust",
        )
        yield from _by_threshold(fit, confidence, reference, turned=turned)
        test = fit.joint_test(f"{THRESHOLD}:{ARM}")
    except ModelError as error:
        yield error_row(f"the assumption of proportional odds could not be looked at: {error}", term=TEST)
        return
    found = {"statistic": test.statistic * test.df_numerator, "num_df": test.df_numerator, "p_value": test.p_value}
    yield from rows(found, term=TEST)


def _stacked(data: ModelData) -> pd.DataFrame:
    """Give a row per record and threshold with both sides in every arm."""
    values = sorted(data.frame["AVAL"].unique())
    parts = [
        data.frame.assign(ABOVE=(data.frame["AVAL"] > below).astype(float), THRESHOLD=f"{above:g}")
        for below, above in pairwise(values)
    ]
    told = [part for part in parts if _has_both_sides(part)]
    if not told:
        return parts[0].iloc[:0] if parts else data.frame.assign(ABOVE=np.nan, THRESHOLD="").iloc[:0]
    order = [str(part[THRESHOLD].iloc[0]) for part in told]
    stacked = pd.concat(told, ignore_index=True)
    return stacked.assign(THRESHOLD=pd.Categorical(stacked[THRESHOLD], order))


def _has_both_sides(part: pd.DataFrame) -> bool:
    """Say whether every arm has participants above the threshold and others not above it."""
    return bool(part.groupby(ARM, observed=True)[ABOVE].nunique().eq(2).all())


def _by_threshold(fit: GeeFit, confidence: float, reference: str, *, turned: bool) -> Iterator[Row]:
    """Give the odds ratio of the arm at each threshold."""
    table = fit.ratios(ARM, by=THRESHOLD, reference=reference, confidence=confidence)
    for record in table.to_dict("records"):
        ends = (record["estimate"], record["conf_low"], record["conf_high"])
        estimate, low, high = (1 / ends[0], 1 / ends[2], 1 / ends[1]) if turned else ends
        key = {"term": BY_THRESHOLD, "level": str(record[THRESHOLD]), "arm": str(record[ARM]), "comparator": reference}
        yield from rows({"estimate": estimate, "conf_low": low, "conf_high": high}, **key)
