"""VST03: peak, its minute, area and return of vital signs by arm."""

from __future__ import annotations

from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import PEAK_NOTE, RETURN_NOTE, compared_part, peaks_part


def table(results: Results) -> Table:
    """Give peak, its minute, area and return of vital signs by arm, and how arms compare.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = course(results)
    measures = shown(results, analysis)
    parts = [
        part
        for measure, rows in measures
        for part in (peaks_part(rows, analysis, measure), compared_part(rows, measure))
    ]
    label = label_of(results, "VST03", "Infusions", (PEAK_NOTE, RETURN_NOTE))
    return Table(label, tuple(part for part in parts if part.rows))
