"""AEG05: lines, infusions and events stand at their times; who is not shown is counted, and nobody is named."""

from functools import cache

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from displays import harm_trial
from displays.harm_trial import event
from displays.test_figures import check_nothing_is_cut_or_overlaps
from postinfusion.analyses.event_listing import listed_events
from postinfusion.analyses.populations import members
from postinfusion.ard.build import rows, table
from postinfusion.errors import DataError
from postinfusion.present.figures import aeg05
from postinfusion.present.figures.registry import draw
from postinfusion.present.figures.severity_tones import TONES
from postinfusion.present.figures.time_axis import squeezed
from postinfusion.present.figures.timelines import timelines
from postinfusion.present.results import results_of
from postinfusion.vocabulary import NOT_RECORDED

EVENTS = (
    event(0, 1, 0.5, 2.0), event(0, 1, 0.6, 200.0, AESEV="severe", AESER="Y"), event(0, 1, 150.0, 160.0),
    event(0, 2, 24.0, np.nan, AESEV="moderate", AEOUT="not resolved"), event(0, 3, 1.0, np.nan, AEOUT="resolved"),
    event(0, 4, np.nan, np.nan), event(0, 5, 48.0, 72.0, ASTTMF="D"), event(0, 6, 5.0, 6.0, AESEV=""),
    event(-1, 1, 1.0, 2.0, AESEV="fatal", AEOUT="fatal"), event(-1, 2, -5.0, -4.0, TRTEMFL=""),
    event(-1, 3, 7.0, 8.0, AEDECOD="self-induced vomiting"),
)  # fmt: skip


def results(*events, name="two", size=6, **changes):
    plan = harm_trial.plan(name, **changes)
    adam = harm_trial.datasets(plan, *events, size=size)
    listing = listed_events(adam, members(plan, adam["ADSL"], "safety"))
    fixed = {"analysis_id": "harms", "method": "adverse-events", "population": "safety", "order": 0}
    total = [fixed | row for row in rows({"n_total": len(adam["ADSL"])}, variable="denominator")]
    return results_of(plan, table(total, trial="invented"), "harms", listing)


@cache
def mixed(name="two"):
    return results(*EVENTS, name=name)


@cache
def drawing(name="two"):
    return draw("AEG05", mixed(name))


def line(number):
    return next(one for one in timelines(mixed(), mixed().courses) if one.number == number)


def marks(figure, kind):
    return [mark for axes in figure.axes for mark in axes.get_lines() if mark.get_gid() == kind]


def test_a_mark_stands_at_the_onset_of_each_event_in_the_grey_and_shape_of_its_severity():
    found = marks(drawing().figure, "onset")
    plan, events = mixed().plan, drawing().values.query("kind == 'event'")
    places = sorted(float(squeezed(hours, plan)) for hours in events["start"])
    assert sorted(float(mark.get_xdata()[0]) for mark in found) == pytest.approx(places)
    drawn = {(mark.get_marker(), to_rgb(mark.get_color())) for mark in found}
    levels = ("mild", "moderate", "severe", "fatal", NOT_RECORDED)
    assert drawn == {(TONES[level].marker, to_rgb(TONES[level].ground)) for level in levels}


def test_every_severity_has_a_shape_of_its_own():
    assert len({tone.marker for tone in TONES.values()}) == len(TONES)


def test_a_serious_event_has_a_thick_edge():
    thick = [mark for mark in marks(drawing().figure, "onset") if mark.get_markeredgewidth() > 1.5]
    assert [mark.get_marker() for mark in thick] == [TONES["severe"].marker]


def test_an_event_that_is_not_over_ends_in_an_arrow_at_the_end_of_participation():
    (arrow,) = marks(drawing().figure, "ongoing")
    assert float(arrow.get_xdata()[0]) == pytest.approx(float(squeezed(700.0, mixed().plan)))


def test_an_event_that_is_over_at_an_unknown_time_has_no_bar_and_a_fatal_one_lasts_to_the_end():
    assert line("P003").events[["start", "end"]].to_numpy().tolist() == [[1.0, 1.0]]
    assert line("P101").events["end"].tolist() == [700.0]
    assert not line("P101").events["ongoing"].any()


def test_events_at_one_time_stand_in_lanes_above_each_other():
    assert line("P001").lanes(lambda hours: hours, 100.0) == [0, 1, 0]


def test_infusions_are_ticks_at_their_times():
    ticks = [item for axes in drawing().figure.axes for item in axes.collections if item.get_gid() == "infusions"]
    places = {round(float(segment[0][0]), 9) for item in ticks for segment in item.get_segments()}
    assert places == {round(float(squeezed(hours, mixed().plan)), 9) for hours in (0.0, 96.0)}


def test_what_is_drawn_otherwise_than_it_was_is_counted_below():
    notes = " ".join(drawing().label.footnotes)
    assert "1 event without a known time not drawn" in notes
    assert "1 event drawn on the day of the onset" in notes


def test_what_was_not_treatment_emergent_or_is_for_review_is_not_drawn():
    assert line("P102").events.empty
    assert line("P103").events.empty


def test_of_many_participants_those_with_the_gravest_events_are_shown_and_the_others_counted():
    late = [event(arm, who, 10.0, 12.0) for arm in (0, 1) for who in range(1, 18)]
    found = results(*late, event(1, 20, 3.0, 4.0, AESEV="severe"), size=20)
    notes = " ".join(aeg05.label(found).footnotes)
    assert "30 of 40 participants are shown" in notes
    assert "Not shown: 10, 0 with a serious event, 0 with a severe one, 5 with other events, 5 without any" in notes


@pytest.mark.parametrize("name", ["three"])
def test_no_text_is_cut_and_none_overlaps_another_in_either_shape(name):
    for figure in (drawing(name).figure, drawing(name).narrow):
        check_nothing_is_cut_or_overlaps(figure)


def test_where_the_plan_keeps_the_ids_participants_are_numbered_anew_and_values_have_none():
    found = results(*EVENTS[:2], privacy={"ids": "keep"})
    assert {one.number for one in timelines(found, found.courses)} == {str(number) for number in range(1, 13)}
    assert not drawing().values.astype(str).apply(lambda column: column.str.startswith("P0")).any().any()


def test_a_public_report_does_not_show_it():
    assert drawing().label.is_individual


def test_without_events_there_is_no_figure():
    with pytest.raises(DataError, match="no treatment-emergent adverse event"):
        draw("AEG05", results(event(0, 1, -5.0, -4.0, TRTEMFL="")))


def test_one_participant_with_one_event_is_told_in_the_singular():
    one = draw("AEG05", results(event(0, 1, 0.5, 2.0), size=1))
    assert "1 participant with 1 event, 0 of them serious" in one.alt
