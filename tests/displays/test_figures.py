from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from displays import trials
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.errors import DataError, ModelError
from postinfusion.present import formats, theme
from postinfusion.present.figures.registry import draw
from postinfusion.present.figures.time_axis import squeezed
from postinfusion.present.results import results_of
from postinfusion.report.figure_files import png_bytes, svg_bytes
from postinfusion.vocabulary import BANNERS, INDIVIDUAL_BANNER, DataKind

FIGURES = {
    "CONSORT01": "flow",
    "MMRMG01": "madrs-mmrm",
    "MMRMG02": "madrs-mmrm",
    "LMMG01": "madrs-course",
    "IPPG01": "madrs-lines",
    "WTG03": "body",
    "AEG01": "harms",
    "AEG02": "harms",
}
PLANS = {"infused": trials.infused, "three arms": trials.three_arms, "single arm": trials.single_arm}
PHONE = 352.0  # pixels: the column of the page on a phone 390 pixels wide
INK_BEYOND_THE_EDGE = 1.0  # pixels by which letters may differ from their measured width


def with_arms(count: int):
    names = [f"Ketamine hydrochloride {number + 1}.5 mg/kg, slow infusion" for number in range(count)]
    arms = [{"name": name, "role": "experimental"} for name in names]
    arms[-1]["role"] = "reference"
    design = trials.INFUSED["design"] | {"arms": arms}
    treatment = {"arm": names[0], "against": names[-1]}
    estimand = trials.INFUSED["estimands"]["primary"] | {"treatment": treatment}
    return trials.infused(design=design, estimands={"primary": estimand})


def drawing(output_id, plan, ard=None, size=48):
    ard = trials.results(plan, size=size) if ard is None else ard
    courses = trials.courses(plan, size=size) if output_id == "IPPG01" else None
    return draw(output_id, results_of(plan, ard, FIGURES[output_id], courses))


@cache
def made(output_id, name):
    """A drawing that tests only look at."""
    return drawing(output_id, PLANS[name]())


def boxes(figure, texts):
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [text.get_window_extent(renderer) for text in texts if text.get_visible() and text.get_text().strip()]


def boxes_of_legends(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [legend.get_window_extent(renderer) for legend in figure.legends]


def tick_labels(axis):
    """The labels that are drawn: matplotlib keeps others beyond the limits and leaves them out."""
    return [label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)]


def check_nothing_is_cut_or_overlaps(figure):
    FigureCanvasAgg(figure)
    with theme.applied():
        figure.draw_without_rendering()
    axes = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) if axes.axison]
    ticks = [tick_labels(axis) for axis in axes]
    beyond = {label for axis in axes for label in axis.get_ticklabels(which="both")}
    others = [text for text in figure.findobj(Text) if text not in beyond]
    for box in boxes(figure, [*others, *(label for labels in ticks for label in labels)]):
        assert box.x0 >= -INK_BEYOND_THE_EDGE
        assert box.y0 >= -INK_BEYOND_THE_EDGE
        assert box.x1 <= figure.bbox.x1 + INK_BEYOND_THE_EDGE
        assert box.y1 <= figure.bbox.y1 + INK_BEYOND_THE_EDGE
    legends = boxes_of_legends(figure)
    assert not [1 for box in legends for axes in figure.axes if box.overlaps(axes.bbox)]
    for labels in ticks:
        assert not [pair for pair in combinations(boxes(figure, labels), 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("output_id", FIGURES)
def test_no_text_is_cut_and_no_labels_overlap(output_id, name):
    check_nothing_is_cut_or_overlaps(made(output_id, name).figure)
    if made(output_id, name).narrow:
        check_nothing_is_cut_or_overlaps(made(output_id, name).narrow)


@pytest.mark.parametrize("output_id", FIGURES)
def test_five_arms_with_long_names_fit(output_id):
    found = drawing(output_id, with_arms(5))
    for figure in (found.figure, found.narrow or found.figure):
        check_nothing_is_cut_or_overlaps(figure)


@pytest.mark.parametrize("output_id", FIGURES)
def test_three_participants_are_enough(output_id):
    assert drawing(output_id, trials.infused(), size=3).alt


@pytest.mark.parametrize("output_id", FIGURES)
def test_synthetic_data_carry_the_banner_on_every_figure(output_id):
    texts = [text.get_text() for text in made(output_id, "infused").figure.texts]
    assert BANNERS[DataKind.SYNTHETIC] in texts
    assert (INDIVIDUAL_BANNER in texts) == (output_id == "IPPG01")


def test_real_data_carry_no_banner():
    assert not [text for text in made("AEG01", "three arms").figure.texts if text.get_gid() == "banner"]


def test_means_stand_at_the_values_of_the_results_and_inside_the_axes():
    plan = trials.infused()
    ard = trials.results(plan)
    axes = drawing("MMRMG01", plan, ard).figure.axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    for arm in plan.design.arm_names:
        means = select(ard, analysis_id="madrs-mmrm", term="marginal-mean", arm=arm, stat_name="estimate")
        means = means[means["visit"] != "average"]
        np.testing.assert_array_equal(lines[arm].get_ydata(), means["stat"])
    limits = select(ard, analysis_id="madrs-mmrm", term="marginal-mean", stat_name=["conf_low", "conf_high"])
    low, high = axes.get_ylim()
    assert low < limits["stat"].min()
    assert limits["stat"].max() < high


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("shape", ["figure", "narrow"])
def test_effects_stand_at_their_time_and_at_the_values_of_the_results(name, shape):
    plan = PLANS[name]()
    ard = trials.results(plan)
    found = drawing("MMRMG02", plan, ard)
    pairs = [(arm, plan.design.reference) for arm in plan.design.arm_names if arm != plan.design.reference]
    term = "difference" if plan.design.reference else "marginal-mean"
    panels = getattr(found, shape).axes
    assert len(panels) == len(pairs)
    for axes, (arm, against) in zip(panels, pairs, strict=True):
        key = {"analysis_id": "madrs-mmrm", "term": term, "arm": arm, "comparator": against or ""}
        rows = select(ard, **key, stat_name="estimate")
        rows = rows[rows["visit"] != "average"]
        line = next(line for line in axes.get_lines() if line.get_label() == arm)
        np.testing.assert_array_equal(line.get_ydata(), rows["stat"])
        hours = np.array([plan.nominal_hours[visit] for visit in rows["visit"]])
        np.testing.assert_array_equal(line.get_xdata(), squeezed(hours, plan))
        limits = select(ard, **key, stat_name=["conf_low", "conf_high"])
        low, high = axes.get_ylim()
        assert low <= limits.loc[limits["visit"] != "average", "stat"].min()
        assert high >= limits.loc[limits["visit"] != "average", "stat"].max()


def test_the_direction_of_benefit_is_said_in_words_and_zero_is_a_line():
    axes = made("MMRMG02", "infused").figure.axes[0]
    assert "below zero favours Ketamine" in axes.get_ylabel().replace("\n", " ")
    assert [line.get_ydata()[0] for line in axes.get_lines() if line.get_gid() == "zero"] == [0]
    single = made("MMRMG02", "single arm")
    assert "uncontrolled" in single.label.title
    assert "favours" not in texts_of(single.figure) + single.alt


def test_planned_infusions_are_ticks_of_the_effect():
    plan = trials.infused()
    (ticks,) = [item for item in made("MMRMG02", "infused").figure.axes[0].collections if item.get_gid() == "infusions"]
    places = [segment[0][0] for segment in ticks.get_segments()]
    np.testing.assert_array_equal(places, squeezed(np.array(plan.design.infusions), plan))
    without = made("MMRMG02", "three arms").figure.axes[0]
    assert not [item for item in without.collections if item.get_gid() == "infusions"]


@pytest.mark.parametrize("name", PLANS)
def test_letters_are_large_enough_on_a_phone(name):
    figure = made("MMRMG02", name).narrow
    pixels_per_inch = PHONE / figure.get_figwidth()
    sizes = [text.get_size() for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(sizes) / 72 * pixels_per_inch >= 10


@pytest.mark.parametrize("name", PLANS)
def test_ticks_of_individual_courses_stand_at_visits(name):
    plan = PLANS[name]()
    axes = made("IPPG01", name).figure.axes[0]
    visits = [float(squeezed(visit.at, plan)) for visit in plan.schedule]
    assert len(axes.get_xticks()) >= 3
    assert set(axes.get_xticks()) | set(axes.get_xticks(minor=True)) <= set(visits)
    named = {label.get_text().replace("\n", " ") for label in axes.get_xticklabels()}
    assert {plan.baseline_visit, plan.visit_names[-1]} <= named <= set(plan.visit_names)


def test_a_figure_of_weight_alone_does_not_name_body_mass_index():
    body = trials.INFUSED["analyses"]["body"] | {"endpoints": ["weight"]}
    found = drawing("WTG03", trials.infused(analyses=trials.INFUSED["analyses"] | {"body": body}))
    assert found.label.title == "Mean change of weight"


def test_a_figure_without_a_suppressed_mark_does_not_explain_one():
    plan = trials.infused()
    ard = suppressed(trials.results(plan), analysis_id="body", stat_name="median")
    assert formats.SUPPRESSED_NOTE not in drawing("WTG03", plan, ard).label.footnotes


def test_a_single_term_is_not_called_all_terms():
    plan = trials.infused()
    ard = trials.results(plan)
    of_terms = (ard["variable"] == "class-term") & (ard["term"] != "")
    found = drawing("AEG01", plan, ard[~of_terms | (ard["term"] == "Nausea")])
    assert found.label.subtitle.startswith("The only term.")


def test_the_number_at_each_visit_stands_below_its_mean():
    plan = trials.infused()
    ard = trials.results(plan)
    strip = drawing("MMRMG01", plan, ard).figure.axes[1]
    shown = [text.get_text() for text in strip.texts]
    numbers = select(ard, analysis_id="madrs-mmrm", term="observed", stat_name="n")["stat"]
    assert sorted(shown) == sorted(f"{n:.0f}" for n in numbers)


def test_arms_do_not_stand_on_top_of_each_other():
    lines = made("MMRMG01", "three arms").figure.axes[0].get_lines()
    positions = [tuple(line.get_xdata()) for line in lines if len(line.get_xdata()) > 2]
    assert len(set(positions)) == 3


def test_arms_differ_by_colour_marker_and_line():
    for trait in ("color", "marker", "line"):
        assert len({getattr(style, trait) for style in theme.ARM_STYLES[:4]}) == 4


def test_a_mean_that_is_not_estimable_is_marked():
    plan = trials.infused()
    ard = trials.results(plan)
    gone = (ard["visit"] == "24 h") & (ard["term"] == "marginal-mean") & (ard["arm"] == "Ketamine")
    ard.loc[gone, "stat"] = float("nan")
    ard.loc[gone, "error"] = "Nobody was assessed."
    found = drawing("MMRMG01", plan, ard)
    assert "NE" in [text.get_text() for text in found.figure.axes[0].texts]
    assert "NE: not estimable. Nobody was assessed." in found.label.footnotes


def test_a_model_without_means_gives_the_reason_instead_of_an_empty_panel():
    plan = trials.infused()
    ard = trials.failed(trials.results(plan), "madrs-mmrm", "no structure converged")
    with pytest.raises(ModelError, match="no structure converged"):
        drawing("MMRMG01", plan, ard)


def test_risks_and_differences_stand_at_the_values_of_the_results():
    plan = trials.infused()
    ard = trials.results(plan)
    left, _, right = drawing("AEG01", plan, ard).figure.axes
    key = {"analysis_id": "harms", "variable": "class-term", "term": "Nausea", "subgroup": ""}
    terms = [label.get_text() for label in left.get_yticklabels()]
    row = terms.index("Nausea")
    for line, arm in zip(left.get_lines(), plan.design.arm_names, strict=True):
        assert line.get_xdata()[row] == 100 * statistic(ard, **key, arm=arm, stat_name="proportion")
    difference = statistic(ard, **key, stat_name="risk_difference")
    assert right.get_lines()[0].get_xdata()[row] == 100 * difference
    low, high = right.get_xlim()
    drawn = select(ard, analysis_id="harms", variable="class-term", stat_name=["conf_low", "conf_high"])["stat"]
    assert low <= 100 * drawn.min()
    assert 100 * drawn.max() <= high


def test_a_trial_without_events_gives_the_reason_instead_of_an_empty_panel():
    plan = trials.infused()
    ard = trials.results(plan)
    ard.loc[ard["method"] == "adverse-events", "stat"] = 0.0
    with pytest.raises(DataError, match="no adverse event was recorded"):
        drawing("AEG01", plan, ard)


def test_a_trial_with_one_arm_has_no_panel_of_differences():
    assert len(made("AEG01", "single arm").figure.axes) == len(made("AEG01", "infused").figure.axes) - 1


def test_a_subtitle_names_no_panel_that_is_not_there():
    assert "Left:" not in made("AEG01", "single arm").label.subtitle
    assert "Left:" in made("AEG01", "infused").label.subtitle


PUBLIC = [("AEG01", 6), ("AEG01", 40), ("MMRMG01", 8), ("MMRMG02", 8), ("CONSORT01", 12), ("WTG03", 12)]


def texts_of(figure):
    return " ".join(text.get_text() for text in figure.findobj(Text)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("output_id", "size"), PUBLIC)
@pytest.mark.parametrize("name", ["infused", "three arms"])
def test_a_suppressed_value_is_neither_zero_nor_absent(output_id, size, name):
    plan = PLANS[name]()
    ard = public(trials.results(plan, size=size), small_cell=5)
    if output_id == "WTG03" or (output_id == "AEG01" and size < 12):
        with pytest.raises((ModelError, DataError), match=formats.SUPPRESSED_REASON):
            drawing(output_id, plan, ard)
        return
    found = drawing(output_id, plan, ard)
    assert "NE" not in texts_of(found.figure).split()
    assert "(n = NE)" not in texts_of(found.figure) + found.alt
    check_nothing_is_cut_or_overlaps(found.figure)


def suppressed(ard, **key):
    rows = select(ard, **key).index
    changed = ard.copy()
    changed.loc[rows, "stat"] = float("nan")
    changed.loc[rows, "error"] = "suppressed"
    return changed


def test_weights_that_are_all_suppressed_are_not_called_absent():
    plan = trials.infused()
    with pytest.raises(ModelError, match=formats.SUPPRESSED_REASON):
        drawing("WTG03", plan, public(trials.results(plan, size=12), small_cell=5))


def test_suppressed_weights_are_marked_in_their_panel():
    plan = trials.infused()
    ard = suppressed(trials.results(plan), analysis_id="body", variable="CHG", visit="Day 7", arm="Ketamine")
    axes = drawing("WTG03", plan, ard).figure.axes
    assert all([text.get_text() for text in panel.texts] == ["supp."] for panel in axes[:3])


def test_a_suppressed_number_below_a_mean_is_printed_as_such():
    plan = trials.infused()
    key = {"analysis_id": "madrs-mmrm", "term": "observed", "visit": "24 h"}
    found = drawing("MMRMG01", plan, suppressed(trials.results(plan), **key))
    assert [text.get_text() for text in found.figure.axes[1].texts].count("supp.") == 2


def test_suppressed_events_are_marked_in_their_row_and_suppressed_terms_are_counted():
    plan = trials.infused()
    of_class = {"analysis_id": "harms", "variable": "class-term"}
    ard = suppressed(trials.results(plan), **of_class, term="Nausea", arm=list(plan.design.arm_names))
    ard = suppressed(ard, **of_class, term="Fatigue")
    found = drawing("AEG01", plan, ard)
    left, _, right = found.figure.axes
    rows = [label.get_text() for label in left.get_yticklabels()]
    assert "Fatigue" not in rows
    assert "1 more is suppressed" in found.label.subtitle
    for axes in (left, right):
        (mark,) = axes.texts
        assert mark.get_text() == "supp."
        assert mark.get_position()[1] == left.get_yticks()[rows.index("Nausea")]


def test_events_that_are_all_suppressed_are_not_called_absent():
    plan = trials.infused()
    ard = suppressed(trials.results(plan), analysis_id="harms", variable="class-term")
    with pytest.raises(DataError, match=formats.SUPPRESSED_REASON):
        drawing("AEG01", plan, ard)


def test_a_suppressed_count_of_the_flow_is_printed_as_such():
    plan = trials.infused()
    ard = suppressed(trials.results(plan), analysis_id="flow", term="Lost to follow-up")
    found = drawing("CONSORT01", plan, ard)
    assert "Lost to follow-up (n = supp.)" in texts_of(found.figure)
    assert set(found.values.loc[found.values["n"].isna(), "shown"]) == {"supp."}


def test_the_flow_of_one_arm_starts_with_enrolment():
    found = made("CONSORT01", "single arm")
    assert "Enrolled (n = 48)" in texts_of(found.figure)
    assert not {"Allocated", "Randomised"} & {*found.values["step"]}


def test_individual_courses_never_show_an_identifier():
    found = made("IPPG01", "infused")
    shown = svg_bytes(found).decode() + found.values.to_csv() + found.alt + found.label.footer
    assert "SECRET" not in shown
    assert "USUBJID" not in shown


def test_infusions_are_ticks_where_the_plan_has_them():
    with_infusions = made("IPPG01", "infused").figure.axes[0]
    without = made("IPPG01", "three arms").figure.axes[0]
    assert len(with_infusions.collections) == len(without.collections) + 1


def test_every_course_is_drawn():
    plan = trials.infused()
    courses = trials.courses(plan)
    found = draw("IPPG01", results_of(plan, trials.results(plan), "madrs-lines", courses))
    for axes, arm in zip(found.figure.axes, plan.design.arm_names, strict=True):
        lines = axes.collections[0].get_segments()
        assert len(lines) == courses.loc[courses["TRTP"] == arm, "USUBJID"].nunique()


def test_courses_without_data_give_the_reason():
    plan = trials.infused()
    with pytest.raises(DataError, match="no individual course was recorded"):
        draw("IPPG01", results_of(plan, trials.results(plan), "madrs-lines"))


def test_flow_shows_every_count_with_zeros():
    plan = trials.infused()
    found = drawing("CONSORT01", plan)
    texts = " ".join(text.get_text() for text in found.figure.axes[0].texts).replace("\N{NO-BREAK SPACE}", " ")
    for part in ("Assessed for eligibility (n = 126)", "Other reasons (n = 0)", "Allocated to Ketamine (n = 48)"):
        assert part in texts
    assert set(found.values["n"]) <= set(trials.results(plan)["stat"])


def test_flow_without_screening_starts_with_randomisation():
    plan = trials.infused()
    ard = trials.results(plan)
    ard = ard[~ard["level"].isin(["screened", "excluded"])]
    found = drawing("CONSORT01", plan, ard)
    assert found.values["line"].iloc[0] == "Randomised"
    check_nothing_is_cut_or_overlaps(found.figure)


def test_weight_panels_share_the_axis_of_their_measure():
    panels = made("WTG03", "infused").figure.axes
    assert len({axes.get_ylim() for axes in panels[:3]}) == 1


def test_weight_changes_stand_at_the_values_of_the_results():
    plan = trials.infused()
    ard = trials.results(plan)
    axes = drawing("WTG03", plan, ard).figure.axes[0]
    key = {"parameter": "WEIGHT", "variable": "CHG", "arm": "Ketamine", "subgroup_level": "Anorexia nervosa"}
    means = select(ard, **key, stat_name="mean")["stat"]
    line = next(line for line in axes.get_lines() if line.get_label() == "Ketamine")
    np.testing.assert_array_equal(line.get_ydata(), means)


def test_the_same_values_give_the_same_bytes():
    first, second = (drawing("MMRMG01", trials.infused()) for _ in range(2))
    assert svg_bytes(first) == svg_bytes(second)
    assert png_bytes(first) == png_bytes(second)
    assert b"<dc:date>" not in svg_bytes(first)


def test_values_that_are_plotted_are_numbers():
    values = made("AEG01", "infused").values
    assert pd.api.types.is_float_dtype(values["proportion"])


def test_text_of_the_flow_stays_inside_its_boxes():
    figure = drawing("CONSORT01", with_arms(5)).figure
    axes = figure.axes[0]
    frames = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    for text in boxes(figure, axes.texts):
        assert any(f.x0 <= text.x0 and text.x1 <= f.x1 and f.y0 <= text.y0 and text.y1 <= f.y1 for f in frames)
