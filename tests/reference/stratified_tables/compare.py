"""Stratified two-by-two and ordered tables with R: score interval, odds ratios, Cochran-Mantel-Haenszel tests.

R's score interval and exact odds ratio are the script's own, from other algorithms than ours: restricted proportions by
a root of the likelihood's derivative, no cubic; the exact distribution by ``dhyper``. ``mantelhaen.test`` gives more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from postinfusion.core.cochran_mantel_haenszel import general_association, linear_trend, row_mean_scores
from postinfusion.core.odds_ratio import conditional_odds_ratio, mantel_haenszel_odds_ratio
from postinfusion.core.stratified_proportions import stratified_difference
from reference.comparisons import CLOSED_FORM, Comparison, Tolerance, half_unit
from reference.reference_cases import numbers

FOUND = numbers("stratified_tables")
MANTELHAEN = "R 4.2.2, mantelhaen.test"
OWN = "R 4.2.2, code of the case"
CICALC = "R cicalc, ci_prop_diff_mn_strata, printed in its documentation"
ROOT = Tolerance(1e-9, "roots of two algorithms, each found to about twelve digits of a tail probability")
# Treated and control, events and totals of two strata, as the documentation's example makes them.
PRINTED = ([7, 5], [10, 10], [5, 4], [10, 10])


def counts_of(reference: dict) -> tuple[list[float], ...]:
    return tuple(np.atleast_1d(reference[name]).tolist() for name in ("x1", "n1", "x2", "n2"))


def numbers_of(function: Callable, counts: tuple, names: list[str]) -> list[float]:
    found = function(*counts)
    return [getattr(found, name) for name in names]


def binary(name: str, reference: dict) -> Iterator[Comparison]:
    """Compare what is computed from the two-by-two tables."""
    counts = counts_of(reference)
    for quantity, function, program, tolerance in (
        ("difference", stratified_difference, OWN, ROOT),
        ("exact", conditional_odds_ratio, OWN, ROOT),
        ("mantel_haenszel", mantel_haenszel_odds_ratio, f"{MANTELHAEN}(correct = FALSE)", CLOSED_FORM),
    ):
        if quantity in reference:
            names = list(reference[quantity])
            theirs = [float(value) for value in reference[quantity].values()]
            ours = partial(numbers_of, function, counts, names)
            yield Comparison(f"{name}: {quantity}", program, theirs, ours, tolerance, names=names)
    if "exact_p" in reference:
        ours = partial(numbers_of, conditional_odds_ratio, counts, ["p_value"])
        yield Comparison(f"{name}: exact p", f"{MANTELHAEN}(exact = TRUE)", [reference["exact_p"]], ours, CLOSED_FORM)


def ordered(name: str, reference: dict) -> Iterator[Comparison]:
    """Compare the tests of ordered tables."""
    table = np.array(reference["counts"], dtype=float)
    scores = np.arange(1, table.shape[2] + 1)
    arms = np.arange(1, table.shape[1] + 1)
    for quantity, program, function in (
        ("general_association", MANTELHAEN, partial(general_association, table)),
        ("row_mean_scores", OWN, partial(row_mean_scores, table, scores)),
        ("linear_trend", OWN, partial(linear_trend, table, arms, scores)),
    ):
        names = list(reference[quantity])
        ours = partial(numbers_of, function, (), names)
        yield Comparison(
            f"{name}: {quantity}", program, list(reference[quantity].values()), ours, CLOSED_FORM, names=names
        )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, reference in FOUND["binary"].items():
        yield from binary(name, reference)
    for name, reference in FOUND["ordered"].items():
        yield from ordered(name, reference)
    for confidence, printed in ((0.95, [0.15, -0.1606, 0.4338]), (0.99, [0.15, -0.2509, 0.5072])):
        function = partial(stratified_difference, confidence=confidence)
        ours = partial(numbers_of, function, PRINTED, ["estimate", "conf_low", "conf_high"])
        yield Comparison(f"printed example, {confidence:.0%}", CICALC, printed, ours, half_unit(4))
