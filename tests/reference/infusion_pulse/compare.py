"""The mixed model of all minutes around an infusion, on the shipped systolic pressures, against lme4 and lmerTest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion import fit_lmm
from postinfusion.analyses.lmm import LmmFit
from reference.comparisons import LOG_LIKELIHOOD, STANDARD_ERROR, Comparison, table_comparisons
from reference.reference_cases import numbers

REFERENCE = numbers("infusion_pulse")
LME4, LMERTEST = "R lme4 1.1-31, polished", "R lmerTest 3.1-3, ddf = Satterthwaite"
DATA = Path(__file__).parents[3] / "data/ketamine_ed"


@cache
def readings() -> pd.DataFrame:
    """Give the changes since before each infusion at the planned minutes, and the height of the pulse at each."""
    people = pd.read_csv(DATA / "participants.csv").set_index("participant")["group"]
    taken = pd.read_csv(DATA / "vitals.csv").dropna(subset="systolic")
    unit = ["participant", "infusion"]
    before = taken[taken["minute"] == 0].set_index(unit)["systolic"].rename("BASE")
    after = taken[taken["minute"] > 0].join(before, on=unit).dropna(subset="BASE")
    frame = pd.DataFrame(
        {
            "USUBJID": after["participant"],
            "INFNUM": after["infusion"],
            "ARM": after["participant"].map(people),
            "MINUTE": after["minute"],
            "GROUP": after["infusion"],
            "BASE": after["BASE"],
            "CHG": after["systolic"] - after["BASE"],
        }
    )
    mean = frame.groupby(["ARM", "MINUTE"])["CHG"].mean().abs().groupby("MINUTE").max()
    return frame.assign(PULSE=frame["MINUTE"].map(mean / mean.max())).reset_index(drop=True)


@cache
def fit() -> LmmFit:
    """Fit the model of the analysis."""
    frame = readings().assign(
        UNIT=lambda rows: rows["USUBJID"] + " " + rows["INFNUM"].astype("str"),
        MINUTE=lambda rows: pd.Categorical(rows["MINUTE"]),
        GROUP=lambda rows: pd.Categorical(rows["GROUP"]),
        ARM=lambda rows: pd.Categorical(rows["ARM"], ["M", "K"]),
    )
    fixed = "ARM * MINUTE + GROUP + BASE"
    return fit_lmm(frame, "CHG", fixed, "1 + PULSE", ["USUBJID", "UNIT"], df="satterthwaite")


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    yield Comparison("log_likelihood", LME4, REFERENCE["logLik"], lambda: fit().log_likelihood, LOG_LIKELIHOOD)
    yield Comparison("variances", LME4, _variances(), _ours, STANDARD_ERROR)
    yield from table_comparisons("satterthwaite", LMERTEST, _in_our_order(), lambda: fit().coefficients)


def _ours() -> list[float]:
    """Give our variances: participant, infusion, residual."""
    return [*np.diag(fit().random_covariance), fit().residual_variance]


def _variances() -> list[float]:
    """Give lme4's variances in our order."""
    rows = [row for row in REFERENCE["components"] if row.get("var2") is None]
    return [row["vcov"] for group in ("USUBJID", "USUBJID:INFNUM", "Residual") for row in rows if row["grp"] == group]


def _in_our_order() -> list[dict[str, float]]:
    """Give lmerTest's coefficients in the order of ours, without their names."""
    return [{name: row[name] for name in ("estimate", "se", "df")} for row in REFERENCE["satterthwaite"]]
