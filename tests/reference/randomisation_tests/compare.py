"""Randomisation tests against all allocations in R, against coin, and against Fisher's lady tasting tea."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from postinfusion.core.randomisation_tests import RandomisationTest, randomisation_test, studentised_difference
from reference.comparisons import CLOSED_FORM, Comparison
from reference.reference_cases import numbers

CASE = numbers("randomisation_tests")
BRUTE = "R 4.2.2, all allocations, lm and sandwich::vcovHC(HC2)"
COIN = "R coin 1.4-2, oneway_test, exact"
FISHER = "R 4.2.2, fisher.test (Fisher 1935: 1 of 70 on one side)"
TEA = {"all_right": [1, 1, 1, 1, 0, 0, 0, 0], "three_right": [1, 1, 1, 0, 1, 0, 0, 0]}


def found(y: list[float], a: list[int], x: object = None, strata: object = None) -> RandomisationTest:
    """Give the test of a case."""
    n = len(y)
    columns = np.empty((n, 0)) if not x else np.array(x, dtype=float)
    codes = np.zeros(n, dtype=np.intp) if strata is None else np.array(strata, dtype=np.intp)
    statistic = studentised_difference(np.array(y, dtype=float), columns)
    return randomisation_test(statistic, np.array(a, dtype=bool), codes, np.random.default_rng(1))


def brute(case: dict) -> list[float]:
    """Give what is compared with all allocations."""
    test = found(case["y"], case["a"], case["x"], case["strata"])
    return [test.statistic, test.p_value, test.smallest_p, test.n_allocations]


def p_value(y: list[float], a: list[int]) -> float:
    """Give the p-value of a case without covariates."""
    return found(y, a).p_value


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for name, case in CASE["brute"].items():
        theirs = [case["statistic"], case["p"], case["smallest"], case["n"]]
        names = ["statistic", "p", "smallest p", "allocations"]
        yield Comparison(name, BRUTE, theirs, partial(brute, case), CLOSED_FORM, names=names)
    equal = CASE["equal"]
    yield Comparison("arms of one size: p", COIN, equal["p"], partial(p_value, equal["y"], equal["a"]), CLOSED_FORM)
    for name, y in TEA.items():
        ours = partial(p_value, y, [1, 1, 1, 1, 0, 0, 0, 0])
        yield Comparison(f"tea, {name}: p", FISHER, CASE["tea"][name], ours, CLOSED_FORM)
