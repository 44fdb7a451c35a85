"""ORDT01: ordered categories by visit and the cumulative-logit mixed model."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import ratio
from postinfusion.present.tables.columns import count
from postinfusion.present.tables.link_parts import log_odds_part, wald_tests_part
from postinfusion.present.tables.model_parts import fit_part

CATEGORY = {"variable": "category"}
BY_THRESHOLD, TEST = "odds-ratio-by-threshold", "proportional-odds-test"
HONEST = (
    "One odds ratio for all thresholds is an assumption. In a small trial a large p is no evidence for it, and in a "
    "large one a small p may go with odds ratios that differ little: look at the odds ratios themselves."
)


def table(results: Results) -> Table:
    """Give counts by category, common odds ratios, a look at the assumption behind them, and the model.

    Raises
    ------
    ModelError
        The results hold no counts.
    """
    visits = [visit for visit in results.values_of("visit", **CATEGORY, term="", stat_name="n") if visit]
    if not visits:
        raise ModelError(results.failure or "the results hold no counts of categories")
    parts = (_counts(results, visits), _ratios(results), _assumption(results), wald_tests_part(results),
             log_odds_part(results), fit_part(results))  # fmt: skip
    notes = (*((HONEST,) if _assumption(results).rows else ()), *(f"Not done: {text}." for text in results.errors()))
    label = label_of(results, "ORDT01", _subtitle(results), notes)
    return Table(label, tuple(part for part in parts if part.rows))


def _counts(results: Results, visits: list[str]) -> Part:
    """Give the participants in each category, with their share of those observed."""
    levels = results.values_of("level", **CATEGORY, term="", stat_name="n")
    rows: list[Row] = []
    for visit in visits:
        rows.append(Row(visit))
        for level in levels:
            cells = tuple(count(results, **CATEGORY, visit=visit, level=level, arm=arm) for arm in results.arms)
            rows.append(Row(level, cells, 1))
    headings = ("Category", *(results.with_total(arm) for arm in results.arms))
    return Part(headings, tuple(rows), "Participants by category, n (% of those observed)")


def _ratios(results: Results) -> Part:
    """Give the common odds ratio by visit and over all visits."""
    rows = []
    for visit in results.values_of("visit", term="common-odds-ratio"):
        cells: list[str] = []
        for arm, against in results.comparisons:
            key = {**CATEGORY, "visit": visit, "arm": arm, "comparator": against, "term": "common-odds-ratio"}
            cells += [results.text("n", **key), ratio(results, key), results.text("statistic", **key),
                      results.text("p_value", **key)]  # fmt: skip
        rows.append(Row("Mean over the visits" if visit == "average" else visit, tuple(cells)))
    named = [f", {arm} against {against}" for arm, against in results.comparisons]
    headings = [heading for name in named
                for heading in ("n", f"Common odds ratio{name} ({results.confidence} CI)", "z", "p")]  # fmt: skip
    direction = results.said("direction", term="fit")
    return Part(("Visit", *headings), tuple(rows), f"Odds ratio of {direction}, given the participant")


def _assumption(results: Results) -> Part:
    """Give the odds ratio of the arm at each threshold, and the test that they are the same."""
    rows = []
    for level in results.values_of("level", term=BY_THRESHOLD):
        keys = ({**CATEGORY, "level": level, "arm": arm, "comparator": against, "term": BY_THRESHOLD}
                for arm, against in results.comparisons)  # fmt: skip
        rows.append(Row(f"{level} or higher against lower", tuple(ratio(results, key) for key in keys)))
    named = tuple(f"Odds ratio, {arm} against {against} ({results.confidence} CI)"
                  for arm, against in results.comparisons)  # fmt: skip
    test = {**CATEGORY, "term": TEST}
    if rows and (p_value := results.text("p_value", **test)):
        told = f"χ² = {results.text('statistic', **test)}, df = {results.text('num_df', **test)}, p = {p_value}"
        rows.append(Row("Wald test that they are equal", (told, *[""] * (len(named) - 1))))
    return Part(("Threshold", *named), tuple(rows), "A look at proportional odds: estimating equations over all visits")


def _subtitle(results: Results) -> str:
    """Say what the model is."""
    return "Cumulative-logit mixed model" if results.said("formula", term="fit") else ""
