"""A claim is decided by what measures its construct; `check` warns where a plan names something else."""

from displays import trials
from postinfusion.plan.claim_constructs import check

POINT = {"analysis": "madrs-mmrm", "visit": "24 h"}
FCQS = {"measure": "FCQ-S", "label": "Craving", "better": "lower"}


def told(judged, **changes):
    plan = trials.infused(claims={"treatment": "ketamine", "judged": judged}, **changes)
    return list(check(plan))


def endpoints(**changes):
    return {"endpoints": trials.INFUSED["endpoints"] | changes}


def test_a_claim_that_its_construct_decides_is_not_told():
    assert told({claim: {"decides": [POINT]} for claim in ("E1", "E6", "E14", "E18", "E19", "E20")}) == []


def test_a_claim_on_appetite_that_a_depression_scale_decides_is_warned_of():
    (problem,) = told({"E3": {"decides": [POINT]}})
    assert problem.severity == "warning"
    assert str(problem.text) == (
        "claims, judged, E3, decides: madrs-mmrm is about another thing than this claim: madrs measures mood, and "
        '"Appetite is better regulated." is decided by an endpoint of appetite, craving or eating behaviour. Remove '
        "it, or write not_testable; if the scale does measure that, write constructs at its endpoint."
    )


def test_an_analysis_of_the_right_construct_is_named_where_there_is_one():
    analyses = trials.INFUSED["analyses"] | {"craving": {"method": "mmrm", "endpoint": "fcqs"}}
    (problem,) = told({"E11": {"decides": [POINT]}}, analyses=analyses, **endpoints(fcqs=FCQS))
    assert "Name an analysis of one (craving)" in problem.text
    assert (
        told({"E11": {"decides": [POINT | {"analysis": "craving"}]}}, analyses=analyses, **endpoints(fcqs=FCQS)) == []
    )


def test_results_that_question_a_verdict_are_of_its_construct_too():
    weight = {"analysis": "body", "visit": "24 h"}
    told_of = told({"E1": {"decides": [POINT], "sensitivity": [weight], "conflicts": [weight, weight]}})
    assert [str(problem.text).split(":")[0] for problem in told_of] == [
        "claims, judged, E1, sensitivity", "claims, judged, E1, conflicts"
    ]  # fmt: skip
    assert "weight measures weight, bmi measures weight" in told_of[0].text


def test_the_endpoint_of_the_model_counts_where_an_analysis_belongs_to_one():
    test = {"method": "randomisation-test", "of": "madrs-mmrm", "visit": "24 h"}
    (problem,) = told({"E2": {"decides": [{"analysis": "test"}]}}, analyses=trials.INFUSED["analyses"] | {"test": test})
    assert "madrs measures mood" in problem.text


def test_the_plan_may_say_what_an_endpoint_measures_and_what_its_own_scale_does():
    changed = trials.INFUSED["endpoints"]["madrs"] | {"constructs": ["appetite"]}
    assert told({"E3": {"decides": [POINT]}}, **endpoints(madrs=changed)) == []
    own = {"scores": {"total": {"source": "us"}}, "constructs": ["mood", "anxiety"]}
    of_own = trials.INFUSED["endpoints"]["madrs"] | {"measure": "Diary"}
    assert told({"E2": {"decides": [POINT]}}, instruments={"Diary": own}, **endpoints(madrs=of_own)) == []


def test_nothing_is_told_of_what_nobody_knows():
    unknown = trials.INFUSED["endpoints"]["madrs"] | {"measure": "Diary"}
    own = {"words": "Appetite grows.", "group": "rapid-relief", "kind": "comparative", "decides": [POINT]}
    assert told({"E3": {"decides": [POINT]}}, **endpoints(madrs=unknown)) == []
    assert told({"E3": {"decides": [{"analysis": "harms"}]}, "own-1": own}) == []
