"""Stable weight by hand: bands, kilograms, slope, loss and gain, beside body mass index, never pooled."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import check
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES
from small_trial import START, assessments, infusions, participants, plan

KG = {"measure": "WEIGHT", "label": "Body weight", "unit": "kg", "better": "none", "decimals": 1}
BMI = {"measure": "BMI", "label": "Body mass index", "unit": "kg/m²", "better": "none", "decimals": 1}
ENDPOINTS = {
    "weight": KG,
    "bmi": BMI | {"margin": 1.0, "margin_source": "made up"},
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower"},
}
STABLE = {"method": "weight-stability", "endpoint": "weight", "index": "bmi", "by": "diagnosis"}
LEAN = STABLE | {"bands": ["3 %"], "band_kg": None, "rate": None, "losses": ["5 %"], "gains": []}
EQUAL = {"method": "equivalence", "endpoint": "bmi", "by": "diagnosis", "visit": "Week 4", "model": "ancova"}
METRES = 1.6
AN = {"subgroup": "diagnosis", "subgroup_level": "AN"}
# Baseline 50 kg each (19.5 kg/m²; I: 46 kg, 18.0 kg/m²), weighed before the first infusion, at day 5 and day 27.6.
AT_DAY_28 = {
    "A": 48.5,
    "B": 48.4,
    "C": 47.5,
    "D": 47.3,
    "E": 52.5,
    "F": 50.0,
    "G": 50.9,
    "H": 51.1,
    "I": 46.5,
    "J": None,
}


def wanted(**changes: object) -> Plan:
    analyses = {"stable": STABLE, "equal": EQUAL}
    return plan(**{"analyses": analyses, "endpoints": ENDPOINTS, **changes})


def weighings(at_day_28=AT_DAY_28, **columns: object) -> pd.DataFrame:
    rows = []
    for who, last in at_day_28.items():
        first = 46.0 if who == "I" else 50.0
        days = {-0.5: first, 5: first} | ({27.6: last} if last is not None else {})
        rows += [(who, START + 24 * day, kg) for day, kg in days.items()]
    frame = pd.DataFrame(rows, columns=["id", "taken", "weight_kg"])
    return frame.assign(taken_date_only=False, **columns)


def tables(**columns: object) -> dict[str, pd.DataFrame]:
    people = participants(["Ketamine", "Midazolam"] * 5).assign(diagnosis=["AN"] * 10, height_cm=100 * METRES, age=30)
    return {"participants": people, "infusions": infusions([(who, 1, 0.0) for who in people["id"]]),
            "weights": weighings(**columns)}  # fmt: skip


@cache
def derived() -> dict[str, pd.DataFrame]:
    """Give the datasets of the usual trial."""
    return derive(wanted(), "small", tables())


@cache
def usual(analysis: str) -> Results:
    """Give the results of the usual trial."""
    return results_of(wanted(), analyse(wanted(), "small", analysis, derived()).results, analysis)


def found(analysis: str = "stable", asked: Plan | None = None, data: dict[str, pd.DataFrame] | None = None) -> Results:
    if asked is None and data is None:
        return usual(analysis)
    asked = asked or wanted()
    adam = derive(asked, "small", data) if data else derived()
    return results_of(asked, analyse(asked, "small", analysis, adam).results, analysis)


def events(results: Results, variable: str, arm: str, level: str = "observed cases") -> tuple[float, float]:
    key = {"variable": variable, "visit": "Week 4", "term": "proportion", "level": level, "arm": arm, **AN}
    return results.value("n", **key), results.value("n_total", **key)


@pytest.mark.parametrize(
    ("variable", "ketamine", "midazolam"),
    [
        ("within 3 %", (3, 5), (2, 4)),  # A is down by exactly 3 %: in; B by 3.2 %: out
        ("within 5 %", (5, 5), (3, 4)),  # C and E have changed by exactly 5 %: in; D by 5.4 %: out
        ("within 2 kg", (3, 5), (3, 4)),
        ("slope within 0.25 kg per week", (2, 5), (1, 4)),  # G and I, F
        ("loss of 2 % or more", (2, 5), (2, 4)),
        ("loss of 5 % or more", (1, 5), (1, 4)),
        ("loss of 10 % or more", (0, 5), (0, 4)),
        ("gain of 5 % or more", (1, 5), (0, 4)),
    ],
)
def test_each_definition_counts_by_hand(variable, ketamine, midazolam):
    assert events(found(), variable, "Ketamine") == ketamine
    assert events(found(), variable, "Midazolam") == midazolam


def test_whoever_has_no_weight_counts_as_not_stable_in_one_estimator_only():
    assert events(found(), "within 5 %", "Midazolam", "missing as failure") == (3, 5)
    assert events(found(), "loss of 2 % or more", "Midazolam", "missing as failure") == (None, None)


def test_a_slope_is_that_of_least_squares_and_needs_a_stretch_of_four_weeks():
    longer = wanted(analyses={"stable": LEAN | {"rate_over": "29 d"}})
    assert events(found(asked=longer), "slope within 0.25 kg per week", "Ketamine") == (None, None)
    weeks, kg = np.array([-0.5, 5, 27.6]) / 7, np.array([50, 50, 51.1])
    limit = np.polyfit(weeks, kg, 1)[0]  # of H
    for rate, n in ((limit * 1.001, 2), (limit * 0.999, 1)):
        asked = wanted(analyses={"stable": LEAN | {"rate": float(rate)}})
        assert events(found(asked=asked), f"slope within {rate:g} kg per week", "Midazolam")[0] == n


def test_underweight_that_stays_is_told_from_success():
    results = found()
    counts = {
        (arm, level): results.value("n", variable="stability-by-index", visit="Week 4", arm=arm, level=level, **AN)
        for arm in ("Ketamine", "Midazolam")
        for level in ("stable, underweight", "stable, not underweight", "not stable, underweight",
                      "not stable, not underweight")
    }  # fmt: skip
    assert list(counts.values()) == [1, 2, 0, 2, 0, 2, 1, 1]  # of 50 kg 47.36 kg and less are underweight


def test_participants_under_18_are_judged_by_their_percentile_or_not_at_all():
    data = tables()
    data["participants"]["age"] = [15, 30] * 5
    results = found(data=data)
    key = {"variable": "stability-by-index", "visit": "Week 4", **AN}
    assert results.value("n", arm="Ketamine", level="not judged", **key) == 5
    assert results.value("n", arm="Midazolam", level="stable, not underweight", **key) == 2


def test_time_within_the_band_follows_the_lines():
    results = found()
    key = {"variable": "within 3 %", "term": "share-of-time", "arm": "Ketamine", **AN}
    out_c = 22.6 * (1 - 1.5 / 2.5)  # C and E leave the band at 1.5 of 2.5 kg between day 5 and day 27.6
    assert results.value("mean", **key) == pytest.approx(1 - 2 * out_c / 28.1 / 5)
    assert results.value("n", **key) == 5
    short = wanted(analyses={"stable": LEAN | {"longest_gap": "6 d"}})
    assert found(asked=short).value("mean", **key) == 1


def test_a_target_weight_replaces_the_baseline_for_stability_and_not_for_loss():
    data = tables()
    data["participants"]["goal"] = [48.5] * 9 + [np.nan]
    sources = wanted().model_dump(mode="json")["sources"]
    sources["participants"] = {"file": "participants.csv", "covariates": {"goal": "goal"}}
    asked = wanted(analyses={"stable": LEAN | {"target": "goal"}}, sources={
        name: {"file": f"{name}.csv"} if name != "participants" else sources[name] for name in sources})  # fmt: skip
    results = found(asked=asked, data=data)
    assert events(results, "within 3 %", "Ketamine") == (2, 5)  # A, C of 47.045 to 49.955 kg
    assert events(results, "loss of 5 % or more", "Ketamine") == (1, 5)
    assert results.said("reference", term="reference") == "target weight (goal)"


def test_self_reported_weights_are_left_out_in_a_sensitivity_analysis():
    weights = weighings()
    reported = (weights["id"] == "A") & (weights["weight_kg"] == 48.5)
    data = tables() | {"weights": weights.assign(weight_source=np.where(reported, "self-reported", "measured"))}
    results = found(asked=wanted(analyses={"stable": LEAN}), data=data)
    name = "within 3 %, measured weights only"
    assert events(results, name, "Ketamine") == (2, 4)
    assert results.value("n", variable=name, visit="Week 4", arm="Ketamine", level="self-reported", **AN) == 1
    assert name not in results.values_of("variable", term="definition")
    assert not [text for text in found().values_of("variable") if "measured" in text]


def test_daily_weighings_collapse_to_the_last_of_each_week():
    weights = pd.concat([weighings(), pd.DataFrame(
        {"id": "G", "taken": START + 24 * np.arange(7, 14), "weight_kg": [60.0] * 6 + [50.0], "taken_date_only": False}
    )], ignore_index=True)  # fmt: skip
    data = tables() | {"weights": weights}
    means = {}
    for collapse in ("none", "weekly"):
        asked = wanted(analyses={"stable": LEAN | {"collapse": collapse}})
        key = {"variable": "within 3 %", "term": "share-of-time", "arm": "Ketamine", **AN}
        means[collapse] = found(asked=asked, data=data).value("mean", **key)
    assert means["weekly"] > means["none"]


def test_groups_are_never_pooled_and_the_order_of_rows_does_not_matter():
    data = tables()
    data["participants"]["diagnosis"] = ["AN"] * 6 + ["BED"] * 4
    asked = wanted(analyses={"stable": LEAN})
    rows = found(asked=asked, data=data).rows
    assert set(rows.loc[rows["term"] == "proportion", "subgroup_level"]) == {"AN", "BED"}
    turned = data | {"weights": data["weights"].iloc[::-1].reset_index(drop=True)}
    again = found(asked=asked, data=turned).rows
    pd.testing.assert_frame_equal(rows[["variable", "term", "stat"]], again[["variable", "term", "stat"]])


def test_the_change_of_weight_is_correlated_with_that_of_a_scale():
    symptoms = [(who, -12.0, 30.0) for who in AT_DAY_28]
    symptoms += [(who, 24 * 27.5, 30 + 2 * kg - 100) for who, kg in AT_DAY_28.items() if kg and who != "I"]
    data = tables() | {"assessments": assessments(symptoms)}
    asked = wanted(analyses={"stable": LEAN | {"symptom": "madrs", "symptom_visit": "Week 4"}})
    key = {"term": "weight-and-symptom", "variable": "MADRS", "visit": "Week 4", **AN}
    results = found(asked=asked, data=data)
    assert (results.value("n", arm="", **key), results.value("n", arm="Ketamine", **key)) == (8, 4)
    assert results.value("correlation", arm="", **key) == pytest.approx(1.0)


def test_a_public_report_hides_what_small_counts_would_tell():
    rows = public(found().rows, small_cell=5)
    shown = rows[rows["stat_name"].isin(["n"]) & rows["level"].isin(["yes", "lower", "within 3 %"])]["stat"]
    assert not shown.between(1, 4).any()
    hidden = select(
        rows, variable="within 3 %", visit="Week 4", term="proportion", arm="Ketamine", level="observed cases"
    )
    assert hidden["stat"].isna().all()


def test_an_equivalence_test_is_that_of_its_model_in_each_diagnosis():
    results = found("equal")
    pair = {"visit": "Week 4", "arm": "Ketamine", "comparator": "Midazolam", **AN}
    difference, error, df = (results.value(name, term="difference", **pair) for name in ("estimate", "std_error", "df"))
    tests = {"p_value": results.value("p_value", term="equivalence", **pair)}
    above = stats.t.sf((difference + 1) / error, df)
    below = stats.t.cdf((difference - 1) / error, df)
    assert tests["p_value"] == pytest.approx(max(above, below))
    assert results.value("margin", term="equivalence", **pair) == 1
    assert results.value("n_total", variable="denominator", arm="Ketamine", **AN) == 5


def test_body_mass_index_of_several_diagnoses_is_not_pooled():
    data = tables()
    data["participants"]["diagnosis"] = ["AN"] * 6 + ["BED"] * 4
    pooled = wanted(analyses={"equal": {name: value for name, value in EQUAL.items() if name != "by"}})
    assert "several or unknown diagnoses is not pooled" in found("equal", pooled, data).failure
    apart = found("equal", data=data)
    assert "fewer than 3 participants" in " ".join(apart.errors())  # BED has two in each arm
    assert TABLES["WTT03"](apart).parts[0].rows


def test_a_single_arm_is_tested_by_its_mean_change():
    design = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
    data = tables()
    data["participants"]["arm"] = "Ketamine"
    asked = wanted(design=design)
    results = found("equal", asked, data)
    key = {"visit": "Week 4", "arm": "Ketamine", **AN}
    assert results.value("estimate", term="marginal-mean", **key) is not None
    assert results.value("p_value", term="equivalence", **key) == pytest.approx(
        max(select(results.rows, term="one-sided-test", stat_name="p_value")["stat"])
    )
    text = methods_text(results)
    assert "mean change from baseline, which is not compared" in text
    assert TABLES["WTT02"](found("stable", asked, data)).parts


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"analyses": {"stable": STABLE | {"endpoint": "bmi"}}}, '"bmi" measures BMI, and endpoint must be of WEIGHT'),
        ({"analyses": {"stable": STABLE | {"index": "weight"}}}, '"weight" measures WEIGHT, and index must be of BMI'),
        ({"analyses": {"equal": EQUAL | {"endpoint": "madrs"}}}, '"madrs" has no margin'),
    ],
)
def test_a_plan_that_asks_for_what_cannot_be_is_refused(changes, said):
    assert any(said in str(problem) for problem in check(wanted(**changes)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"symptom": "madrs"}, "symptom and symptom_visit go together"),
        ({"bands": []}, "bands"),
    ],
)
def test_an_analysis_that_lacks_a_part_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        wanted(analyses={"stable": STABLE | change})
    with pytest.raises(ValueError, match="among visits"):
        wanted(analyses={"equal": EQUAL | {"model": "mmrm", "visits": ["24 h", "Day 4"]}})


@pytest.mark.parametrize("kind", ["internal", "public"])
def test_the_tables_have_a_cell_for_each_column_and_no_number_that_is_none(kind):
    for output_id, analysis in (("WTT02", "stable"), ("WTT03", "equal")):
        results = found(analysis)
        rows = public(results.rows, small_cell=5) if kind == "public" else results.rows
        made = TABLES[output_id](results_of(results.plan, rows, analysis))
        for part in made.parts:
            assert all(len(row.cells) in {0, len(part.columns) - 1} for row in part.rows)
            assert not any("nan" in cell or "None" in cell for row in part.rows for cell in row.cells)


def test_the_methods_name_definitions_estimator_and_limits():
    text = methods_text(found())
    for said in ("no agreed definition", "within 3 %", "apart for each diagnosis", "Miettinen", "is no success"):
        assert said in text
    equal = methods_text(found("equal"))
    for said in ("±1 kg/m²", "made up", "two one-sided t tests", "a model for each diagnosis", "missing at random"):
        assert said in equal
