"""AEL01 to AEL04: the terms of the events, all events, serious events, and deaths, one by one; internal only.

Participants stand under the numbers that they were given anew, times are relative to the infusions, and no free text is
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

import pandas as pd

from postinfusion.errors import DataError, counted
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.event_columns import coding_note

_EVENT, _PARTICIPANT, _OUTSIDE = "event", "participant", "outside"
_UNCODED = "not classified"
_HOURS_PER_DAY = 24.0
_ANSWERS = {"Y": "yes", "N": "no", "": formats.NO_RECORD}
_COLUMNS = (
    "Participant", "Event", "Infusion", "Day", "Hours since its start", "Lasted (h)", "Severity", "Grade", "Serious",
    "Related", "Treatment changed", "Treated", "Outcome", "Reported",
)  # fmt: skip
_TIMES = (
    "Day 1 begins at time zero. Infusion: the last one that started at or before the onset. Hours are given only where "
    "the hour of the onset is known. Lasted: to the end of the event, or with ≥ to the end of participation."
)
_SUPPLIED = "Terms and classes stand as supplied with the data."
_GOES_ON = ("fatal", "not resolved", "resolving")
_KINDS = "Treated: whether anything was given for the event. Reported: asked for by a checklist, or by the participant."


def glossary(results: Results) -> Table:
    """Give AEL01: every term of the events below its class, with what was reported where the data hold it.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    events = _events(results)
    if events.empty:
        raise DataError(results.failure or "no adverse event was recorded")
    named = events.assign(CLASS=events["CLASS"].where(events["CLASS"] != "", _UNCODED))
    rows = tuple(_term(str(term), found) for term, found in named.groupby("TERM", sort=True))
    part, left_out = _as_recorded(Part(("Term", "Class", "Reported as"), rows, is_text=True))
    is_grouped = (results.rows["variable"] == "grouping").any()
    supplied = "Terms stand as supplied with the data." if is_grouped else _SUPPLIED
    notes = (supplied, *coding_note(results), *left_out)
    return Table(label_of(results, "AEL01", footnotes=notes), (part,))


def all_events(results: Results) -> Table:
    """Give AEL02: every event by arm and participant, in order of onset; those before time zero are marked.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    events = _events(results)
    if events.empty:
        raise DataError(results.failure or "no adverse event was recorded")
    is_self = events["SELF"].fillna(value=False).astype(bool)
    captions = (
        (~is_self, "Adverse events"),
        (is_self, "For review: what participants do to themselves, no side effect"),
    )
    found = [_part(results, events[chosen], caption) for chosen, caption in captions if chosen.any()]
    notes = tuple(dict.fromkeys(note for _, left_out in found for note in left_out))
    label = label_of(results, "AEL02", footnotes=(_TIMES, _KINDS, *notes))
    return Table(label, tuple(part for part, _ in found))


def serious_events(results: Results) -> Table:
    """Give AEL03: every serious event; where there is none, that there is none in each arm.

    Those of enrolled participants without infusion, whom the population leaves out, are listed too and marked.

    Raises
    ------
    DataError
        No event says whether it was serious.
    """
    events = pd.concat([_events(results), _events(results, _OUTSIDE)])
    if events.empty or not (events["SERIOUS"] != "").any():
        raise DataError(results.failure or "the data do not say of any event whether it was serious")
    found = events[events["SERIOUS"] == "Y"]
    unknown = int((events["SERIOUS"] == "").sum())
    untold = (f"{counted(unknown, 'further event')}: not recorded whether serious.",) if unknown else ()
    if found.empty:
        return Table(label_of(results, "AEL03", footnotes=untold), (_nobody(results, "Serious events"),))
    part, left_out = _part(results, found, "Serious adverse events")
    return Table(label_of(results, "AEL03", footnotes=(_TIMES, _KINDS, *untold, *left_out)), (part,))


def deaths(results: Results) -> Table:
    """Give AEL04: every participant who died with the fatal events; where nobody did, that nobody did in each arm.

    Raises
    ------
    DataError
        The data do not say who died.
    """
    listing, events = _listing(results), _events(results)
    people = listing[listing["KIND"] == _PARTICIPANT]
    fatal = events[(events["OUTCOME"] == "fatal") | (events["SEVERITY"] == "fatal")]
    if not (people["DIED"] != "").any() and fatal.empty and not (events["OUTCOME"] != "").any():
        raise DataError(results.failure or "the data do not say who died")
    died = people[(people["DIED"] == "Y") | people["USUBJID"].isin(fatal["USUBJID"])]
    if died.empty:
        return Table(label_of(results, "AEL04"), (_nobody(results, "Deaths"),))
    numbers = coded_numbers(results)
    rows = []
    for one in died.to_dict("records"):
        terms = fatal.loc[fatal["USUBJID"] == one["USUBJID"], "TERM"]
        cells = (str(one["TRTP"]), _day(one["END"]), _whole(one["INFUSIONS"]), ", ".join(terms) or "none recorded")
        rows.append(Row(numbers[str(one["USUBJID"])], cells))
    columns = ("Participant", "Arm", "Day of the end of participation", "Infusions received", "Fatal events")
    return Table(label_of(results, "AEL04", footnotes=("Deaths of any cause.",)), (Part(columns, tuple(rows),
                 is_text=True),))  # fmt: skip


LISTINGS: dict[str, Callable[[Results], Table]] = {
    "AEL01": glossary,
    "AEL02": all_events,
    "AEL03": serious_events,
    "AEL04": deaths,
}


def _listing(results: Results) -> pd.DataFrame:
    """Give the individual data; a public report does not come here."""
    if results.courses is None:
        raise DataError(results.failure or "the individual data of this analysis are not there")
    if results.courses.empty:
        raise DataError(results.failure or "the data hold no adverse events; their absence is not the absence of harm")
    return results.courses


def _events(results: Results, kind: str = _EVENT) -> pd.DataFrame:
    """Give the events of the listing."""
    listing = _listing(results)
    return listing[listing["KIND"] == kind]


def coded_numbers(results: Results) -> dict[str, str]:
    """Give what stands for each participant: the new number, or a running one where the plan keeps the ids."""
    who = sorted(map(str, _listing(results)["USUBJID"].unique()))
    is_new = results.plan.privacy.ids == "rekey"
    return {name: name if is_new else str(place) for place, name in enumerate(who, start=1)}


def _term(term: str, events: pd.DataFrame) -> Row:
    """Give a term with its class and what was reported."""
    reported = sorted({str(text) for text in events["REPORTED"] if text})
    return Row(term, (", ".join(sorted(set(events["CLASS"]))), "; ".join(reported) or formats.NO_RECORD))


def _as_recorded(part: Part) -> tuple[Part, tuple[str, ...]]:
    """Give a block without the columns that no row has a record of, and the note that names them."""
    columns = [*zip(*(row.cells for row in part.rows if row.cells), strict=True)]
    kept = [place for place, cells in enumerate(columns) if set(cells) != {formats.NO_RECORD}]
    gone = [name for place, name in enumerate(part.columns[1:]) if place not in kept]
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in kept if row.cells)) for row in part.rows)
    whole = replace(part, columns=(part.columns[0], *(part.columns[1 + place] for place in kept)), rows=rows)
    return whole, (f"Not recorded for any of these events: {', '.join(gone)}.",) if gone else ()


def _part(results: Results, events: pd.DataFrame, caption: str) -> tuple[Part, tuple[str, ...]]:
    """Give the events below the arms, and the note on what none of them has a record of."""
    numbers = coded_numbers(results)
    rows: list[Row] = []
    for arm in dict.fromkeys(events["TRTP"]):
        rows.append(Row(str(arm) or "No arm"))
        of_arm = events[events["TRTP"] == arm].to_dict("records")
        rows += [Row(numbers[str(one["USUBJID"])], _cells(one), 1) for one in of_arm]
    return _as_recorded(Part(_COLUMNS, tuple(rows), caption, is_text=True))


def _cells(one: Mapping[Hashable, object]) -> tuple[str, ...]:
    """Give the cells of one event."""
    before = "" if one["EMERGENT"] == "Y" else " (before time zero or not treatment-emergent)"
    before = " (no infusion)" if one["KIND"] == _OUTSIDE else before
    return (
        f"{one['TERM']}{before}",
        _whole(one["INFUSION"]),
        _day(one["START"]),
        _hours(one["ONSET"]),
        _lasted(one),
        str(one["SEVERITY"]) or formats.NO_RECORD,
        _whole(one["GRADE"]),
        _ANSWERS[str(one["SERIOUS"])],
        str(one["RELATED"]) or formats.NO_RECORD,
        str(one["ACTION"]) or formats.NO_RECORD,
        _choice(one["UNTREATED"], "no", "yes"),
        str(one["OUTCOME"]) or formats.NO_RECORD,
        _choice(one["SOLICITED"], "checklist", "participant"),
    )


def _lasted(one: Mapping[Hashable, object]) -> str:
    """Give how long an event lasted; one that is not over lasted at least until the end of participation."""
    hours = _hours(one["HOURS"])
    goes_on = one["OUTCOME"] in _GOES_ON or one["SEVERITY"] == "fatal"
    is_over = not goes_on and (not pd.isna(one["END"]) or one["OUTCOME"] == "resolved")  # type: ignore[call-overload]
    return hours if is_over or hours == formats.NO_RECORD else f"≥ {hours}"


def _nobody(results: Results, name: str) -> Part:
    """Give a zero for each arm."""
    rows = tuple(Row(results.with_total(arm), ("0",)) for arm in results.arms)
    return Part(("", name), rows)


def _day(hours: object) -> str:
    """Give the day of a time, the first of which begins at time zero; there is no day 0."""
    if pd.isna(hours):  # type: ignore[call-overload]
        return formats.NO_RECORD
    day = int(float(hours) // _HOURS_PER_DAY)  # type: ignore[arg-type]
    return f"{day + 1}" if day >= 0 else f"{formats.MINUS}{-day}"


def _hours(value: object) -> str:
    """Give hours with one decimal."""
    return formats.NO_RECORD if pd.isna(value) else formats.number(float(value), 1)  # type: ignore[call-overload, arg-type]


def _whole(value: object) -> str:
    """Give a whole number."""
    return formats.NO_RECORD if pd.isna(value) else str(int(value))  # type: ignore[call-overload]


def _choice(value: object, if_true: str, if_false: str) -> str:
    """Give an answer in words."""
    if pd.isna(value):  # type: ignore[call-overload]
        return formats.NO_RECORD
    return if_true if value else if_false
