"""What a plan may ask of responders and ordered categories: the check tells what is missing, and where."""

import pytest

from postinfusion.plan.rules import check
from small_trial import plan

SOURCE = {"change_source": "made up"}
ENDPOINTS = {
    "both": {"measure": "MADRS", "label": "MADRS", "better": "lower", "response": "50 %", "remission": 12, **SOURCE},
    "remission": {"measure": "MADRS", "label": "MADRS", "better": "lower", "remission": 12, **SOURCE},
    "plain": {"measure": "MADRS", "label": "MADRS", "better": "lower"},
    "important": {"measure": "MADRS", "label": "MADRS", "better": "lower", "important_change": 10, **SOURCE},
    "watched": {"measure": "MADRS", "label": "MADRS", "better": "none"},
}


def problems(**analysis: object) -> list[tuple[str, str]]:
    """Give the severity and the text of each problem of one analysis."""
    found = check(plan(analyses={"x": analysis}, endpoints=ENDPOINTS))
    return [(problem.severity, problem.text) for problem in found if "analyses, x" in problem.text]


@pytest.mark.parametrize(
    ("analysis", "text"),
    [
        ({"method": "response", "endpoint": "plain"}, "declares no response"),
        ({"method": "response", "endpoint": "remission", "criteria": ["response"]}, "declares no response"),
        ({"method": "response", "endpoint": "remission", "durable_at": ["7 d"]}, "durable_at"),
        ({"method": "response", "endpoint": "both", "durable_at": ["7 d"], "durable_from": "24 h"}, "later visit"),
        ({"method": "reliable-change", "endpoint": "plain"}, "sd and reliability"),
        ({"method": "repeated-binary", "endpoint": "plain", "status": "remission"}, "declares no remission"),
        ({"method": "shift", "endpoint": "watched"}, "no direction of benefit"),
    ],
)
def test_what_an_analysis_lacks_is_told_at_its_key(analysis, text):
    ((severity, found),) = problems(**analysis)
    assert severity == "error"
    assert text in found


@pytest.mark.parametrize(
    "analysis",
    [
        {"method": "response", "endpoint": "both", "durable_at": ["7 d"]},
        {"method": "response", "endpoint": "remission"},
        {"method": "repeated-binary", "endpoint": "watched"},
        {"method": "ordinal", "endpoint": "watched"},
        {"method": "shift", "endpoint": "plain"},
    ],
)
def test_an_analysis_that_has_all_it_needs_is_not_told(analysis):
    assert problems(**analysis) == []


TIMED = {"measure": "MADRS", "kind": "timed-task"}
TRAILS = {"measure": "Trail Making", "score": "B", "kind": "timed-task"}
RATIO = {"measure": "Trail Making", "score": "B/A", "kind": "timed-task"}


def of_timed_tasks(endpoint, **others):
    """Give the problems of a timed task that asks for one endpoint."""
    asked = {"x": {"method": "timed-task", "endpoint": "asked"}}
    found = check(plan(analyses=asked, endpoints={"asked": endpoint, **others}))
    return [problem.text for problem in found if "timed" in problem.text.lower()]


def test_a_scale_that_is_counted_in_points_is_no_timed_task():
    of_endpoint, of_analysis = sorted(of_timed_tasks(TIMED, trails=TRAILS), key=lambda text: "choose" in text)
    assert (
        "endpoints, asked, kind: MADRS is counted in points, and a timed task in seconds. Leave kind out."
        in of_endpoint
    )
    assert "MADRS is counted in points: choose mmrm, ancova" in of_analysis
    assert "Timed tasks here: trails." in of_analysis


def test_nobody_is_told_to_call_points_a_timed_task():
    (text,) = of_timed_tasks({"measure": "MADRS"})
    assert "choose mmrm, ancova" in text
    assert "No endpoint of this plan is a timed task." in text
    assert "Write kind" not in text


@pytest.mark.parametrize("endpoint", [TRAILS, RATIO, {**TRAILS, "measure": "My task", "label": "A", "better": "lower"}])
def test_seconds_their_ratio_and_tasks_that_no_scale_describes_are_timed_tasks(endpoint):
    assert of_timed_tasks(endpoint) == []


def test_important_change_alone_is_a_warning():
    ((severity, text),) = problems(method="reliable-change", endpoint="important")
    assert severity == "warning"
    assert "reliability" in text


def test_durability_since_the_last_infusion_needs_planned_ones():
    design = {
        "kind": "parallel",
        "time_zero": "first-infusion",
        "arms": [{"name": "Ketamine"}, {"name": "Midazolam", "role": "reference"}],
    }
    analysis = {"method": "response", "endpoint": "both", "durable_at": ["7 d"]}
    found = check(plan(analyses={"x": analysis}, endpoints=ENDPOINTS, design=design))
    assert any("design, infusions" in problem.text for problem in found)


def strategies(analysis: dict[str, object], **events: str) -> str:
    """Give what is told of an analysis that answers an estimand with these strategies."""
    question = {
        "population": "randomised", "treatment": {"arm": "Ketamine", "against": "Midazolam"},
        "variable": {"endpoint": "both", "visit": "Week 4"}, "events": events,
    }  # fmt: skip
    found = check(plan(analyses={"x": analysis | {"estimand": "q"}}, endpoints=ENDPOINTS, estimands={"q": question}))
    return " ".join(problem.text for problem in found if "analyses, x" in problem.text)


def test_what_an_estimand_leaves_out_is_not_counted_as_failure():
    response = {"method": "response", "endpoint": "both"}
    assert "another strategy" in strategies(response, rescue="hypothetical")
    assert strategies(response, rescue="treatment-policy") == ""
    assert strategies(response | {"missing": "observed"}, rescue="hypothetical") == ""


def test_an_estimand_is_about_the_endpoint_of_its_analysis():
    assert "is about both" in strategies({"method": "response", "endpoint": "remission"}, rescue="treatment-policy")
