"""Rates of events of small trials: arms without events, who is left out, abstinence, few participants, public mode."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import t

from postinfusion.analyses.category_data import fixed_effects
from postinfusion.analyses.count_model import count_data, mixed_model, rate_ratios, with_events
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.populations import members
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.core.proportions import clopper_pearson
from postinfusion.core.stratified_proportions import stratified_difference
from postinfusion.derive.datasets import derive
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from postinfusion.vocabulary import MISSING_AS_FAILURE, OBSERVED_CASES
from small_trial import assessments, infusions, participants, plan

COUNT = {"measure": "Binges", "label": "Binges", "kind": "count", "days": 28, "better": "lower", "unit": "episodes"}
RATE, EQUATIONS = "rate", "rate by estimating equations"
DAY_4, WEEK_4 = 95.0, 672.0
DESIGN = {
    "kind": "parallel", "time_zero": "first-infusion", "infusions": ["0 h"],
    "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
}  # fmt: skip


def a_plan(**analysis):
    """A plan with one analysis of counts at two visits."""
    part = {"method": "counts", "endpoint": "binges", "visits": ["Day 4", "Week 4"]} | analysis
    return plan(endpoints={"binges": COUNT}, analyses={"counts": part}, design=DESIGN)


PLAN = a_plan()


def datasets(courses, arms, **columns):
    """Datasets from each participant's counts at baseline, day 4 and week 4; None is missing."""
    people = participants(arms).assign(**columns)
    hours = (-1.0, DAY_4, WEEK_4)
    scores = [
        (who, hour, float(value))
        for who, course in zip(people["id"], courses, strict=True)
        for hour, value in zip(hours, course, strict=True)
        if value is not None
    ]
    given = infusions([(who, 1, 0.0) for who in people["id"]])
    tables = {"participants": people, "infusions": given, "assessments": assessments(scores, measure="Binges")}
    return derive(PLAN, "small", tables)


def rows_of(courses, arms, analysis=PLAN, **columns):
    return analyse(analysis, "small", "counts", datasets(courses, arms, **columns)).results


@cache
def drawn(n=24, seed=3):
    """Courses of a trial in which ketamine halves the rate; nobody on ketamine has an event at week 4."""
    random = np.random.default_rng(seed)
    arms = ["Ketamine", "Midazolam"] * (n // 2)
    own = random.gamma(4, 1 / 4, n)
    mean = np.where(np.array(arms) == "Ketamine", 4.0, 8.0)
    courses = np.column_stack([random.poisson(10 * own), random.poisson(mean * own), random.poisson(mean * own)])
    courses[np.array(arms) == "Ketamine", 2] = 0
    return courses.tolist(), arms


@cache
def one_arm_without_events():
    return rows_of(*drawn())


def test_where_an_arm_has_no_event_no_ratio_is_given_and_the_reason_is():
    found = one_arm_without_events()
    for name in ("estimate", "conf_low", "conf_high"):
        row = select(found, term="ratio", visit="Week 4", stat_name=name)
        assert row["stat"].isna().all()
        assert (row["error"] == "no event in Ketamine at Week 4: no rate ratio exists there, see abstinence").all()
    assert select(found, term="ratio", level=EQUATIONS, visit="Week 4").empty


def test_the_other_visits_are_modelled_without_false_convergence():
    found = one_arm_without_events()
    for level in (RATE, EQUATIONS):
        key = {"term": "ratio", "level": level, "visit": "Day 4"}
        low, estimate, high = (
            statistic(found, stat_name=name, **key) for name in ("conf_low", "estimate", "conf_high")
        )
        assert 0.2 < low < estimate < high < 1.5
        assert statistic(found, stat_name="std_error", **key) < 1
    assert select(found, term="ratio", visit="average").empty


def test_abstinence_without_any_event_has_an_exact_interval_and_a_risk_difference():
    found = one_arm_without_events()
    at = {"variable": "abstinence", "visit": "Week 4", "level": OBSERVED_CASES}
    key = {**at, "arm": "Ketamine", "term": "proportion"}
    counted = (statistic(found, stat_name="n", **key), statistic(found, stat_name="n_total", **key))
    assert counted == (12, 12)
    exact = clopper_pearson(12, 12, confidence=0.95)
    assert statistic(found, stat_name="conf_low", **key) == pytest.approx(exact.conf_low, rel=1e-10)
    assert statistic(found, stat_name="conf_high", **key) == 1
    other = statistic(found, stat_name="n", **{**key, "arm": "Midazolam"})
    difference = {**at, "term": "risk-difference", "arm": "Ketamine", "comparator": "Midazolam"}
    expected = stratified_difference([12], [12], [other], [12], confidence=0.95)
    assert statistic(found, stat_name="estimate", **difference) == pytest.approx(1 - other / 12, rel=1e-10)
    assert statistic(found, stat_name="conf_low", **difference) == pytest.approx(expected.conf_low, rel=1e-8)


def test_a_trial_without_any_event_is_described_and_no_model_is_fitted():
    found = rows_of([(3, 0, 0)] * 8, ["Ketamine", "Midazolam"] * 4)
    assert statistic(found, term="observed", visit="Day 4", arm="Ketamine", stat_name="n_events") == 0
    assert select(found, term="rate").empty
    assert select(found, term="ratio")["stat"].isna().all()
    share = select(found, variable="abstinence", term="proportion", stat_name="estimate")
    assert (share["stat"] == 1).all()


def test_fewer_than_three_in_an_arm_are_described_only():
    found = rows_of([(3, 2, 1), (4, 5, 6), (2, 2, 2), (5, 4, 4), (6, 5, 3)], ["Ketamine"] * 2 + ["Midazolam"] * 3)
    (reason,) = select(found, term="fit", stat_name="error")["error"]
    assert "fewer than 3 participants with data in Ketamine (2): described only" in reason
    assert statistic(found, term="observed", visit="Day 4", arm="Ketamine", stat_name="mean") == 3.5
    assert select(found, term="ratio").empty


def test_whom_the_plan_leaves_out_is_counted_and_told_where_events_occurred_after_all():
    courses, arms = drawn()
    sexes = ["F"] * 20 + ["M"] * 4
    found = rows_of(courses, arms, a_plan(among={"sex": ["F"]}), sex=sexes)
    assert [statistic(found, term="left-out", arm=arm, stat_name="n") for arm in ("Ketamine", "Midazolam")] == [2, 2]
    assert statistic(found, term="observed", visit="Day 4", arm="Ketamine", stat_name="n") == 10
    assert found["warning"].str.contains("4 of the 4 participants whom the plan leaves out had an event").any()
    partly = rows_of(courses, arms, a_plan(among={"sex": ["F", "D"]}), sex=sexes)
    assert "among: no participant has sex D; there are F, M" in set(partly["warning"])
    assert statistic(partly, term="observed", visit="Day 4", arm="Ketamine", stat_name="n") == 10
    nobody = rows_of(courses, arms, a_plan(among={"sex": ["D"]}), sex=sexes)
    assert "no participant has sex D; there are F, M" in select(nobody, stat_name="error")["error"].iloc[0]


def test_values_that_are_no_counts_are_refused():
    found = rows_of([(3, 2.5, 1)] * 6, ["Ketamine", "Midazolam"] * 3)
    assert "no whole numbers" in select(found, stat_name="error")["error"].iloc[0]


def test_a_missing_count_is_no_abstinence_where_missing_counts_as_failure():
    courses = [(3, 0, None)] * 3 + [(3, 2, 1)] * 3 + [(3, 0, 0)] * 3 + [(3, 4, 5)] * 3
    found = rows_of(courses, ["Ketamine"] * 6 + ["Midazolam"] * 6)
    key = {"variable": "abstinence", "visit": "Week 4", "term": "proportion", "arm": "Ketamine", "stat_name": "n_total"}
    assert statistic(found, level=MISSING_AS_FAILURE, **key) == 6
    assert statistic(found, level=OBSERVED_CASES, **key) == 3


def shown(found):
    """Give the table as text."""
    made = TABLES["RATET01"](results_of(PLAN, found, "counts"))
    notes = " ".join(made.label.footnotes) if hasattr(made.label, "footnotes") else str(made.label)
    return made, "\n".join(f"{row.label} | {' | '.join(row.cells)}" for part in made.parts for row in part.rows), notes


def test_the_table_shows_rates_ratios_abstinence_and_why_a_ratio_is_missing():
    made, text, _ = shown(one_arm_without_events())
    for part in made.parts:
        assert all(len(row.cells) in {0, len(part.columns) - 1} for row in part.rows)
    assert "Negative binomial mixed model" in text
    assert "Estimating equations" in text
    assert "nan" not in text
    ratio = statistic(one_arm_without_events(), term="ratio", level=RATE, visit="Day 4", stat_name="estimate")
    assert f"{ratio:.2f}" in text


def test_the_methods_name_both_models():
    text = methods_text(results_of(PLAN, one_arm_without_events(), "counts"))
    assert "negative binomial mixed model" in text
    assert "μ + αμ²" in text
    assert text.startswith("Values of Binges were described by visit and arm")


def test_a_public_table_tells_no_small_count_and_nothing_that_gives_it_away():
    courses = [(3, 2, 0)] * 10 + [(3, 3, 1)] * 2 + [(4, 3, 2)] * 12
    found = public(rows_of(courses, ["Ketamine"] * 12 + ["Midazolam"] * 12), small_cell=5)
    abstinent = select(found, variable="abstinence", visit="Week 4", arm="Ketamine", term="proportion")
    assert abstinent[abstinent["stat_name"].isin(["n", "estimate"])]["stat"].isna().all()
    observed = select(found, term="observed", visit="Week 4", arm="Ketamine").set_index("stat_name")["stat"]
    assert observed["n"] == 12
    assert observed[["n_events", "mean", "q3"]].isna().all()
    assert statistic(found, term="observed", visit="Week 4", arm="Midazolam", stat_name="n_events") == 24


def test_limits_of_rate_ratios_allow_for_the_number_of_participants():
    courses, arms = drawn()
    adam = datasets(courses, arms)
    whole = count_data(PLAN, PLAN.analyses["counts"], adam, members(PLAN, adam["ADSL"], "randomised"))
    data, _ = with_events(whole)
    fit = mixed_model(data, fixed_effects(data))
    plain = fit.ratios(ARM, reference="Midazolam", confidence=0.95)
    found = rate_ratios(data, fit, [], "Midazolam", 0.95)
    n = data.frame["USUBJID"].nunique()
    p = len(data.arms) + len(data.covariates)
    np.testing.assert_allclose(found["estimate"], plain["estimate"])
    np.testing.assert_allclose((found["std_error"] / plain["std_error"]) ** 2, n / (n - p))
    error = found["std_error"] / found["estimate"]
    np.testing.assert_allclose(np.log(found["conf_high"] / found["estimate"]) / error, t.ppf(0.975, n - p))
    np.testing.assert_allclose(found["p_value"], 2 * t.sf(np.log(found["estimate"]).abs() / error, n - p))
    assert (found["df"] == n - p).all()
