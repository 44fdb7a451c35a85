"""How rates of adverse events were estimated."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import EventRates
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.methods.phrases import in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

DRAWS = 1_999
"""Draws of the bootstrap of a rate; displays may not ask the numerical core, and a test holds the two together."""
_FALL_BACK = (
    "where too few participants had an event for draws of them (fewer than 5 at 95 %), or a number or rate of events "
    "that was not the commonest (rates within 10 % counting as one), the limits are the robust ones, and without an "
    "event Garwood's."
)


def _event_rates(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, EventRates)  # noqa: S101
    groups = listed(["all adverse events", *analysis.groups])
    end = (
        "participation" if analysis.within is None else f"the {hours_as_text(analysis.within)} after the last infusion"
    )
    ratios = (
        " Arms are compared by the ratio of a negative binomial model and by that of Andersen and Gill's model, both "
        "with robust errors and Student's t of two degrees of freedom less than participants, and corrected for the "
        "bias of their logarithm to second order (nonparametric delta method over the participants of each arm; the "
        "ratios without correction stand beside them); differences of rates of first events have limits recovered from "
        "those of each (Zou and Donner)."
        if results.comparisons
        else ""
    )
    return (
        f"Treatment-emergent events of {groups} were rated per time of follow-up{in_population(results)}, from time "
        f"zero to the end of {end}, or to withdrawal or death before it. Rates of first events count the time until "
        f"them, with Garwood's exact limits ({results.confidence}); they are not given where more than half of the "
        "first events began within 24 h of an infusion. Rates of all events are their number per time of follow-up, "
        f"with limits by bootstrap of the participants of an arm ({DRAWS:,} draws from the plan's seed, studentised on "
        f"the scale of the square root); {_FALL_BACK} Robust limits of all rates (variance of a ratio over "
        f"participants, Student's t on the log scale) stand beside them as a check.{ratios} Who had an event by a time "
        "is the cumulative incidence of Aalen and Johansen, with which withdrawal and death compete (limits on the "
        "complementary log-log scale); the mean number of events is the mean cumulative function, with robust errors "
        "and limits on the log scale."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.EVENT_RATES: _event_rates}
