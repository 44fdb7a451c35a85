"""What plan and results say of how harms were defined, collected, graded and analysed."""

from __future__ import annotations

from postinfusion.plan.analyses import AdverseEvents, Alerts, Analysis, DividedPart, EventRates, SideEffects
from postinfusion.plan.claim_catalogue import ClaimGroup
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.checklists.item import Answer, Evidence
from postinfusion.present.claims import claims_of
from postinfusion.present.event_dictionary import NOT_GIVEN, classes_of, dictionary_told
from postinfusion.present.methods.phrases import listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import NOT_RECORDED, TIME_ZERO_NAMES, Method

_SEVERITY = "worst-severity"
GROUPS_IN = {
    Method.ADVERSE_EVENTS: ("AET06",),
    Method.SIDE_EFFECTS: ("SEFT01",),
    Method.EVENT_RATES: ("AET05", "AET05_ALL", "AEG03_GROUPS"),
    Method.ALERTS: ("ALTL01",),
    Method.CONDUCT: ("MONT01",),
    Method.VITAL_SIGNS: ("VST01_VISIT", "VST02_VISIT"),
    Method.INFUSION_VITALS: ("VST01", "VST02", "VST03"),
    Method.INFUSION_RATINGS: ("CADT01",),
    Method.LIVER: ("LIVT01",),
    Method.SHIFT: ("CSST01",),
    Method.MEDICATION: ("CMT01",),
}
"""Method of harms that may be repeated in groups of participants → the tables that show these."""
_NOTHING = ("", formats.NOT_ESTIMABLE, formats.NO_RECORD)


def objectives(evidence: Evidence) -> Answer:
    """Say which questions about harms the plan asks as claims."""
    claims = claims_of(evidence.plan, evidence.ard)
    asked = [claim for claim in claims if claim.group is ClaimGroup.SAFETY]
    if not asked:
        return Answer(missing="claims about safety")
    testable = sum(claim.is_testable for claim in asked)
    names = ", ".join(claim.id for claim in asked)
    return Answer(f"claims about safety: {names}; {testable} of {len(asked)} testable", ("CLMT01",))


def treatment(evidence: Evidence) -> Answer:
    """Say what was given, and how many infusions were planned."""
    planned = len(evidence.plan.design.infusions)
    infusions = f"{planned} planned infusion{'s' * (planned > 1)}" if planned else ""
    found = "; ".join(part for part in (evidence.plan.intervention, infusions) if part)
    missing = "" if found else "the plan names no intervention"
    return Answer(found, ("#plan", "MONT01", "CONSORT01"), missing)


def defined(evidence: Evidence) -> Answer:
    """Name the harms that were defined before the analysis: groups of events, and limits of values."""
    asked = (Method.ADVERSE_EVENTS, Method.SIDE_EFFECTS, Method.EVENT_RATES, Method.ALERTS)
    groups = [name for method in asked for results in evidence.of(method) for name in _groups(results)]
    limits = sum(_limits(results) for results in evidence.of(Method.ALERTS))
    named = [
        f"named events: {', '.join(dict.fromkeys(groups))}" if groups else "",
        f"{limits} limit{'s' * (limits > 1)} of values" if limits else "",
    ]
    found = "; ".join(part for part in named if part)
    missing = "" if found else "harms that the plan names"
    return Answer(found, ("AET01_AESI", "SEFT01", "AET05", "ALTL01", "VST02", "CSST01"), missing)


def collected(results: Results) -> Answer:
    """Say how many events were asked for and how many were told unasked."""
    kinds = {"solicited": "asked for", "spontaneous": "told unasked", "not known how reported": "not known how"}
    events = {words: results.text("n_events", variable=kind, level="any") for kind, words in kinds.items()}
    found = ", ".join(f"{number} {words}" for words, number in events.items() if number)
    if not found:
        return Answer(missing="whether events were asked for or told unasked")
    return Answer(f"events: {found}", ("AET01",))


def time_frame(evidence: Evidence) -> Answer:
    """Say from when until when events count."""
    if evidence.events is None:
        return Answer(missing=evidence.without(Method.ADVERSE_EVENTS))
    zero = TIME_ZERO_NAMES[evidence.plan.design.time_zero]
    found = [f"events that begin or worsen from {zero} on, or are supplied as treatment-emergent"]
    for results in (*evidence.of(Method.SIDE_EFFECTS), *evidence.of(Method.EVENT_RATES)):
        within = getattr(results.analysis, "within", None)
        of = "an infusion" if results.analysis.method is Method.SIDE_EFFECTS else "the last infusion"
        found += [f"{results.analysis_id}: within {hours_as_text(within)} of {of}"] if within else []
    return Answer("; ".join(found), ("AET01", "SEFT01", "AET05"))


def graded(results: Results) -> Answer:
    """Name the grades of severity, and say how many participants with events have none."""
    levels = [level for level in results.values_of("level", variable=_SEVERITY, term="") if level != NOT_RECORDED]
    had = {level: results.text("n", variable=_SEVERITY, level=level) for level in levels}
    if all(number in ("", "0") for number in had.values()):
        return Answer(missing="the severity of events")
    ungraded = results.text("n", variable=_SEVERITY, level=NOT_RECORDED)
    without = f"; participants none of whose events has one: {ungraded}" if ungraded else ""
    return Answer(f"grades: {listed(levels)}{without}", ("AET03", "AET04", "AEG02"))


def serious(results: Results) -> Answer:
    """Say whether seriousness was recorded."""
    number = results.text("n_events", variable="overview", level="serious")
    if number in _NOTHING:
        return Answer(missing="which events were serious")
    return Answer(f"recorded for each event; serious ones: {number}", ("AET01", "AEL03"))


def coded(results: Results) -> Answer:
    """Say by what events are grouped: own words, MedDRA's classes, or other classes."""
    told = dictionary_told(results)
    if results.values_of("level", variable="grouping"):
        named = f"terms by {told}; " if told else ""
        missing = "" if told else "codes of a dictionary"
        return Answer(f"{named}own grouping by words of the term, not MedDRA", ("AET02",), missing)
    if not classes_of(results):
        return Answer(missing="classes of events")
    missing = "" if told and NOT_GIVEN not in told else "the version of the dictionary"
    return Answer(f"classes as supplied{f', {told}' if told else ''}", ("AET02",), missing)


def attributed(results: Results) -> Answer:
    """Say whether it was recorded which events were held to be related to the treatment."""
    number = results.text("n_events", variable="overview", level="related")
    if number in _NOTHING:
        return Answer(missing="which events were held to be related to the treatment")
    every = results.text("n_events", variable="overview", level="any")
    return Answer(f"held to be related: {number} of {every} events", ("AET09",))


def selected(results: Results) -> Answer:
    """Say which events are shown, and by which rule others are left out of a display."""
    terms = results.values_of("term", variable="class-term")
    number = len([term for term in terms if term])
    if not number:
        return Answer(missing="adverse events")
    analysis = results.analysis
    assert isinstance(analysis, AdverseEvents)  # noqa: S101
    rules = [f"all {number} terms in AET02, also those of a single participant"]
    rules.append("the most frequent in AEG01, which says how many it leaves out")
    rules.append(f"those of at least {100 * analysis.frequent:g} % of an arm in AET10")
    if results.values_of("level", variable="non-serious"):
        rules.append(f"non-serious ones of more than {100 * analysis.threshold:g} % of an arm for EudraCT")
    review = results.text("n", variable="review", level="self-induced")
    left_out = f"; left out as self-induced: {review}" if review else ""
    return Answer("; ".join(rules) + left_out, ("AET02", "AEG01", "AET10", "EUDRAT01"))


def blinded(results: Results) -> Answer:
    """Say how many participants guessed their arm; who assessed harms is not in the data."""
    guesses = [
        f"{level} {results.text('n', variable='guess', level=level)}"
        for level in results.values_of("level", variable="guess", term="")
        if level and results.text("n", variable="guess", level=level)
    ]
    missing = "" if guesses else "guesses of the arm"
    return Answer(f"guesses of the arm: {', '.join(guesses)}" if guesses else "", ("UNBT01",), missing)


def compared(results: Results) -> Answer:
    """Say how harms were analysed, as far as the results hold it."""
    held = {*results.rows["stat_name"]}
    parts = [
        f"risk differences with {results.confidence} interval" if results.comparisons else "no arms are compared",
        "upper limits where nobody had an event" if "zero_limit" in held else "",
        "events per 100 infusions with intervals" if "per_100_infusions" in held else "",
    ]
    return Answer("; ".join(part for part in parts if part), ("AET02", "AEG01", "AET05"))


def recurrent(evidence: Evidence) -> Answer:
    """Say how several events of one participant are dealt with."""
    if evidence.events is None:
        return Answer(missing=evidence.without(Method.ADVERSE_EVENTS))
    found = ["participants and events are counted apart"]
    if evidence.events.values_of("level", variable="by-infusion"):
        found.append("intervals of shares of infusions respect that a participant has several")
    if evidence.of(Method.EVENT_RATES):
        found.append("rates of all events, their ratio by negative binomial regression, and the mean number by time")
    return Answer("; ".join(found), ("AET02", "AET05_ALL", "AEG03", "AET11"))


def gaps(results: Results) -> Answer:
    """Say what was looked at in the events, and what the data do not record."""
    review = {
        level: results.text("n", variable="review", level=level)
        for level in results.values_of("level", variable="review")
    }
    named = ", ".join(f"{level} {number}" for level, number in review.items() if number not in ("", "0")) or "none"
    found = f"of {len(review)} kinds of doubtful records that were looked for: {named}" if review else ""
    unrecorded = ", ".join(results.not_recorded())
    missing = unrecorded or ("" if found else "what was looked for in the records of events")
    return Answer(found, ("AET01", "#problems"), missing)


def subgroups(evidence: Evidence) -> Answer:
    """Name the groups of participants in which harms are repeated."""
    divided = {
        method: [name for results in evidence.of(method) for name in _divided_by(results.analysis)]
        for method in GROUPS_IN
    }
    found = [name for names in divided.values() for name in names]
    if not found:
        return Answer(missing="harms by groups of participants, which the plan does not ask for")
    groups = "; ".join(dict.fromkeys(found))
    places = tuple(place for method, names in divided.items() if names for place in GROUPS_IN[method])
    return Answer(f"as the plan asks, without a comparison of groups: by {groups}", places)


def _groups(results: Results) -> tuple[str, ...]:
    """Give the names of the groups of events that an analysis defines."""
    analysis = results.analysis
    if isinstance(analysis, AdverseEvents | Alerts):
        return tuple(analysis.special_interest)
    return tuple(analysis.groups) if isinstance(analysis, SideEffects | EventRates) else ()


def _divided_by(analysis: Analysis) -> list[str]:
    """Name what an analysis of harms divides the participants by."""
    if not isinstance(analysis, DividedPart):
        return []
    below = [] if analysis.bmi_below is None else [f"body mass index below {analysis.bmi_below:g} kg/m² or not"]
    return [*(name.replace("_", " ") for name in analysis.by), *below]


def _limits(results: Results) -> int:
    """Give how many limits of values an analysis has."""
    return len(results.analysis.limits) if isinstance(results.analysis, Alerts) else 0
