"""Both stages of the shipped two-stage trial against lm in R, and their combination against the formulas in R."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import pandas as pd

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.sources.read import canonical_tables
from reference.comparisons import CLOSED_FORM, COUNT, Comparison
from reference.reference_cases import numbers

NAME = "two_stage_bed"
CASE = numbers(NAME)
LM = "R 4.2.2 stats::lm"
ROOT = Path(__file__).parents[3]
TERMS = {
    "first": "difference", "second": "stage-2-difference", "combined": "combined-difference",
    "combination": "combination-test",
}  # fmt: skip


@cache
def results() -> pd.DataFrame:
    """Give the results of the two-stage analysis of the shipped trial."""
    plan = read.plan(ROOT / "config" / "trials" / f"{NAME}.yaml")
    tables = canonical_tables(plan, ROOT / "data" / NAME).tables
    return analyse(plan, NAME, "madrs-stages", derive(plan, NAME, tables)).results


def ours(term: str, name: str) -> float:
    """Give one statistic."""
    return float(select(results(), term=term, stat_name=name)["stat"].iloc[0])


def analysed(visit: str) -> float:
    """Give the number of participants whose values entered a stage."""
    return float(select(results(), term="fit", stat_name="n_participants", visit=visit)["stat"].iloc[0])


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for part, term in TERMS.items():
        for name, reference in CASE[part].items():
            if name != "n":
                yield Comparison(f"{part}: {name}", LM, reference, partial(ours, term, name), CLOSED_FORM)
    for part, visit in (("first", "Day 14"), ("second", "Day 28")):
        yield Comparison(f"{part}: participants", LM, CASE[part]["n"], partial(analysed, visit), COUNT)
