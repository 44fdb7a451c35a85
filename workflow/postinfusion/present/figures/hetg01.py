"""HETG01: individual courses by arm with the ratio of their spread, which tells nobody's own effect."""

from __future__ import annotations

from dataclasses import replace

from postinfusion.present.display import Drawing
from postinfusion.present.figures import ippg01
from postinfusion.present.results import Results
from postinfusion.present.spread import individual_in_words, ratios_in_words


def draw(results: Results) -> Drawing:
    """Draw the courses as IPPG01 does, with the ratio of standard deviations and its meaning below.

    Raises
    ------
    DataError
        No individual course was recorded (a public report does not come here).
    """
    told = tuple(text for text in (ratios_in_words(results), individual_in_words(results)) if text)
    drawing = ippg01.draw(results, "HETG01", told)
    return replace(drawing, alt=" ".join((drawing.alt, *told)))
