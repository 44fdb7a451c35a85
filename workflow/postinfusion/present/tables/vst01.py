"""VST01: vital signs by minute, and by number of the infusion and minute, two blocks for each."""

from __future__ import annotations

from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, out_of_time, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import MINUTES_NOTE, infusions_part, minutes_part


def table(results: Results) -> Table:
    """Give vital signs by minute, and by number of the infusion and minute, two blocks for each.

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
        *([MINUTES_NOTE] if results.values_of("level", term="covariance") else []),
        *(f"{text}." for text in results.warnings()),
        *(note for note in told if note),
    )
    parts = [part(rows, analysis, measure) for measure, rows in measures for part in (minutes_part, infusions_part)]
    label = label_of(results, "VST01", "By planned minute since the start of the infusion", notes)
    return Table(label, tuple(part for part in parts if part.rows))
