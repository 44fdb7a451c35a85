"""What the primary estimate means in units of the scale: its direction, and the difference that matters."""

from __future__ import annotations

from postinfusion.plan.endpoints import Endpoint, Form
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.primary import primary_analysis, primary_estimand
from postinfusion.vocabulary import Better


def meaning(plan: Plan) -> tuple[str, ...]:
    """Give sentences that explain the primary estimate; none when no model answers a primary estimand.

    Parameters
    ----------
    plan
        The plan of the trial. The sentences need no result: they say how one is to be read.
    """
    analysis_id = primary_analysis(plan)
    endpoint = plan.endpoints.get(getattr(plan.analyses.get(analysis_id or ""), "endpoint", ""))
    if endpoint is None:
        return ()
    found = (_quantity(plan, endpoint), _direction(plan, endpoint), _importance(plan, endpoint))
    return tuple(sentence for sentence in found if sentence)


def _quantity(plan: Plan, endpoint: Endpoint) -> str:
    """Say what kind of number the estimate is."""
    analysis = plan.analyses[primary_analysis(plan) or ""]
    # A model without a form, as one over continuous time, is always of the change from baseline.
    form = "value" if getattr(analysis, "form", Form.CHANGE) is Form.VALUE else "change from baseline"
    found = primary_estimand(plan)
    if found and not found[1].treatment.against:
        return (
            f"The estimate is the adjusted mean {form} in {endpoint.unit} of {endpoint.label}, uncontrolled: "
            "no arms are compared, so it does not tell what the treatment does."
        )
    return f"The estimate is the difference of adjusted means of the {form}, in {endpoint.unit} of {endpoint.label}."


def _direction(plan: Plan, endpoint: Endpoint) -> str:
    """Say which sign is a benefit, and for whom."""
    found = primary_estimand(plan)
    if endpoint.better is Better.NONE:
        return f"No direction of {endpoint.label} is called a benefit."
    side = "below" if endpoint.better is Better.LOWER else "above"
    if found is None or not found[1].treatment.against:
        return f"{endpoint.better.value.capitalize()} values are better."
    arm = found[1].treatment.arm
    return f"{endpoint.better.value.capitalize()} values are better: a difference {side} zero favours {arm}."


def _importance(plan: Plan, endpoint: Endpoint) -> str:
    """Say which difference matters, and who says so."""
    if endpoint.important_difference is None:
        return "The plan names no difference that matters."
    size = formats.number(endpoint.important_difference, endpoint.decimals + 1)
    source = endpoint.threshold_source
    found = primary_estimand(plan)
    if found and not found[1].treatment.against:
        return (
            f"The plan's difference that matters, {size} {endpoint.unit} (source: {source}), is one between groups; "
            "it is no yardstick for a change without a control."
        )
    return f"The smallest difference between groups that matters is {size} {endpoint.unit} (source: {source})."
