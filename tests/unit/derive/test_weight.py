"""Heights that count, and body mass index for age, against closed forms."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from postinfusion.derive.datasets import derive
from postinfusion.derive.weight import age_in_months, body_mass_index, for_age, heights, standard_score
from small_trial import START, infusions, participants, plan

REFERENCE = pd.DataFrame(
    {
        "sex": ["female", "female", "male"],
        "age_months": [180.0, 182.0, 180.0],
        "L": [-2.0, -2.2, 0.0],
        "M": [20.0, 20.2, 19.5],
        "S": [0.12, 0.14, 0.13],
    }
)


def scored(index: float, sex: str, months: float) -> tuple[float, float, float]:
    found = for_age(pd.Series([index]), pd.Series([sex]), pd.Series([months]), REFERENCE)
    return float(found.z[0]), float(found.percentile[0]), float(found.per_cent_median[0])


def test_the_median_of_the_reference_has_score_zero():
    assert scored(20.0, "female", 180.0) == pytest.approx((0.0, 50.0, 100.0))


def test_the_score_is_that_of_the_formula():
    z, percentile, share = scored(17.0, "female", 180.0)
    assert z == pytest.approx(((17 / 20) ** -2 - 1) / (-2 * 0.12))
    assert percentile == pytest.approx(100 * NormalDist().cdf(z))
    assert share == pytest.approx(85.0)


def test_where_the_power_is_zero_the_score_is_that_of_the_logarithm():
    assert scored(17.0, "male", 180.0)[0] == pytest.approx(np.log(17 / 19.5) / 0.13)
    nearly = standard_score(np.array([0.9]), np.array([1e-12]), np.array([0.1]))
    assert nearly[0] == pytest.approx(np.log(0.9) / 0.1, rel=1e-10)


def test_the_score_turns_back_into_the_index():
    z = scored(24.0, "female", 180.0)[0]
    assert 20.0 * (1 + -2.0 * 0.12 * z) ** (1 / -2.0) == pytest.approx(24.0)


def test_the_reference_is_taken_on_the_line_between_its_ages():
    z = scored(18.0, "female", 181.0)[0]
    assert z == pytest.approx(((18 / 20.1) ** -2.1 - 1) / (-2.1 * 0.13))


@pytest.mark.parametrize(("sex", "months"), [("female", 179.0), ("female", 183.0), ("other", 180.0)])
def test_outside_of_the_reference_nothing_is_scored(sex: str, months: float):
    assert np.isnan(scored(18.0, sex, months)).all()


def test_ages_at_a_visit_are_exact_months():
    people = pd.DataFrame({"id": ["A"], "age_months": [180.25]})
    months = age_in_months(people, pd.Series(["A"]), pd.Series([365.25 * 24]))
    assert months.tolist() == pytest.approx([192.25])
    assert age_in_months(people.drop(columns="age_months"), pd.Series(["A"]), pd.Series([0.0])).isna().all()


def height_of(age: float, at: list[float], measured: list[float], entry: float | None = None) -> list[float]:
    weighings = pd.DataFrame({"id": "A", "height_cm": measured})
    people = pd.DataFrame({"id": ["A"], "age": [age], **({} if entry is None else {"height_cm": [entry]})})
    found = heights(weighings, pd.Series(at), people)
    assert found is not None
    return found.tolist()


def test_an_adult_has_the_median_of_heights_that_agree_and_else_the_first():
    assert height_of(30.0, [0.0, 24.0, 48.0], [170.0, 171.0, 171.5]) == [171.0] * 3
    assert height_of(30.0, [0.0, 24.0, 48.0], [170.0, 161.0, 171.5]) == [170.0] * 3


def test_an_adolescent_has_the_height_of_the_visit():
    assert height_of(15.0, [0.0, 100.0, 200.0, 300.0], [160.0, np.nan, 162.0, np.nan]) == [160.0, 161.0, 162.0, 162.0]


def test_without_any_height_there_is_none():
    people = pd.DataFrame({"id": ["A"]})
    assert heights(pd.DataFrame({"id": ["A"]}), pd.Series([0.0]), people) is None


def test_body_mass_index_and_its_scores_for_age_are_records_of_their_own():
    people = participants(["Ketamine"]).assign(sex="female", age_months=180.0, height_cm=160.0, age=15.0)
    weighing = {"id": ["A"], "weight_kg": [51.2], "taken": [START], "taken_date_only": [False]}
    tables = {"participants": people, "infusions": infusions([("A", 1, 0.0)]), "weights": pd.DataFrame(weighing)}
    signs = derive(plan(), "small", tables | {"growth_reference": REFERENCE})["ADVS"].set_index("PARAMCD")["AVAL"]
    assert signs.to_dict() == pytest.approx(
        {"WEIGHT": 51.2, "BMI": 20.0, "BMIZ": 0.0, "BMIPCT": 50.0, "PMBMI": 100.0}, abs=1e-12
    )
    assert set(derive(plan(), "small", tables)["ADVS"]["PARAMCD"]) == {"WEIGHT", "BMI"}


def test_body_mass_index_is_weight_by_squared_metres():
    assert body_mass_index(pd.Series([50.0]), pd.Series([170.0])).tolist() == pytest.approx([50 / 1.7**2])
