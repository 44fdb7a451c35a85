"""A survey of all files of a trial: which part of which file delivers which canonical table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from postinfusion.errors import DataError, Problem, listed
from postinfusion.plan.source import Standard
from postinfusion.sources.recognition import cdisc, redcap, several, tables
from postinfusion.sources.recognition import values as cells
from postinfusion.sources.recognition.endings import ending
from postinfusion.sources.recognition.evidence import Evidence, Part, Sample, names_of
from postinfusion.sources.recognition.infusion_columns import numbered_infusions, only_infusion, without
from postinfusion.sources.recognition.names import IN_CONTEXT, columns_for, plain
from postinfusion.sources.recognition.redcap import Export
from postinfusion.sources.recognition.scale_columns import ScaleColumn, known_measures, scale_columns
from postinfusion.sources.recognition.score_rows import rows_by_kind
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.time_columns import own_time, time_column, with_clocks
from postinfusion.sources.recognition.timed_tasks import columns_of_tasks
from postinfusion.sources.recognition.titles import titled, untitled
from postinfusion.sources.recognition.visits import named_time

PERSON = (
    "arm", "site", "sex", "age", "height_cm", "diagnosis", "subtype", "illness_years", "failed_treatments",
    "randomised", "first_dose", "consented",
)  # fmt: skip
_MOST_ARMS = 8
_NO_FILE = Problem("", "", "no column tells participants apart: only a data dictionary was given. Give the data too.")
_WORTH = {"arm": 4, "sex": 1, "age": 1, "diagnosis": 1, "site": 1, "height_cm": 1, "randomised": 1}


@dataclass(frozen=True)
class Survey:
    """What the files of a trial deliver.

    Attributes
    ----------
    samples
        The files.
    found
        Name of the source → the part that delivers it: a table, or a table and a further file of it.
    standards
        Table → file and standard, for CDISC datasets.
    exports
        File → the ordering columns of REDCap.
    dictionary
        File of the REDCap data dictionary; empty where there is none.
    """

    samples: tuple[Sample, ...]
    found: Mapping[str, Found] = field(default_factory=dict)
    standards: Mapping[str, tuple[Sample, Standard]] = field(default_factory=dict)
    exports: Mapping[str, Export] = field(default_factory=dict)
    dictionary: str = ""

    def parts(self, table: str) -> list[Found]:
        """Give the parts that deliver a table, the first one first."""
        return several.of_table(self.found, table)

    def described(self, role: str) -> Found | None:
        """Give the part that delivers a column of the participants; None where none does."""
        return next((one for one in self.parts("participants") if role in one.evidence), None)


def survey(samples: Sequence[Sample]) -> Survey:
    """Give what the files of a trial deliver.

    Raises
    ------
    DataError
        No file has a column that tells participants apart.
    """
    dictionaries = [sample for sample in samples if redcap.is_dictionary(sample.frame)]
    data = [sample for sample in samples if sample not in dictionaries]
    data = [redcap.with_dictionary(sample, dictionaries[0].frame) for sample in data] if dictionaries else data
    dictionary = dictionaries[0].file if dictionaries else ""
    standard = {sample.file: known for sample in data if (known := cdisc.standard_of(sample))}
    if standard and len(standard) == len(data):
        return _of_standards(data, standard)
    exports = {sample.file: export for sample in data if (export := redcap.export_of(sample))}
    read = [(titled(sample), sample) for sample in data]
    parts = [part for (spoken, _), _ in read for part in _parts(spoken, exports.get(spoken.file))]
    own = {id(spoken): (sample, said) for (spoken, said), sample in read}
    found = {name: untitled(one, *own[id(one.part.sample)]) for name, one in _tables(parts, exports).items()}
    return Survey(tuple(data), found, {}, exports, dictionary)


def _of_standards(data: Sequence[Sample], standard: Mapping[str, Standard]) -> Survey:
    """Give what the datasets of a standard deliver."""
    found: dict[str, tuple[Sample, Standard]] = {}
    for sample in data:
        for name in cdisc.tables_of(sample, standard[sample.file]):
            found.setdefault(name, (sample, standard[sample.file]))
    if "participants" not in found:
        text = "no dataset of participants (DM or ADSL) is among the files. Give it too."
        raise DataError(Problem(data[0].file, "", text))
    return Survey(tuple(data), {}, found)


def _parts(sample: Sample, export: Export | None) -> list[Part]:
    """Give the parts of a file."""
    return [*redcap.parts(sample, export)] if export else [Part(sample, sample.frame)]


def _tables(parts: Sequence[Part], exports: Mapping[str, Export]) -> dict[str, Found]:
    """Give the parts that deliver each table, by the name of the source."""
    offered: dict[str, list[Found]] = {}
    for part in parts:
        export = exports.get(part.sample.file)
        identifier = export.id if export else _identifier(part, parts)
        for one in _delivered(part, identifier, export) if identifier else ():
            offered.setdefault(one.table, []).append(_with_names_of_visits(one))
    if not offered:
        raise DataError([_nothing_known(part, _identifier(part, parts)) for part in parts] or [_NO_FILE])
    if "participants" not in offered:
        offered = {"participants": [_people(offered)], **offered}
    return several.chosen(offered, exports, _worth)


def _nothing_known(part: Part, identifier: str) -> Problem:
    """Say what of two things a file lacks: a column of ids, or one beside it that is known."""
    names = listed(name for name in names_of(part.frame) if name != identifier)
    if not identifier:
        text = "no column tells participants apart: none is named as ids are, for example id, subject, patient_id or "
        text += f"Patientennummer. Rename the column of ids to id. It has: {names}."
    elif names:
        text = f'"{identifier}" tells participants apart, but beside it no visit, date, arm or scale is known. '
        text += f"Name a scale as it is usually called, such as MADRS or PHQ-9. It also has: {names}."
    else:
        text = f'"{identifier}" tells participants apart, but no column stands beside it. Give the whole file.'
    return Problem(part.sample.file, "", text)


def _people(offered: Mapping[str, Sequence[Found]]) -> Found:
    """Give participants of whom only the ids are known."""
    parts = [one for some in offered.values() for one in some]
    one = max(parts, key=lambda one: one.part.frame[one.columns["id"]].nunique())
    return Found("participants", one.part, {"id": one.evidence["id"]})


def _with_names_of_visits(found: Found) -> Found:
    """Add what the codes of visits mean, where the file or a dictionary has labels of them."""
    visit = found.evidence.get("visit")
    known = tables.labelled(found.part, visit) if visit else {}
    return replace(found, values={**found.values, "visit": known}) if known else found


def _delivered(part: Part, identifier: str, export: Export | None) -> Iterator[Found]:
    """Give every table that a part can deliver."""
    kind = tables.kind_of(part)
    if kind and kind != "vitals":
        instance = export.instance if export and part.is_repeating else ""
        found = tables.repeating(part, kind, identifier, instance)
        if kind != "infusions" or "number" in found.evidence:
            yield found
            if kind != "disposition":
                return
        elif only := only_infusion(found):
            yield only
            part = without(part, [only])
    if kind == "vitals":
        yield _vitals(part, identifier, export)
        return
    if kind != "disposition" and (end := ending(part, identifier, export)):
        yield end
        part = without(part, [end])
    in_columns = numbered_infusions(part, identifier)
    yield from in_columns
    part = without(part, in_columns)
    people = tables.participants(part, identifier, PERSON)
    people = _with_arm_of_events(_without_changing(people, export), export)
    if len(people.evidence) > 1:
        yield people
    yield from _measured(part, identifier, export)


def _measured(part: Part, identifier: str, export: Export | None) -> Iterator[Found]:
    """Give scores, weight and end of the trial where a part has them."""
    visit = _visit(part, export)
    base = {"id": Evidence("id", identifier), **({"visit": visit} if visit else {})}
    long = _long_scores(part, base)
    scales = tuple(scale_columns(_rest(part, base), part.sample.decimal, _title(part))) if long is None else ()
    dated = _dated(part, base)
    if long is not None:
        yield from rows_by_kind(part, {**dated, **long})
    elif scales:
        yield from _by_form(part, base, scales)
    taken = {one.column for one in scales} | {one.column for one in {**dated, **(long or {})}.values()}
    if "visit" in base and (tasks := columns_of_tasks(part.frame, taken, part.sample.decimal)):
        yield Found("assessments", part, dated, wide=tasks)
    yield from _weights(part, base)


def _weights(part: Part, base: Mapping[str, Evidence]) -> Iterator[Found]:
    """Give body weights, in one column or in a column for each visit."""
    by_visit = tables.weights_by_visit(part)
    if by_visit:
        columns, unit = by_visit
        constants = {"weight_unit": "lb"} if unit == "lb" else {}
        yield Found("weights", part, {"id": base["id"]}, constants, wide={"WEIGHT": columns})
        return
    body = tables.weight(part)
    if body:
        constants = {"weight_unit": "lb"} if body[1] == "lb" else {}
        yield Found("weights", part, _dated(part, {**base, "weight_kg": body[0]}, body[0].column), constants)


def _by_form(part: Part, base: Mapping[str, Evidence], scales: Sequence[ScaleColumn]) -> Iterator[Found]:
    """Give scores, those with a column of times of their own apart from the others."""
    whens = {one.column: None if one.visit else own_time(part, one.column) for one in scales}
    for own in dict.fromkeys(when and when.column for when in whens.values()):
        some = tuple(one for one in scales if ((when := whens[one.column]) and when.column) == own)
        yield Found("assessments", part, _dated(part, base, some[0].column if own else ""), scales=some)


def _dated(part: Part, evidence: Mapping[str, Evidence], measured: str = "") -> dict[str, Evidence]:
    """Add the column that says when something was measured, and the one with the hour of the day beside it."""
    when = (own_time(part, measured) if measured else None) or time_column(part)
    return with_clocks(part, {**evidence, "taken": when}, ("taken",)) if when else dict(evidence)


def _title(part: Part) -> str:
    """Give what the file, its sheet or its kind of rows is called."""
    return part.name or part.sample.options.get("sheet") or part.sample.file.rpartition(".")[0]


def _vitals(part: Part, identifier: str, export: Export | None) -> Found:
    """Give vital signs around infusions, one column each."""
    evidence = {"id": Evidence("id", identifier)}
    for role in IN_CONTEXT["vitals"]:
        names = columns_for(role, names_of(part.frame), "vitals")
        if names and cells.are_numbers(part.frame[names[0]], part.sample.decimal):
            evidence[role] = Evidence(role, names[0])
    visit = _visit(part, export)
    evidence = _dated(part, evidence)
    evidence |= {"visit": visit} if visit and "infusion" not in evidence else {}
    wide = {sign: one.column for sign, one in tables.signs(part).items()}
    return Found("vitals", part, evidence, wide=wide)


def _long_scores(part: Part, base: Mapping[str, Evidence]) -> dict[str, Evidence] | None:
    """Give the columns of a layout with one score in each row; None where there are not both of them."""
    used = {one.column for one in base.values()}
    for measure in columns_for("measure", names_of(part.frame)):
        values = [
            name
            for name in columns_for("value", names_of(part.frame))
            if name not in {measure, *used} and cells.are_numbers(part.frame[name], part.sample.decimal)
        ]
        if values and measure not in used and (known_measures(part.frame[measure].unique()) or values):
            found = {"measure": Evidence("measure", measure), "value": Evidence("value", values[0])}
            free = [name for name in columns_for("score", names_of(part.frame)) if name not in {measure, values[0]}]
            scores = [name for name in free if not cells.are_numbers(part.frame[name], part.sample.decimal)]
            return {**found, **({"score": Evidence("score", scores[0])} if scores else {})}
    return None


def _visit(part: Part, export: Export | None) -> Evidence | None:
    """Give the column that names visits: the event of REDCap, else one that repeats over participants."""
    if export:
        has_event = export.event and export.event in part.frame
        return Evidence("visit", export.event) if has_event and not part.is_repeating else None
    for name in columns_for("visit", names_of(part.frame)):
        if cells.are_dates(part.frame[name]):
            continue
        distinct = part.frame[name].nunique()
        is_only = distinct == 1 and named_time(str(part.frame[name].iloc[0])) is not None
        if is_only or 1 < distinct < max(3, len(part.frame) // 2):
            return Evidence("visit", name)
    return None


def _rest(part: Part, base: Mapping[str, Evidence]) -> pd.DataFrame:
    """Give the columns of a part that nothing uses yet."""
    used = {one.column for one in base.values()}
    return part.frame[[name for name in names_of(part.frame) if name not in used]]


def _without_changing(found: Found, export: Export | None) -> Found:
    """Give participants without an arm or a time zero that changes within a participant, or an arm of many values."""
    evidence = dict(found.evidence)
    for role, most in (("arm", _MOST_ARMS), ("first_dose", None), ("randomised", None)):
        if role in evidence and not _is_constant(found.part.frame, evidence["id"].column, evidence[role].column, most):
            del evidence[role]
    if export and export.group and export.group in found.part.frame:
        evidence["site"] = Evidence("site", export.group)
    return replace(found, evidence=evidence)


def _with_arm_of_events(found: Found, export: Export | None) -> Found:
    """Take the arm from the names of events where no column has it."""
    if export is None or "arm" in found.evidence or not (arms := redcap.arms_of_events(found.part, export)):
        return found
    arm = Evidence("arm", export.event, "guess", "the arm of the events; no other column has it")
    return replace(found, evidence={**found.evidence, "arm": arm}, values={**found.values, "arm": arms})


def _is_constant(frame: pd.DataFrame, identifier: str, column: str, most: int | None) -> bool:
    """Say whether a column has only one value in each participant, and at most so many in all."""
    known = frame.loc[frame[column] != "", [identifier, column]].drop_duplicates()
    few = most is None or known[column].nunique() <= most
    return len(known) > 0 and few and not known[identifier].duplicated().any()


def _identifier(part: Part, parts: Iterable[Part]) -> str:
    """Give the column of ids: one whose name says so, and whose values other files have too."""
    fewest = 0.1 if tables.kind_of(part) == "screening" else 0.9
    named = [name for name in columns_for("id", names_of(part.frame)) if (part.frame[name] != "").mean() > fewest]
    if not named:
        return ""
    others = [
        set(other.frame[name])
        for other in parts
        if other is not part
        for name in columns_for("id", names_of(other.frame))
    ]
    overlaps = {name: sum(len(set(part.frame[name]) & values) > 0 for values in others) for name in named}
    exact = [name for name in named if re.search(r"\b(id|subject|participant|patient|proband\w*|code)\b", plain(name))]
    return max(named, key=lambda name: (overlaps[name], name in exact, part.frame[name].nunique(), -named.index(name)))


def _worth(found: Found) -> float:
    """Say how much a part tells of its table."""
    if found.table == "participants":
        return sum(_WORTH.get(role, 0.5) for role in found.evidence)
    if found.table == "assessments":
        cells_filled = sum((found.part.frame[one.column] != "").sum() for one in found.scales)
        return float(cells_filled + (len(found.part.frame) if "value" in found.evidence else 0))
    if found.table == "weights":
        columns = [*found.wide.get("WEIGHT", {}).values()] if found.wide else [found.columns["weight_kg"]]  # type: ignore[union-attr]
        return float((found.part.frame[columns] != "").to_numpy().sum())
    return float(len(found.part.frame))


def scores_of(found: Found) -> tuple[ScaleColumn, ...]:
    """Give the columns of scores, without those of items."""
    return tuple(one for one in found.scales if not one.item)
