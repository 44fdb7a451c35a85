"""TTET01, KMG01, COXT01: what they show is what the analysis gave."""

from functools import cache

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection

from displays import event_rows, trials
from displays.test_figures import check_nothing_is_cut_or_overlaps, with_arms
from postinfusion.ard.build import table as rows_to_table
from postinfusion.errors import PostinfusionError
from postinfusion.present.figures.registry import draw
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.sections import section_displays
from postinfusion.present.tables import coxt01, ttet01
from postinfusion.vocabulary import Section

ID = "madrs-time"


@cache
def the_plan(name):
    plans = {"two": trials.infused, "three": trials.three_arms, "one": trials.single_arm, "long": lambda: with_arms(4)}
    return plans[name]()


@cache
def results(name="two", size=20):
    plan = the_plan(name)
    analysis = plan.analyses[ID]
    found = [{"analysis_id": ID, "population": "randomised", "parameter": "MADRS"} | row
             for row in event_rows.rows_of(plan, analysis, size=size)]  # fmt: skip
    steps = event_rows.steps(plan, analysis, size=size)
    return results_of(plan, rows_to_table(found, trial="invented", method="time-to-event"), ID, steps)


@cache
def drawing(name="two"):
    return draw("KMG01", results(name))


def rows_named(found, caption):
    """The rows of one block, by label."""
    part = next(part for part in found.parts if part.caption == caption)
    return [(row.label, row.cells) for row in part.rows]


def test_the_table_prints_probabilities_in_per_cent_with_their_interval():
    cells = dict(rows_named(ttet01.table(results()), "Probability of the event"))["Probability of the event (%)"]
    last = {"term": "cumulative-incidence", "time": "2016"}
    expected = [results().value("estimate", arm=arm, **last) for arm in results().arms]
    assert [float(cell) for cell in cells] == pytest.approx([100 * share for share in expected], abs=0.05)


def test_a_limit_that_is_not_reached_is_open_and_never_infinite():
    cells = [cell for part in ttet01.table(results()).parts for row in part.rows for cell in row.cells]
    assert not [cell for cell in cells if "inf" in cell or "nan" in cell]
    assert any(cell.endswith(" or more") for cell in cells)


def test_the_comparison_has_a_column_for_each_pair_of_arms():
    part = next(part for part in ttet01.table(results("three")).parts if "Comparison" in part.caption)
    assert len(part.columns) == 3
    assert part.rows[0].label == "Hazard ratio"


def test_a_single_arm_has_times_and_nothing_that_compares():
    found = ttet01.table(results("one"))
    assert not [part for part in found.parts if "Comparison" in part.caption]
    with pytest.raises(PostinfusionError, match="single arm"):
        coxt01.table(results("one"))


def test_the_curves_are_the_steps_of_the_analysis():
    figure, steps = drawing().figure, results().courses
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    for arm in results().arms:
        mine = steps[(steps["ARM"] == arm) & (steps["CAUSE"] == "")]
        assert np.allclose(lines[arm].get_ydata(), 100 * mine["ESTIMATE"].to_numpy(dtype=float))
    bands = [item for item in figure.axes[0].collections if isinstance(item, FillBetweenPolyCollection)]
    assert len(bands) == len(results().arms)


def test_numbers_at_risk_stand_below_the_times_that_are_labelled():
    figure = drawing().figure
    strip = next(axes for axes in figure.axes if any("At risk" in text.get_text() for text in axes.texts))
    written = [text.get_text() for text in strip.texts]
    for arm in results().arms:
        assert results().text("n", term="at-risk", time="0", arm=arm) in written


@pytest.mark.parametrize("name", ["two", "three", "one"])
def test_a_competing_event_has_a_panel_of_its_own_in_both_shapes(name):
    titles = [axes.get_ylabel().replace("\n", " ") for axes in drawing(name).figure.axes]
    assert "With withdrawal instead (%)" in titles
    assert drawing(name).narrow is not None
    assert drawing(name).narrow.get_figwidth() < drawing(name).figure.get_figwidth()


@pytest.mark.parametrize("name", ["two", "three", "one", "long"])
def test_no_text_is_cut_and_none_overlaps_another_in_either_shape(name):
    for figure in (drawing(name).figure, drawing(name).narrow):
        check_nothing_is_cut_or_overlaps(figure)


def test_the_values_of_the_figure_name_no_participant():
    assert set(drawing().values) == {"arm", "cause", "days", "estimate", "conf_low", "conf_high", "n_censored"}


def test_the_figure_is_internal_and_a_public_report_says_so():
    assert drawing().label.is_individual
    plan = trials.infused(privacy={"mode": "public"})
    absent = section_displays(plan, trials.results(plan), Section.EFFICACY, {}).absent
    assert [absence.reason for absence in absent if absence.output_id == "KMG01"] == [
        "a public report shows no individual data"
    ]


def test_methods_name_what_competes_and_how_arms_are_compared():
    text = methods_text(results())
    assert "What competes with the event: withdrawal." in text
    assert "Aalen-Johansen" in text
    assert "log-rank test (also under re-randomisation within strata: 9,999 arrangements drawn)" in text
