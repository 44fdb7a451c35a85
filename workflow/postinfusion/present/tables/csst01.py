"""CSST01: worst category since baseline and shift from the category at baseline; zeros are printed."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Shift
from postinfusion.present.display import Part, Row, Spanner, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import binary_headings, binary_notes, binary_rows
from postinfusion.present.tables.columns import count


def table(results: Results) -> Table:
    """Give categories at baseline and worst since, the shift table of each arm, and who became worse.

    Raises
    ------
    ModelError
        The results hold no counts.
    """
    levels = results.values_of("level", variable="worst")
    if not levels:
        raise ModelError(results.failure or "the results hold no categories")
    shifts = tuple(_shift(results, arm, levels) for arm in results.arms)
    parts = (_categories(results, levels), *shifts, _worse(results))
    label = label_of(results, "CSST01", _subtitle(results), binary_notes(results))
    return Table(label, tuple(part for part in parts if part.rows))


def _categories(results: Results, levels: list[str]) -> Part:
    """Give a row per category, with the category before and the worst one since of each arm."""
    rows = tuple(
        Row(level, tuple(count(results, variable=variable, level=level, arm=arm)
                         for arm in results.arms for variable in ("before", "worst")))
        for level in levels
    )  # fmt: skip
    spanners = tuple(Spanner(results.with_total(arm), 2) for arm in results.arms)
    columns = ("Category", *(("Before", "Worst since") * len(spanners)))
    return Part(columns, rows, "Participants by category, n (%)", spanners)


def _shift(results: Results, arm: str, levels: list[str]) -> Part:
    """Give the shift table of one arm."""
    rows = tuple(
        Row(first, tuple(results.text("n", variable="shift", level=f"{first} → {second}", arm=arm)
                         for second in levels))
        for first in levels
    )  # fmt: skip
    caption = f"{results.with_total(arm)}: participants by category before (rows) and worst since (columns)"
    return Part(("Before", *levels), rows, caption)


def _worse(results: Results) -> Part:
    """Give who became worse, and who newly reached the serious category."""
    rows: list[Row] = []
    for variable, name in _names(results).items():
        if results.values_of("level", variable=variable, term="proportion"):
            rows += binary_rows(results, name, {"variable": variable})
    return Part(("", *binary_headings(results)), tuple(rows), "Became worse")


def _names(results: Results) -> dict[str, str]:
    """Name the statuses."""
    serious = results.analysis.serious if isinstance(results.analysis, Shift) else None
    newly = {"newly-serious": f"Newly {serious:g} or worse"} if serious is not None else {}
    return {"worsened": "Any worse category than before", **newly}


def _subtitle(results: Results) -> str:
    """Say what worst is."""
    endpoint = results.endpoint
    which = "lowest" if endpoint and endpoint.better.value == "higher" else "highest"
    is_last = isinstance(results.analysis, Shift) and results.analysis.before == "last"
    before = "the baseline value" if is_last else f"the {which} category up to time zero"
    return f"Before: {before}; worst since: the {which} category at any assessment after time zero"
