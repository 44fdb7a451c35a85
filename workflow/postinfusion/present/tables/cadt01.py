"""CADT01: ratings by minute, their peak, return and limits, a block for each."""

from __future__ import annotations

from postinfusion.present.display import Table, label_of
from postinfusion.present.infusion_course import course, out_of_time, shown
from postinfusion.present.results import Results
from postinfusion.present.tables.course_parts import (
    PEAK_NOTE,
    RANKS_NOTE,
    RETURN_NOTE,
    compared_part,
    limits_part,
    minutes_part,
    peaks_part,
)


def table(results: Results) -> Table:
    """Give ratings by minute, their peak, return and limits, a block for each.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = course(results)
    measures = shown(results, analysis)
    told = [text for measure, rows in measures if (text := out_of_time(rows, measure))]
    parts = [
        part
        for measure, rows in measures
        for part in (
            minutes_part(rows, analysis, measure),
            peaks_part(rows, analysis, measure),
            compared_part(rows, measure),
            limits_part(rows, measure),
        )
    ]
    ranks = [RANKS_NOTE] if results.values_of("time", term="rank-test") else []
    notes = (PEAK_NOTE, RETURN_NOTE, *ranks, *(f"{text}." for text in results.warnings()), *told)
    return Table(label_of(results, "CADT01", "Infusions", notes), tuple(part for part in parts if part.rows))
