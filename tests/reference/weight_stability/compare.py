"""Tests against a margin, Welch's intervals and correlations against R: closed forms, so only rounding differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.ancova import fit_ancova
from postinfusion.core.correlation import correlation
from postinfusion.core.equivalence import two_one_sided_tests
from postinfusion.core.two_means import difference_of_means, mean_of
from reference.comparisons import CLOSED_FORM, Comparison
from reference.reference_cases import anorexia, numbers

REFERENCE = numbers("weight_stability")
PROGRAM = "R 4.2.2: lm and pt, t.test, cor.test"
TESTS = {"above": "statistic_above", "below": "statistic_below", "p_above": "p_above", "p_below": "p_below",
         "p": "p_value", "low": "conf_low", "high": "conf_high"}  # fmt: skip
MEANS = {"estimate": "estimate", "se": "std_error", "df": "df", "low": "conf_low", "high": "conf_high"}
CORRELATION = {"estimate": "estimate", "low": "conf_low", "high": "conf_high"}


@cache
def weights() -> pd.DataFrame:
    """Give the trial with the change of weight."""
    return anorexia().assign(change=lambda rows: rows["Postwt"] - rows["Prewt"])


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for case in REFERENCE["tost"]:
        arm = case["coefficient"].removeprefix("Treat")
        yield from _each(f"margin {case['margin']}, {arm} - Cont", case, lambda c=case, a=arm: _tests(a, c), TESTS)
    for case in REFERENCE["welch"]:
        pair = (case["first"], case["second"])
        asked = MEANS | {"statistic": "statistic", "p": "p_value"}
        yield from _each(" - ".join(pair), case, lambda p=pair: difference_of_means(*map(_changes, p)), asked)
    yield from _each("mean of CBT", REFERENCE["mean"], lambda: mean_of(_changes("CBT")), MEANS)
    yield from _each("correlation in FT", REFERENCE["correlation"], lambda: _correlation("FT"), CORRELATION)
    yield from _each("correlation within arms", REFERENCE["within"], _within, CORRELATION)


def _each(
    what: str, expected: Mapping[str, Any], found: Callable[[], object], names: Mapping[str, str]
) -> Iterator[Comparison]:
    """Compare each number of one result."""
    for theirs, ours in names.items():
        value = np.atleast_1d(expected[theirs])
        yield Comparison(
            f"{what}: {ours}",
            PROGRAM,
            value,
            lambda name=ours: np.atleast_1d(getattr(found(), name)),
            CLOSED_FORM,
        )


def _tests(arm: str, case: Mapping[str, Any]) -> object:
    """Test the adjusted difference of an arm to the reference against a margin."""
    fit = fit_ancova(weights().assign(Treat=pd.Categorical(weights()["Treat"], ["Cont", "CBT", "FT"])), "change",
                     "Treat + Prewt")  # fmt: skip
    row = fit.contrasts("Treat", reference="Cont").set_index("Treat").loc[arm]
    return two_one_sided_tests(row["estimate"], row["std_error"], row["df"], case["margin"])


def _changes(arm: str) -> pd.Series:
    """Give the changes of weight of an arm."""
    return weights().loc[weights()["Treat"] == arm, "change"]


def _correlation(arm: str) -> object:
    """Correlate first weight and change in an arm."""
    mine = weights()[weights()["Treat"] == arm]
    return correlation(mine["Prewt"], mine["change"])


def _within() -> object:
    """Correlate first weight and change within arms."""
    return correlation(weights()["Prewt"], weights()["change"], weights()["Treat"])
