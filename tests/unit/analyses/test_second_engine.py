"""Two engines that share no formula give the same model; where they do not, nobody can overlook it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_lmm, fit_mmrm
from postinfusion.analyses.ancova import fit_ancova
from postinfusion.analyses.mmrm import MmrmFit
from postinfusion.analyses.second_engine import ALARM, Recomputed, agreement_rows
from postinfusion.core.covariance import STRUCTURES
from postinfusion.core.dense_engine import DenseModel, of_independent, of_random_effects, of_visits
from reference.reference_cases import beat_the_blues

FIXED = "bdi_pre + drug + length + treatment * month"
# Both engines stop where a further step promises less than 1e-9 of a standard error; quasi-Newton steps stop earlier.
AGREE = 1e-5


def compared(fit: object, frame: pd.DataFrame, covariance: DenseModel, **key: float) -> dict[str, object]:
    L = np.empty((0, len(fit.design.names)))
    rows = agreement_rows(Recomputed(fit, frame, "bdi", "subject", **key), covariance, L)
    return {row["stat_name"]: row.get("stat_text") or row.get("warning") or row.get("stat") for row in rows}


def visits(frame: pd.DataFrame, fit: MmrmFit) -> DenseModel:
    codes = fit.covariance.index.get_indexer(frame["month"])
    return of_visits(fit.covariance_structure, codes, len(fit.covariance))


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return beat_the_blues().dropna(subset=["bdi"])


@pytest.mark.parametrize("structure", STRUCTURES)
def test_both_engines_fit_each_covariance_of_repeated_measures_alike(frame: pd.DataFrame, structure: str):
    fit = fit_mmrm(frame, "bdi", FIXED, "subject", "month", covariance=structure)
    found = compared(fit, frame, visits(frame, fit), log_likelihood=fit.log_likelihood)
    assert found["estimate_difference"] < AGREE
    assert found["std_error_difference"] < AGREE
    assert found["log_likelihood_difference"] < 1e-6
    assert "agree to" in found["agreement"]


@pytest.mark.parametrize("correlated", [True, False])
def test_both_engines_fit_random_slopes_alike(frame: pd.DataFrame, correlated: bool):
    timed = frame.assign(time=frame["month"].astype(float))
    fit = fit_lmm(timed, "bdi", "bdi_pre + treatment * time", "1 + time", "subject", correlated=correlated)
    design = np.column_stack([np.ones(len(timed)), timed["time"]])
    found = compared(fit, timed, of_random_effects(design, correlated=correlated), log_likelihood=fit.log_likelihood)
    assert found["estimate_difference"] < AGREE
    assert found["log_likelihood_difference"] < 1e-6


def test_both_engines_fit_least_squares_alike(frame: pd.DataFrame):
    last = frame[frame["month"] == frame["month"].max()]
    fit = fit_ancova(last, "bdi", "bdi_pre + treatment")
    assert compared(fit, last, of_independent(len(last)))["std_error_difference"] < AGREE


def test_a_difference_beyond_the_limit_is_an_alarm(frame: pd.DataFrame):
    fit = fit_mmrm(frame, "bdi", FIXED, "subject", "month")
    wrong = replace(fit.inference, beta=fit.inference.beta + 2 * ALARM * np.sqrt(np.diag(fit.inference.Phi)))
    found = compared(replace(fit, inference=wrong), frame, visits(frame, fit))
    assert found["estimate_difference"] > ALARM
    assert "do not use these results" in found["warning"]


def test_a_wrong_standard_error_is_an_alarm_too(frame: pd.DataFrame):
    fit = fit_mmrm(frame, "bdi", FIXED, "subject", "month")
    wrong = replace(fit.inference, Phi=fit.inference.Phi * 1.05)
    assert "differ by" in compared(replace(fit, inference=wrong), frame, visits(frame, fit))["agreement"]


def test_a_model_that_the_second_engine_cannot_fit_says_so(frame: pd.DataFrame):
    fit = fit_mmrm(frame, "bdi", FIXED, "subject", "month")
    found = compared(fit, frame.assign(bdi=1.0), visits(frame, fit))
    assert found["warning"] == "not recomputed by the second engine: the outcome is constant"
    assert "estimate_difference" not in found
