"""What a plan may leave out because another part of it says the same."""

from __future__ import annotations

from postinfusion.plan.parse import reading
from postinfusion.plan.shorthand import written_out
from spec.small_trial import PLAN

ROLES = PLAN.replace(", role: experimental", "").replace(", role: reference", "")
SHORT = (
    ROLES.replace("  arms:\n", "  reference_arm: M\n  arms:\n")
    .replace("    treatment: {arm: Ketamine, against: Midazolam}\n", "")
    .replace("{estimand: primary, endpoint: madrs, method", "{estimand: primary, method")
)


def test_a_plan_with_a_reference_arm_says_what_the_long_form_says():
    short, whole = reading(SHORT, "plan"), reading(PLAN, "plan")
    assert short.errors == ()
    assert short.plan is not None
    assert whole.plan is not None
    assert short.plan.model_dump(exclude={"design": {"reference_arm"}}) == whole.plan.model_dump(
        exclude={"design": {"reference_arm"}}
    )


def test_a_reference_arm_that_is_none_of_the_arms_is_told():
    found = reading(SHORT.replace("reference_arm: M", "reference_arm: Midazolan"), "plan")
    assert '"Midazolan" is not an arm. Did you mean Midazolam?' in found.errors[0].text


def test_without_roles_the_reference_is_asked_for():
    found = reading(ROLES, "plan")
    assert [problem.text for problem in found.errors] == [
        "design, arms: exactly one arm has role: reference; here 0 have. Correct the roles."
    ]


def test_the_tree_that_was_read_stays_as_it_is():
    tree = {"design": {"reference_arm": "M", "arms": [{"name": "K"}, {"name": "M"}]}, "estimands": {"primary": {}}}
    filled = written_out(tree)
    assert tree["design"]["arms"] == [{"name": "K"}, {"name": "M"}]
    assert filled["estimands"] == {"primary": {"treatment": {"arm": "K", "against": "M"}}}


def test_what_is_no_plan_stays_as_it_is():
    odd = {"design": "text", "estimands": ["list"], "analyses": {"one": None}}
    assert written_out(odd) == odd
    assert written_out(None) is None
