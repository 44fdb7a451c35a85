"""HETT01: the spread of outcomes by arm, its ratio, and what that does not tell of single participants."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.spread import (
    ADJUSTED,
    EFFECT,
    RATIO,
    SPREAD,
    VARIANCE,
    individual_in_words,
    ratio_cells,
    spread_at,
)
from postinfusion.present.subgroups import comparisons_of

_BONETT = (
    "The interval of the ratio (Bonett 2006) does not suppose a normal distribution: it uses the kurtosis. Brown and "
    "Forsythe's test compares the distances from the medians."
)
_ROUND_TRIP = (
    "Participant × treatment: how much the effect itself varies between participants, from treatments that were given "
    "in more than one period. The p-value is that of a variance on the boundary of its range."
)


def table(results: Results) -> Table:
    """Give numbers and standard deviations by arm with their ratio; in a crossover the variance of the effect.

    Raises
    ------
    ModelError
        The results hold neither.
    """
    parts = (_arms(results), _ratios(results), _within(results))
    shown = tuple(part for part in parts if part.rows)
    if not shown:
        raise ModelError(results.failure or "the results hold no spread")
    parallel = bool(_ratios(results).rows)
    notes = [_BONETT, individual_in_words(results)] if parallel else [_ROUND_TRIP] if _within(results).rows else []
    reasons = [formats.as_sentence(text) for text in results.errors()]
    unit = f" (in {results.endpoint.unit})" if results.endpoint and results.endpoint.unit else ""
    subtitle = f"Change from baseline{unit} at {spread_at(results)['visit']}"
    return Table(
        label_of(results, "HETT01", subtitle, (*filter(None, notes), *reasons), signs=(formats.SUPPRESSED,)), shown
    )


def _arms(results: Results) -> Part:
    """Give number, mean and standard deviation by arm."""
    place = {**spread_at(results), "term": "observed"}
    names = ("n", "mean", "sd")
    rows = [Row(arm, tuple(results.text(name, **place, arm=arm) for name in names)) for arm in results.arms]
    return Part(("Arm", "n", "Mean", "SD"), tuple(row for row in rows if any(row.cells)), "As observed")


def _ratios(results: Results) -> Part:
    """Give adjusted standard deviations, their ratio with interval, and the test of spread."""
    heads = ("Comparison", "Adjusted SD", "Adjusted SD of comparator", "Ratio", f"{results.confidence} CI", "p",
             "p (Brown-Forsythe)")  # fmt: skip
    rows = []
    for pair in comparisons_of(results):
        key = {**spread_at(results), "arm": pair[0], "comparator": pair[1]}
        deviations = [results.text("sd", **key, term=ADJUSTED, level=level) for level in ("arm", "comparator")]
        tests = [results.text("p_value", **key, term=term) for term in (RATIO, SPREAD)]
        cells = (*deviations, *ratio_cells(results, pair), *tests)
        rows += [Row(f"{pair[0]} / {pair[1]}", cells)] if any(cells) else []
    return Part(heads, tuple(rows), "Ratio of standard deviations, adjusted for covariates within each arm")


def _within(results: Results) -> Part:
    """Give the variance of participant × treatment, and of the effect."""
    names = {VARIANCE: "SD of participant × treatment", EFFECT: "SD of the effect between participants"}
    rows = []
    for term, name in names.items():
        key = {**spread_at(results), "term": term}
        if text := results.text("estimate", **key):
            rows.append(Row(name, (text, results.interval(**key), results.text("p_value", **key))))
    return Part(("", "Estimate", f"{results.confidence} CI", "p"), tuple(rows), "Within participants")
