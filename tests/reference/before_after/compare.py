"""The segmented model of a single arm against R's lme4, with and without a change of level that varies between persons.

The analysis runs as the plan asks for it, from records to results; df are asymptotic here, as lme4 has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.analyses.before_after import SEGMENTS, before_after
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.plan.plan import Plan
from reference.comparisons import LOG_LIKELIHOOD, VARIANCE, Comparison, table_comparisons
from reference.reference_cases import numbers
from small_trial import plan

FITS = numbers("before_after")["fits"]
LME4 = "R lme4 1.1-31, polished"
RANDOM = {"intercept": ["intercept"], "level": ["intercept", "level"]}


@cache
def records() -> pd.DataFrame:
    """Give the data of the case as records of an analysis dataset."""
    data = pd.read_csv(Path(__file__).parent / "data.csv")
    return pd.DataFrame(
        {
            "USUBJID": data["id"], "PARAMCD": "MADRS", "AVAL": data["madrs"].astype(float),
            "AHRFIRST": data["weeks"] * 168.0, "DTYPE": "", "ABLFL": "", "ANL01FL": "", "AVISIT": "", "CHG": np.nan,
        }
    )  # fmt: skip


def asked(random: list[str]) -> Plan:
    """Give a plan that asks for the model."""
    design = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
    analysis = {"method": "before-after", "endpoint": "madrs", "random": random, "df": "asymptotic"}
    return plan(design=design, analyses={"course": analysis})


@cache
def results(name: str) -> pd.DataFrame:
    """Give the results of a model of the case."""
    wanted = asked(RANDOM[name])
    who = pd.DataFrame({"USUBJID": records()["USUBJID"].unique()}).assign(ARM=pd.Categorical(["Ketamine"] * 12))
    found = before_after(wanted, wanted.analyses["course"], {"ADQS": records()}, Members(who, ("Ketamine",), None))
    return table(found)


def segments(name: str) -> pd.DataFrame:
    """Give slopes and change of level."""
    found = results(name)
    wide = found[found["term"] == "segment"].pivot_table(index="level", columns="stat_name", values="stat", sort=False)
    return wide.loc[list(SEGMENTS)].reset_index()


def variances(name: str) -> list[float]:
    """Give the variances between and within participants."""
    found = results(name)
    return found.loc[found["term"] == "covariance", "stat"].tolist()


def log_likelihood(name: str) -> float:
    """Give the restricted log-likelihood."""
    found = results(name)
    return float(found.loc[found["stat_name"] == "log_likelihood", "stat"].iloc[0])


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FITS.items():
        yield from table_comparisons(name, LME4, reference["table"], partial(segments, name), names=list(SEGMENTS))
        yield Comparison(f"{name}: variances", LME4, reference["variances"], partial(variances, name), VARIANCE)
        yield Comparison(
            f"{name}: log_likelihood", LME4, reference["logLik"], partial(log_likelihood, name), LOG_LIKELIHOOD
        )
