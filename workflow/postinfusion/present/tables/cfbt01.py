"""CFBT01: observed values and changes from baseline by visit and arm."""

from __future__ import annotations

from postinfusion.instruments.catalogue import find_score
from postinfusion.instruments.model import Rule
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Spanner, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of

_VARIABLES = ("AVAL", "CHG")
_STOPPED = {"AVAL": "stopped", "CHG": "stopped-change"}
_AT_LEAST = "≥\N{NO-BREAK SPACE}"
_LIMITS = (
    "At the limit: values that are known to be at least so large, as times of a task that was stopped. They count as "
    "the limit: mean, median, upper quartile and maximum of such values are lower limits (≥); SD and intervals are of "
    "the values so counted."
)
_COMPUTED = (
    "At the limit: values that are computed of a part at its limit, as of a task that was stopped, and count as if it "
    "had ended there: their true value is larger or smaller, and so are mean and change."
)
_CHANGES = (
    "Changes from or to a value at the limit are bounds, and a mean of them may lie on either side of the true one."
)


def table(results: Results) -> Table:
    """Give a block of rows per visit; every arm has a column for the value and one for the change."""
    spanners = tuple(Spanner(results.with_total(arm), 2) for arm in groups_of(results))
    columns = ("Visit", *(("Value", "Change") * len(spanners)))
    visits = [visit for visit in results.values_of("visit", variable="AVAL") if visit]
    rows = tuple(row for visit in visits for row in _visit(results, visit))
    unit = formats.unit_in_words(results.endpoint.unit) if results.endpoint else ""
    label = label_of(results, "CFBT01", f"In {unit}" if unit else "", _notes(results))
    return Table(label, (Part(columns, rows, spanners=spanners),))


def _visit(results: Results, visit: str) -> list[Row]:
    """Give the rows of one visit."""
    keys = [{"variable": name, "visit": visit, "arm": arm} for arm in groups_of(results) for name in _VARIABLES]
    stopped = [_at_limit(results, key) for key in keys]
    rows = {
        "n": [results.text("n", **key) for key in keys],
        "At the limit": stopped if any(stopped) else [],
        "Mean (SD)": [formats.with_bracket(_bound(results, "mean", key), results.text("sd", **key)) for key in keys],
        "95 % CI of the mean": [results.interval(**key) for key in keys],
        "Median (quartiles)": [
            formats.with_bracket(
                _bound(results, "median", key),
                formats.interval(results.text("q1", **key), _bound(results, "q3", key)),
            )
            for key in keys
        ],
        "Range": [formats.interval(results.text("min", **key), _bound(results, "max", key)) for key in keys],
    }
    return [Row(visit), *(Row(name, tuple(cells), 1) for name, cells in rows.items() if cells)]


def _at_limit(results: Results, key: dict[str, str]) -> str:
    """Give how many values, or changes, are known as a limit only; empty where none is at the visit."""
    return results.text("n", **{**key, "variable": _STOPPED[key["variable"]], "term": "stopped"})


def _bound(results: Results, name: str, key: dict[str, str]) -> str:
    """Give a statistic, with ≥ where values at the limit make it a lower limit."""
    text = results.text(name, **key)
    is_bound = key["variable"] == "AVAL" and _at_limit(results, key) not in {"", "0"} and not _is_computed(results)
    return f"{_AT_LEAST}{text}" if text and is_bound and text not in formats.WITHOUT_VALUE else text


def _is_computed(results: Results) -> bool:
    """Say whether the endpoint is a difference or ratio: a part at its limit may make it too large or too small."""
    endpoint, own = results.endpoint, results.plan.instruments
    found = find_score(endpoint.measure, endpoint.score, own) if endpoint else None
    score = found.description if found else None
    return score is not None and score.rule in {Rule.DIFFERENCE, Rule.RATIO}


def _notes(results: Results) -> tuple[str, ...]:
    """Say what values at the limit make of the numbers, where there are any."""
    values, changes = (results.values_of("visit", variable=name, term="stopped") for name in _STOPPED.values())
    of_values = (_COMPUTED if _is_computed(results) else _LIMITS,) if values or changes else ()
    return (*of_values, *((_CHANGES,) if changes else ()))
