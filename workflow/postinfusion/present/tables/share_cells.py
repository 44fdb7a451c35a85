"""Cells of shares with their own denominators and limits: ``24 of 26 (92.3 %; 74.9 to 99.1)``."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.results import Results

_OF = f"{formats.NO_BREAK}of{formats.NO_BREAK}"


def share(results: Results, **key: str) -> str:
    """Give a share with its interval: number, of how many, per cent and limits; nothing without such a row."""
    n, total = results.text("n", **key), results.text("n_total", **key)
    if not n or n in formats.WITHOUT_VALUE:
        return n
    counted = f"{n}{_OF}{total}"
    percent = results.text("proportion", **key)
    if not percent:
        return counted
    return f"{counted} ({percent}{formats.NO_BREAK}%; {_limits(results, key)})"


def risk_differences(results: Results, **key: str) -> tuple[str, ...]:
    """Give a cell for each comparison: the difference in percentage points with its interval."""
    cells = []
    for arm, against in results.comparisons:
        of = {**key, "arm": arm, "comparator": against}
        cells.append(formats.with_bracket(results.text("risk_difference", **of), _limits(results, of)))
    return tuple(cells)


def difference_headings(results: Results) -> tuple[str, ...]:
    """Give the heading of each comparison, named where there are several."""
    pairs = results.comparisons
    named = [f", {arm} − {against}" if len(pairs) > 1 else "" for arm, against in pairs]
    return tuple(f"Risk difference{name} ({results.confidence} CI)" for name in named)


def _limits(results: Results, key: dict[str, str]) -> str:
    """Give the limits of a share or a difference in percentage points."""
    return formats.interval(*(formats.percentage_points(results.value(at, **key)) for at in ("conf_low", "conf_high")))
