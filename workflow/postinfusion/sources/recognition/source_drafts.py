"""The sources of a drafted plan: files, columns, codes and layouts, with the reason for each guess."""

from __future__ import annotations

import re
from collections.abc import Mapping

from postinfusion.datasets.canonical import TABLES
from postinfusion.errors import listed
from postinfusion.plan.scaffold import Flow, Node, Noted, Question
from postinfusion.plan.source import ITEM, table_of
from postinfusion.sources.recognition import cdisc
from postinfusion.sources.recognition.evidence import Evidence, names_of
from postinfusion.sources.recognition.facts import Facts
from postinfusion.sources.recognition.names import code, plain
from postinfusion.sources.recognition.redcap import event_label, is_bookkeeping
from postinfusion.sources.recognition.scale_columns import ScaleColumn
from postinfusion.sources.recognition.schedule import DraftVisit
from postinfusion.sources.recognition.score_rows import codes_of
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.terms import doubt
from postinfusion.sources.recognition.time_columns import clock_column, hour_of_day
from postinfusion.sources.recognition.told_twice import is_timeless
from postinfusion.sources.recognition.values import have_limits
from postinfusion.sources.recognition.visits import named_time

_ORDER = (
    "participants", "screening", "disposition", "infusions", "assessments", "weights", "vitals", "laboratory",
    "adverse_events", "medication", "intercurrent_events", "deviations", "discharge", "guesses",
)  # fmt: skip
_OF_MEDDRA = re.compile(r"med ?dra ?(v|ver|vers|version)?( (nr|no|number))?")
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9])?")
_TAKEN = ("taken", "taken_clock")
_TIME_ROLES = (
    "taken", "start", "end", "onset", "left", "randomised", "first_dose", "consented", "occurred", "checked", "asked",
)  # fmt: skip


def sources(survey: Survey, facts: Facts) -> dict[str, Node]:
    """Give the sources of the draft, in the order of the canonical tables."""
    if survey.standards:
        return {table: _standard(survey, table) for table in _ORDER if table in survey.standards}
    names = sorted(survey.found, key=lambda name: _ORDER.index(table_of(name)))
    return {name: _source(survey, facts, survey.found[name]) for name in names}


def dictionary(survey: Survey) -> dict[str, Node]:
    """Give the dictionary of adverse events with its version, where a column of theirs holds it; nothing elsewhere."""
    found = survey.found.get("adverse_events")
    names = names_of(found.part.frame) if found else []
    column = next((name for name in names if _OF_MEDDRA.fullmatch(plain(name))), None)
    if found is None or column is None:
        return {}
    versions = sorted((one for one in found.part.frame[column].unique() if _VERSION.fullmatch(one)), key=float)
    if not versions:
        return {}
    told = f"{listed(versions)} are recorded; the last of them" if len(versions) > 1 else f"as {column} says"
    content = Flow({"name": "MedDRA", "version": versions[-1]})
    return {"dictionary": Noted(content, f"guess: {told}" if len(versions) > 1 else told)}


def visit_name(visits: tuple[DraftVisit, ...], label: str) -> str:
    """Give the name in the plan of a visit in the data."""
    exact = next((visit.name for visit in visits if label in (visit.recorded_as, visit.name)), "")
    time = named_time(label)
    timed = [visit.name for visit in visits if time and visit.is_at(time)]
    return exact or next(iter(timed), event_label(label))


def _standard(survey: Survey, table: str) -> Node:
    """Give a source that follows a standard."""
    sample, standard = survey.standards[table]
    return {"file": sample.file, "standard": standard.value, **cdisc.told(sample, standard, table)}


def _source(survey: Survey, facts: Facts, found: Found) -> Node:
    """Give one source."""
    sample = found.part.sample
    content: dict[str, Node] = {"file": Noted(sample.file, _not_read(survey, found)), **sample.options}
    content |= {"dictionary": survey.dictionary} if survey.dictionary and sample.file in survey.exports else {}
    content |= _dates(facts, found)
    columns = _columns(facts, found)
    content |= {"columns": columns} if columns else {}
    values = {**_values(found), **_visits(facts, found), **_guessed_arms(facts, found)}
    content |= {"values": values} if values else {}
    content |= {"constants": constants} if (constants := _constants(facts, found)) else {}
    where = found.part.where
    content |= {"where": Flow({name: Flow(list(chosen)) for name, chosen in where.items()})} if where else {}
    content |= {**_layout(facts, found), **_limits(found)}
    if found.table in {"assessments", "weights"} and facts.clock != "date-time":
        content["clock"] = Noted(facts.clock, "guess: counted from time zero")
    return content


def _limits(found: Found) -> dict[str, Node]:
    """Keep what stands beside a number where some values are limits such as >300."""
    if "value" not in TABLES[found.table].names:
        return {}
    wide = {column for one in found.wide.values() for column in ([one] if isinstance(one, str) else one.values())}
    holding = {*wide, *(one.column for one in found.scales if not one.item), found.columns.get("value", "")} - {""}
    limited = [name for name in names_of(found.part.frame) if name in holding and have_limits(found.part.frame[name])]
    note = f"limits such as >300 stand in {listed(limited)}; a task with a cap counts them as censored"
    return {"qualifiers": Noted(Flow({"value": "keep"}), note)} if limited else {}


def _not_read(survey: Survey, found: Found) -> str:
    """Give the columns of a file that nothing reads, beside the first source of the file."""
    same = [one for one in survey.found.values() if one.part.sample is found.part.sample]
    if found is not same[0]:
        return ""
    export = survey.exports.get(found.part.sample.file)
    order = {export.id, export.event, export.instrument, export.instance, export.group} if export else set()
    used = {name for one in same for name in _used(one)} | order
    own = {name for one in same for name in TABLES[one.table].names}
    names = [name for name in names_of(found.part.sample.frame) if name not in used | own and not is_bookkeeping(name)]
    return "not read: " + ", ".join(names) if names else ""


def _used(found: Found) -> set[str]:
    """Give the columns that a source reads."""
    wide = {column for one in found.wide.values() for column in ([one] if isinstance(one, str) else one.values())}
    return {*found.columns.values(), *(one.column for one in found.scales), *wide, *found.part.where}


def _dates(facts: Facts, found: Found) -> dict[str, Node]:
    """Give the order of dates where the file does not write the year first and the source has dates."""
    order = facts.orders.get(found.part.sample.file)
    if order is None or not any(role in found.evidence for role in _TIME_ROLES):
        return {}
    note = "" if order[1] else "guess: no date shows whether day or month comes first"
    return {"dates": Noted(order[0], note)}


def _columns(facts: Facts, found: Found) -> dict[str, Node]:
    """Give our columns → theirs; a guess with its reason."""
    evidence = dict(found.evidence)
    if any(one.visit for one in found.scales) or any(not isinstance(one, str) for one in found.wide.values()):
        evidence = {role: one for role, one in evidence.items() if role not in {*_TAKEN, "visit"}}
    elif found.table in {"assessments", "weights"}:
        evidence = _with_times(facts, found, evidence)
    elif found.table == "vitals" and not facts.zero_is_known:
        evidence = {role: one for role, one in evidence.items() if role not in _TAKEN}
    shown: dict[str, Node] = {}
    for role, one in evidence.items():
        shown[role] = Noted(one.column, f"guess: {one.reason}") if one.confidence == "guess" else one.column
    return {**shown, "visit": _asked_for_visits(found)} if _has_untold_visits(found) else shown


def _has_untold_visits(found: Found) -> bool:
    """Say whether participants were measured in several rows each, and nothing says at which visit or time."""
    return is_timeless(found) and bool(found.part.frame[found.columns["id"]].duplicated().any())


def _asked_for_visits(found: Found) -> Question:
    """Ask for the column that tells the rows of a participant apart, with those that nothing reads and that repeat."""
    frame, used = found.part.frame, _used(found)
    changing = frame.groupby(found.columns["id"]).nunique().max() > 1
    free = [
        name
        for name in names_of(frame)
        if name not in used and changing[name] and frame[name].nunique() < len(frame) / 2
    ]
    choice = f"one of {listed(free)}" if free else "which the file still needs"
    asks = f"the column that says at which visit a row was measured, {choice}; then write its visits under schedule"
    return Question(asks, "column of visits")


def _with_times(facts: Facts, found: Found, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
    """Leave out times that cannot be compared with time zero, and take a column of hours where dates are missing."""
    if facts.clock != "date-time" and (clock := clock_column(found.part)):
        hour = hour_of_day(found.part)
        companion = {"taken_clock": Evidence("taken_clock", hour)} if hour else {}
        return {**evidence, "taken": clock[0], **companion}
    return evidence if facts.has_times else {role: one for role, one in evidence.items() if role not in _TAKEN}


def _values(found: Found) -> dict[str, Node]:
    """Give the codes of a source."""
    values: dict[str, Node] = {}
    for role, known in found.values.items():
        why = doubt(found.part, role, found.columns[role], known) if role in found.columns else ""
        values[role] = Noted(Flow(dict(known)), f"guess: {why}") if why else Flow(dict(known))
    if (meant := meanings_of_sex(found)) and all(code != meaning for code, meaning in meant.items()):
        values["sex"] = Flow(meant)
    if "measure" in found.evidence and found.table == "assessments":
        values |= {role: Flow(known) for role, known in codes_of(found).items()}
    return values


def meanings_of_sex(found: Found) -> dict[str, str]:
    """Give sex as recorded → what it means; empty where there is none, or where numbers stand for it without labels."""
    if "sex" not in found.evidence:
        return {}
    column = found.evidence["sex"].column
    recorded = sorted({*found.part.frame[column]} - {""})
    labels = found.part.sample.labels.get(column, {})
    meant = {code: labels.get(code, code) for code in recorded}
    return {} if any(meaning.isdecimal() for meaning in meant.values()) else meant


def _visits(facts: Facts, found: Found) -> dict[str, Node]:
    """Give the names of visits in this file that mean one of the schedule and are spelt otherwise."""
    if "visit" not in found.evidence:
        return {}
    spelt = {visit.recorded_as or visit.name for visit in facts.visits}
    labels = found.values.get("visit", {})
    known: dict[str, str] = {}
    for cell in filter(None, dict.fromkeys(found.part.frame[found.columns["visit"]])):
        label = labels.get(code(cell), cell)
        visit = None if label in spelt else same_visit(facts, label)
        meant = (visit.recorded_as or visit.name) if visit else label
        known |= {code(cell) if code(cell) in labels else cell: meant} if meant != cell else {}
    return {"visit": Flow(known)} if known else {}


def same_visit(facts: Facts, label: str) -> DraftVisit | None:
    """Give the visit of the schedule that a label means by its words, or by the time that it names."""
    event = event_label(label).casefold()
    time = named_time(event_label(label))
    for visit in facts.visits:
        if event in {event_label(visit.recorded_as).casefold(), visit.name.casefold()}:
            return visit
    return next((visit for visit in facts.visits if time and visit.is_at(time)), None)


def _guessed_arms(facts: Facts, found: Found) -> dict[str, Node]:
    """Give the arms that participants guessed, where they are written as codes."""
    if found.table != "guesses":
        return {}
    cells_ = {*found.part.frame[found.columns["guess"]]}
    known = {arm.code: arm.name for arm in facts.arms if arm.code in cells_}
    return {"guess": Flow(known)} if known else {}


def _constants(facts: Facts, found: Found) -> Node:
    """Give what is the same in every row; scores without any time beside visits are those of the baseline."""
    constants: dict[str, Node] = dict(found.constants)
    has_no_time = not {"visit", "taken"} & {*found.evidence} or ("visit" not in found.evidence and not facts.has_times)
    if found.table == "weights" and has_no_time and not found.wide and facts.clock == "date-time":
        constants["visit"] = facts.visits[0].recorded_as or facts.visits[0].name
    if found.table == "assessments" and is_timeless(found) and len(facts.visits) > 1:
        constants["visit"] = facts.visits[0].recorded_as or facts.visits[0].name
        return Noted(Flow(constants), "guess: nothing says when, so taken as the baseline")
    return Flow(constants) if constants else {}


def _layout(facts: Facts, found: Found) -> dict[str, Node]:
    """Give the columns of measures and items."""
    if found.wide:
        return {"wide": {measure: _of_measure(facts, columns) for measure, columns in found.wide.items()}}
    if not found.scales:
        return {}
    by_visit = any(one.visit for one in found.scales)
    scores = [one for one in found.scales if not one.item]
    items = [one for one in found.scales if one.item]
    shown: dict[str, Node] = {}
    if scores:
        names = dict.fromkeys(_measure(one) for one in scores)
        drafted = {name: _scores(facts, [one for one in scores if _measure(one) == name], by_visit) for name in names}
        shown["wide"] = {name: columns for name, columns in drafted.items() if columns.value}
    if items and (patterns := _patterns(facts, items, by_visit)):
        shown["items"] = patterns
    return shown


def _of_measure(facts: Facts, columns: str | Mapping[str, str]) -> Node:
    """Give the column of a measure, or its columns by visit."""
    if isinstance(columns, str):
        return columns
    known = {visit.name for visit in facts.visits}
    named = {visit_name(facts.visits, visit): column for visit, column in columns.items()}
    return Flow({visit: column for visit, column in named.items() if visit in known})


def _measure(one: ScaleColumn) -> str:
    """Give the measure of a column as a plan names it: with its score where that is not the total."""
    return one.measure if one.score == "total" else f"{one.measure} {one.score}"


def _scores(facts: Facts, columns: list[ScaleColumn], by_visit: bool) -> Noted:
    """Give the column of a score, or its columns by visit."""
    reason = next((one.reason for one in columns if one.confidence == "guess"), "")
    note = f"guess: {reason}" if reason else ""
    if not by_visit:
        return Noted(columns[0].column, note)
    named = {visit_name(facts.visits, one.visit) if one.visit else facts.visits[0].name: one.column for one in columns}
    known = {visit.name for visit in facts.visits}
    return Noted({visit: column for visit, column in named.items() if visit in known}, note)


def _patterns(facts: Facts, items: list[ScaleColumn], by_visit: bool) -> dict[str, Node]:
    """Give measure → pattern of its items' columns, or → visit → pattern; nothing for columns of no pattern."""
    shown: dict[str, Node] = {}
    for measure in dict.fromkeys(one.measure for one in items):
        columns = [one for one in items if one.measure == measure]
        patterns = {one.visit: _pattern(one) for one in columns}
        doubt = next((one.reason for one in columns if one.confidence == "guess"), "")
        if not by_visit and any(_pattern(one).replace(ITEM, str(one.item)) != one.column for one in columns):
            shown[measure] = Noted(
                Flow({str(one.item): one.column for one in columns}), f"guess: {doubt}" * bool(doubt)
            )
            continue
        if all(_pattern(one) == patterns[one.visit] for one in columns):
            named = {visit_name(facts.visits, visit): pattern for visit, pattern in patterns.items()}
            pattern = dict(named) if by_visit else next(iter(patterns.values()))
            shown[measure] = Noted(pattern, f"guess: {doubt}" if doubt else "")
    return shown


def _pattern(one: ScaleColumn) -> str:
    """Give the name of an item's column with a mark in place of its number."""
    numbers = [found for found in re.finditer(r"\d+", one.column) if int(found[0]) == one.item]
    last = numbers[-1] if numbers else None
    return f"{one.column[: last.start()]}{ITEM}{one.column[last.end() :]}" if last else one.column
