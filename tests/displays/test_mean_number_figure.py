"""AEG03: the curves are the mean number of events of the analysis, with its numbers at risk, and stay internal."""

from functools import cache

import numpy as np
import pytest

from displays import harm_trial
from displays.test_figures import check_nothing_is_cut_or_overlaps
from postinfusion.analyses.run import analyse
from postinfusion.errors import DataError
from postinfusion.present.figures import draw
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
