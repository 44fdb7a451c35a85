"""DMT01: who the participants are at baseline, by arm, with standardised differences and without tests."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, groups_of, headings

_NO_TESTS = "Baseline differences are described by standardised mean differences (SMD), not tested."
_APART = "Body mass index is shown by diagnosis and never pooled over diagnoses."


def table(results: Results) -> Table:
    """Give a block of rows per variable, in the order of the plan."""
    pairs = results.comparisons
    names = results.values_of("variable")
    rows = [row for name in names if name not in {"", "denominator"} for row in _variable(results, name)]
    smd = [f"SMD {arm} − {against}" if len(pairs) > 1 else "SMD" for arm, against in pairs]
    notes = [*([_NO_TESTS] if pairs else []), *([_APART] if any(results.values_of("subgroup_level")) else [])]
    label = label_of(results, "DMT01", footnotes=tuple(notes))
    return Table(label, (Part(("", *headings(results), *smd), tuple(rows)),))


def _variable(results: Results, name: str) -> list[Row]:
    """Give the rows of one variable; those of a number have their standardised differences in the heading."""
    blank = ("",) * len(groups_of(results))
    heading = Row(_title(results, name), (*blank, *_differences(results, variable=name)))
    levels = [level for level in results.values_of("level", variable=name) if level]
    groups = [group for group in results.values_of("subgroup_level", variable=name) if group]
    if groups:
        return [row for group in groups for row in _of_group(results, name, group)]
    return [heading, *(_levels(results, name, levels) if levels else _numbers(results, {"variable": name}))]


def _of_group(results: Results, name: str, group: str) -> list[Row]:
    """Give the rows of a number that is shown within one group only."""
    column = next(iter(results.values_of("subgroup", variable=name, subgroup_level=group)))
    key = {"variable": name, "subgroup": column, "subgroup_level": group}
    blank = ("",) * len(groups_of(results))
    return [Row(f"{_title(results, name)}: {group}", (*blank, *_differences(results, **key))), *_numbers(results, key)]


def _title(results: Results, name: str) -> str:
    """Give the name of a variable as words, an endpoint by its label, with the unit where it has one."""
    endpoint = results.plan.endpoints.get(name)
    label = endpoint.label if endpoint else formats.in_words(name)
    unit = next((unit for unit in results.values_of("unit", variable=name) if unit), endpoint.unit if endpoint else "")
    return f"{label} ({unit})" if unit else label


def _levels(results: Results, name: str, levels: list[str]) -> list[Row]:
    """Give a row per value of a category, with the standardised difference of its share."""
    return [
        Row(
            formats.in_words(level),
            (
                *(count(results, variable=name, level=level, arm=arm) for arm in groups_of(results)),
                *_differences(results, variable=name, level=level),
            ),
            1,
        )
        for level in levels
    ]


def _differences(results: Results, **key: str) -> tuple[str, ...]:
    """Give the standardised difference of each compared pair of arms."""
    return tuple(results.text("smd", arm=arm, comparator=against, **key) for arm, against in results.comparisons)


def _numbers(results: Results, key: dict[str, str]) -> list[Row]:
    """Give the rows of a number: how many, mean, median, range."""
    endpoint = results.plan.endpoints.get(key["variable"])
    decimals = endpoint.decimals if endpoint else 0
    blank = ("",) * len(results.comparisons)

    def texts(*stat_names: str) -> list[list[str]]:
        return [[results.printed(stat, decimals, arm=arm, **key) for stat in stat_names] for arm in groups_of(results)]

    rows = {
        "n": [n for [n] in texts("n")],
        "Missing": [n for [n] in texts("n_missing")],
        "Mean (SD)": [formats.with_bracket(*pair) for pair in texts("mean", "sd")],
        "Median (quartiles)": [
            formats.with_bracket(median, formats.interval(low, high))
            for median, low, high in texts("median", "q1", "q3")
        ],
        "Range": [formats.interval(*pair) for pair in texts("min", "max")],
    }
    return [Row(label, (*cells, *blank), 1) for label, cells in rows.items()]
