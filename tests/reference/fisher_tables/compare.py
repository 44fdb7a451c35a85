"""Fisher's exact test and the false discovery rate with R: two proportions of 3 to 346 participants."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scipy.stats import false_discovery_control

from postinfusion.analyses.event_screening import fisher
from reference.comparisons import Comparison, Tolerance
from reference.reference_cases import numbers

CASES = numbers("fisher_tables")["cases"]
PROGRAM = "R 4.2.2, fisher.test and p.adjust"
SUMMED = Tolerance(1e-10, "sums of the same probabilities, computed otherwise")


def p_values(case: dict) -> list[float]:
    raw = [fisher(*map(int, table)) for table in case["tables"]]
    return [*raw, *map(float, false_discovery_control(raw))]


def comparisons() -> Iterator[Comparison]:
    for name, case in CASES.items():
        reference = [float(p) for p in (*case["p_value"], *case["p_adjusted"])]
        told = ["/".join(map(str, map(int, table))) for table in case["tables"]]
        names = [*(f"p {one}" for one in told), *(f"adjusted p {one}" for one in told)]
        yield Comparison(name, PROGRAM, reference, partial(p_values, case), SUMMED, names=names)
