"""VST01: vital signs by minute, a block for each."""

from __future__ import annotations

from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, out_of_time, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import minutes_part


def table(results: Results) -> Table:
    """Give vital signs by minute, a block for each.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = course(results)
    measures = shown(results, analysis)
    told = [out_of_time(rows, measure) for measure, rows in measures]
    notes = (
        "Mean (SD) of infusions; limits of changes respect whose infusions they are.",
        *(note for note in told if note),
    )
    parts = tuple(minutes_part(rows, analysis, measure) for measure, rows in measures)
    return Table(label_of(results, "VST01", "By planned minute since the start of the infusion", notes), parts)
