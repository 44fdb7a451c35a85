"""WINT01: how many assessments fell into which window, how far from the nominal time, and how many outside all."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, groups_of, headings, is_empty

_UNITS = {"h": "Hours", "d": "Days"}
_NOTES = (
    "Of several assessments in a window the nearest to the nominal time represents the visit.",
    "Assessments outside all windows enter models over continuous time only.",
)


def table(results: Results) -> Table:
    """Give one block per endpoint: its windows in the order of time, then what lies outside all of them."""
    names = {endpoint.parameter: endpoint.label for endpoint in results.plan.endpoints.values()}
    columns = ("", *headings(results))
    parameters = [name for name in results.values_of("parameter", variable="assessment") if name]
    parts = [Part(columns, tuple(_rows(results.of_parameter(name))), names.get(name, name)) for name in parameters]
    return Table(label_of(results, "WINT01", footnotes=_NOTES), tuple(parts))


def _rows(results: Results) -> Iterator[Row]:
    """Give the rows of one endpoint."""
    key = {"variable": "assessment"}
    yield count_row(results, "Assessments", key)
    for visit in results.values_of("visit", **key):
        if visit:
            yield Row(visit)
            yield from _visit(results, {"visit": visit})
    yield count_row(results, "Outside all windows", {**key, "level": "outside"})
    for term in results.values_of("term", **key, level="outside"):
        if term and _any(results, {**key, "level": "outside", "term": term}):
            yield count_row(results, term[0].upper() + term[1:], {**key, "level": "outside", "term": term}, 1)


def _visit(results: Results, key: dict[str, str]) -> Iterator[Row]:
    """Give the rows of one window."""
    time = next(iter(results.values_of("time", **key)), "")
    inside = {**key, "time": time, "variable": "assessment", "level": "in window"}
    yield count_row(results, "In the window", inside, 1)
    yield count_row(results, "Represent the visit", {**inside, "term": "represents its visit"}, 2)
    if _any(results, further := {**inside, "term": "further in the same window"}):
        yield count_row(results, "Further in the same window", further, 2)
    deviation = _deviation(results, {**key, "time": time, "variable": "deviation"})
    if not is_empty(deviation):
        yield deviation
    lacking = {**key, "time": time, "variable": "participant", "level": "without this infusion"}
    if _any(results, lacking):
        yield count_row(results, "Participants without this infusion", lacking, 1)


def _deviation(results: Results, key: dict[str, str]) -> Row:
    """Give the median and range of the deviations from the nominal time, by arm."""
    unit = next((unit for unit in results.values_of("unit", **key) if unit), "h")
    cells = tuple(_median_and_range(results, {**key, "arm": arm}) for arm in groups_of(results))
    return Row(f"{_UNITS[unit]} from the nominal time, median (range)", cells, 1)


def _median_and_range(results: Results, key: dict[str, str]) -> str:
    """Give a median with its range, all with one decimal."""
    low, high = results.printed("min", 1, **key), results.printed("max", 1, **key)
    return formats.with_bracket(results.printed("median", 0, **key), formats.interval(low, high))


def _any(results: Results, key: dict[str, str]) -> bool:
    """Say whether any arm has more than none of something, or a count that is not shown."""
    return any(results.value("n", **key, arm=arm) not in (None, 0) for arm in groups_of(results))
