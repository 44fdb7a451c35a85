"""WTT01: weight and body mass index by visit and arm, apart for the groups of the plan."""

from __future__ import annotations

from postinfusion.plan.endpoints import Endpoint
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Spanner, Table, label_of
from postinfusion.present.measures import measures, measures_in_words
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of, is_empty


def table(results: Results) -> Table:
    """Give a block per measure and group: number, mean value and mean change of each arm by visit."""
    parts = [
        part for endpoint in measures(results) for part in _measure(results.of_parameter(endpoint.parameter), endpoint)
    ]
    named = measures_in_words(results)
    title = f"{named[:1].upper()}{named[1:]} by visit"
    note = "Mean change with its 95 % confidence interval; participants with a value at the visit and at baseline."
    return Table(label_of(results, "WTT01", footnotes=(note,), title=title), tuple(part for part in parts if part.rows))


def _measure(results: Results, endpoint: Endpoint) -> list[Part]:
    """Give the blocks of one measure: a group each, and all together where the results have that."""
    pairs = results.rows.loc[results.rows["variable"] == "AVAL", ["subgroup", "subgroup_level"]].drop_duplicates()
    return [
        _group(results, endpoint, {"subgroup": str(by), "subgroup_level": str(level)})
        for by, level in pairs.itertuples(index=False)
    ]


def _group(results: Results, endpoint: Endpoint, group: dict[str, str]) -> Part:
    """Give the block of one measure in one group."""
    visits = [visit for visit in results.values_of("visit", variable="AVAL", **group) if visit]
    arms = groups_of(results)
    columns = ("Visit", *(("n", "Mean (SD)", "Change (95 % CI)") * len(arms)))
    spanners = tuple(Spanner(arm or "All", 3) for arm in arms)
    rows = tuple(Row(visit, _cells(results, endpoint, visit, group)) for visit in visits)
    name = f"{endpoint.label} ({endpoint.unit})"
    caption = f"{name}: {group['subgroup_level']}" if group["subgroup_level"] else f"{name}: all participants"
    return Part(columns, tuple(row for row in rows if not is_empty(row)), caption, spanners)


def _cells(results: Results, endpoint: Endpoint, visit: str, group: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one visit."""
    return tuple(cell for arm in groups_of(results)
                 for cell in _of_arm(results, endpoint, {"visit": visit, "arm": arm, **group}))  # fmt: skip


def _of_arm(results: Results, endpoint: Endpoint, key: dict[str, str]) -> tuple[str, str, str]:
    """Give number, mean with SD, and change with its interval of one arm."""

    def text(name: str, variable: str) -> str:
        return results.printed(name, endpoint.decimals, variable=variable, **key)

    return (
        text("n", "AVAL"),
        formats.with_bracket(text("mean", "AVAL"), text("sd", "AVAL")),
        formats.with_bracket(text("mean", "CHG"), formats.interval(text("conf_low", "CHG"), text("conf_high", "CHG"))),
    )
