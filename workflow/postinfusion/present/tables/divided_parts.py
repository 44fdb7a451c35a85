"""Blocks of tables of harms that repeat shares of participants in groups of them, as by diagnosis."""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share
from postinfusion.vocabulary import BODY_MASS_INDEX, PARTICIPANT_LABELS


def divided_parts(results: Results, what: str, lines: Mapping[str, Mapping[str, str]]) -> tuple[Part, ...]:
    """Give a block for each factor: below each line of the table its shares by group.

    Parameters
    ----------
    results
        The results.
    what
        What is shared out, as the beginning of the caption.
    lines
        Label of a line → the key of its rows.
    """
    factors = [name for name in results.values_of("subgroup") if name]
    return tuple(_part(results, what, lines, factor) for factor in factors)


def _part(results: Results, what: str, lines: Mapping[str, Mapping[str, str]], factor: str) -> Part:
    """Give the block of one factor."""
    rows: list[Row] = []
    for label, key in lines.items():
        found = [_row(results, level, {**key, "subgroup": factor, "subgroup_level": level})
                 for level in results.values_of("subgroup_level", subgroup=factor)]  # fmt: skip
        rows += [Row(label), *found]
    heads = ("", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    return Part(heads, tuple(rows), f"{what} by {in_words(factor)}")


def _row(results: Results, level: str, key: dict[str, str]) -> Row:
    """Give the row of one group."""
    cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
    return Row(level, (*cells, *risk_differences(results, **key)), 1)


def in_words(factor: str) -> str:
    """Name a factor."""
    if factor == BODY_MASS_INDEX:
        return "body mass index at baseline, kg/m²"
    return PARTICIPANT_LABELS.get(factor, factor.replace("_", " ")).casefold()
