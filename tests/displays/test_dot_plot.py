from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from displays import trials
from postinfusion.ard.query import statistic
from postinfusion.present import formats, theme
from postinfusion.present.event_collection import NOT_COMPARABLE
from postinfusion.present.figures.registry import draw
from postinfusion.present.results import results_of

PHONE = 390 / 96  # inches of a phone's screen


def drawn(plan, ard=None):
    return draw("AEG01", results_of(plan, trials.results(plan) if ard is None else ard, "harms"))


def in_order(order):
    return trials.infused(analyses=trials.INFUSED["analyses"] | {"harms": {"method": "adverse-events", "order": order}})


def with_terms(ard, count):
    """The same results with so many copies of one term, each of one participant less than the one before."""
    of_term = (ard["variable"] == "class-term") & (ard["term"] == "Nausea")
    copies = []
    for place in range(count):
        copy = ard[of_term].assign(term=f"Term {place:02d}")
        copies.append(copy.assign(stat=copy["stat"].mask(copy["stat_name"].eq("n") & copy["arm"].eq(""), 40.0 - place)))
    return pd.concat([ard[(ard["variable"] != "class-term") | (ard["term"] == "")], *copies], ignore_index=True)


def test_participants_and_events_of_every_arm_stand_beside_its_risk():
    plan = trials.infused()
    ard = trials.results(plan)
    found = drawn(plan, ard)
    left, numbers, _ = found.figure.axes
    row = [label.get_text() for label in left.get_yticklabels()].index("Nausea")
    beside = [text.get_text() for text in numbers.texts if text.get_position()[1] == left.get_yticks()[row]]
    key = {"analysis_id": "harms", "variable": "class-term", "term": "Nausea", "subgroup": ""}
    expected = [
        f"{statistic(ard, **key, arm=arm, stat_name='n'):.0f} "
        f"[{statistic(ard, **key, arm=arm, stat_name='n_events'):.0f}]"
        for arm in plan.design.arm_names
    ]
    assert beside == expected
    narrow = " ".join(text.get_text() for text in found.narrow.axes[0].texts).replace("\N{NO-BREAK SPACE}", " ")
    assert f"● {expected[0]} ■ {expected[1]}" in narrow


@pytest.mark.parametrize("plan", [trials.infused(), trials.three_arms()], ids=["two arms", "three arms"])
def test_numbers_do_not_run_into_each_other(plan):
    figure = drawn(plan).figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    with theme.applied():
        figure.draw_without_rendering()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[1].texts]
    assert not [1 for first, second in combinations(boxes, 2) if first.overlaps(second)]


def test_terms_stand_in_the_declared_order_and_the_figure_names_it():
    by_frequency, by_difference = drawn(in_order("frequency")), drawn(in_order("risk-difference"))
    differences = by_difference.values["risk_difference"].dropna().to_numpy()
    assert np.all(np.diff(differences) <= 0)
    assert not np.all(np.diff(by_frequency.values["risk_difference"].dropna()) <= 0)
    assert "Ordered by frequency." in by_frequency.label.subtitle
    assert "Ordered by the risk difference of Ketamine − Midazolam." in by_difference.label.subtitle
    assert {*by_frequency.values["term"]} == {*by_difference.values["term"]}


def test_terms_without_a_difference_come_last():
    plan = in_order("risk-difference")
    ard = trials.results(plan)
    gone = (ard["variable"] == "class-term") & (ard["term"] == "Nausea") & (ard["comparator"] != "")
    ard = ard.assign(stat=ard["stat"].mask(gone), error=ard["error"].mask(gone, "suppressed"))
    assert drawn(plan, ard).values["term"].iloc[-1] == "Nausea"


def test_terms_that_are_repeated_in_groups_of_participants_stand_once():
    plan = trials.infused()
    ard = trials.results(plan)
    of_terms = (ard["variable"] == "class-term") & (ard["term"] != "")
    in_group = ard[of_terms].assign(subgroup="diagnosis", subgroup_level="AN")
    found = drawn(plan, pd.concat([ard, in_group], ignore_index=True))
    pd.testing.assert_frame_equal(found.values, drawn(plan, ard).values)


def test_only_signs_that_the_figure_shows_are_explained():
    plan = trials.infused()
    ard = trials.results(plan)
    elsewhere = ard["variable"].eq("overview") & ard["level"].eq("stopped")
    ard = ard.assign(stat=ard["stat"].mask(elsewhere), error=ard["error"].mask(elsewhere, "not recorded: stopping"))
    assert drawn(plan, ard).label.footnotes == (NOT_COMPARABLE,)
    hidden = ard["variable"].eq("class-term") & ard["stat_name"].eq("n_events")
    ard = ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden, "suppressed"))
    assert drawn(plan, ard).label.footnotes == (NOT_COMPARABLE, formats.SUPPRESSED_NOTE)


def test_what_is_left_out_is_said_with_its_frequency_and_where_it_is():
    plan = trials.infused()
    ard = with_terms(trials.results(plan), 25)
    said = "The 20 most frequent of 25 terms in all arms together; the other 5, of at most 20 participants each, are"
    assert drawn(plan, ard).label.subtitle.startswith(f"{said} in AET02.")
    dropped = trials.infused(outputs={"drop": ["AET02"]})
    assert drawn(dropped, ard).label.subtitle.startswith(f"{said} not shown.")


def test_the_form_for_phones_is_no_wider_than_one_and_shows_the_same_marks():
    found = drawn(trials.infused())
    assert found.narrow.get_figwidth() <= PHONE
    wide = [line.get_xdata() for axes in found.figure.axes for line in axes.get_lines()]
    narrow = [line.get_xdata() for axes in found.narrow.axes for line in axes.get_lines()]
    assert len(wide) == len(narrow)
    assert all(np.array_equal(one, other) for one, other in zip(wide, narrow, strict=True))


def test_in_grey_an_arm_is_known_by_its_mark():
    marks = [line.get_marker() for line in drawn(trials.three_arms()).figure.axes[0].get_lines()]
    assert len({*marks}) == 3
