"""VST02: infusions and participants with a vital sign beyond a limit after the start."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import limits_part

_WHO = (
    "Limits of a value are of infusions with a reading after the start, at whatever minute until an hour after the "
    "last planned one; limits of a change need a reading before the infusion too."
)


def table(results: Results) -> Table:
    """Give infusions and participants with a vital sign beyond a limit after the start.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = course(results)
    parts = tuple(limits_part(rows, measure) for measure, rows in shown(results, analysis) if measure.limits)
    if not parts:
        raise ModelError("the plan names no limits of vital signs")
    notes = (f"Limits: {analysis.source}. They are no medical advice.", _WHO)
    return Table(label_of(results, "VST02", "After the start of an infusion; n of N", notes), parts)
