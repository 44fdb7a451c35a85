"""The gate of de-identification: columns that tell who somebody is stop the trial before any value is used or shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Source, table_of
from postinfusion.sources.gate.identifying_names import (
    Identifier,
    promised,
    promised_by_label,
    promises_faintly,
    promises_person,
    promises_rater,
    promises_record_number,
    promises_time,
    promises_year_of_birth,
)
from postinfusion.sources.gate.identifying_values import NOTHING, Evidence, evidence, kinds_of, looks_like_a_name

_REMOVE = "Remove it from the file"
_REMEDIES = {
    Identifier.BIRTH: f"{_REMOVE}, or give the age in years instead and map that to age",
    Identifier.DATE: f"{_REMOVE}, or map it to a column of times",
}
_NEEDS_DIGITS = (Identifier.PHONE, Identifier.FAX)
_MAY_BE_SHORT = (Identifier.BIRTH, Identifier.RECORD, Identifier.SOCIAL_SECURITY)
_OUGHT_TO_BE_DATES = ("time",)
_TEXT = ("text",)
_QUOTED = re.compile(r'"([^"]*)"')
_HIDDEN = "a value (not shown)"
_YEAR = "a year of birth"
_HALF = 2
_NEARLY_ALL = 0.9
_IN_A_HEADER = (Identifier.EMAIL, Identifier.PHONE, Identifier.NAME)
_FEWEST_NAMES, _FEWEST_WITH_KNOWN = 8, 3


@dataclass(frozen=True)
class Use:
    """How the plan uses the columns of one file, over all sources that the file delivers.

    Attributes
    ----------
    times
        Columns that are read as times: they become hours and days since time zero.
    ids
        Columns that hold the participants' ids, which are re-keyed.
    typed
        Columns whose use the plan says: what they are called says nothing more.
    texts
        Among all that is read, columns of text and covariates, in which :mod:`cells` looks for dates.
    read
        All columns that are read.
    declared
        Columns of which the researcher says under ``privacy`` that they identify nobody.
    keeps_ids
        The ids go into the results as they are.
    marked
        Columns that a data dictionary marks as identifying, with the name of the dictionary's file.
    labels
        Columns with what the file calls them beside the name, as SPSS, Stata and SAS do.
    """

    times: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    keeps_ids: bool = False
    marked: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """What the gate found in one file.

    Attributes
    ----------
    problems
        One error for each column that tells who somebody is, and a warning for each column of free text.
    columns
        The columns of the errors: no message may quote what they hold.
    times
        The columns of times, whose dates a message may quote.
    """

    problems: tuple[Problem, ...] = ()
    columns: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()


def use_of(plan: Plan, file: str, marked: Mapping[str, str] | None = None) -> Use:
    """Give how a plan uses the columns of a file.

    Parameters
    ----------
    plan
        The plan.
    file
        Name of the file.
    marked
        Column → file of the data dictionary that marks it as identifying.
    """
    of_file = {name: source for name, source in plan.sources.items() if source.file == file}
    sources = {name: source for name, source in of_file.items() if table_of(name) in TABLES}
    by_type = {(theirs, kind) for name, source in sources.items() for theirs, kind in _types(name, source)}
    further = {theirs for source in sources.values() for theirs in _further(source)}
    texts = _of_types(by_type, _TEXT) | {theirs for source in sources.values() for theirs in source.covariates.values()}
    typed = {theirs for theirs, kind in by_type if kind not in {"id", "time"}} | further
    return Use(
        times=_of_types(by_type, _OUGHT_TO_BE_DATES),
        ids=_of_types(by_type, ("id",)),
        typed=frozenset(typed),
        texts=frozenset(texts),
        read=frozenset({theirs for theirs, _ in by_type} | texts | further),
        declared=frozenset(plan.privacy.not_identifying.get(file, ())),
        keeps_ids=plan.privacy.ids == "keep",
        marked=marked or {},
    )


def gate(
    file: str,
    header: Sequence[str],
    frames: Iterable[pd.DataFrame],
    use: Use,
    missing: Collection[str] = (),
) -> Gate:
    """Look at every column of a file, read or not, for what tells who somebody is.

    Parameters
    ----------
    file
        Name of the file for messages.
    header
        Names of all its columns in order.
    frames
        The cells as text, in any number of parts: some rows, some columns, or both.
    use
        How the plan uses the columns.
    missing
        Values that stand for a missing cell.

    Returns
    -------
    Gate
        Problems that name columns by number and never hold a value.
    """
    seen: dict[str, Evidence] = {}
    names: set[str] = set()
    for frame in frames:
        for name in frame.columns.difference(list(use.declared)):
            seen[name] = seen.get(name, NOTHING) | evidence(frame[name], frozenset(missing))
            if use.keeps_ids and name in use.ids and looks_like_a_name(frame[name]):
                names.add(name)
    found = {name: _found(name, cells, use, name in names) or _in_its_name(name) for name, cells in seen.items()}
    flagged = {name: text for name, text in found.items() if text}
    problems = [_problem(file, header, name, text) for name, text in flagged.items()]
    stories = [name for name, cells in seen.items() if cells.narratives and name not in flagged]
    problems += [_story(file, header, name) for name in stories if name not in use.read]
    problems += [
        _unread_year(file, header, name)
        for name, cells in seen.items()
        if name not in flagged and name not in use.read and cells.filled and promises_year_of_birth(name)
    ]
    return Gate(tuple(sorted(problems, key=_column)), frozenset(flagged), use.times)


def shielded(problems: Iterable[Problem], gates: Mapping[str, Gate]) -> list[Problem]:
    """Give the problems without those of flagged columns, and without any value in them that tells who somebody is.

    A value of this kind in a column that was not flagged, such as a date in a column of scores, is not shown either.

    Parameters
    ----------
    problems
        What was found in plan and files.
    gates
        File → what the gate found in it.
    """
    return [
        _without_values(problem, gates[problem.file]) if problem.file in gates else problem
        for problem in problems
        if problem.file not in gates or not _is_about(problem, gates[problem.file].columns)
    ]


def _types(name: str, source: Source) -> Iterable[tuple[str, str]]:
    """Give each mapped column of a source with the type of what it delivers; ``id`` for ids."""
    for column in TABLES[table_of(name)].columns:
        if column.name not in source.constants:
            yield source.columns.get(column.name, column.name), "id" if column.identifier else column.type


def _further(source: Source) -> Iterable[str]:
    """Give the columns of a source that deliver no column of its table by name: flags, filters and wide values."""
    yield from source.flags.values()
    yield from source.where
    for columns in source.wide.values():
        yield from [columns] if isinstance(columns, str) else columns.values()


def _of_types(by_type: Iterable[tuple[str, str]], kinds: Collection[str]) -> frozenset[str]:
    """Give the columns that deliver one of some types."""
    return frozenset(theirs for theirs, kind in by_type if kind in kinds)


def _found(name: str, cells: Evidence, use: Use, is_name: bool) -> str:
    """Say what is wrong with a column and what to do; empty when nothing is."""
    if not cells.filled or (cells.answers and not (name in use.ids and use.keeps_ids)):
        return ""
    if name in use.marked and name not in use.times and not (name in use.ids and not use.keeps_ids):
        return f"is marked as identifying in {use.marked[name]}. {_REMOVE}."
    kinds = _kinds(name, cells, use)
    if name in use.ids and (told := _of_ids(cells, use, kinds, is_name)):
        return told
    if kinds:
        return f"looks like {' and '.join(kinds)} (values not shown). {_REMEDIES.get(kinds[0], _REMOVE)}."
    return f"looks like {_YEAR} (values not shown). {_REMEDIES[Identifier.BIRTH]}." if _is_read_year(name, use) else ""


def _of_ids(cells: Evidence, use: Use, kinds: Sequence[Identifier], is_name: bool) -> str:
    """Say what ids tell that must not tell anything."""
    if what := _in_an_id(cells):
        return f"looks like {what} (values not shown). Write a code that tells nothing instead, such as P001."
    if use.keeps_ids and (is_name or kinds or _is_record_number(cells)):
        what = "people's names" if is_name else " and ".join(kinds) or Identifier.RECORD.value
        return f"looks like {what} (values not shown), and privacy: {{ids: keep}} passes ids on. Write ids: rekey."
    return ""


def _is_read_year(name: str, use: Use) -> bool:
    """Say whether a column is a year of birth that the plan reads."""
    return promises_year_of_birth(name) and name in use.read


def _in_its_name(name: str) -> str:
    """Say what is wrong with the name of a column that itself tells who somebody is; empty when nothing is."""
    told = kinds_of(name.replace("_", " ")) | kinds_of(name)
    kinds = [kind for kind in _IN_A_HEADER if kind in told]
    what = f"has a name that looks like {' and '.join(kinds)} (not shown). Give it another name, or remove it."
    return what if kinds else ""


def _in_an_id(cells: Evidence) -> str:
    """Say what ids tell that are no codes, whether they are keyed anew or not: the plan, too, would hold them."""
    if Identifier.NAME in cells.kinds | cells.formed or _are_people(cells):
        return Identifier.NAME.value
    return Identifier.BIRTH.value if Identifier.BIRTH in cells.formed else ""


def _are_people(cells: Evidence) -> bool:
    """Say whether most values are names of people, by their form or by the lists of names."""
    return cells.is_mostly(max(cells.full_names + cells.given_names, cells.likely_names + cells.possible_names))


def _are_names(name: str, cells: Evidence, use: Use) -> bool:
    """Say whether a column is one of names by the lists; one that the plan reads only where they are full names."""
    if name in use.ids or name in use.times:
        return False
    if promises_person(name) and cells.is_mostly(cells.spoken_names):
        return True
    return cells.are_full_names if name in use.typed or name in use.texts else cells.are_names


def _is_one_name_for_each(name: str, cells: Evidence, use: Use) -> bool:
    """Say whether a column has nearly one full name for each row, and the plan does not say what else it is."""
    shaped = cells.full_names >= _NEARLY_ALL * cells.filled and cells.filled >= _NEARLY_ALL * cells.cells
    enough = cells.filled >= (_FEWEST_WITH_KNOWN if cells.likely_names else _FEWEST_NAMES)
    return enough and shaped and name not in use.typed and name not in use.texts


def _names_raters(name: str, cells: Evidence) -> bool:
    """Say whether a column of raters holds their names rather than codes."""
    shaped = cells.full_names + cells.given_names + cells.initialed
    return promises_rater(name) and cells.is_mostly(max(shaped, cells.likely_names + cells.possible_names))


def _kinds(name: str, cells: Evidence, use: Use) -> list[Identifier]:
    """Give what a column looks like by its name and its cells, the name first."""
    kinds = [kind for kind in [promised(name)] if kind and _is_borne_out(kind, name, cells, use)]
    if (kind := promised_by_label(use.labels.get(name, ""))) and _is_borne_out(kind, name, cells, use):
        kinds.append(kind)
    formed = cells.formed - ({Identifier.PHONE} if name in use.typed - use.texts else set())
    kinds += [kind for kind in Identifier if kind in cells.kinds | formed]
    if _is_one_name_for_each(name, cells, use) or _names_raters(name, cells) or _are_names(name, cells, use):
        kinds.append(Identifier.NAME)
    if name not in use.ids and _have_check_digits(cells.ten_digits):
        kinds.append(Identifier.RECORD)
    if name not in use.ids and promises_record_number(name) and _is_record_number(cells):
        kinds.append(Identifier.RECORD)
    if name not in use.ids and _have_check_digits(cells.cards):
        kinds.append(Identifier.ACCOUNT)
    if name not in use.ids and cells.bare_phones:
        kinds.append(Identifier.PHONE)
    if not kinds and _holds_dates(name, cells, use):
        kinds.append(Identifier.DATE)
    return list(dict.fromkeys(kinds))


def _is_borne_out(kind: Identifier, name: str, cells: Evidence, use: Use) -> bool:
    """Say whether what a name promises counts: not for what the plan reads as something else, or without digits."""
    if name in use.typed or (name in use.times and kind is not Identifier.BIRTH):
        return False
    if kind is Identifier.RECORD and name in use.ids and not use.keeps_ids and not _is_record_number(cells):
        return False  # the pseudonym of a trial is often called a patient's number, and it is keyed anew
    if cells.counts and kind not in _MAY_BE_SHORT:
        return False
    if kind in _NEEDS_DIGITS:
        return cells.digits
    return cells.wordy or not promises_faintly(name)


def _holds_dates(name: str, cells: Evidence, use: Use) -> bool:
    """Say whether a column is one of dates that neither the plan nor its own name says."""
    if name in use.times or name in use.texts:
        return False
    if name not in use.read and promises_time(name):
        return False
    if name in use.read:  # a date in a column of numbers is a slip that has its own message, without the date
        return _HALF * cells.dates > cells.filled
    return cells.dates > 0 or (cells.filled > 1 and cells.possible_dates == cells.filled)


def _is_record_number(cells: Evidence) -> bool:
    """Say whether most values are numbers as long as those of a hospital."""
    return _HALF * cells.long_numbers > cells.filled


def _have_check_digits(numbers: tuple[int, int]) -> bool:
    """Say whether more numbers satisfy their check digit than chance lets."""
    total, valid = numbers
    return _HALF * valid > total


def _problem(file: str, header: Sequence[str], name: str, text: str) -> Problem:
    """Give one column that tells who somebody is, with the way out for a column that does not."""
    way_out = "" if "ids: rekey" in text else " If it identifies nobody, name it under privacy: not_identifying."
    return Problem(file, f"column {header.index(name) + 1}", f"{_shown(name)}{text}{way_out}")


def _story(file: str, header: Sequence[str], name: str) -> Problem:
    """Give one column of free text that nothing reads."""
    text = f"{_shown(name)}holds free text (not shown). It is not read; remove it from the file."
    return Problem(file, f"column {header.index(name) + 1}", text, "warning")


def _unread_year(file: str, header: Sequence[str], name: str) -> Problem:
    """Give one column of years of birth that nothing reads."""
    text = f"{_shown(name)}looks like {_YEAR} (values not shown). It is not read; remove it from the file."
    return Problem(file, f"column {header.index(name) + 1}", text, "warning")


def _shown(name: str) -> str:
    """Give the name of a column for a message; nothing when it is a value, as in a file without a header."""
    return "" if kinds_of(name) or _in_its_name(name) else f'("{name}") '


def _column(problem: Problem) -> int:
    """Give the number of the column of a problem."""
    return int(problem.place.removeprefix("column "))


def _is_about(problem: Problem, columns: Collection[str]) -> bool:
    """Say whether a problem of the cells is about one of some columns."""
    if problem.place.startswith("column "):
        return False
    label = problem.text.partition(": ")[0]
    return label in columns or any(part in columns for part in label.split(", "))


def _without_values(problem: Problem, found: Gate) -> Problem:
    """Give a problem without values that tell who somebody is."""
    if problem.place.startswith("column "):
        return problem
    is_time = problem.text.partition(": ")[0] in found.times
    allowed = {Identifier.DATE} if is_time else set()

    def hidden(match: re.Match[str]) -> str:
        return _HIDDEN if kinds_of(match[1]) - allowed else match[0]

    return replace(problem, text=_QUOTED.sub(hidden, problem.text))
