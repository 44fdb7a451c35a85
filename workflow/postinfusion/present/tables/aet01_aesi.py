"""AET01_AESI: events of special interest, by the groups of the plan: how many, how grave, and which; zeros stand."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import event_headings, event_row, explanations, rates_part

_VARIABLE = "special-interest"
_PARTS = {
    "related": "Related to the treatment",
    "serious": "Serious",
    "severe": "Severe",
    "stopped": "Led to stopping or withdrawal",
    "not-resolved": "Not resolved, with sequelae, or fatal",
}
_NO_GROUPS = "the plan names no events of special interest – add special_interest to the analysis"
_GROUPS = "The plan names the groups and their events; an event may be in several groups."


def table(results: Results) -> Table:
    """Give all events of special interest together, then a block for each group.

    Raises
    ------
    DataError
        The plan names none, or there are no results.
    """
    analysis = results.analysis
    if not isinstance(analysis, AdverseEvents) or not analysis.special_interest:
        raise DataError(_NO_GROUPS)
    if not results.values_of("level", variable=_VARIABLE):
        raise DataError(results.failure or "the results hold no adverse events")
    everything = {"variable": _VARIABLE, "level": "any"}
    rows = [event_row(results, "Any event of special interest", everything)]
    rows += [row for name in analysis.special_interest for row in _group(results, name)]
    lines = [(_capital(name), {"variable": _VARIABLE, "level": name}, 0) for name in analysis.special_interest]
    terms = [term for name in analysis.special_interest for term in _had(results, name)]
    explained = explanations(results, has_classes=False, terms=terms)
    said = (*explained, _GROUPS, _nobody(results, analysis), *map(formats.as_sentence, results.warnings()))
    notes = tuple(note for note in said if note)
    first = Part(("Group and event", *event_headings(results)), tuple(rows))
    return Table(label_of(results, "AET01_AESI", footnotes=notes), (first, *rates_part(results, lines)))


def _group(results: Results, name: str) -> list[Row]:
    """Give one group, what was grave of it, and its terms that anybody had; of a group of nobody its line alone."""
    key = {"variable": _VARIABLE, "level": name}
    first = event_row(results, _capital(name), key)
    if results.value("n", **key, arm="") == 0:
        return [first]
    parts = [
        event_row(results, words, {"variable": f"{_VARIABLE}-{part}", "level": name}, 1)
        for part, words in _PARTS.items()
        if results.values_of("level", variable=f"{_VARIABLE}-{part}", level=name)
    ]
    terms = (event_row(results, f"Of these: {term}", {**key, "term": term}, 1) for term in _had(results, name))
    return [first, *parts, *terms]


def _had(results: Results, name: str) -> list[str]:
    """Give the events of a group that anybody had."""
    found = results.values_of("term", variable=_VARIABLE, level=name)
    return [term for term in found if term and not _is_nobody(results, name, term)]


def _nobody(results: Results, analysis: AdverseEvents) -> str:
    """Name the events that nobody had."""
    found = dict.fromkeys(
        term for name, terms in analysis.special_interest.items() for term in terms if _is_nobody(results, name, term)
    )
    return f"Nobody had: {', '.join(found)}." if found else ""


def _is_nobody(results: Results, name: str, term: str) -> bool:
    """Say whether nobody had an event of a group; a suppressed number is not nobody."""
    return results.value("n", variable=_VARIABLE, level=name, term=term, arm="") == 0


def _capital(name: str) -> str:
    """Give a name that begins with a capital."""
    return f"{name[:1].upper()}{name[1:]}"
