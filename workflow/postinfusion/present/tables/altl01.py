"""ALTL01: participants beyond a limit, or with an event of a group of the plan, counted and not listed; with zeros."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import AlertLimit, Alerts
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.divided_parts import divided_parts
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share

_LEVELS = {"before": "Before", "after": "After", "new": "New after", "any time": "At any time"}
_WITHOUT = {"not assessed after": "Not assessed after", "assessed after, and not before": "Not assessed before"}
_SINCE = {"with the event, and not assessed after": "Not assessed after"}
_NO_EVENT = "without the event"
_INTEREST = "special-interest"


def table(results: Results) -> Table:
    """Give the participants beyond each limit: before and after time zero, newly, and at any time.

    Raises
    ------
    ModelError
        The results hold no limits.
    """
    analysis = results.analysis
    if not isinstance(analysis, Alerts) or not results.values_of("term", variable="alert"):
        raise ModelError(results.failure or "the results hold no values to compare with limits")
    rows: list[Row] = []
    for limit in analysis.limits:
        rows.append(Row(_in_words(limit)))
        found = [_row(results, name, level, limit.name) for level, name in _LEVELS.items()]
        rows += [row for row in found if any(row.cells)]
        without = _SINCE | {_NO_EVENT: f"No {limit.since} recorded"} if limit.since else _WITHOUT
        rows += [_without(results, name, level, limit.name) for level, name in without.items()]
    events = {f"Adverse events: {name}": {"variable": _INTEREST, "level": name, "term": name}
              for name in analysis.special_interest}  # fmt: skip
    for name, key in events.items():
        cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
        rows += [Row(name), Row("After", (*cells, *risk_differences(results, **key)), 1)]
    heads = ("Limit", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    lines = {_in_words(limit): {"variable": "alert", "level": "after", "term": limit.name} for limit in analysis.limits}
    parts = (Part(heads, tuple(rows)), *divided_parts(results, "After time zero,", lines | events))
    subtitle = f"Participants with at least one value beyond the limit{', or one such event' if events else ''}"
    return Table(label_of(results, "ALTL01", subtitle, _notes(results, analysis)), parts)


def _notes(results: Results, analysis: Alerts) -> tuple[str, ...]:
    """Say where the limits come from, who is counted, and what was amiss."""
    explained = (
        f"Limits: {analysis.source}. They are no medical advice. Shares are of those with a value then (n of N, % and "
        f"{results.confidence} CI): whoever was not assessed is neither normal nor abnormal. Before: up to time zero. "
        "New: of those with a value before and none beyond; not assessed before: with a value after and none before."
    )
    if any(limit.since for limit in analysis.limits):
        explained += (
            " A limit after an event is of those who had it: before is up to the event, and a change since their last "
            "value up to it."
        )
    if analysis.special_interest:
        told = (f"{name}: {', '.join(terms)}" for name, terms in analysis.special_interest.items())
        explained += f" Adverse events are treatment-emergent ones, of all participants ({'; '.join(told)})."
    return (explained, *(f"{text}." for text in results.warnings()))


def _in_words(limit: AlertLimit) -> str:
    """Give a limit as the table calls it: ``Potassium: K < 3 mmol/L``, with a real minus."""
    name = limit.name.replace(" -", f" {formats.MINUS}")
    return f"{limit.label}: {name}" if limit.label else name


def _row(results: Results, name: str, level: str, term: str) -> Row:
    """Give the row of one time."""
    key = {"variable": "alert", "level": level, "term": term}
    cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
    return Row(name, (*cells, *risk_differences(results, **key)), 1)


def _without(results: Results, name: str, level: str, term: str) -> Row:
    """Give how many have no value after time zero, or one after and none before."""
    key = {"variable": "alert", "level": level, "term": term}
    cells = tuple(results.text("n", **key, arm=arm) for arm in results.arms)
    return Row(name, (*cells, *("" for _ in results.comparisons)), 1)
