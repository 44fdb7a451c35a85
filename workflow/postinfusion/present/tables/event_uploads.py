"""EUDRAT01 and EUDRAT02: non-serious events above a threshold and serious events, for a register of results."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.eudract import FATAL_NOT_SERIOUS, upload
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of, headings
from postinfusion.present.tables.event_columns import EXPLANATION, coding_note, participants_and_events
from postinfusion.vocabulary import NOT_RECORDED

_NON_SERIOUS, _SERIOUS, _ANY = "non-serious", "serious-terms", "any"
_OF_SERIOUS = {
    "serious-related": "Of these, related to the treatment",
    "serious-fatal": "Of these, fatal",
    "serious-fatal-related": "Of these, fatal and related to the treatment",
}


def non_serious(results: Results) -> Table:
    """Give the non-serious terms above the threshold, with the file for EudraCT beside it or the reason for none.

    Raises
    ------
    DataError
        No event has a record of whether it is serious.
    """
    analysis = _analysis(results)
    above = f"Terms that more than {100 * analysis.threshold:g} % of the participants of any arm had."
    try:
        content, said = upload(results, analysis), "The file for EudraCT stands beside this table, as XML."
    except DataError as error:
        content, said = "", f"No file for EudraCT: {error}."
    label = label_of(
        results, "EUDRAT01", above.removesuffix("."), (EXPLANATION, *coding_note(results), *_unknown(results), said)
    )
    return Table(label, (_part(results, _NON_SERIOUS),), upload=content)


def serious(results: Results) -> Table:
    """Give the serious terms, and which of them were related to the treatment or fatal, as far as recorded.

    Raises
    ------
    DataError
        No event has a record of whether it is serious.
    """
    _analysis(results)
    held = {variable: bool(results.values_of("level", variable=variable)) for variable in _OF_SERIOUS}
    of_these = (_part(results, variable, _OF_SERIOUS[variable]) for variable, is_held in held.items() if is_held)
    untold = [_OF_SERIOUS[variable].removeprefix("Of these, ") for variable, is_held in held.items() if not is_held]
    gap = (f"Not told, since the data do not record it, which of these were: {'; '.join(untold)}.",) if untold else ()
    notes = (EXPLANATION, *coding_note(results), *_unknown(results), *gap)
    return Table(label_of(results, "EUDRAT02", footnotes=notes), (_part(results, _SERIOUS), *of_these))


def _analysis(results: Results) -> AdverseEvents:
    """Give the analysis, whose results must hold serious events or that there were none."""
    if not isinstance(results.analysis, AdverseEvents) or not results.values_of("level", variable=_SERIOUS):
        raise DataError(results.failure or "the data do not record which adverse events are serious")
    return results.analysis


def _part(results: Results, variable: str, caption: str = "") -> Part:
    """Give all events together, then the classes with their terms."""
    rows = [_row(results, "Any such event", {"variable": variable, "level": _ANY})]
    for level in results.values_of("level", variable=variable):
        if level != _ANY:
            key = {"variable": variable, "level": level}
            terms = results.values_of("term", **key)
            rows += [Row(level), *(_row(results, term, {**key, "term": term}, 1) for term in terms)]
    return Part(("Class and term", *headings(results)), tuple(rows), caption)


def _row(results: Results, label: str, key: dict[str, str], indent: int = 0) -> Row:
    """Give participants and events by arm and over all."""
    cells = tuple(participants_and_events(results, **key, arm=arm) for arm in groups_of(results))
    return Row(label, cells, indent)


def _unknown(results: Results) -> tuple[str, ...]:
    """Say how many events are in neither table, and how many may be in the wrong one."""
    words = {
        NOT_RECORDED: "Events in neither list, since it is not recorded whether they are serious: {}.",
        FATAL_NOT_SERIOUS: "Fatal events that are recorded as not serious: {}. They count as recorded and so are not "
        "among the serious ones; a fatal event is serious, so correct the record.",
    }
    found = {level: results.text("n_events", variable="seriousness", level=level) for level in words}
    return tuple(words[level].format(n) for level, n in found.items() if n not in ("", "0"))
