"""AEG03 and AEG03_GROUPS: curves are the mean number of events, with their numbers at risk, and stay internal."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from displays import harm_trial
from displays.harm_trial import ANALYSES, MIXED, event
from displays.test_figures import check_nothing_is_cut_or_overlaps
from postinfusion.analyses.run import analyse
from postinfusion.errors import DataError
from postinfusion.present.figures.registry import draw
from postinfusion.present.figures.sheet import PLACES
from postinfusion.present.results import results_of


@cache
def drawing(name="two"):
    return draw("AEG03", harm_trial.results(name, "rates"))


def curve(axes, arm):
    return next(line for line in axes.get_lines() if line.get_label() == arm)


def test_a_curve_rises_by_the_share_of_an_event_among_those_at_risk():
    line = curve(drawing().figure.axes[0], "Ketamine")
    np.testing.assert_allclose(line.get_ydata(), np.array([0, 1, 2, 3, 4, 5, 5]) / 6)


def test_at_each_time_of_the_plan_the_curve_has_the_value_of_the_results():
    results, values = harm_trial.results("two", "rates"), drawing().values
    for term in ("any adverse event", "nausea"):
        for arm in results.arms:
            mine = values[(values["term"] == term) & (values["arm"] == arm) & (values["days"] <= 28)]
            key = {"variable": "mean-cumulative", "term": term, "arm": arm, "time": "672"}
            last = mine.iloc[-1][["estimate", "conf_low", "conf_high"]].astype(float)
            expected = [results.value(name, **key) for name in ("estimate", "conf_low", "conf_high")]
            np.testing.assert_allclose(last, expected)


def test_the_axes_hold_the_bands():
    for axes, term in zip(drawing().figure.axes[::2], ("any adverse event", "nausea"), strict=True):
        values = drawing().values
        assert axes.get_ylim()[1] >= values.loc[values["term"] == term, "conf_high"].max()


def test_the_numbers_at_risk_are_those_of_the_results():
    strip = drawing().figure.axes[1]
    assert [text.get_text() for text in strip.texts][1:] == ["6"] * 6


@pytest.mark.parametrize("name", ["three"])
def test_no_text_is_cut_and_none_overlaps_another_in_either_shape(name):
    for figure in (drawing(name).figure, drawing(name).narrow):
        check_nothing_is_cut_or_overlaps(figure)


def test_axes_stand_at_rounded_places_so_that_files_are_the_same_in_every_run():
    figure = draw("AEG03", harm_trial.results("two", "rates")).figure
    figure.draw_without_rendering()
    places = np.concatenate([axes.get_position().get_points() for axes in figure.axes])
    np.testing.assert_array_equal(places, np.round(places, PLACES))
    assert all(axes.get_in_layout() for axes in figure.axes)


def test_the_words_give_the_mean_number_with_its_interval():
    assert "Ketamine 0.83 by 28 d (" in drawing().alt
    assert "nausea: Ketamine 0.50 by 28 d" in drawing().alt
    assert "Midazolam 0.00 by 28 d." in drawing().alt


def test_no_participant_is_named():
    assert "USUBJID" not in {name.upper() for name in drawing().values}


def test_a_public_report_does_not_show_it():
    assert drawing().label.is_individual


def test_arms_of_two_participants_have_no_curve():
    plan = harm_trial.plan()
    found = analyse(plan, "invented", "rates", harm_trial.datasets(plan, *harm_trial.MIXED[:2], size=2))
    with pytest.raises(DataError, match="too few participants"):
        draw("AEG03", results_of(plan, found.results, "rates", found.individual))


BOTH_WAYS = (*(one | {"more": one["more"] | {"AESOLFL": "Y"}} for one in MIXED), event(0, 5, 50.0, 60.0, AESOLFL="N"))
DIVIDED = {"rates": ANALYSES["rates"] | {"by": ["diagnosis"], "bmi_below": 16}}


@cache
def divided(*diagnoses, name="two"):
    """Results of an arm's participants with these diagnoses, of whom the first has a body mass index below 16."""
    plan = harm_trial.plan(name, analyses=DIVIDED)
    size = len(diagnoses)
    adam = harm_trial.datasets(plan, *BOTH_WAYS, size=size)
    arms = len(plan.design.arms)
    adam["ADSL"] = adam["ADSL"].assign(DIAG=[*diagnoses] * arms, BMIBL=[15.0, *[17.0] * (size - 1)] * arms)
    found = analyse(plan, "invented", "rates", adam)
    return results_of(plan, found.results, "rates", found.individual)


TWO_GROUPS = ("AN", "BN", "AN", "BN", "AN", "BN")


def titles(figure):
    return [title for axes in figure.axes if (title := axes.get_title(loc="left").replace("\n", " "))]


def test_events_of_both_ways_of_collection_have_a_panel_each():
    shown = draw("AEG03", divided(*TWO_GROUPS))
    ways = ["Any adverse event, solicited", "Any adverse event, spontaneous"]
    assert titles(shown.figure) == ["Any adverse event", *ways, "Nausea (both ways)"]
    last = shown.values.groupby(["term", "level", "arm"])["estimate"].last()["any adverse event"]
    assert last.to_dict() == {
        ("", "Ketamine"): pytest.approx(1), ("", "Midazolam"): pytest.approx(1 / 6),
        ("solicited", "Ketamine"): pytest.approx(5 / 6), ("solicited", "Midazolam"): pytest.approx(1 / 6),
        ("spontaneous", "Ketamine"): pytest.approx(1 / 6), ("spontaneous", "Midazolam"): 0,
    }  # fmt: skip


def test_events_of_one_way_of_collection_have_no_panel_of_it():
    assert titles(drawing().figure) == ["Any adverse event", "Nausea"]


def test_each_group_of_participants_has_a_panel_with_its_own_numbers_at_risk():
    figure = draw("AEG03_GROUPS", divided(*TWO_GROUPS, "BN")).figure
    assert titles(figure) == [
        "Diagnosis: AN", "Diagnosis: BN", "Body mass index at baseline, kg/m²: 16 and above"
    ]  # fmt: skip
    numbers = [{text.get_text() for text in strip.texts[1:]} for strip in figure.axes[1::2]]
    assert numbers == [{"3"}, {"4"}, {"6"}]


def test_the_curves_of_a_group_end_at_the_mean_number_of_the_results():
    results = divided(*TWO_GROUPS)
    values = draw("AEG03_GROUPS", results).values
    for level in ("AN", "BN"):
        for arm in results.arms:
            mine = values[(values["subgroup_level"] == level) & (values["arm"] == arm) & (values["days"] <= 28)]
            key = {"variable": "mean-cumulative", "term": "any adverse event", "arm": arm, "time": "672"}
            expected = results.within("diagnosis", level).value("estimate", **key)
            assert mine["estimate"].iloc[-1] == pytest.approx(expected)


def test_all_panels_of_groups_have_one_scale():
    figure = draw("AEG03_GROUPS", divided(*TWO_GROUPS)).figure
    assert len({axes.get_ylim() for axes in figure.axes[::2]}) == 1


def test_a_group_of_two_has_no_curve_and_is_named():
    shown = draw("AEG03_GROUPS", divided("AN", "AN", *["BN"] * 4))
    assert "Diagnosis: AN" not in titles(shown.figure)
    note = next(text for text in shown.label.footnotes if text.startswith("No curve"))
    assert "Diagnosis: AN (Ketamine, Midazolam)" in note
    assert "Diagnosis: BN" not in note


def test_a_plan_without_groups_has_no_figure_of_them():
    with pytest.raises(DataError, match="names no groups of participants"):
        draw("AEG03_GROUPS", harm_trial.results("two", "rates"))


def test_groups_of_which_none_has_three_in_an_arm_have_no_figure():
    results = divided("AN", "AN", "BN", "BN", "BED", "BED")
    without_index = results.courses[results.courses["SUBGROUP"] != "BMI"]
    with pytest.raises(DataError, match="too few participants were followed in every group"):
        draw("AEG03_GROUPS", replace(results, courses=without_index))


def test_the_words_tell_the_mean_number_of_each_group():
    assert "Diagnosis: AN: Ketamine 1.33 by 28 d (" in draw("AEG03_GROUPS", divided(*TWO_GROUPS)).alt


@pytest.mark.parametrize("output", ["AEG03", "AEG03_GROUPS"])
def test_no_text_of_ways_and_groups_is_cut_in_either_shape(output):
    shown = draw(output, divided(*TWO_GROUPS, name="three"))
    for figure in (shown.figure, shown.narrow):
        check_nothing_is_cut_or_overlaps(figure)
