"""AET10: terms that at least a share of an arm had, the most frequent first, with the number of those not shown."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations

_VARIABLE = "class-term"


def table(results: Results) -> Table:
    """Give the terms that reach the share in any arm, by descending share in the arm that had most.

    A term whose shares are suppressed is not shown: that it is would tell how many had it.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    keys = [
        {"variable": _VARIABLE, "level": level, "term": term}
        for level in results.values_of("level", variable=_VARIABLE)
        for term in results.values_of("term", variable=_VARIABLE, level=level)
        if term
    ]
    if not keys or not isinstance(results.analysis, AdverseEvents):
        raise DataError(results.failure or "no adverse event was recorded")
    least = results.analysis.frequent
    shown = sorted((key for key in keys if _share(results, key) >= least), key=lambda key: -_share(results, key))
    rows = tuple(event_row(results, key["term"], key) for key in shown)
    suppressed = ", or with a share that is suppressed" if _is_any_suppressed(results, keys) else ""
    left = f"Not shown: {len(keys) - len(shown)} of {len(keys)} terms, with {100 * least:g} % in no arm{suppressed}."
    label = label_of(
        results, "AET10", footnotes=(*explanations(results, has_classes=False), left),
        title=f"Adverse events of at least {100 * least:g} % of an arm",
    )  # fmt: skip
    none = (Row(f"No term has {100 * least:g} % in an arm"),)
    return Table(label, (Part(("Term", *event_headings(results)), rows or none),))


def _share(results: Results, key: dict[str, str]) -> float:
    """Give the greatest share of an arm that is told; 0 without any."""
    found = (results.value("proportion", **key, arm=arm) for arm in results.arms)
    return max((share for share in found if share is not None and share > 0), default=0.0)


def _is_any_suppressed(results: Results, keys: list[dict[str, str]]) -> bool:
    """Say whether the share of any term in any arm is suppressed."""
    return any(results.text("proportion", **key, arm=arm) == formats.SUPPRESSED for key in keys for arm in results.arms)
