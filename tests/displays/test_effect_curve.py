"""LMMG01 and the parts of LMMT01 about the curve: positions are the results', and single arms have no effect."""

import numpy as np
import pytest

from displays import trials
from postinfusion.errors import ModelError
from postinfusion.present.effect_features import time_text
from postinfusion.present.figures.registry import draw
from postinfusion.present.figures.time_axis import squeezed
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES

PLANS = {"infused": trials.infused(), "three arms": trials.three_arms(), "one arm": trials.single_arm()}
ARDS = {name: trials.results(plan) for name, plan in PLANS.items()}
CAUSAL = ("effect", "because", "benefit", "onset")


def results(name, ard=None):
    return results_of(PLANS[name], ARDS[name] if ard is None else ard, "madrs-course")


def artists(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("form", ["figure", "narrow"])
def test_the_curve_and_its_bands_are_those_of_the_results(name, form):
    found = draw("LMMG01", results(name))
    axes = getattr(found, form).axes[0]
    shown = found.values[found.values["arm"] == found.values["arm"].iloc[0]]
    line = artists(axes, "curve")[0]
    np.testing.assert_allclose(line.get_xdata(), squeezed(shown["hours"].to_numpy(), PLANS[name]))
    np.testing.assert_allclose(line.get_ydata(), shown["estimate"])
    for gid, low, high in (("band", "band_low", "band_high"), ("interval", "conf_low", "conf_high")):
        heights = artists(axes, gid)[0].get_paths()[0].vertices[:, 1]
        assert heights.min() == pytest.approx(shown[low].min())
        assert heights.max() == pytest.approx(shown[high].max())


def test_the_important_difference_lies_on_the_side_of_benefit_and_infusions_are_marked():
    axes = draw("LMMG01", results("infused")).figure.axes[0]
    assert artists(axes, "important")[0].get_ydata()[0] == -3
    assert len(artists(axes, "infusions")[0].get_segments()) == len(PLANS["infused"].design.infusions)


def test_onset_and_end_of_the_benefit_are_marked_at_their_times():
    axes = draw("LMMG01", results("infused")).figure.axes[0]
    assert artists(axes, "duration")[0].get_xdata()[0] == pytest.approx(float(squeezed(310.2, PLANS["infused"])))
    assert artists(axes, "onset")[0].get_marker() == "<"


def test_bars_and_curve_do_not_overlap():
    axes = draw("LMMG01", results("infused")).figure.axes[0]
    low, high = axes.get_ylim()
    curve_top = artists(axes, "band")[0].get_paths()[0].vertices[:, 1].max()
    lowest_bar = min(artists(axes, gid)[0].get_ydata()[0] for gid in ("onset", "duration"))
    assert (max(curve_top, 0) - low) / (high - low) < lowest_bar - 0.03


def test_a_single_arm_has_no_word_of_an_effect():
    found = draw("LMMG01", results("one arm"))
    said = " ".join([found.label.title, found.label.subtitle, found.alt, *found.label.footnotes]).lower()
    assert not [word for word in CAUSAL if word in said]
    assert "uncontrolled" in said
    captions = [part.caption for part in TABLES["LMMT01"](results("one arm")).parts]
    assert "Mean over time" in captions
    assert "Features of the effect curve" not in captions


def test_the_table_tells_features_with_their_censoring_and_why_one_is_not_identifiable():
    parts = {part.caption: part for part in TABLES["LMMT01"](results("infused")).parts}
    cells = {row.label: row.cells[0] for row in parts["Features of the effect curve"].rows}
    assert cells["Onset of an important benefit"] == "≤ 4 h (≤ 4 h)"
    assert cells["End of the important benefit"] == "12.9 d (12.9 d)"
    assert cells["Half of the largest benefit left"] == "> 28 d (> 28 d)"
    assert cells["Time of the largest benefit"] == "not identifiable: the band holds a constant throughout"
    assert parts["Simultaneous band"].rows[0].cells[0] == "4 h to 28 d, 20 times"


def test_a_model_without_a_curve_says_why():
    ard = ARDS["infused"]
    with pytest.raises(ModelError, match="two times or more"):
        draw("LMMG01", results("infused", ard[ard["term"] != "curve"]))


@pytest.mark.parametrize(("hours", "text"), [(4.0, "4 h"), (9.05, "9.1 h"), (48.0, "2 d"), (1008.2, "42.0 d")])
def test_times_are_hours_within_two_days_and_days_later(hours, text):
    assert time_text(hours) == text
