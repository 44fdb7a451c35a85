"""Subgroups, regions of significance and ratios of standard deviations against R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from postinfusion.analyses.model_data import ModelData
from postinfusion.analyses.subgroups import compared_groups
from postinfusion.ard.build import Row
from postinfusion.core.johnson_neyman import (
    Region,
    pointwise_critical_value,
    potthoff_critical_value,
    regions_of_line,
)
from postinfusion.core.variance_ratio import brown_forsythe, deviation_ratio
from postinfusion.plan.analyses import Subgroups
from reference.comparisons import CLOSED_FORM, ESTIMATE, STANDARD_ERROR, Comparison, Tolerance
from reference.reference_cases import anorexia, beat_the_blues, numbers

CASE = numbers("for_whom")
LM, GLS = "R lm and emmeans 1.8.4-1", "R nlme 3.1-162, gls, REML, corSymm and varIdent"
ROOTS = "R 4.2.2, root search on lm's covariance"
BONETT, SPREAD = "R 4.2.2, formula of Bonett (2006)", "R 4.2.2, anova of deviations from medians"
ROOT = Tolerance(1e-8, "of one unit of the moderator: where a root search stops", is_relative=False)
WALD = Tolerance(5 * ESTIMATE.size, "of one: a ratio of an estimate and its standard error", is_relative=False)


def asked(df: str) -> Subgroups:
    """Give the analysis."""
    factor = {"by": "drug", "prespecified": True}
    return Subgroups.model_validate(
        {"method": "subgroups", "endpoint": "bdi", "visit": "2", "factors": [factor], "df": df}
    )


@cache
def found(*visits: str, df: str = "kenward-roger-linear") -> list[Row]:
    """Give the rows of the analysis at the first visit."""
    long = beat_the_blues().dropna(subset=["bdi"])
    long = long[long["month"].astype(str).isin(visits)]
    frame = pd.DataFrame(
        {
            "USUBJID": long["subject"].astype(str),
            "ARM": long["treatment"],
            "AVISIT": pd.Categorical(long["month"].astype(str), list(visits)),
            "GROUP": pd.Categorical(long["drug"], ["No", "Yes"]),
            "BASE": long["bdi_pre"].astype(float),
            "LENGTH": long["length"],
            "AVAL": long["bdi"].astype(float),
        }
    )
    data = ModelData(frame.reset_index(drop=True), "AVAL", True, ("LENGTH",), ("TAU", "BtheB"))
    return compared_groups(asked(df), data)


def values(rows: list[Row], term: str, *names: str) -> np.ndarray:
    """Give statistics of one term, in the order of the rows."""
    return np.array([row["stat"] for name in names for row in rows if row["term"] == term and row["stat_name"] == name])


def one_visit(term: str, *names: str) -> np.ndarray:
    """Give statistics of the model of one visit."""
    return values(found("2"), term, *names)


def repeated(term: str, *names: str) -> np.ndarray:
    """Give statistics of the model of all visits."""
    return values(found("2", "3", "5", "8", df="asymptotic"), term, *names)


def signed_z() -> float:
    """Give the Wald statistic of the interaction as z."""
    return float(np.sqrt(repeated("interaction", "statistic")[0]))


def ends(regions: tuple[Region, ...]) -> list[float]:
    """Give ends and signs of regions."""
    return [number for region in regions for number in (region.low, region.high, region.sign)]


def region(arm: str, kind: str) -> list[float]:
    """Give the regions of one comparison of the anorexia trial."""
    case = CASE["regions"][arm]
    critical = {"pointwise": pointwise_critical_value, "simultaneous": potthoff_critical_value}[kind](case["df"])
    return ends(regions_of_line(case["coefficients"], case["covariance"], critical, case["low"], case["high"]))


def ratio(name: str) -> list[float]:
    """Give the ratio of two arms with its limits."""
    case = CASE["bonett"][name]
    result = deviation_ratio(case["y1"], case["y2"])
    return [result.ratio, result.conf_low, result.conf_high, result.kurtosis]


def spread() -> list[float]:
    """Give Brown and Forsythe's test of the change in weight."""
    frame = anorexia()
    change = frame["Postwt"] - frame["Prewt"]
    test = brown_forsythe([group.to_numpy() for _, group in change.groupby(frame["Treat"], observed=True)])
    return [test.statistic, test.df_numerator, test.df_denominator, test.p_value]


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    one, all_visits = CASE["one_visit"], CASE["repeated"]
    columns = {
        "estimate": "estimate", "SE": "std_error", "df": "df", "lower.CL": "conf_low", "upper.CL": "conf_high",
        "p.value": "p_value",
    }  # fmt: skip
    for theirs, ours in columns.items():
        reference = [row[theirs] for row in one["contrasts"]]
        yield Comparison(f"one visit: {ours}", LM, reference, partial(one_visit, "difference", ours), CLOSED_FORM)
    test = partial(one_visit, "interaction", "statistic", "df", "p_value")
    yield Comparison("one visit: interaction", LM, [one["F"], one["df"], one["p"]], test, CLOSED_FORM)

    errors = [row["SE"] for row in all_visits["contrasts"]]
    estimates = [row["estimate"] for row in all_visits["contrasts"]]
    differences = partial(repeated, "difference", "estimate")
    yield Comparison("four visits: estimate", GLS, estimates, differences, ESTIMATE, scale=errors)
    of_error = partial(repeated, "difference", "std_error")
    yield Comparison("four visits: standard error", GLS, errors, of_error, STANDARD_ERROR)
    yield Comparison("four visits: interaction, z", GLS, all_visits["z"], signed_z, WALD)

    for arm, case in CASE["regions"].items():
        for kind in ("pointwise", "simultaneous"):
            reference = [case[kind]["low"], case[kind]["high"], case[kind]["sign"]]
            yield Comparison(f"{arm}: {kind} region", ROOTS, reference, partial(region, arm, kind), ROOT)
        critical = partial(potthoff_critical_value, case["df"])
        yield Comparison(f"{arm}: Potthoff's value", "R 4.2.2, qf", case["potthoff_critical"], critical, CLOSED_FORM)
    for name, case in CASE["bonett"].items():
        reference = [case["ratio"], *case["limits"], case["kurtosis"]]
        yield Comparison(f"{name}: ratio of standard deviations", BONETT, reference, partial(ratio, name), CLOSED_FORM)
    test = CASE["brown_forsythe"]
    yield Comparison("change in weight: spread", SPREAD, [test["F"], *test["df"], test["p"]], spread, CLOSED_FORM)
