"""Cells that several tables share: counts with percentages, means with SD, and the columns of the arms."""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.present import formats
from postinfusion.present.display import Row
from postinfusion.present.results import Results


def groups_of(results: Results) -> tuple[str, ...]:
    """Give the arms and, where there are several, the empty name for all participants together."""
    return (*results.arms, "") if len(results.arms) > 1 else results.arms


def headings(results: Results) -> tuple[str, ...]:
    """Give the headings of the columns of arms, with their numbers of participants."""
    return tuple(results.with_total(arm) for arm in groups_of(results))


def count(results: Results, **key: str) -> str:
    """Give a count with its percentage: ``12 (25.0 %)``; nothing without such a row."""
    return formats.count_with_percent(results.text("n", **key), results.text("proportion", **key))


def count_row(results: Results, label: str, key: Mapping[str, str], indent: int = 0) -> Row:
    """Give a row of counts with percentages, a cell per arm."""
    return Row(label, tuple(count(results, **key, arm=arm) for arm in groups_of(results)), indent)


def span_of(results: Results, low: str, high: str, **key: str) -> str:
    """Give two statistics as a range: ``22 to 41``."""
    return formats.interval(results.text(low, **key), results.text(high, **key))


def is_empty(row: Row) -> bool:
    """Say whether no cell of a row holds anything."""
    return not any(row.cells)
