"""VST03: peak, its minute, area and return of vital signs by arm."""

from __future__ import annotations

from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import PEAK_NOTE, RETURN_NOTE, compared_peaks, peaks_part


def table(results: Results) -> Table:
    """Give peak, its minute, area and return of vital signs by arm.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = course(results)
    measures = shown(results, analysis)
    told = [text for measure, rows in measures for text in compared_peaks(rows, measure)]
    parts = tuple(peaks_part(rows, analysis, measure) for measure, rows in measures)
    return Table(label_of(results, "VST03", "Infusions", (PEAK_NOTE, RETURN_NOTE, *told)), parts)
