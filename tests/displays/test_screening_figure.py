"""AEG04: points stand at the values of the results, a screening is said to be one, nothing is hidden in silence."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation

from displays import harm_trial
from displays.harm_trial import event
from displays.test_figures import check_nothing_is_cut_or_overlaps
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.errors import DataError
from postinfusion.present.figures.registry import draw
from postinfusion.present.results import results_of

MANY = (
    *(event(0, who, 1.0, 2.0, AEDECOD="dissociation") for who in range(1, 20)),
    *(event(0, who, 2.0, 3.0, AEDECOD="dizziness") for who in range(1, 9)),
    *(event(1, who, 2.0, 3.0, AEDECOD="dizziness") for who in range(1, 7)),
    event(-1, 1, 5.0, 6.0, AEDECOD="fever"), event(0, 3, 5.0, 6.0, AEDECOD="cough"),
)  # fmt: skip


@cache
def results(name="two"):
    plan = harm_trial.plan(name)
    found = analyse(plan, "invented", "harms", harm_trial.datasets(plan, *MANY, size=20))
    return results_of(plan, found.results, "harms")


@cache
def drawing(name="two"):
    return draw("AEG04", results(name))


def points(axes):
    return np.vstack([item.get_offsets() for item in axes.collections if len(item.get_offsets())])


def test_each_term_is_a_point_at_its_risk_difference_and_p_value():
    key = {"variable": "class-term", "level": "any", "arm": "Ketamine", "comparator": "Midazolam"}
    expected = {
        tuple(results().value(name, term=term, **key) for name in ("risk_difference", "p_value"))
        for term in ("dissociation", "dizziness", "fever", "cough")
    }
    expected = {(round(100 * difference, 6), p) for difference, p in expected}
    assert {(round(float(x), 6), float(y)) for x, y in points(drawing().figure.axes[0])} == expected


def test_it_is_said_everywhere_that_it_is_a_screening_and_how_many_terms_were_looked_at():
    assert "Screening" in drawing().label.title
    assert "not a test" in drawing().label.subtitle
    assert "without adjustment" in drawing().label.subtitle
    title = drawing().figure.axes[0].get_title(loc="left").replace("\n", " ")
    assert title == "Screening, not a test: Ketamine against Midazolam, 4 terms"
    assert "not a test" in drawing().alt


def test_terms_within_the_false_discovery_rate_are_dark_and_the_line_is_at_the_last_of_them():
    axes, values = drawing().figure.axes[0], drawing().values
    (line,) = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
    within = values[values["p_adjusted"] <= 0.05]
    assert list(within["term"]) == ["dissociation"]
    assert line.get_ydata()[0] == within["p_value"].max()
    dark = axes.collections[1]
    assert len(dark.get_offsets()) == 1
    assert dark.get_facecolor()[0][:3].sum() < axes.collections[0].get_facecolor()[0][:3].sum() - 1


def test_a_point_is_larger_the_more_events_there_were():
    sizes = dict(zip(drawing().values["term"], [19, 14, 1, 1], strict=False))
    assert drawing().values.set_index("term")["n_events"].to_dict() == pytest.approx(sizes)
    small, large = (item.get_sizes() for item in drawing().figure.axes[0].collections[:2])
    assert large.max() > small.max() > small.min()


@pytest.mark.parametrize("name", ["three"])
def test_no_name_covers_another_and_nothing_is_cut_in_either_shape(name):
    for figure in (drawing(name).figure, drawing(name).narrow):
        check_nothing_is_cut_or_overlaps(figure)
        renderer = FigureCanvasAgg(figure).get_renderer()
        names = [text.get_window_extent(renderer) for text in figure.findobj(Annotation) if text.get_text()]
        assert names
        assert not [pair for pair in combinations(names, 2) if pair[0].overlaps(pair[1])]


def test_more_arms_are_each_compared_with_the_reference_arm_in_a_panel():
    titles = [axes.get_title(loc="left").replace("\n", " ") for axes in drawing("three").figure.axes]
    assert len(titles) == 2
    assert all("against Placebo" in title for title in titles)


def test_terms_that_nobody_of_two_arms_had_are_named_below():
    notes = " ".join(drawing("three").label.footnotes)
    assert "nobody in Xanomeline low dose (54 mg per day) or Placebo had it: fever" in notes


def test_one_arm_is_not_compared():
    with pytest.raises(DataError, match="compared by term"):
        draw("AEG04", harm_trial.results("one", "harms"))


def test_a_public_report_says_how_many_points_are_not_drawn_and_gives_no_adjusted_p_value():
    found = results()
    shown = public(found.ard, small_cell=5)
    made = draw("AEG04", results_of(found.plan, shown, "harms"))
    assert len(points(made.figure.axes[0])) == made.values["p_value"].notna().sum() < 4
    assert made.values["p_adjusted"].isna().all()
    assert "of 4 points are not drawn" in " ".join(made.label.footnotes)
    assert "of 4 terms drawn" in made.figure.axes[0].get_title(loc="left").replace("\n", " ")
    assert "dashed" not in made.label.subtitle
