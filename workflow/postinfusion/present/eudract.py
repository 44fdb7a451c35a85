"""The adverse events of an analysis as the file that EudraCT takes up (adverse events, version 1.1).

Only the root has a namespace. An element that the data do not record is left out where the schema allows it, and is
nil where it does not.

References
----------
European Medicines Agency, EudraCT, adverseEvents.xsd, version 1.1. Names and limits were read in the copy of the R
package eudract (Bond and others, University of Cambridge), and there too what the portal asks beyond the schema: the
versions of the list of classes, and the shortest title.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.datasets.system_organ_classes import are_of_meddra, identifier_of
from postinfusion.errors import DataError, counted
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present.event_dictionary import classes_of
from postinfusion.present.results import Results
from postinfusion.vocabulary import BANNERS, NOT_RECORDED, TIME_ZERO_NAMES

NAMESPACE = "http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TITLE_LENGTHS, TERM_LENGTHS = (4, 62), (2, 100)
"""The schema takes titles of 2 characters, the portal none shorter than 4."""
_LIST_VERSION, _LIST_VERSION_OF = 22, {100000167503: 3}
"""Version of a class in EUTCT that the portal takes; it has nothing to do with the version of MedDRA."""
_NON_SERIOUS, _SERIOUS = "non-serious", "serious-terms"
_RELATED, _FATAL, _BOTH = "serious-related", "serious-fatal", "serious-fatal-related"
FATAL_NOT_SERIOUS = "fatal, recorded as not serious"
_IN_FILE = (_NON_SERIOUS, _SERIOUS, _RELATED, _FATAL, _BOTH, "seriousness", "fatal")


def upload(results: Results, analysis: AdverseEvents) -> str:
    """Give the file as text.

    Parameters
    ----------
    results
        The analysis of adverse events with its results.
    analysis
        The same in the plan; its threshold stands in the file.

    Raises
    ------
    DataError
        Counts are hidden, seriousness is not recorded of every event, or a name has a length that is not taken.
    """
    arms = [arm for arm in results.arms if (results.value("n_total", variable="denominator", arm=arm) or 0) > 0]
    _refuse(results, arms)
    register_namespace("aev", NAMESPACE)
    root = Element(f"{{{NAMESPACE}}}adverseEvents")
    banner = BANNERS.get(results.plan.data)
    _add(root, "description", f"{f'{banner}. ' if banner else ''}Treatment-emergent events.{_contradicted(results)}")
    _add(root, "nonSeriousEventFrequencyThreshold", _percent(analysis.threshold))
    _add(root, "timeFrame", f"From {TIME_ZERO_NAMES[results.plan.design.time_zero]} to the end of participation")
    _assessment(root, results, {"level": "any"}, {"variable": "overview", "level": "any"})
    _dictionary(root, results)
    groups = _add(root, "reportingGroups")
    for arm in arms:
        _group(groups, results, arm, _identifiers(arms)[arm])
    for kind, variable in (("nonSerious", _NON_SERIOUS), ("serious", _SERIOUS)):
        listed = _add(root, f"{kind}AdverseEvents")
        for body_system, term in _terms(results, variable):
            _event(_add(listed, f"{kind}AdverseEvent"), results, {"level": body_system, "term": term}, variable)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _refuse(results: Results, arms: list[str]) -> None:
    """Refuse a file that would not be whole or would not be taken."""
    held = results.rows[results.rows["variable"].isin(_IN_FILE) | (results.rows["level"] == "died")]
    if (held["error"] == SUPPRESSED).any():
        raise DataError("counts are hidden in a public report – the file needs all – write it from an internal report")
    if not results.values_of("level", variable=_SERIOUS):
        raise DataError("no event has a record of whether it is serious – add the column serious")
    unknown = int(results.value("n_events", variable="seriousness", level=NOT_RECORDED) or 0)
    if unknown:
        raise DataError(f"{counted(unknown, 'event')} without a record of seriousness – record Y or N for each")
    terms = [_clean(term) for variable in (_NON_SERIOUS, _SERIOUS) for _, term in _terms(results, variable)]
    for what, names, (least, most) in (("arm", arms, TITLE_LENGTHS), ("event", terms, TERM_LENGTHS)):
        wrong = next((name for name in names if not least <= len(name) <= most), None)
        if wrong is not None:
            raise DataError(f'the {what} "{wrong}" – EudraCT takes {least} to {most} characters – name it so')


def _contradicted(results: Results) -> str:
    """Say how many fatal events are listed as not serious, as they were recorded; nothing where there are none."""
    n = int(results.value("n_events", variable="seriousness", level=FATAL_NOT_SERIOUS) or 0)
    return f" Fatal events that were recorded as not serious, and are listed so: {n}." if n else ""


def _identifiers(arms: list[str]) -> dict[str, str]:
    """Give the identifier of each reporting group."""
    return {arm: f"ReportingGroup-{number}" for number, arm in enumerate(arms, start=1)}


def _terms(results: Results, variable: str) -> list[tuple[str, str]]:
    """Give the classes and terms that are listed."""
    levels = [level for level in results.values_of("level", variable=variable) if level != "any"]
    return [(level, term) for level in levels for term in results.values_of("term", variable=variable, level=level)]


def _group(parent: Element, results: Results, arm: str, identifier: str) -> None:
    """Add one arm; what is not recorded of it is nil."""
    group = _add(parent, "reportingGroup", id=identifier)
    _add(group, "title", arm)
    _add(group, "description")
    counts = {
        "subjectsAffectedByNonSeriousAdverseEvents": ("n", {"variable": _NON_SERIOUS, "level": "any"}),
        "subjectsAffectedBySeriousAdverseEvents": ("n", {"variable": _SERIOUS, "level": "any"}),
        "subjectsExposed": ("n_total", {"variable": "denominator"}),
        "deathsAllCauses": ("n", {"variable": "overview", "level": "died"}),
        "deathsResultingFromAdverseEvents": ("n", {"variable": "fatal", "level": "any"}),
    }
    for name, (stat_name, key) in counts.items():
        _add(group, name, _whole(results.value(stat_name, **key, arm=arm)))
    for element in group:
        if element.text is None:
            element.set(NIL, "true")


def _event(event: Element, results: Results, key: dict[str, str], variable: str) -> None:
    """Add what is told of one term, and its counts by arm."""
    _add(event, "term", _clean(key["term"]))
    code = identifier_of(key["level"])
    if code is not None:
        organ_system = _add(event, "organSystem")
        _add(organ_system, "eutctId", str(code))
        _add(organ_system, "version", str(_LIST_VERSION_OF.get(code, _LIST_VERSION)))
    _assessment(event, results, key, {**key, "variable": "class-term"})
    _add(event, "dictionaryOverridden", "false")
    values = _add(event, "values")
    arms = [arm for arm in results.arms if (results.value("n_total", variable="denominator", arm=arm) or 0) > 0]
    for arm, identifier in _identifiers(arms).items():
        value = _add(values, "value", reportingGroupId=identifier)
        _add(value, "occurrences", _whole(results.value("n_events", **key, variable=variable, arm=arm)))
        _add(value, "subjectsAffected", _whole(results.value("n", **key, variable=variable, arm=arm)))
        _add(value, "subjectsExposed", _whole(results.value("n_total", variable="denominator", arm=arm)))
        if variable == _SERIOUS:
            _relation_and_deaths(value, results, {**key, "arm": arm})


def _relation_and_deaths(value: Element, results: Results, key: dict[str, str]) -> None:
    """Add events related to the treatment and deaths, as far as recorded."""
    related = results.value("n_events", **key, variable=_RELATED)
    if related is not None:
        _add(value, "occurrencesCausallyRelatedToTreatment", _whole(related))
    deaths = {"deaths": _FATAL, "deathsCausallyRelatedToTreatment": _BOTH}
    found = {name: results.value("n", **key, variable=variable) for name, variable in deaths.items()}
    held = {name: number for name, number in found.items() if number is not None}
    if held:
        fatalities = _add(value, "fatalities")
        for name, number in held.items():
            _add(fatalities, name, _whole(number))


def _assessment(parent: Element, results: Results, part: dict[str, str], whole: dict[str, str]) -> None:
    """Add whether all events were asked for by a checklist; nothing where that was recorded of none."""
    if not results.values_of("level", variable="solicited"):
        return
    asked = results.value("n_events", **part, variable="solicited", arm="") or 0
    kind = "systematic" if asked and asked == results.value("n_events", **whole, arm="") else "non_systematic"
    _add(_add(parent, "assessmentMethod"), "value", f"ADV_EVT_ASSESS_TYPE.{kind}")


def _dictionary(root: Element, results: Results) -> None:
    """Name the dictionary and its version, nil where the plan does not say; nothing where no dictionary is known."""
    named = results.plan.design.dictionary
    if named is None and not are_of_meddra(classes_of(results)):
        return
    dictionary = _add(root, "dictionary")
    is_meddra = named is None or named.is_meddra
    other = _add(dictionary, "otherName", None if named is None or is_meddra else named.name)
    version = _add(dictionary, "version", None if named is None else named.version)
    name = _add(dictionary, "name")
    if is_meddra:
        _add(name, "value", "ADV_EVT_DICTIONARY_NAME.meddra")
    for element in (other, version, name):
        if element.text is None and not len(element):
            element.set(NIL, "true")


def _percent(share: float) -> str:
    """Give a share in percent as a decimal number, which has no exponent in a file of this kind."""
    return f"{100 * share:.6f}".rstrip("0").rstrip(".")


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element."""
    element = SubElement(parent, name, attributes)
    element.text = text
    return element


def _whole(number: float | None) -> str | None:
    """Give a count; nothing where it is not known."""
    return None if number is None or number != number else str(int(number))  # noqa: PLR0124


def _clean(term: str) -> str:
    """Give a term without what a file of this kind cannot hold."""
    return "".join(character for character in " ".join(term.split()) if character.isprintable())
