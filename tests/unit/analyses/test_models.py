"""Models of a plan: which records enter, what the ladder does, and what a failed fit looks like."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.endpoint_records import last_observation_carried_forward, under_strategies
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.plan.endpoints import Estimand
from small_trial import assessments, infusions, participants, plan

MODELS = {
    "mmrm": {"method": "mmrm", "endpoint": "madrs", "covariance": ["us", "cs"], "estimand": "primary"},
    "value": {"method": "mmrm", "endpoint": "madrs", "covariance": ["cs"], "form": "value"},
    "course": {"method": "trajectory", "endpoint": "madrs", "basis": "linear", "report_at": ["24 h", "28 d"]},
    "spline": {
        "method": "trajectory",
        "endpoint": "madrs",
        "basis": {"spline": ["4 d"]},
        "random": ["intercept"],
        "report_at": ["24 h", "28 d"],
    },
    "ancova": {"method": "ancova", "endpoint": "madrs", "visit": "Week 4", "imputation": "locf"},
}
ESTIMANDS = {
    "primary": {
        "population": "randomised",
        "treatment": {"arm": "Ketamine", "against": "Midazolam"},
        "variable": {"endpoint": "madrs", "visit": "24 h"},
        "events": {"rescue": "hypothetical", "admission": "treatment-policy"},
    }
}
PLAN = plan(analyses=MODELS, estimands=ESTIMANDS)
HOURS = [-1.0, 24.0, 95.0, 672.0]


def trial(n: int, *, seed: int = 1, arms: tuple[str, ...] = ("Ketamine", "Midazolam")) -> dict[str, pd.DataFrame]:
    """Give the datasets of a trial of n participants with a difference of -6 between the arms."""
    generator = np.random.default_rng(seed)
    people = participants([arms[place % len(arms)] for place in range(n)])
    level = generator.normal(30, 5, n)
    scores = [
        (name, hours, float(base + generator.normal(0, 3) + (hours > 0) * (-4 - 6 * (arm == "Ketamine"))))
        for name, arm, base in zip(people["id"], people["arm"], level, strict=True)
        for hours in HOURS
    ]
    given = infusions([(name, number, 96.0 * (number - 1)) for name in people["id"] for number in (1, 2)])
    return derive(PLAN, "small", {"participants": people, "infusions": given, "assessments": assessments(scores)})


@pytest.fixture(scope="module")
def adam() -> dict[str, pd.DataFrame]:
    return trial(24)


def ard(adam, analysis_id):
    return analyse(PLAN, "small", analysis_id, adam).results


def test_differences_are_those_to_the_reference_arm(adam):
    found = select(ard(adam, "mmrm"), term="difference", visit="24 h")
    assert set(found["comparator"]) == {"Midazolam"}
    assert statistic(found, stat_name="conf_low") < -6 < statistic(found, stat_name="conf_high")


def test_a_difference_is_that_of_the_adjusted_means(adam):
    results = ard(adam, "mmrm")
    means = select(results, term="marginal-mean", visit="Week 4", stat_name="estimate").set_index("arm")["stat"]
    difference = statistic(results, term="difference", visit="Week 4", stat_name="estimate")
    assert difference == pytest.approx(means["Ketamine"] - means["Midazolam"])


def test_the_average_over_visits_is_the_mean_of_the_visits(adam):
    found = select(ard(adam, "mmrm"), term="difference", stat_name="estimate").set_index("visit")["stat"]
    assert found["average"] == pytest.approx(found.drop("average").mean())


def test_the_first_structure_that_fits_is_used_and_the_others_are_named(adam):
    ladder = select(ard(adam, "mmrm"), term="ladder").set_index("level")["stat_text"]
    assert ladder.to_dict() == {"us": "used", "cs": "not needed"}


def test_a_structure_that_cannot_be_fitted_gives_its_reason_and_the_next_is_used(adam):
    early = adam["ADQS"]["USUBJID"] < "M"  # nobody has both 24 h and Week 4: their covariance cannot be estimated
    lost = (early & (adam["ADQS"]["AVISIT"] == "Week 4")) | (~early & (adam["ADQS"]["AVISIT"] == "24 h"))
    ladder = select(ard({**adam, "ADQS": adam["ADQS"][~lost]}, "mmrm"), term="ladder").set_index("level")["stat_text"]
    assert ladder["us"] not in {"used", "not needed", ""}
    assert ladder["cs"] == "used"


def test_a_fallback_down_the_ladder_is_a_warning(adam):
    assert select(ard(adam, "mmrm"), stat_name="warning").empty
    early = adam["ADQS"]["USUBJID"] < "M"
    lost = (early & (adam["ADQS"]["AVISIT"] == "Week 4")) | (~early & (adam["ADQS"]["AVISIT"] == "24 h"))
    found = select(ard({**adam, "ADQS": adam["ADQS"][~lost]}, "mmrm"), stat_name="warning")["warning"].tolist()
    assert len(found) == 1
    assert found[0].startswith("us was not used: ")


def test_a_visit_of_the_model_without_any_value_is_a_warning(adam):
    records = adam["ADQS"][adam["ADQS"]["AVISIT"] != "Week 4"]
    found = select(ard({**adam, "ADQS": records}, "mmrm"), stat_name="warning")["warning"].tolist()
    assert found == ["no participant has a value at Week 4: it is not in the model"]


def test_a_difference_without_data_in_one_arm_is_a_warning_and_not_a_number(adam):
    arm = adam["ADSL"].set_index("USUBJID")["TRTP"].reindex(adam["ADQS"]["USUBJID"]).to_numpy()
    lost = (arm == "Ketamine") & (adam["ADQS"]["AVISIT"] == "24 h").to_numpy()
    found = ard({**adam, "ADQS": adam["ADQS"][~lost]}, "value")
    assert np.isnan(statistic(found, term="difference", visit="24 h", stat_name="estimate"))
    assert any("difference of Ketamine at 24 h" in text for text in found["warning"])


def test_fewer_than_three_participants_in_an_arm_are_described_only():
    found = ard(trial(5), "mmrm")
    assert select(found, stat_name="error")["error"].tolist() == [
        "fewer than 3 participants with data in Midazolam (2): described only"
    ]
    assert "estimate" not in set(found["stat_name"])


def test_an_arm_without_participants_is_not_compared():
    found = ard(trial(12, arms=("Ketamine",)), "value")
    assert select(found, term="difference").empty
    assert set(select(found, term="marginal-mean")["arm"]) == {"Ketamine"}


def test_the_trajectory_is_reported_at_the_times_of_the_plan(adam):
    found = select(ard(adam, "course"), term="difference", stat_name="estimate")
    assert found["time"].tolist() == ["24", "672"]


def test_a_spline_without_interaction_noise_finds_the_difference(adam):
    found = select(ard(adam, "spline"), term="difference", time="24")
    assert statistic(found, stat_name="conf_low") < -6 < statistic(found, stat_name="conf_high")


def test_a_variance_at_its_boundary_leads_to_a_simpler_model_and_is_named():
    found = [select(ard(trial(24, seed=seed), "course"), term="ladder") for seed in range(4)]
    outcomes = [ladder.set_index("level")["stat_text"] for ladder in found]
    assert all((ladder == "used").sum() == 1 for ladder in outcomes)
    assert any("variance of zero" in text for ladder in outcomes for text in ladder)


def test_analysis_of_covariance_counts_who_was_carried_forward(adam):
    without_last = {**adam, "ADQS": adam["ADQS"].query("not (USUBJID == 'A' and AVISIT == 'Week 4')")}
    assert statistic(ard(adam, "ancova"), stat_name="n_imputed") == 0
    assert statistic(ard(without_last, "ancova"), stat_name="n_imputed") == 1
    assert statistic(ard(without_last, "ancova"), stat_name="n_observations") == 24


def test_supplied_imputed_records_are_used_where_there_are_any(adam):
    records = adam["ADQS"].assign(CHG=1.0)
    supplied = records.query("USUBJID == 'A' and AVISIT == 'Week 4'").assign(DTYPE="LOCF", CHG=99.0)
    others = records.query("not (USUBJID == 'A' and AVISIT == 'Week 4')")
    found = last_observation_carried_forward(pd.concat([others, supplied]), "Week 4", 672.0)
    assert found.set_index("USUBJID")["CHG"]["A"] == 99.0


def test_only_what_follows_a_hypothetical_event_is_left_out(adam):
    events = pd.DataFrame({"USUBJID": ["A", "B"], "ICE": ["rescue", "admission"], "AHRFIRST": [50.0, 50.0]})
    estimand = Estimand.model_validate(ESTIMANDS["primary"])
    kept = under_strategies(adam["ADQS"], estimand, {**adam, "ADICE": events})
    assert kept.query("USUBJID == 'A'")["AHRFIRST"].max() == 24.0
    assert kept.query("USUBJID == 'B'")["AHRFIRST"].max() == 672.0


def test_the_order_of_rows_does_not_matter(adam):
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in adam.items()}
    first, second = (select(ard(data, "mmrm"), term="difference")["stat"].to_numpy() for data in (adam, turned))
    np.testing.assert_allclose(first, second, rtol=1e-8)


def test_the_primary_model_is_recomputed_and_no_other(adam):
    found = select(ard(adam, "mmrm"), term="second-engine").set_index("stat_name")
    assert found.loc["estimate_difference", "stat"] < 0.01
    assert found.loc["agreement", "stat_text"].startswith("two engines agree to ")
    assert select(ard(adam, "value"), term="second-engine").empty


def test_differences_robust_to_a_wrong_covariance_stand_beside_a_structured_one_only(adam):
    assert select(ard(adam, "mmrm"), term="robust-difference").empty
    results = ard(adam, "value")
    robust, model = (
        select(results, term=term, visit="24 h").set_index("stat_name")["stat"]
        for term in ("robust-difference", "difference")
    )
    assert robust["estimate"] == pytest.approx(model["estimate"], rel=1e-9)
    assert robust["std_error"] != pytest.approx(model["std_error"], rel=1e-3)
    assert robust["df"] < 24
