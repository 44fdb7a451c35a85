"""The cells of tables of adverse events: participants, events and risk differences."""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.present import formats
from postinfusion.present.display import Row
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, groups_of, headings

EXPLANATION = "Participants with at least one event, n (%), and number of events in square brackets."


def event_headings(results: Results) -> tuple[str, ...]:
    """Give the headings: arms, all, and one per comparison, which is named where there are several."""
    pairs = results.comparisons
    named = [f" {arm} − {against}" if len(pairs) > 1 else "" for arm, against in pairs]
    return (*headings(results), *(f"Risk difference{name} ({results.confidence} CI)" for name in named))


def explanations(results: Results) -> tuple[str, ...]:
    """Give the footnotes: what the cells hold, and what is subtracted from what."""
    differences = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    return (EXPLANATION, f"Risk differences in percentage points: {differences}.") if differences else (EXPLANATION,)


def event_row(results: Results, label: str, key: Mapping[str, str], indent: int = 0) -> Row:
    """Give one row of participants, events and risk differences."""
    arms = tuple(participants_and_events(results, **key, arm=arm) for arm in groups_of(results))
    pairs = ({**key, "arm": arm, "comparator": against} for arm, against in results.comparisons)
    return Row(label, (*arms, *(_risk_difference(results, pair) for pair in pairs)), indent)


def participants_and_events(results: Results, **key: str) -> str:
    """Give ``12 (25.0 %) [20]``."""
    participants, events = count(results, **key), results.text("n_events", **key)
    has_events = events and participants not in formats.WITHOUT_VALUE
    return f"{participants} [{events}]" if has_events else participants


def _risk_difference(results: Results, key: dict[str, str]) -> str:
    """Give a risk difference with its interval in percentage points."""
    low, high = (formats.percentage_points(results.value(name, **key)) for name in ("conf_low", "conf_high"))
    return formats.with_bracket(results.text("risk_difference", **key), formats.interval(low, high))
