"""What the results say of harms: who was followed, for how long, what happened to how many, and what to nobody."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.present import formats
from postinfusion.present.checklists.item import Answer, Evidence
from postinfusion.present.methods.phrases import listed
from postinfusion.present.results import Results
from postinfusion.present.tables.aet01 import LEVELS
from postinfusion.present.tables.event_columns import participants_and_events
from postinfusion.vocabulary import Method

_MEASURED = {
    Method.INFUSION_VITALS: ("vital signs around the infusions", ("VST01", "VST02", "VST03", "VSG01")),
    Method.VITAL_SIGNS: ("vital signs by visit", ("VST01_VISIT", "VST02_VISIT")),
    Method.INFUSION_RATINGS: ("ratings around the infusions", ("CADT01", "CADG01")),
    Method.ALERTS: ("values beyond a limit", ("ALTL01",)),
    Method.LIVER: ("liver tests", ("LIVT01", "LIVG01")),
    Method.SHIFT: ("shifts of a category", ("CSST01",)),
    Method.WEIGHT: ("weight", ("WTT01", "WTG03")),
}
_EITHER = frozenset({Method.INFUSION_VITALS, Method.VITAL_SIGNS})
"""A trial takes vital signs around infusions, or by visit."""
_ENDS = {"randomised": "in the arm", "treated": "treated", "discontinued": "discontinued"}


def followed(results: Results) -> Answer:
    """Give how many of each arm were treated and how many stopped."""
    told = {words: _counted(results, "n", variable="flow", level=level) for level, words in _ENDS.items()}
    found = [f"{words}: {text}" for words, text in told.items() if text]
    return Answer("; ".join(found), ("CONSORT01", "DST01"), "" if found else "who was treated and who stopped")


def stopped(results: Results) -> Answer:
    """Give how many of each arm stopped the treatment or the trial because of an event."""
    found = _overview(results, "stopped")
    missing = "" if found else "whether an event led to stopping"
    return Answer(f"because of an event: {found}" if found else "", ("AET01", "DST01", "CONSORT01"), missing)


def followed_for(results: Results) -> Answer:
    """Give the person-days of each arm."""
    held = (_counted(results, "person_days", variable="exposure", level=level) for level in ("participation", ""))
    found = next((text for text in held if text), "")
    missing = "" if found else "how long participants were followed"
    return Answer(f"person-days: {found}" if found else "", ("AET01",), missing)


def baseline(results: Results) -> Answer:
    """Say how many characteristics at baseline are shown."""
    number = len([name for name in results.values_of("variable") if name not in ("", "denominator")])
    found = f"characteristics at baseline: {number}" if number else ""
    return Answer(found, ("DMT01",), "" if number else "characteristics at baseline")


def denominators(results: Results) -> Answer:
    """Give the participants and the infusions of each arm that harms are counted in."""
    participants = _by_arm(results, lambda arm: formats.statistic("n_total", results.total(arm)))
    infusions = _counted(results, "n_infusions", variable="exposure")
    found = f"population {results.population}: {participants}" + (f"; infusions: {infusions}" if infusions else "")
    return Answer(found, ("AET01", "#plan"))


def by_term(results: Results) -> Answer:
    """Give how many had any event, and for how many terms the same is shown."""
    number = len({*results.values_of("term", variable="class-term")} - {""})
    found = _overview(results, "any")
    if not found:
        return Answer(missing="adverse events")
    return Answer(f"any event: {found}; the same for {number} terms and their classes", ("AET02", "AEG01"))


def by_severity(results: Results) -> Answer:
    """Give how many had a severe event."""
    found = _overview(results, "severe")
    return Answer(
        f"severe: {found}" if found else "", ("AET03", "AET04", "AEG02"), "" if found else "the severity of events"
    )


def serious_and_deaths(results: Results) -> Answer:
    """Give deaths of any cause and serious events by arm, with zeros."""
    deaths, events = _overview(results, "died"), _overview(results, "serious")
    named = {"deaths of any cause": deaths, "serious events": events}
    found = "; ".join(f"{name}: {text}" for name, text in named.items() if text)
    missing = listed([name for name, text in named.items() if not text]) if not all(named.values()) else ""
    return Answer(found, ("AET01", "AET07", "AEL03", "AEL04", "EUDRAT02", "#deaths-and-serious-events"), missing)


def measured(evidence: Evidence) -> Answer:
    """Name the harms that were measured and not told: vital signs, ratings, laboratory values, weight."""
    held = [found for method, found in _MEASURED.items() if evidence.of(method)]
    there = {method for method in _MEASURED if evidence.of(method)}
    there |= _EITHER if there & _EITHER else {Method.VITAL_SIGNS}  # where neither is there, one is named
    absent = [words for method, (words, _) in _MEASURED.items() if method not in there]
    places = tuple(place for _, outputs in held for place in outputs)
    return Answer("; ".join(words for words, _ in held), places, f"results for {listed(absent)}" if absent else "")


def timed(evidence: Evidence) -> Answer:
    """Say whether it is told when events began and how long they lasted."""
    events = evidence.events
    since = bool(events and events.values_of("level", variable="since-infusion"))
    parts = {
        "by time since the infusion and by its number": since,
        "onset and duration of named side effects": bool(evidence.of(Method.SIDE_EFFECTS)),
        "share with a first event by given times": bool(evidence.of(Method.EVENT_RATES)),
    }
    found = "; ".join(words for words, is_there in parts.items() if is_there)
    return Answer(
        found, ("AET11", "SEFT01", "AET05", "AEG03", "AEG05"), "" if found else "the time of events since an infusion"
    )


def absolute_and_relative(results: Results) -> Answer:
    """Say which of absolute and relative measures the results hold for events that happen or not."""
    compared = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    if not compared:
        return Answer(missing="no arms are compared, so that there is no difference and no ratio")
    rates = (results.ard["variable"] == "recurrent") & (results.ard["comparator"] != "")
    relative = {
        "risk ratios by term": bool((results.rows["stat_name"] == "risk_ratio").any()),
        "ratios of the rates of all events": bool(rates.any()),
    }
    ratios = "; ".join(words for words, is_there in relative.items() if is_there)
    found = "; ".join(part for part in (f"absolute risks by arm, risk difference {compared}", ratios) if part)
    return Answer(found, ("AET02", "AEG01", "AEG04", "AET05_ALL"), "" if ratios else "relative measures")


def nobody(results: Results) -> Answer:
    """Name the kinds of events that nobody had, with what that still allows."""
    kinds = {level: name for level, name in LEVELS.items() if level in results.values_of("level", variable="overview")}
    none = [name for level, name in kinds.items() if results.text("n", variable="overview", level=level) == "0"]
    limit = results.text("zero_limit", variable="overview", level=_first(kinds, none))
    if not kinds:
        return Answer(missing="counts of kinds of events")
    if not none:
        return Answer(
            f"zeros are printed; each of {len(kinds)} kinds of events happened to somebody", ("AET01", "AET02")
        )
    allows = f". This still allows each in up to {limit}{formats.NO_BREAK}% of participants" if limit else ""
    names = "; ".join(f"{name[0].lower()}{name[1:]}" for name in none)
    return Answer(f"nobody: {names}{allows}", ("AET01", "AET02"))


def _first(kinds: dict[str, str], none: list[str]) -> str:
    """Give the first kind of events that nobody had."""
    return next((level for level, name in kinds.items() if name in none), "")


def _overview(results: Results, level: str) -> str:
    """Give participants and events of one kind by arm; nothing where the data do not record it."""
    cells = {arm: participants_and_events(results, variable="overview", level=level, arm=arm) for arm in results.arms}
    if any(cell in ("", formats.NO_RECORD, formats.NOT_ESTIMABLE) for cell in cells.values()):
        return ""
    return _by_arm(results, lambda arm: cells[arm])


def _counted(results: Results, name: str, **key: str) -> str:
    """Give one statistic by arm as it is printed; nothing where no arm has it."""
    return _by_arm(results, lambda arm: results.text(name, arm=arm, **key))


def _by_arm(results: Results, text: Callable[[str], str]) -> str:
    """Give a text of each arm behind its name: ``Ketamine 2, Midazolam 3``; nothing where no arm has one."""
    texts = {arm: text(arm) for arm in results.arms}
    return ", ".join(f"{arm} {found}".strip() for arm, found in texts.items() if found)
