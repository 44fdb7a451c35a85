"""How the participants and their assessments were described."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.ard.query import select
from postinfusion.plan.analyses import AdverseEvents, Weight
from postinfusion.present import formats
from postinfusion.present.event_collection import is_recorded
from postinfusion.present.event_dictionary import dictionary_told
from postinfusion.present.methods.phrases import endpoint_label, groups_told, in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import BODY_MASS_INDEX, TIME_ZERO_NAMES, Method


def _disposition(results: Results) -> str:
    return f"Participants were counted at each step of the trial{in_population(results)}."


def _demographics(results: Results) -> str:
    return (
        f"Characteristics at baseline were described by arm{in_population(results)}: numbers by mean, "
        "SD and quartiles, categories by counts."
    )


def _summary(results: Results) -> str:
    return (
        f"Observed values of {endpoint_label(results)} and their change from baseline were described by visit and arm"
        f"{in_population(results)}; intervals of means are 95 % t intervals. Missing values were not replaced."
    )


def _missingness(results: Results) -> str:
    return (
        f"Assessments of {endpoint_label(results)} were counted by visit, arm and, where they are missing, by reason"
        f"{in_population(results)}."
    )


def _windows(results: Results) -> str:
    return (
        f"Assessments were counted by window of the schedule and arm{in_population(results)}; deviations are from the "
        "nominal time of the visit for each participant."
    )


def _weight(results: Results) -> str:
    by = results.analysis.by if isinstance(results.analysis, Weight) else ""
    apart = f", apart by {formats.in_sentence(by)}" if by else ""
    return (
        f"Values and changes from baseline were described by visit and arm{apart}{in_population(results)}; "
        f"intervals of means are 95 % t intervals.{_not_pooled(results)}"
    )


def _not_pooled(results: Results) -> str:
    """Say that this analysis keeps body mass index apart by group, where it has groups and body mass index."""
    analysis = results.analysis
    if not isinstance(analysis, Weight) or not analysis.by:
        return ""
    measures = {results.plan.endpoints[key].measure for key in analysis.endpoints}
    by = formats.in_sentence(analysis.by)
    return f" Body mass index is not pooled over {by} here." if BODY_MASS_INDEX in measures else ""


def _courses(results: Results) -> str:
    return f"All assessments of {endpoint_label(results)}{in_population(results)} are drawn {_times(results)}."


def _times(results: Results) -> str:
    """Say at which times assessments are drawn: their own, or the nominal time of the visit where none was recorded."""
    every = results.value("n_observations", variable="time")
    nominal = results.value("n_observations", variable="time", level="nominal")
    if not every or not nominal:
        return "at their own time"
    when = "the nominal time of their visit, since the data record no time"
    if nominal == every:
        return f"at {when}"
    few = results.text("n_observations", variable="time", level="nominal")
    return f"at their own time, {few} of {results.text('n_observations', variable='time')} at {when} of them"


def _adverse_events(results: Results) -> str:
    compared = (
        f", with risk differences, risk ratios and their {results.confidence} confidence intervals (score limits of "
        "Miettinen and Nurminen, not adjusted for the number of terms)"
        if results.comparisons
        else ""
    )
    return (
        f"Participants with at least one event, and events, were counted by class and term{compared}"
        f"{in_population(results)}.{_emergent(results)}{_grouping(results)}{_collected(results)} Zeros are printed, "
        "with the upper limit of the exact interval. The worst severity is that of the events of a participant which "
        "have one. Events per 100 infusions, where there were infusions, have gamma limits that respect that a "
        "participant has several (Fay and "
        f"Feuer 1997).{_by_infusion(results)} What participants do to themselves, as self-induced vomiting, is no "
        f"adverse event and is counted for review.{_grades(results)}{_of_interest(results)}{_screening(results)}"
        f"{_for_registers(results)}"
    )


def _collected(results: Results) -> str:
    """Say that solicited and spontaneous events were counted apart; nothing where the data do not record it."""
    if not is_recorded(results):
        return ""
    return (
        " Events that were asked for (solicited, systematic assessment) and those told unasked (spontaneous, "
        "non-systematic) were also counted apart, each with its risk difference; who had both counts once among all."
    )


def _emergent(results: Results) -> str:
    """Say which events count."""
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    return (
        f" Treatment-emergent events count, as supplied where the data say which these are; else those that began at "
        f"or after {zero}, at an unknown time, or before it and became worse after it; of the last the worsening "
        "counts as the onset."
    )


def _grouping(results: Results) -> str:
    """Say by what terms and classes were coded, and that classes are groups by words where the data hold none."""
    told = dictionary_told(results)
    coded = f" Terms and classes are as supplied, coded by {told}." if told else ""
    if not (results.rows["variable"] == "grouping").any():
        return coded
    coded = f" Terms are as supplied, coded by {told}." if told else ""
    return (
        f"{coded} The data hold no classes: terms were grouped by their words into a small grouping of this software's "
        "own, which is not MedDRA; each term is in one group."
    )


def _screening(results: Results) -> str:
    if select(results.rows, variable="class-term", stat_name="p_value").empty:
        return ""
    return (
        " As a screening, and no test of a hypothesis, each term that anybody of two arms had was looked at by "
        "Fisher's exact test (two-sided), with Benjamini and Hochberg's false discovery rate over all of them."
    )


def _grades(results: Results) -> str:
    """Say what the table of the highest grade rests on, where there is one."""
    if not results.values_of("level", variable="worst-grade"):
        return ""
    return " The highest toxicity grade is that of the grades that were supplied; severity is not turned into one."


def _of_interest(results: Results) -> str:
    """Say which events are of special interest, and in which groups of participants events were counted."""
    analysis = results.analysis
    if not isinstance(analysis, AdverseEvents):
        return ""
    named = [*analysis.special_interest]
    said = f" Events of special interest were named in the plan: {listed(named)}." if named else ""
    return f"{said}{groups_told(analysis)}"


def _for_registers(results: Results) -> str:
    if not isinstance(results.analysis, AdverseEvents) or not results.values_of("level", variable="serious-terms"):
        return ""
    above = f"{100 * results.analysis.threshold:g} %"
    return f" For EudraCT all serious terms were listed, and the non-serious ones that more than {above} of an arm had."


def _by_infusion(results: Results) -> str:
    if not results.values_of("level", variable="by-infusion"):
        return ""
    return (
        " An event belongs to the last infusion that started at or before its onset; the limits of the share of "
        "infusions with an event respect that a participant has several (Korn and Graubard 1998)."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {
    Method.DISPOSITION: _disposition,
    Method.DEMOGRAPHICS: _demographics,
    Method.SUMMARY: _summary,
    Method.MISSINGNESS: _missingness,
    Method.WINDOWS: _windows,
    Method.WEIGHT: _weight,
    Method.COURSES: _courses,
    Method.ADVERSE_EVENTS: _adverse_events,
}
