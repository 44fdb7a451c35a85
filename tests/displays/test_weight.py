"""Figures of stable weight: strips and dots stand where the individual data say, and carry no name."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.by_method import individual_data
from postinfusion.analyses.populations import members
from postinfusion.analyses.run import analyse
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError, ModelError
from postinfusion.plan.plan import Plan
from postinfusion.present.display import Drawing
from postinfusion.present.figures.registry import draw
from postinfusion.present.results import Results, results_of
from small_trial import START, assessments, infusions, participants, plan

ENDPOINTS = {
    "weight": {"measure": "WEIGHT", "label": "Body weight", "unit": "kg", "better": "none", "decimals": 1},
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower"},
}
ANALYSIS = {"method": "weight-stability", "endpoint": "weight", "by": "diagnosis", "bands": ["3 %"], "losses": [],
            "gains": [], "symptom": "madrs", "symptom_visit": "Week 4"}  # fmt: skip


def wanted(**changes: object) -> Plan:
    return plan(analyses={"stable": ANALYSIS | changes}, endpoints=ENDPOINTS)


@cache
def datasets() -> dict[str, pd.DataFrame]:
    """Give twelve participants of two diagnoses whose weight falls, stays or rises."""
    people = participants(["Ketamine", "Midazolam"] * 6).assign(diagnosis=["AN"] * 6 + ["BED"] * 6)
    rows, scores = [], []
    for place, who in enumerate(people["id"]):
        for day, share in ((-1, 0.0), (5, 0.0), (27, (place % 3 - 1) * 0.06)):
            rows.append((who, START + 24 * day, 50 * (1 + share)))
        scores += [(who, -24.0, 30.0), (who, 24 * 27.0, 30.0 - place)]
    weights = pd.DataFrame(rows, columns=["id", "taken", "weight_kg"]).assign(taken_date_only=False)
    tables = {"participants": people, "infusions": infusions([(who, 1, 0.0) for who in people["id"]]),
              "weights": weights, "assessments": assessments(scores)}  # fmt: skip
    return derive(wanted(), "small", tables)


@cache
def results() -> Results:
    found = analyse(wanted(), "small", "stable", datasets()).results
    population = members(wanted(), datasets()["ADSL"], "randomised")
    individual = individual_data(wanted(), wanted().analyses["stable"], datasets(), population)
    return results_of(wanted(), found, "stable", individual)


@cache
def drawing(output_id: str) -> Drawing:
    return draw(output_id, results())


def test_each_participant_has_a_strip_that_is_cut_where_the_band_is_left():
    values = drawing("WTG01").values
    assert values.groupby(["group", "arm"])["strip"].max().tolist() == [3, 3, 3, 3]
    outside = values[values["side"].isin([-1, 1])]
    assert outside["from_day"].to_numpy() == pytest.approx(np.full(8, 5 + 22 / 2))  # 3 of 6 % from day 5 to day 27
    assert set(outside["side"]) == {-1, 1}
    infusions_drawn = values[values["kind"] == "infusion"]
    assert len(infusions_drawn) == 12


@pytest.mark.parametrize("figure", ["figure", "narrow"])
def test_the_strips_of_a_side_stand_where_the_values_say(figure):
    made = drawing("WTG01")
    axes = getattr(made, figure).axes
    assert len(axes) == 4
    values = made.values[(made.values["group"] == "AN") & (made.values["arm"] == "Ketamine")]
    drawn = next(each for each in axes[0].collections if each.get_gid() == "above the band")
    expected = values[values["side"] == 1]
    found = np.array([[path[0][0], path[1][0]] for path in drawn.get_segments()])
    assert found == pytest.approx(expected[["from_day", "until_day"]].to_numpy())


def test_the_dots_are_the_changes_and_the_titles_hold_the_correlations():
    made = drawing("WTG02")
    first = made.figure.axes[0]
    dots = np.concatenate([line.get_xydata() for line in first.lines if line.get_gid()])
    mine = made.values.loc[made.values["group"] == "AN", ["weight_change", "symptom_change"]].to_numpy()
    assert np.sort(dots, axis=0) == pytest.approx(np.sort(mine, axis=0))
    key = {"term": "weight-and-symptom", "variable": "MADRS", "visit": "Week 4", "arm": "", "subgroup": "diagnosis"}
    r = results().value("correlation", subgroup_level="AN", **key)
    assert f"{abs(r):.2f}" in first.get_title()
    assert first.get_title().endswith("6)")


@pytest.mark.parametrize("output_id", ["WTG01", "WTG02"])
def test_no_identifier_stands_in_a_figure_or_its_values(output_id):
    made = drawing(output_id)
    assert made.label.is_individual
    assert "USUBJID" not in made.values
    assert not made.values.isin(set(datasets()["ADSL"]["USUBJID"])).any().any()


def test_what_cannot_be_drawn_is_refused_with_the_reason():
    empty = results_of(wanted(), results().rows, "stable", results().courses.iloc[:0])
    with pytest.raises(DataError, match="two weighings that are near enough"):
        draw("WTG01", empty)
    with pytest.raises(DataError, match="nobody has a change of both at Week 4"):
        draw("WTG02", empty)
    silent = wanted(symptom="", symptom_visit="")
    with pytest.raises(ModelError, match="names no symptom"):
        draw("WTG02", results_of(silent, results().rows, "stable", results().courses))
