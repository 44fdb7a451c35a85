import pytest

from displays import trials
from postinfusion.plan.claim_rules import check
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import check as check_all

POINT = {"analysis": "madrs-mmrm", "visit": "24 h"}
LATE = {"analysis": "madrs-mmrm", "visit": "Day 84"}


def told(judged, treatment="ketamine", **changes) -> list[str]:
    plan = trials.infused(claims={"treatment": treatment, "judged": judged}, **changes)
    return [str(problem.text) for problem in check(plan)]


def test_claims_of_the_catalogue_need_no_words():
    assert (
        told({"E1": {"decides": [POINT]}, "E5b": {"decides": [POINT, LATE]}, "E10": {"not_testable": "no scale"}}) == []
    )


def test_a_claim_that_nobody_knows_needs_words_group_and_kind():
    own = {"decides": [POINT], "words": "Mood is better.", "group": "rapid-relief", "kind": "comparative"}
    assert told({"own-1": own}) == []
    (text,) = told({"E5c": {"decides": [POINT]}})
    assert '"E5c" is no claim of the catalogue. Did you mean' in text
    assert "needs words, group and kind" in text


@pytest.mark.parametrize(
    ("claim", "number", "needed"),
    [("E1", 2, "1 result"), ("E5b", 1, "2 to 3 results"), ("E5b", 4, "2 to 3 results"), ("E20", 1, "2 to 8 results")],
)
def test_the_kind_of_a_claim_says_how_many_results_decide_it(claim, number, needed):
    (text,) = told({claim: {"decides": [POINT] * number}})
    assert f"is decided by {needed}" in text


def test_an_effect_after_a_single_infusion_is_not_judged_after_a_course():
    (text,) = told({"E5": {"decides": [POINT, LATE]}})
    assert "6 infusions are planned: an effect after a course of them is claim E5b." in text
    single = trials.INFUSED["design"] | {"infusions": ["0 h"]}
    assert told({"E5": {"decides": [POINT, LATE]}}, design=single) == []


EFFECTS = {"method": "side-effects", "groups": {"dizziness": ["dizziness"]}, "resolved_by": ["4 h"]}


@pytest.mark.parametrize(
    ("point", "there"),
    [
        ({"analysis": "harms"}, "harms is of method adverse-events, variable not given"),
        ({"analysis": "harms", "variable": "resolved"}, "harms is of method adverse-events, variable resolved"),
        ({"analysis": "effects"}, "effects is of method side-effects, variable not given"),
        ({"analysis": "effects", "variable": "incidence"}, "effects is of method side-effects, variable incidence"),
    ],
)
def test_that_something_passes_is_not_decided_by_how_many_had_it(point, there):
    harms = {"method": "adverse-events", "population": "safety"}
    point = {"term": "dizziness", **point}
    (text,) = told({"S5": {"decides": [point]}}, analyses={"harms": harms, "effects": EFFECTS})
    assert there in text
    assert "of method side-effects, and variable resolved or resolved-untreated. Name such a one" in text


@pytest.mark.parametrize("variable", ["resolved", "resolved-untreated"])
def test_that_something_passes_is_decided_by_side_effects_that_had_passed(variable):
    point = {"analysis": "effects", "variable": variable, "level": "first event", "term": "dizziness", "time": "4 h"}
    assert told({"S5": {"decides": [point]}}, analyses={"effects": EFFECTS}) == []


def test_a_mechanism_is_never_decided():
    (text,) = told({"E21": {"decides": [POINT]}})
    assert "outcome data never decide this claim" in text


def test_a_visit_that_the_model_lacks_is_named_with_those_that_it_has():
    mmrm = trials.INFUSED["analyses"]["madrs-mmrm"] | {"visits": ["24 h", "Day 7"]}
    (text,) = told({"E1": {"decides": [LATE]}}, analyses={"madrs-mmrm": mmrm})
    assert text.endswith("Day 84 is not among its visits; madrs-mmrm has 24 h, Day 7.")


def test_names_are_checked_with_those_of_all_parts():
    plan = trials.infused(claims={"treatment": "ketamine", "judged": {"E1": {"decides": [POINT | {"arm": "Ketamin"}]}}})
    assert any('"Ketamin" is not an arm. Did you mean Ketamine?' in problem.text for problem in check_all(plan))


def test_claims_about_ketamine_need_a_trial_of_it():
    (text,) = told({"E1": {"decides": [POINT]}}, treatment="other")
    assert "only a trial of ketamine answers claims about it (E1)" in text


def test_a_trial_of_ketamine_that_does_not_say_so_is_warned():
    (problem,) = check(trials.infused())
    assert problem.severity == "warning"
    assert "Write treatment: ketamine." in problem.text


def test_a_family_and_its_order_must_exist():
    claims = {"treatment": "ketamine", "judged": {"E1": {"decides": [POINT]}}}
    families = {"moods": {"method": "holm"}, "mood": {"method": "fixed-sequence", "order": ["E1", "E2"]}}
    texts = [problem.text for problem in check(trials.infused(claims=claims, multiplicity=families))]
    assert any('"moods" is no family of endpoints. Did you mean mood?' in text for text in texts)
    assert any('"E2" is not under claims, judged.' in text for text in texts)


@pytest.mark.parametrize(
    ("judged", "text"),
    [
        ({}, "either decides"),
        ({"decides": [POINT], "not_testable": "no scale"}, "either decides"),
        ({"decides": [POINT], "important_difference": 3}, "needs threshold_source"),
        ({"decides": [POINT], "margin": 3}, "needs margin_source"),
        ({"decides": [POINT], "rare": "1 %"}, "needs rare_source"),
        ({"decides": [POINT | {"time": "24 h"}]}, "visit and time exclude each other"),
    ],
)
def test_a_claim_that_is_not_whole_is_refused(judged, text):
    with pytest.raises(ValueError, match=text):
        trials.infused(claims={"treatment": "ketamine", "judged": {"E1": judged}})


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ({"method": "fixed-sequence"}, "needs order"),
        ({"method": "none"}, "needs reason"),
        ({"method": "holm", "order": ["E1"]}, "nothing else has it"),
        ({"method": "holm", "reason": "why not"}, "nothing else has it"),
    ],
)
def test_a_family_that_is_not_whole_is_refused(family, text):
    with pytest.raises(ValueError, match=text):
        trials.infused(multiplicity={"mood": family})


def test_a_plan_without_claims_is_a_plan():
    assert Plan.model_validate(trials.INFUSED).claims.judged == {}
