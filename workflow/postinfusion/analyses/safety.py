"""Which function describes the harms of infusions, how these were given, dangerous values, and medicines."""

from __future__ import annotations

from postinfusion.analyses.alerts import alerts
from postinfusion.analyses.conduct import conduct, screening
from postinfusion.analyses.divided import with_groups
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.medication import medication
from postinfusion.analyses.populations import Members
from postinfusion.analyses.side_effects import side_effects
from postinfusion.ard.build import Row
from postinfusion.plan.analyses import (
    Alerts,
    Conduct,
    EventRates,
    InfusionRatings,
    InfusionVitals,
    Medication,
    SideEffects,
)
from postinfusion.plan.plan import Plan


def safety(
    plan: Plan,
    analysis: SideEffects | EventRates | Conduct | Alerts | Medication | InfusionVitals | InfusionRatings,
    adam: Adam,
    population: Members,
) -> list[Row]:
    """Give the rows of an analysis of side effects, of rates, of conduct, of dangerous values or of medicines.

    Raises
    ------
    ModelError
        The data do not allow the analysis.
    """
    match analysis:
        case SideEffects():
            from postinfusion.analyses.habituation import habituation

            planned, reference = len(plan.design.infusions), population.reference
            return with_groups(
                analysis,
                population,
                lambda inside: [
                    *side_effects(analysis, adam, inside),
                    *habituation(analysis, adam, inside, planned=planned, reference=reference),
                ],
            )
        case EventRates():
            from postinfusion.analyses.event_rate_limits import seed_of
            from postinfusion.analyses.event_rates import event_rates

            seed = seed_of(plan, analysis)
            return with_groups(analysis, population, lambda inside: event_rates(analysis, adam, inside, seed=seed))
        case Conduct():
            found = with_groups(analysis, population, lambda inside: conduct(analysis, adam, inside))
            return [*found, *screening(analysis, adam)]
        case Alerts():
            return with_groups(analysis, population, lambda inside: alerts(analysis, adam, inside))
        case Medication():
            return with_groups(analysis, population, lambda inside: medication(analysis, adam, inside))
        case InfusionVitals() | InfusionRatings():
            from postinfusion.analyses.infusion_course import infusion_course, of_group

            return with_groups(
                analysis,
                population,
                lambda members: infusion_course(plan, analysis, adam, members),
                in_group=lambda members: of_group(plan, analysis, adam, members),
            )
