"""VST02_VISIT: participants with a vital sign beyond a limit after baseline, a block for each sign with limits."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CourseLimit, VitalSign
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share
from postinfusion.present.tables.vital_sign_parts import shown, vital_signs

_LEVELS = {"baseline": "At baseline", "after": "After baseline"}
_COUNTS = {
    "not assessed after": "No value after baseline",
    "assessed after, and not before": "A value after, and none at baseline",
}


def table(results: Results) -> Table:
    """Give the participants with a vital sign beyond each limit after baseline, and who was not assessed.

    Raises
    ------
    ModelError
        The plan names no limits, or the results hold nothing of them.
    """
    analysis = vital_signs(results)
    parts = tuple(_part(rows, measure) for measure, rows in shown(results, analysis) if measure.limits)
    if not parts:
        raise ModelError("the plan names no limits of vital signs")
    note = (
        f"Limits: {analysis.source}. They are no medical advice. Shares are of those with a value then (n of N, % and "
        f"{results.confidence} CI): who has none is neither normal nor abnormal. After baseline: all values after "
        "time zero, of unplanned visits too; a change needs a value at baseline."
    )
    return Table(label_of(results, "VST02_VISIT", "Participants with at least one such value", (note,)), parts)


def _part(results: Results, measure: VitalSign) -> Part:
    """Give the block of one vital sign."""
    rows: list[Row] = []
    for limit in measure.limits:
        rows.append(Row(_in_words(limit)))
        for level, words in _LEVELS.items():
            key = {"variable": "incidence", "level": level, "term": f"{measure.measure} {limit.name}"}
            cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
            if any(cells):
                rows.append(Row(words, (*cells, *risk_differences(results, **key)), 1))
    for level, words in _COUNTS.items():
        cells = tuple(results.text("n", variable="incidence", level=level, arm=arm) for arm in results.arms)
        rows.append(Row(words, (*cells, *("" for _ in results.comparisons))))
    heads = ("Limit", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    return Part(heads, tuple(rows), measure.name)


def _in_words(limit: CourseLimit) -> str:
    """Give a limit as the table calls it: ``Change ≤ −20``."""
    return f"{limit.name[:1].upper()}{limit.name[1:]}".replace("-", formats.MINUS)
