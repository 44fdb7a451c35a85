"""How side effects, the conduct of the infusions, dangerous values and medicines were counted."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Alerts, Conduct, Medication, SideEffects
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.methods.phrases import groups_told, in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_CLUSTERED = (
    "Intervals of infusions{} are exact ones at the effective number (Korn and Graubard 1998, with the variance "
    "between participants and Student's t of one degree of freedom less than participants), since those of a "
    "participant are alike"
)


def _side_effects(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, SideEffects)  # noqa: S101
    limits = listed([hours_as_text(limit) for limit in analysis.resolved_by])
    began = "that began, or where only the day is known may have begun, within"
    within = "" if analysis.within is None else f" {began} {hours_as_text(analysis.within)} of it"
    return (
        f"Treatment-emergent events of {listed([*analysis.groups])} were counted{in_population(results)}; each is of "
        f"the last infusion that started at or before its onset{f', and only those{within} count' if within else ''}. "
        f"Shares of participants have exact intervals (Clopper and Pearson, {results.confidence}), their differences "
        f"between arms Miettinen and Nurminen's. {_CLUSTERED.format(' and of all events')}. Onset, duration and the "
        f"share that had passed by {limits} are of the first event of each participant. That share is of participants "
        "who took part until so long after the onset, whether or not the event had ended before: it is unbiased where "
        "the end of participation does not depend on the event. An end of which only the day is known counts where the "
        "day tells whether the event had passed, and enters no median. The median duration is Kaplan "
        "and Meier's, with events that have not ended censored at the end of participation and limits on the log-log "
        "scale, from 6 events on. Events of unknown hours, or of unknown outcome without an end, are counted as such "
        "and enter no duration; a treatment that is not recorded for any event is not taken for "
        f"none.{_medicines(analysis)}{_habituation(results)}{groups_told(analysis)} What is known of a duration "
        "depends on how closely it was asked for."
    )


def _medicines(analysis: SideEffects) -> str:
    """Say what counts as given beforehand and for an event."""
    if not analysis.medicines:
        return ""
    return (
        " A medicine counts as given beforehand where its use is recorded as prophylaxis, of which only events and "
        "infusions from its start to its end tell (for 24 h at the least), and for an event where a rescue dose began "
        "within 24 h of the onset, or the treatment of the event names it; an event with a rescue dose while it went "
        "on did not pass without a treatment. Nobody was allocated to either, so that what followed is told and not "
        "compared."
    )


def _habituation(results: Results) -> str:
    """Say how the odds over the number of the infusion were estimated."""
    if not results.values_of("arm", variable="habituation"):
        return ""
    return (
        " Apparent habituation is the odds ratio of an event per further infusion, by estimating equations with an "
        "exchangeable working correlation and Mancl and DeRouen's covariance (Student's t of two degrees of freedom "
        "less than participants), for all and for those who had every planned infusion; who reacts badly may stop, so "
        "that neither tells what an infusion does to the next."
    )


def _conduct(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Conduct)  # noqa: S101
    monitored = (
        f" A set of vital signs ({', '.join(analysis.signs)}) is there when each was taken within "
        f"{60 * analysis.tolerance:g} min of its planned minute, the recorded one where the time is not known."
        if analysis.signs
        else ""
    )
    return (
        f"What was recorded of the conduct of the infusions was counted{in_population(results)}.{monitored} "
        f"{_CLUSTERED.format('')}; those of participants and of persons screened are Clopper and Pearson's. What the "
        "data do not record is told as not recorded, and a record says that it was written down, not that it was done."
    )


def _alerts(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Alerts)  # noqa: S101
    return (
        f"Participants with a value beyond each limit of the plan ({analysis.source}) were counted among those with a "
        f"value{in_population(results)}, with exact intervals (Clopper and Pearson, {results.confidence}) and "
        "Miettinen and Nurminen's risk differences. A change is from the participant's baseline, in per cent; who has "
        "no baseline has none. "
        f"{_after_events(analysis)}{_beside_limits(analysis)}Values that were not taken were not replaced, so that "
        f"more assessments find more of them.{groups_told(analysis)}"
    )


def _after_events(analysis: Alerts) -> str:
    """Say what a limit after an event is of."""
    events = [*dict.fromkeys(limit.since for limit in analysis.limits if limit.since)]
    if not events:
        return ""
    return (
        f"Limits after {listed(events)} are of participants for whom it was recorded, and their changes since the last "
        "value up to its first occurrence; a limit of refeeding tells nothing of feeding that nobody recorded. "
    )


def _beside_limits(analysis: Alerts) -> str:
    """Say which adverse events stand beside the limits."""
    if not analysis.special_interest:
        return ""
    groups = listed([*analysis.special_interest])
    return f"Participants with a treatment-emergent adverse event of a group ({groups}) were counted among all. "


def _medication(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Medication)  # noqa: S101
    apart = " Psychotropic ones are those that the plan names." if analysis.psychotropic else ""
    return (
        f"Participants with each medicine beside the trial treatment were counted{in_population(results)}: before time "
        "zero, during the trial (not known to have ended before time zero), and begun in it by a participant who had "
        f"not had the same before.{apart} A record without a start counts as before only where its use is background. "
        "What is given during a trial may follow from what happened in it: nothing was compared between arms."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.SIDE_EFFECTS: _side_effects,
    Method.CONDUCT: _conduct,
    Method.ALERTS: _alerts,
    Method.MEDICATION: _medication,
}
