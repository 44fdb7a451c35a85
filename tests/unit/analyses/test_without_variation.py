"""A stratum or covariate that is the same in everybody analysed leaves the model, which goes on and says so."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.plan.plan import Plan
from small_trial import assessments, infusions, participants, plan

MODELS = {
    "mmrm": {"method": "mmrm", "endpoint": "madrs", "covariance": ["us", "cs"], "visits": ["24 h", "Week 4"]},
    "ancova": {"method": "ancova", "endpoint": "madrs", "visit": "Week 4"},
    "course": {"method": "trajectory", "endpoint": "madrs", "basis": "linear", "random": ["intercept"],
               "report_at": ["24 h"]},
    "responders": {"method": "repeated-binary", "endpoint": "madrs", "status": "value", "at_least": 22},
}  # fmt: skip
WARNING = "diagnosis is the same in all analysed participants: it is not in the model"


def wanted(strata: list[str]) -> Plan:
    found = plan(analyses=MODELS)
    return found.model_copy(update={"design": found.design.model_copy(update={"strata": strata})})


def trial(asked: Plan, diagnoses: tuple[str, ...], n: int = 24) -> dict[str, pd.DataFrame]:
    generator = np.random.default_rng(3)
    people = participants([("Ketamine", "Midazolam")[place % 2] for place in range(n)])
    people["diagnosis"] = [diagnoses[place // 2 % len(diagnoses)] for place in range(n)]
    level = generator.normal(30, 5, n)
    scores = [
        (name, hours, float(base + generator.normal(0, 4) + (hours > 0) * (-6 - 4 * (arm == "Ketamine"))))
        for name, arm, base in zip(people["id"], people["arm"], level, strict=True)
        for hours in (-1.0, 24.0, 95.0, 672.0)
    ]
    given = infusions([(name, number, 96.0 * (number - 1)) for name in people["id"] for number in (1, 2)])
    return derive(asked, "small", {"participants": people, "infusions": given, "assessments": assessments(scores)})


def estimates(results: pd.DataFrame) -> Any:
    return select(results, stat_name="estimate").dropna(subset=["stat"])["stat"].to_numpy()


@pytest.mark.parametrize("name", list(MODELS))
def test_a_stratum_of_one_level_is_left_out_and_named_and_the_model_is_that_without_it(name):
    stratified, plain = wanted(["diagnosis"]), wanted([])
    adam = trial(stratified, ("BN",))
    found, expected = (analyse(asked, "small", name, adam).results for asked in (stratified, plain))
    assert not (found["stat_name"] == "error").any()
    assert WARNING in set(found["warning"])
    assert len(estimates(expected))
    assert estimates(found) == pytest.approx(estimates(expected))


def test_a_stratum_that_divides_the_participants_stays_in_the_model():
    asked = wanted(["diagnosis"])
    found = analyse(asked, "small", "ancova", trial(asked, ("AN", "BN"))).results
    assert WARNING not in set(found["warning"])
    assert statistic(found, term="fit", stat_name="n_observations") == 24
    assert "DIAG" in select(found, stat_name="formula")["stat_text"].iloc[0]


def test_participants_without_a_stratum_on_record_are_a_level_and_the_results_say_so():
    asked = wanted(["diagnosis"])
    adam = trial(asked, ("AN", "BN"))
    first = adam["ADSL"]["USUBJID"].iloc[:2]
    adam["ADSL"].loc[adam["ADSL"]["USUBJID"].isin(first), "DIAG"] = ""
    found = analyse(asked, "small", "ancova", adam).results
    assert "2 participants have no diagnosis on record: they stand as a level of their own" in set(found["warning"])
    assert statistic(found, term="fit", stat_name="n_observations") == 24
