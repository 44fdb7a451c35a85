"""The displays of subgroups, moderators and spread print and draw what the results hold."""

from functools import cache

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from mixed_groups_trial import found
from postinfusion.ard.privacy import public
from postinfusion.errors import ModelError
from postinfusion.present.display import Drawing, Table
from postinfusion.present.figures.registry import draw
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES


@cache
def drawn(output: str, key: str) -> Drawing:
    return draw(output, found(key))


def printed(output: str, key: str) -> Table:
    return TABLES[output](found(key))


def cells(table: Table) -> list[str]:
    return [cell for part in table.parts for row in part.rows for cell in (row.label, *row.cells)]


def test_the_table_prints_each_difference_as_the_results_hold_it():
    place = {"visit": "24 h", "arm": "Ketamine", "comparator": "Midazolam"}
    results = found("groups")
    texts = cells(printed("SUBT01", "groups"))
    for level in ("AN", "BN"):
        assert results.interval(**place, term="difference", subgroup="diagnosis", subgroup_level=level) in texts
    assert results.text("p_value", **place, term="interaction", subgroup="diagnosis") in texts


def test_the_table_says_what_was_chosen_afterwards_and_what_is_not_testable():
    table = printed("SUBT01", "groups")
    texts = cells(table)
    assert {"Diagnosis (prespecified)", "Age (post hoc)", "not testable"} <= set(texts)
    assert any("every participant has psychotherapy" in note for note in table.label.footnotes)


@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_the_forest_plot_draws_every_difference_where_the_results_have_it(shape):
    drawing = drawn("FSTG03", "groups")
    figure = drawing.figure if shape == "wide" else drawing.narrow
    assert figure is not None
    axes = figure.axes[0]
    marks = {line.get_gid(): np.asarray(line.get_xdata()) for line in axes.get_lines() if line.get_gid()}
    expected = drawing.values.groupby("kind")["estimate"]
    assert np.allclose(marks["all"], expected.get_group("all"))
    assert np.allclose(marks["group"], expected.get_group("group"), equal_nan=True)
    low, high = axes.get_xlim()
    assert low < drawing.values["conf_low"].min() < drawing.values["conf_high"].max() < high or high > 0
    lines = [one for one in axes.collections if isinstance(one, LineCollection)]
    assert max(len(one.get_segments()) for one in lines) == len(drawing.values)


def test_the_forest_plot_names_interaction_and_whether_it_was_laid_down():
    said = " ".join(drawn("FSTG03", "groups").values["name"] + " " + drawn("FSTG03", "groups").values["says"])
    assert "Diagnosis, prespecified interaction p" in said
    assert "Age, post hoc interaction p" in said
    assert "Concomitant treatment, prespecified not testable" in said


@pytest.mark.parametrize("key", ["by-age", "by-age-curved", "by-baseline"])
def test_the_curve_of_a_moderator_is_drawn_with_its_regions(key):
    drawing = drawn("MODG01", key)
    axes = drawing.figure.axes[0]
    curve = next(line for line in axes.get_lines() if line.get_gid() == "curve")
    assert np.allclose(curve.get_ydata(), drawing.values["estimate"])
    regions = found(key).rows.query("term == 'region' and stat_name == 'region_low'")
    bars = [one for one in axes.collections if str(one.get_gid()).endswith("-region")]
    assert len(bars) == len(regions)
    assert drawing.narrow is not None
    assert "Below zero favours Ketamine" in drawing.alt


@pytest.mark.parametrize("shape", ["figure", "narrow"])
def test_the_bars_of_the_regions_lie_below_the_bands(shape):
    drawing = drawn("MODG01", "by-age")
    figure = getattr(drawing, shape)
    figure.canvas.draw()
    axes = figure.axes[0]
    _, lowest = axes.transLimits.transform((0.0, drawing.values["band_low"].min()))
    for bar in (one for one in axes.collections if str(one.get_gid()).endswith("-region")):
        half = bar.get_linewidth()[0] / 2 / 72 * figure.dpi / axes.bbox.height
        assert bar.get_segments()[0][0][1] + half < lowest


def test_the_moderator_says_in_words_where_the_arms_differ():
    notes = " ".join(drawn("MODG01", "by-age").label.footnotes)
    assert "Change of the difference with one year of age" in notes
    assert "pointwise" in notes
    assert "simultaneous" in notes


def test_the_courses_stand_beside_a_ratio_that_tells_nobodys_effect():
    drawing = drawn("HETG01", "spread")
    assert drawing.label.is_individual
    assert "Ratio of adjusted standard deviations at 24 h" in drawing.alt
    assert "nobody's own effect was seen" in drawing.alt
    assert len(drawing.figure.axes) == 2


def test_the_table_of_spread_prints_the_ratio():
    place = {"visit": "24 h", "arm": "Ketamine", "comparator": "Midazolam", "term": "sd-ratio"}
    assert found("spread").printed("estimate", 1, **place) in cells(printed("HETT01", "spread"))


def test_a_public_report_prints_no_small_group_and_explains_the_sign():
    results = found("groups")
    hidden = results_of(results.plan, public(results.rows, small_cell=5), "groups")
    table = TABLES["SUBT01"](hidden)
    rows = {row.label: row.cells for row in table.parts[0].rows}
    assert rows["male"][0] == "supp."
    assert rows["AN"][0] == "12"
    assert draw("FSTG03", hidden).figure is not None


def test_a_refused_analysis_says_why_in_place_of_a_display():
    with pytest.raises(ModelError, match="never pooled"):
        draw("MODG01", found("bmi-by-age"))
    with pytest.raises(ModelError, match="never pooled"):
        printed("HETT01", "bmi-spread")


def test_the_courses_have_a_form_for_phones_with_a_panel_below_the_other():
    narrow = drawn("HETG01", "spread").narrow
    assert narrow.get_figwidth() <= 390 / 96  # inches of a phone's screen
    lefts = {round(axes.get_position().x0, 3) for axes in narrow.axes}
    assert len(lefts) == 1 < len(narrow.axes)
