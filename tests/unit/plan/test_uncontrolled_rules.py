"""What suits one design only is refused in others by name, and a test stands beside a model that has its visit."""

import pytest
from pydantic import ValidationError

from postinfusion.plan import rules
from postinfusion.plan.sections import for_analyse
from small_trial import plan

SINGLE = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
COURSE = {"method": "before-after", "endpoint": "madrs"}
SOURCE = {"mean": 26, "sd": 8, "correlation": 0.6, "source": "a register"}
MODELS = {
    "model": {"method": "mmrm", "endpoint": "madrs", "visits": ["24 h", "Day 4"]},
    "course": {"method": "trajectory", "endpoint": "madrs", "report_at": ["24 h"]},
}


def problems(**changes):
    return [problem.text for problem in rules.check(plan(**changes)) if problem.severity == "error"]


def with_test(**changes):
    return {**MODELS, "test": {"method": "randomisation-test", "of": "model", "visit": "24 h"} | changes}


def test_before_and_after_is_for_a_single_arm():
    assert problems(design=SINGLE, analyses={"course": COURSE}) == []
    assert any("before-after is for a single-arm trial" in text for text in problems(analyses={"course": COURSE}))


def test_a_randomisation_test_needs_parallel_arms():
    assert problems(analyses=with_test()) == []
    found = problems(design=SINGLE, analyses=with_test())
    assert any("allocated to parallel arms; this trial is single-arm" in text for text in found)


def test_it_stands_beside_a_model_that_has_its_visit():
    assert any(
        "Week 4 is not among the visits of model" in text for text in problems(analyses=with_test(visit="Week 4"))
    )
    assert problems(analyses=with_test(of="course")) == []
    unreported = problems(analyses=with_test(of="course", visit="Day 4"))
    assert any("Day 4 is not among the visits of course; it has 24 h" in text for text in unreported)
    found = problems(analyses=with_test(of="flow") | {"flow": {"method": "disposition"}})
    assert any("stands beside mmrm, ancova or trajectory" in text for text in found)
    assert any('"modl" is not an analysis' in text for text in problems(analyses=with_test(of="modl")))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"visit": "24 h"}, "visit goes together with regression_to_the_mean"),
        ({"regression_to_the_mean": SOURCE}, "visit goes together with regression_to_the_mean"),
        ({"visit": "24 h", "regression_to_the_mean": SOURCE | {"at_least": 28, "at_most": 30}}, "exclude each other"),
        ({"visit": "24 h", "regression_to_the_mean": SOURCE | {"source": ""}}, "source"),
        ({"visit": "24 h", "regression_to_the_mean": SOURCE | {"correlation": 1}}, "correlation"),
        ({"from": "2 d"}, "from is a time before time zero"),
        ({"report_at": ["-2 d"]}, "times after time zero"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, told):
    with pytest.raises(ValidationError, match=told):
        plan(design=SINGLE, analyses={"course": COURSE | changes})


def test_an_edit_of_the_model_makes_the_test_beside_it_stale():
    before = for_analyse(plan(analyses=with_test()), "test")
    edited = with_test() | {"model": MODELS["model"] | {"covariance": ["cs"]}}
    assert for_analyse(plan(analyses=edited), "test") != before
    assert set(before["analyses"]) == {"test", "model"}
