"""The plan in words: estimands with their five attributes, populations, analyses."""

from __future__ import annotations

from postinfusion.plan.design import Population, Rule
from postinfusion.plan.endpoints import Estimand, Form
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.enrolment import entered, is_randomised

_RULES = {
    Rule.ALLOCATED: "allocated to an arm (intention to treat)",
    Rule.TREATED: "treated at all",
    Rule.INFUSIONS_RECEIVED: "received at least {at_least} infusions",
    Rule.SUPPLIED: "membership as supplied with the data",
}


def plan_parts(plan: Plan) -> tuple[Part, ...]:
    """Give the blocks that describe the plan, for the section on governance.

    Parameters
    ----------
    plan
        The plan of the trial.
    """
    parts = (_estimands(plan), _populations(plan), _analyses(plan))
    return tuple(part for part in parts if part.rows)


def _estimands(plan: Plan) -> Part:
    """Give the five attributes of each estimand."""
    attributes = {key: _attributes(plan, estimand) for key, estimand in plan.estimands.items()}
    names = list(next(iter(attributes.values()), {}))
    rows = tuple(Row(name, tuple(attributes[key][name] for key in attributes)) for name in names)
    return Part(("Attribute", *attributes), rows, "Estimands", is_text=True)


def _attributes(plan: Plan, estimand: Estimand) -> dict[str, str]:
    """Give one estimand in words (ICH E9(R1))."""
    endpoint = plan.endpoints.get(estimand.variable.endpoint)
    name = endpoint.label if endpoint else estimand.variable.endpoint
    form = "change from baseline" if estimand.variable.form is Form.CHANGE else "value"
    events = "; ".join(f"{formats.event_in_words(event)}: {how.value}" for event, how in estimand.events.items())
    answering = [
        key
        for key, analysis in plan.analyses.items()
        if plan.estimands.get(getattr(analysis, "estimand", "")) == estimand
    ]
    return {
        "Treatment": _treatment(estimand),
        "Population": estimand.population,
        "Variable": f"{name}, {form} at {estimand.variable.visit}",
        "Intercurrent events": events or "none named",
        "Summary": _summary(estimand),
        "Analysis": ", ".join(answering) or "none",
    }


def _treatment(estimand: Estimand) -> str:
    """Name the arms that are compared, or the only arm."""
    arm, against = estimand.treatment.arm, estimand.treatment.against
    return f"{arm} against {against}" if against else f"{arm}, without a comparison"


def _summary(estimand: Estimand) -> str:
    """Name the summary measure; without a comparison there is no difference."""
    return estimand.summary.replace("-", " ") if estimand.treatment.against else "mean, without a comparison"


def _populations(plan: Plan) -> Part:
    """Say who belongs to each population and in which arm."""
    rows = tuple(
        Row(key, (_who(plan, population), population.arm.replace("-", " ")))
        for key, population in plan.populations.items()
    )
    return Part(("Population", "Who", "Arm"), rows, "Populations", is_text=True)


def _who(plan: Plan, population: Population) -> str:
    """Say who belongs to a population."""
    if population.rule is Rule.ALLOCATED and not is_randomised(plan):
        return entered(plan)
    without = f", without {' or '.join(population.without)}" if population.without else ""
    return _RULES[population.rule].format(at_least=population.at_least) + without.replace("-", " ")


def _analyses(plan: Plan) -> Part:
    """List the analyses of the plan."""
    rows = tuple(
        Row(key, (analysis.method.value.replace("-", " "), getattr(analysis, "endpoint", ""), analysis.population,
                  "yes" if analysis.prespecified else "no"))
        for key, analysis in plan.analyses.items()
    )  # fmt: skip
    return Part(("Analysis", "Method", "Endpoint", "Population", "Prespecified"), rows, "Analyses", is_text=True)
