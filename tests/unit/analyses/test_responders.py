"""Response, durability and reliable change of a small trial, worked out by hand."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.response_status import kept
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.core.stratified_proportions import stratified_difference
from postinfusion.derive.datasets import derive
from postinfusion.vocabulary import MISSING_AS_FAILURE, OBSERVED_CASES
from small_trial import assessments, infusions, participants, plan

SOURCE = {"change_source": "made up"}
ENDPOINTS = {
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower", "response": "50 %", "remission": 12,
              "important_change": 10, **SOURCE},
    "mood": {"measure": "MADRS", "label": "Mood", "better": "higher", "response": "50 %", "remission": 20, **SOURCE},
    "plain": {"measure": "MADRS", "label": "Plain", "better": "lower"},
    "neither": {"measure": "MADRS", "label": "Neither", "better": "none", "response": "50 %", **SOURCE},
}  # fmt: skip
RELIABLE = {"method": "reliable-change", "endpoint": "madrs", "sd": 5, "reliability": 0.9,
            "reliability_source": "made up", "cut_off": 20, "cut_off_source": "made up"}  # fmt: skip
ANALYSES = {
    "response": {"method": "response", "endpoint": "madrs", "baseline_above": 6, "durable_at": ["24 h", "28 d"]},
    "from-zero": {"method": "response", "endpoint": "madrs", "criteria": ["response"], "baseline_above": 6,
                  "durable_at": ["4 d"], "durable_since": "time-zero"},
    "higher": {"method": "response", "endpoint": "mood"},
    "plain": {"method": "response", "endpoint": "plain"},
    "neither": {"method": "response", "endpoint": "neither"},
    "reliable": RELIABLE,
    "no-reliability": {"method": "reliable-change", "endpoint": "plain"},
    "important-only": {"method": "reliable-change", "endpoint": "madrs"},
}  # fmt: skip
PLAN = plan(analyses=ANALYSES, endpoints=ENDPOINTS)


def datasets(scores: list[tuple[str, float, float]], arms: list[str]) -> dict[str, pd.DataFrame]:
    """Give the datasets of participants A, B, C, … with these scores."""
    people = participants(arms)
    return derive(
        PLAN,
        "small",
        {
            "participants": people,
            "infusions": infusions([(who, 1, 0.0) for who in people["id"]]),
            "assessments": assessments(scores),
        },
    )


@cache
def adam() -> dict[str, pd.DataFrame]:
    """A-D ketamine, E-H midazolam; D was hardly ill, B has no week 4, G nothing after baseline."""
    scores = [(who, -1.0, 5.0 if who == "D" else 30.0) for who in "ABCDEFGH"]
    scores += [("A", 24.0, 15.0), ("B", 24.0, 16.0), ("C", 24.0, 10.0), ("D", 24.0, 2.0)]
    scores += [("E", 24.0, 15.0), ("F", 24.0, 28.0), ("H", 24.0, 36.0)]
    scores += [("A", 95.0, 14.0), ("B", 95.0, 15.0), ("C", 95.0, 20.0), ("E", 95.0, 30.0)]
    scores += [("A", 672.0, 10.0), ("C", 672.0, 12.0), ("E", 672.0, 14.0), ("F", 672.0, 30.0)]
    return datasets(scores, ["Ketamine"] * 4 + ["Midazolam"] * 4)


@cache
def ard(analysis_id: str) -> pd.DataFrame:
    return analyse(PLAN, "small", analysis_id, adam()).results


def share(found: pd.DataFrame, estimator: str, arm: str, **key: str) -> tuple[float, float]:
    """Give n and N of one share."""
    wanted = {"term": "proportion", "level": estimator, "arm": arm, **key}
    return tuple(statistic(found, stat_name=name, **wanted) for name in ("n", "n_total"))


def test_who_has_no_value_counts_as_failure_or_not_at_all():
    found = ard("response")
    key = {"variable": "response", "visit": "24 h"}
    assert share(found, MISSING_AS_FAILURE, "Midazolam", **key) == (1, 4)
    assert share(found, OBSERVED_CASES, "Midazolam", **key) == (1, 3)


def test_response_is_undefined_for_a_baseline_at_or_below_the_floor_but_remission_is_not():
    found = ard("response")
    assert share(found, MISSING_AS_FAILURE, "Ketamine", variable="response", visit="24 h") == (2, 3)
    assert share(found, MISSING_AS_FAILURE, "Ketamine", variable="remission", visit="24 h") == (2, 4)
    undefined = {"variable": "response", "visit": "24 h", "level": "undefined", "stat_name": "n"}
    assert statistic(found, arm="Ketamine", **undefined) == 1


def test_exactly_half_of_the_baseline_is_a_response():
    # A and E fall from 30 to 15, B to 16
    found = ard("response")
    assert share(found, OBSERVED_CASES, "Ketamine", variable="response", visit="24 h") == (2, 3)


def test_response_kept_counts_interruptions_and_missed_visits_by_estimator():
    # since the planned infusion at 4 d only week 4 follows: A and C respond there, B missed it
    found = ard("response")
    kept_at = {"variable": "response-kept", "time": str(96 + 672)}
    assert share(found, MISSING_AS_FAILURE, "Ketamine", **kept_at) == (2, 3)
    assert share(found, OBSERVED_CASES, "Ketamine", **kept_at) == (2, 2)
    # from time zero: A responds at 24 h and day 4, C only at 24 h, B only at day 4
    from_zero = ard("from-zero")
    assert share(from_zero, OBSERVED_CASES, "Ketamine", variable="response-kept", time="96") == (1, 3)
    assert statistic_text(from_zero, "last_visit", time="96") == "Day 4"


def statistic_text(found: pd.DataFrame, name: str, **key: str) -> str:
    (text,) = select(found, stat_name=name, term="durability", **key)["stat_text"]
    return text


def test_a_time_before_the_first_visit_of_the_run_says_so():
    errors = select(ard("response"), stat_name="error")["error"].tolist()
    assert errors == ["no visit of the run lies within 24 h: the first is Week 4"]


def test_the_declared_estimator_is_named():
    (declared,) = select(ard("response"), stat_name="declared")["stat_text"]
    assert declared == MISSING_AS_FAILURE


def test_a_comparison_is_that_of_the_core():
    found = select(ard("response"), variable="response", visit="24 h", term="risk-difference")
    core = stratified_difference(2, 3, 1, 4)
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        assert statistic(found, level=MISSING_AS_FAILURE, stat_name=name) == pytest.approx(getattr(core, name))


def test_arms_with_fewer_than_three_participants_are_described_and_not_compared():
    scores = [(who, hour, value) for who in "ABCD" for hour, value in ((-1.0, 30.0), (24.0, 10.0))]
    few = datasets(scores, ["Ketamine", "Ketamine", "Midazolam", "Midazolam"])
    found = analyse(PLAN, "small", "response", few).results
    assert set(found["comparator"]) == {""}
    assert share(found, OBSERVED_CASES, "Ketamine", variable="response", visit="24 h") == (2, 2)


def test_higher_is_better_turns_response_and_remission():
    found = ard("higher")
    # H rises from 30 to 36: 20 %, no response; values of 20 and more remit
    assert share(found, OBSERVED_CASES, "Midazolam", variable="response", visit="24 h") == (0, 3)
    assert share(found, OBSERVED_CASES, "Midazolam", variable="remission", visit="24 h") == (2, 3)


@pytest.mark.parametrize(
    ("analysis_id", "text"),
    [("plain", "neither response nor remission"), ("neither", "no direction of benefit"),
     ("no-reliability", "gives sd and reliability of Plain")],
)  # fmt: skip
def test_an_analysis_that_cannot_be_done_says_what_is_missing(analysis_id, text):
    found = ard(analysis_id)
    assert text in select(found, stat_name="error")["error"].iloc[0]


def test_reliable_change_is_beyond_the_index_and_significant_beyond_the_cut_off():
    found = ard("reliable")
    # 1.96 * 5 * sqrt(0.2) = 4.38; D falls by 3 only, H rises by 6, F falls by 2
    assert statistic(found, term="index", stat_name="smallest_change") == pytest.approx(4.3827, abs=1e-4)
    at = {"visit": "24 h"}
    assert share(found, OBSERVED_CASES, "Ketamine", variable="reliable-improvement", **at) == (3, 4)
    assert share(found, OBSERVED_CASES, "Ketamine", variable="clinically-significant-change", **at) == (3, 4)
    assert share(found, OBSERVED_CASES, "Midazolam", variable="reliable-deterioration", **at) == (1, 3)
    assert share(found, OBSERVED_CASES, "Ketamine", variable="important-change", **at) == (3, 4)


def test_deterioration_is_given_for_observed_cases_alone():
    rows = select(ard("reliable"), variable="reliable-deterioration", term="proportion")
    assert set(rows["level"]) == {OBSERVED_CASES}


def test_important_change_needs_no_reliability():
    found = ard("important-only")
    assert share(found, OBSERVED_CASES, "Ketamine", variable="important-change", visit="24 h") == (3, 4)
    assert "reliability" in select(found, stat_name="error")["error"].iloc[0]


def test_a_number_without_its_source_is_refused():
    for lacking in ("reliability_source", "cut_off_source"):
        content = {name: value for name, value in RELIABLE.items() if name != lacking}
        with pytest.raises(ValidationError, match=lacking):
            plan(analyses={"x": content}, endpoints=ENDPOINTS)


def test_a_status_is_kept_lost_or_unknown():
    visits = [pd.Series([1.0, 1.0, 1.0, 0.0]), pd.Series([1.0, 0.0, np.nan, np.nan])]
    assert kept(visits, missing_is_failure=True).tolist() == [1, 0, 0, 0]
    unknown = kept(visits, missing_is_failure=False)
    assert unknown.iloc[[0, 1, 3]].tolist() == [1, 0, 0]
    assert np.isnan(unknown.iloc[2])


def under(strategy: str, method: str, **keys: object) -> pd.DataFrame:
    """Give the results of an analysis whose estimand has a strategy for rescue, which A took after 24 h."""
    question = {
        "population": "safety", "treatment": {"arm": "Ketamine", "against": "Midazolam"},
        "variable": {"endpoint": "madrs", "visit": "Day 4"}, "events": {"rescue": strategy},
    }  # fmt: skip
    analysis = {"method": method, "endpoint": "madrs", "estimand": "q", "missing": "observed", **keys}
    the_plan = plan(analyses={"x": analysis}, endpoints=ENDPOINTS, estimands={"q": question})
    events = pd.DataFrame({"USUBJID": ["A"], "ICE": ["rescue"], "AHRFIRST": [50.0]})
    return analyse(the_plan, "small", "x", {**adam(), "ADICE": events}).results


@pytest.mark.parametrize(("method", "variable"), [("response", "response"), ("reliable-change", "important-change")])
def test_what_follows_a_hypothetical_event_is_left_out_and_kept_under_treatment_policy(method, variable):
    at = {"variable": variable, "visit": "Day 4"}
    kept_all = share(under("treatment-policy", method), OBSERVED_CASES, "Ketamine", **at)
    without = share(under("hypothetical", method), OBSERVED_CASES, "Ketamine", **at)
    assert kept_all[1] == 3
    assert (without[0], without[1]) == (kept_all[0] - 1, 2)
    assert set(under("hypothetical", method)["population"]) == {"safety"}
