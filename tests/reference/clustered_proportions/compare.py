"""Proportions of clustered units with R: the variance by estimating equations of geepack, the limits by qbeta."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from postinfusion.core.clustered_proportions import korn_graubard
from reference.comparisons import Comparison, Tolerance
from reference.reference_cases import numbers

TABLES = numbers("clustered_proportions")["tables"]
NAMES = ["estimate", "conf_low", "conf_high", "effective"]
ITERATED = Tolerance(1e-9, "a closed variance against that of an iterated fit, and two roots of a beta distribution")


def limits_of(table: dict) -> list[float]:
    found = korn_graubard(table["y"], table["n"])
    return [getattr(found, name) for name in NAMES]


def comparisons() -> Iterator[Comparison]:
    for name, table in TABLES.items():
        program = (
            "R 4.2.2, binom.test" if name == "one_each" else "R geepack 1.3.9, geeglm (robust variance), and qbeta"
        )
        reference = [float(table["limits"][key]) for key in NAMES]
        yield Comparison(name, program, reference, partial(limits_of, table), ITERATED, names=NAMES)
