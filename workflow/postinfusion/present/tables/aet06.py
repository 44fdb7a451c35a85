"""AET06: adverse events in groups of participants, as by diagnosis or below a body mass index; zeros are printed."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.aet01 import LEVELS
from postinfusion.present.tables.columns import groups_of, headings
from postinfusion.present.tables.divided_parts import in_words
from postinfusion.present.tables.event_columns import (
    classes_by_frequency,
    comparison_cells,
    comparison_headings,
    explanations,
    terms_by_frequency,
    with_limit,
)

_NO_GROUPS = "the plan names no groups of participants – add by or bmi_below to the analysis"
_DESCRIBED = (
    "n of N of the arm in the group. The groups are described: they are not compared with each other, and no interval "
    "is adjusted for their number."
)


def table(results: Results) -> Table:
    """Give a block for each factor: below each kind of event, and each frequent term, the groups.

    Raises
    ------
    DataError
        The plan names no groups, or there are no results in them.
    """
    analysis = results.analysis
    if not isinstance(analysis, AdverseEvents) or not (analysis.by or analysis.bmi_below is not None):
        raise DataError(_NO_GROUPS)
    factors = [name for name in results.values_of("subgroup") if name]
    if not factors:
        raise DataError(results.failure or "the results hold no adverse events in groups")
    lines, left_out = _lines(results, analysis)
    notes = (*explanations(results, has_classes=False), _DESCRIBED, left_out, *map(_sentence, results.warnings()))
    parts = tuple(_part(results, factor, lines) for factor in factors)
    return Table(label_of(results, "AET06", footnotes=notes), parts)


def _lines(results: Results, analysis: AdverseEvents) -> tuple[dict[str, dict[str, str]], str]:
    """Give the lines with their keys, and say how many terms have none."""
    present = results.values_of("level", variable="overview", subgroup="")
    found = {name: {"variable": "overview", "level": level} for level, name in LEVELS.items() if level in present}
    terms = [
        {"variable": "class-term", "level": level, "term": term}
        for level in classes_by_frequency(results)
        for term in terms_by_frequency(results, level)
    ]
    shown = [key for key in terms if _is_frequent(results, key, analysis.frequent)]
    found |= {f"{key['term'][:1].upper()}{key['term'][1:]}": key for key in shown}
    least = f"{100 * analysis.frequent:g} %"
    return found, f"Terms that fewer than {least} of every arm had are not shown: {len(terms) - len(shown)}."


def _is_frequent(results: Results, key: dict[str, str], least: float) -> bool:
    """Say whether at least a share of any arm had a term; a suppressed share is none."""
    shares = (results.value("proportion", **key, arm=arm) for arm in results.arms)
    return any(share is not None and share >= least for share in shares)


def _part(results: Results, factor: str, lines: dict[str, dict[str, str]]) -> Part:
    """Give the block of one factor."""
    levels = results.values_of("subgroup_level", subgroup=factor)
    rows: list[Row] = []
    for label, key in lines.items():
        rows += [Row(label), *(_row(results, {**key, "subgroup": factor, "subgroup_level": one}) for one in levels)]
    heads = ("", *headings(results), *comparison_headings(results))
    return Part(heads, tuple(rows), f"By {in_words(factor)}")


def _row(results: Results, key: dict[str, str]) -> Row:
    """Give the row of one group."""
    group = {name: key[name] for name in ("subgroup", "subgroup_level")}
    cells = []
    for arm in groups_of(results):
        total = results.text("n_total", variable="denominator", arm=arm, **group)
        cell = with_limit(results, {**key, "arm": arm})
        n, space, rest = cell.partition(formats.NO_BREAK)
        is_whole = total and total not in formats.WITHOUT_VALUE and n not in formats.WITHOUT_VALUE
        cells.append(f"{n} of {total}{space}{rest}" if is_whole else cell)
    return Row(key["subgroup_level"], (*cells, *comparison_cells(results, key)), 1)


def _sentence(text: str) -> str:
    """Give a warning that begins with a capital."""
    return f"{text[:1].upper()}{text[1:]}"
