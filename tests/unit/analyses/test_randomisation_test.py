"""A randomisation test beside a model: exact in small trials, within strata, and honest about what it could give."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.core.randomisation_tests import randomisation_test, studentised_difference
from small_trial import plan

MODEL = {"method": "ancova", "endpoint": "madrs", "visit": "24 h"}
ANALYSES = {
    "model": MODEL,
    "repeated": {"method": "mmrm", "endpoint": "madrs", "visits": ["24 h", "Day 4"], "covariance": ["cs"]},
    "test": {"method": "randomisation-test", "of": "model", "visit": "24 h"},
    "beside-repeated": {"method": "randomisation-test", "of": "repeated", "visit": "24 h"},
}


def adam(per_arm: int, *, seed: int = 1, benefit: float = 8.0) -> dict[str, pd.DataFrame]:
    rng, n = np.random.default_rng(seed), 2 * per_arm
    arm = np.where(np.arange(n) % 2 == 0, "Ketamine", "Midazolam")
    ids = [f"P{number:02}" for number in range(n)]
    people = pd.DataFrame(
        {"USUBJID": ids, "TRTP": arm, "TRTA": arm, "ITTFL": "Y", "SAFFL": "Y", "DIAG": np.repeat(["AN", "BN"], per_arm)}
    )
    parts = []
    base = rng.normal(30, 5, n).round()
    for visit, hours in (("Baseline", 0.0), ("24 h", 24.0), ("Day 4", 96.0)):
        fall = 0.0 if visit == "Baseline" else 3 + benefit * (arm == "Ketamine") + rng.normal(0, 4, n)
        value = np.round(base - fall)
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": ids, "PARAMCD": "MADRS", "AVISIT": visit, "AVISITN": hours, "AHRFIRST": hours,
                    "AVAL": value, "BASE": base, "CHG": np.nan if visit == "Baseline" else value - base,
                    "ANL01FL": "Y", "DTYPE": "", "ABLFL": "Y" if visit == "Baseline" else "",
                }
            )
        )  # fmt: skip
    return {"ADSL": people, "ADQS": pd.concat(parts, ignore_index=True)}


def results(name: str, per_arm: int, analyses: dict | None = None, **options: object) -> pd.DataFrame:
    wanted = plan(analyses=analyses or ANALYSES, **options)
    return analyse(wanted, "small", name, adam(per_arm)).results


def value(rows: pd.DataFrame, stat_name: str, term: str = "randomisation-test") -> float:
    return float(select(rows, term=term, stat_name=stat_name)["stat"].iloc[0])


def said(rows: pd.DataFrame, stat_name: str) -> str:
    return str(select(rows, term="randomisation-test", stat_name=stat_name)["stat_text"].iloc[0])


def test_the_models_p_stands_beside_that_of_the_test():
    rows, model = results("test", 5), results("model", 5)
    assert value(rows, "p_value", "model") == value(model, "p_value", "difference")
    assert value(rows, "n_allocations") == 252
    assert said(rows, "how") == "all allocations"
    assert said(rows, "adjusted_for") == "BASE"


def test_it_stands_beside_a_model_of_repeated_measures_too():
    rows, model = results("beside-repeated", 6), results("repeated", 6)
    theirs = select(model, term="difference", visit="24 h", stat_name="p_value")["stat"].iloc[0]
    assert value(rows, "p_value", "model") == theirs


def test_where_the_test_cannot_reach_the_level_it_says_so():
    rows = results("test", 3)
    assert value(rows, "smallest_p") == 0.1
    assert value(rows, "p_value", "model") < 0.05
    assert "could not have given a p below 0.05" in said(rows, "agreement")


def test_labels_are_dealt_out_within_the_strata_of_the_design():
    design = {
        "kind": "parallel", "time_zero": "randomisation", "strata": ["diagnosis"],
        "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
    }  # fmt: skip
    rows = results("test", 6, design=design)
    assert (value(rows, "n_strata"), value(rows, "n_allocations")) == (2, 400)
    data = adam(6)
    at = data["ADQS"][data["ADQS"]["AVISIT"] == "24 h"]
    columns = np.column_stack([at["BASE"], (data["ADSL"]["DIAG"] == "BN").astype(float)])
    statistic = studentised_difference(at["CHG"].to_numpy(), columns)
    labels, strata = (data["ADSL"]["TRTP"] == "Ketamine").to_numpy(), (data["ADSL"]["DIAG"] == "BN").to_numpy(np.intp)
    expected = randomisation_test(statistic, labels, strata, np.random.default_rng(1))
    assert value(rows, "p_value") == pytest.approx(expected.p_value)


def test_drawn_allocations_are_the_same_in_every_run():
    analyses = ANALYSES | {"test": ANALYSES["test"] | {"exact_up_to": 10, "draws": 999}}
    first, second = (results("test", 8, analyses) for _ in range(2))
    assert said(first, "how") == "drawn allocations"
    assert value(first, "smallest_p") == 1 / 1000
    assert value(first, "p_value") == value(second, "p_value")


@pytest.mark.parametrize("per_arm", [1, 2])
def test_one_or_two_in_an_arm_are_described_only(per_arm: int):
    rows = results("test", per_arm)
    assert "described only" in select(rows, stat_name="error")["error"].iloc[0]
    assert not len(select(rows, stat_name="p_value"))


def test_the_row_names_the_population_of_the_model():
    safety = {"model": MODEL | {"population": "safety"}, "test": ANALYSES["test"]}
    assert set(results("test", 4, safety)["population"]) == {"safety"}


def test_the_test_stands_beside_a_model_over_time_at_a_time_that_it_reports():
    course = {
        "method": "trajectory", "endpoint": "madrs", "basis": "linear", "random": ["intercept"],
        "report_at": ["24 h", "4 d"],
    }  # fmt: skip
    test = {"method": "randomisation-test", "visit": "Day 4"}
    analyses = {
        "course": course, "test": test | {"of": "course"},
        "at-the-visit": MODEL | {"visit": "Day 4"}, "beside-the-visit": test | {"of": "at-the-visit"},
    }  # fmt: skip
    rows, model = results("test", 6, analyses), results("course", 6, analyses)
    expected = select(model, term="difference", stat_name="p_value", time="96")["stat"].item()
    assert value(rows, "p_value", "model") == expected
    assert value(rows, "p_value") == value(results("beside-the-visit", 6, analyses), "p_value")


def test_the_visit_that_is_left_out_is_that_of_the_question():
    question = {"population": "randomised", "variable": {"endpoint": "madrs", "visit": "Day 4"}}
    analyses = {
        "model": {"method": "mmrm", "estimand": "primary", "covariance": ["cs"]},
        "test": {"method": "randomisation-test", "of": "model"},
    }
    assert plan(analyses=analyses, estimands={"primary": question}).analyses["test"].visit == "Day 4"
