"""Ratios of within-person spreads against R: a random scale by brute force, one scale for each arm by nlme, two steps.

R integrates over the persons' own deviations by the trapezoid rule on a fixed grid and maximises by numerical
derivatives; we use adaptive Gauss-Hermite quadrature of the diagonalised likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.analyses.lmm import fit_lmm
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.variability_data import RMSSD, SD
from postinfusion.analyses.variability_model import RANDOM_SLOPE, ScaleModel, scale_model
from postinfusion.analyses.variability_two_steps import compare_arms
from postinfusion.core.within_person_spread import root_mean_square_successive_difference, spread_about_line
from reference.comparisons import (
    ESTIMATE,
    LOG_LIKELIHOOD,
    P_VALUE_OF_CONTRAST,
    STANDARD_ERROR,
    Comparison,
    Tolerance,
)
from reference.reference_cases import numbers

REFERENCE = numbers("within_person_variability")
BRUTE_FORCE, NLME, LM = (
    "R 4.2.2, trapezoid rule",
    "R nlme 3.1-162, lme with varIdent",
    "R lm 4.2.2, by person and weighted",
)
CLOSED_FORM = Tolerance(1e-8, "the same formulas; R's search for the variance between persons stops at 1e-9")


@cache
def records() -> pd.DataFrame:
    """Give the values as records."""
    data = pd.read_csv(Path(__file__).parent / "data.csv")
    arm = pd.Categorical(data["arm"], ["A", "B"])
    return pd.DataFrame({"USUBJID": data["id"], ARM: arm, "AHRFIRST": data["hours"], "AVAL": data["value"]})


@cache
def persons() -> pd.DataFrame:
    """Give the spreads by person."""
    found = []
    for who, own in records().groupby("USUBJID"):
        times, values = own["AHRFIRST"].to_numpy(), own["AVAL"].to_numpy()
        about = spread_about_line(times, values, trend=True)
        successive = root_mean_square_successive_difference(times, values)
        found.append((who, own[ARM].iloc[0], about.value, about.df, successive.value, successive.df))
    frame = pd.DataFrame(found, columns=["USUBJID", ARM, SD, "SD_DF", RMSSD, "RMSSD_DF"])
    return frame.assign(ARM=pd.Categorical(frame[ARM], ["A", "B"]))


@cache
def random_scale() -> ScaleModel:
    """Give the model with a random scale."""
    model, _ = scale_model(records(), persons(), (), trend=True, confidence=0.95)
    assert model is not None
    assert model.rung == RANDOM_SLOPE
    return model


def of_ratio(name: str) -> float:
    """Give a statistic of the ratio of the random scale; the estimate as a logarithm."""
    value = random_scale().ratios["B"][name]
    return float(np.log(value)) if name == "estimate" else value


@cache
def fixed_scale() -> tuple[float, float]:
    """Give the log ratio and the restricted log-likelihood of one scale for each arm."""
    frame = records()
    hours = frame["AHRFIRST"]
    frame = frame.assign(T=(hours - hours.mean()) / hours.std())
    fit = fit_lmm(frame, "AVAL", "ARM * T", "1 + T", "USUBJID", scale="ARM", df="asymptotic")
    return float(fit.scale_coefficients["estimate"].iloc[0]), float(fit.log_likelihood)


def two_steps(measure: str, name: str) -> float:
    """Give one number of the two steps."""
    found = compare_arms(persons(), measure, (), 0.95)
    ratio = found.ratios["B"]
    return {"log_ratio": float(np.log(ratio["estimate"])), "se": ratio["std_error"], "p": ratio["p_value"],
            "tau2": found.between**2}[name]  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    scale = REFERENCE["random_scale"]
    likelihood: Callable[[], float] = lambda: float(random_scale().dossier["log_likelihood"])  # noqa: E731
    yield Comparison("random scale: log-likelihood", BRUTE_FORCE, scale["logLik"], likelihood, LOG_LIKELIHOOD)
    yield Comparison("random scale: log ratio", BRUTE_FORCE, scale["gamma"], partial(of_ratio, "estimate"), ESTIMATE,
                     scale=scale["gamma_se"])  # fmt: skip
    yield Comparison("random scale: standard error", BRUTE_FORCE, scale["gamma_se"], partial(of_ratio, "std_error"),
                     STANDARD_ERROR)  # fmt: skip
    yield Comparison("random scale: between persons", BRUTE_FORCE, scale["tau"], lambda: random_scale().between,
                     ESTIMATE, scale=scale["tau_se"])  # fmt: skip
    fixed = REFERENCE["fixed_scale"]
    yield Comparison("one scale for each arm: log ratio", NLME, fixed["log_ratio"], lambda: fixed_scale()[0], ESTIMATE,
                     scale=0.05)  # fmt: skip
    for measure, key in ((SD, "sd"), (RMSSD, "rmssd")):
        for name, value in REFERENCE[key].items():
            tolerance = P_VALUE_OF_CONTRAST if name == "p" else CLOSED_FORM
            yield Comparison(f"two steps, {measure}: {name}", LM, value, partial(two_steps, measure, name), tolerance)
