"""Worst severity as stacked bars: greys in the order of severity, no bar cut short by privacy, zeros said."""

from functools import cache
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from displays import trials
from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.errors import DataError
from postinfusion.present import formats
from postinfusion.present.figures.registry import draw
from postinfusion.present.results import results_of

PLAN = trials.infused(analyses={"harms": {"method": "adverse-events"}}, estimands={})
KETAMINE = {"mild": 5, "moderate": 3, "severe": 1, "life-threatening": 1, "fatal": 0, "not recorded": 2}
LEVELS = [*KETAMINE]


def results(of_ketamine=KETAMINE):
    found = [*rows({"n": 20}, variable="class-term", level="Nervous", term="headache")]
    for term in ("", "headache"):
        for arm, counts in {"Ketamine": of_ketamine, "Midazolam": dict.fromkeys(LEVELS, 0)}.items():
            for level, n in counts.items():
                key = {"variable": "worst-severity", "level": level, "term": term, "arm": arm}
                found += rows({"n": n, "proportion": n / 20}, **key)
    fixed = {"analysis_id": "harms", "population": "safety", "method": "adverse-events"}
    return table([fixed | record | {"order": place} for place, record in enumerate(found)], trial="invented")


def drawn(ard):
    return draw("AEG02", results_of(PLAN, ard, "harms"))


@cache
def made():
    """A drawing that tests only look at."""
    return drawn(results())


def bars(figure):
    return figure.axes[0].patches


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def brightness(bar):
    red, green, blue, _ = bar.get_facecolor()
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_parts_of_a_bar_are_the_shares_of_the_participants():
    widths = [bar.get_width() for bar in bars(made().figure)[:5]]
    assert widths == pytest.approx([25, 15, 5, 5, 10])


def test_parts_grow_darker_with_severity_and_what_is_not_recorded_is_hatched():
    *graded, unknown = bars(made().figure)[:5]
    tones = [brightness(bar) for bar in graded]
    assert all(lighter - darker > 0.15 for lighter, darker in pairwise(tones))
    assert unknown.get_hatch()
    assert to_rgb(unknown.get_facecolor()) == (1.0, 1.0, 1.0)


def test_a_severity_that_nobody_had_is_left_out():
    assert "fatal" not in set(made().values["level"])


def test_an_arm_without_events_says_zero():
    assert texts(made().figure).count("0") >= 2


def test_a_bar_with_a_suppressed_part_is_left_out_whole():
    ard = results()
    hidden = (ard["level"] == "severe") & (ard["arm"] == "Ketamine") & (ard["term"] == "headache")
    ard = ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden, SUPPRESSED))
    found = drawn(ard)
    assert len(bars(found.figure)) == len(bars(made().figure)) - len(set(made().values["level"]))
    assert formats.SUPPRESSED in texts(found.figure)


def test_the_narrow_form_shows_the_same_bars():
    found = made()
    widths = [[bar.get_width() for bar in bars(figure)] for figure in (found.figure, found.narrow)]
    assert widths[0] == pytest.approx(widths[1])


def test_without_severities_there_is_no_figure():
    ard = results()
    with pytest.raises(DataError, match="no adverse event was recorded"):
        drawn(pd.DataFrame(ard[ard["variable"] != "worst-severity"]))
