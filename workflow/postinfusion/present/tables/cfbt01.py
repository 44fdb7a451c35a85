"""CFBT01: observed values and changes from baseline by visit and arm."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Spanner, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of, mean_with_sd, span_of

_VARIABLES = ("AVAL", "CHG")


def table(results: Results) -> Table:
    """Give a block of rows per visit; every arm has a column for the value and one for the change."""
    spanners = tuple(Spanner(results.with_total(arm), 2) for arm in groups_of(results))
    columns = ("Visit", *(("Value", "Change") * len(spanners)))
    visits = [visit for visit in results.values_of("visit", variable="AVAL") if visit]
    rows = tuple(row for visit in visits for row in _visit(results, visit))
    unit = results.endpoint.unit if results.endpoint else ""
    return Table(label_of(results, "CFBT01", f"In {unit}" if unit else ""), (Part(columns, rows, spanners=spanners),))


def _visit(results: Results, visit: str) -> list[Row]:
    """Give the rows of one visit."""
    keys = [{"variable": name, "visit": visit, "arm": arm} for arm in groups_of(results) for name in _VARIABLES]
    rows = {
        "n": [results.text("n", **key) for key in keys],
        "Mean (SD)": [mean_with_sd(results, **key) for key in keys],
        "95 % CI of the mean": [results.interval(**key) for key in keys],
        "Median (quartiles)": [
            formats.with_bracket(results.text("median", **key), span_of(results, "q1", "q3", **key)) for key in keys
        ],
        "Range": [span_of(results, "min", "max", **key) for key in keys],
    }
    return [Row(visit), *(Row(name, tuple(cells), 1) for name, cells in rows.items())]
