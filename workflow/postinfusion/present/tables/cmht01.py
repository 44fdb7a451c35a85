"""CMHT01: row mean scores and linear trend of ordered categories by visit."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results

TESTS = {"row-mean-scores": "Row mean scores differ", "linear-trend": "Linear trend over the arms"}


def table(results: Results) -> Table:
    """Give a row per visit and test.

    Raises
    ------
    ModelError
        The results hold no test.
    """
    rows: list[Row] = []
    for term, name in TESTS.items():
        found = [Row(visit, _cells(results, visit, term), 1) for visit in results.values_of("visit", term=term)]
        rows += [Row(name), *found] if found else []
    if not rows:
        alone = "one arm alone has no other to be tested against"
        raise ModelError(alone if len(results.arms) < 2 else results.failure or "the results hold no test")
    headings = ("Visit", "n", "Strata", "χ²", "Degrees of freedom", "p")
    over = " over the strata of the randomisation" if results.plan.design.strata else ""
    note = (
        f"Cochran-Mantel-Haenszel tests{over}, with the scores 1, 2, … of the categories, of participants with a value "
        "at the visit."
    )
    return Table(label_of(results, "CMHT01", "", (note,)), (Part(headings, tuple(rows)),))


def _cells(results: Results, visit: str, term: str) -> tuple[str, ...]:
    """Give the cells of one test."""
    names = ("n", "n_strata", "statistic", "num_df", "p_value")
    return tuple(results.text(name, variable="category", visit=visit, term=term) for name in names)
