"""The block of a table that gives the association of an expectation score with change."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results

ASSOCIATION = "expectation-association"
EXPECTATION_NOTE = (
    "Expectation score and change: an association in participants of the same arm and baseline. Who expects more may "
    "differ in much else, and nothing says which comes first."
)
_MORE_DECIMALS = 1


def expectation_part(results: Results) -> Part:
    """Give the change per point of the score; without rows where the results have none."""
    rows = []
    for level in results.values_of("level", term=ASSOCIATION, stat_name="estimate"):
        visit = results.values_of("visit", term=ASSOCIATION, level=level)[0]
        key = {"term": ASSOCIATION, "level": level, "visit": visit, "variable": "CHG"}
        decimals = results.decimals + _MORE_DECIMALS
        estimate, error, low, high = (
            results.printed(name, decimals, **key) for name in ("estimate", "std_error", "conf_low", "conf_high")
        )
        cells = (results.text("n", **key), estimate, error, formats.interval(low, high))
        others = tuple(results.text(name, **key) for name in ("df", "p_value"))
        label = f"Change at {visit} per point of {formats.in_sentence(level)}"
        rows.append(Row(label, (*cells, *others)))
    heads = ("", "n", "Estimate", "SE", f"{results.confidence} CI", "df", "p")
    return Part(heads, tuple(rows), "Expectation and change (association only)")
