"""Parts of files to the canonical tables that they can deliver: which column is which, where, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from postinfusion.errors import listed
from postinfusion.sources.recognition import values as cells
from postinfusion.sources.recognition.evidence import Evidence, Part, names_of
from postinfusion.sources.recognition.names import IN_CONTEXT, SIGNS, are_arms, code, columns_for, plain, plays
from postinfusion.sources.recognition.redcap import ordering
from postinfusion.sources.recognition.scale_columns import ScaleColumn
from postinfusion.sources.recognition.terms import terms
from postinfusion.sources.recognition.time_columns import with_clocks
from postinfusion.sources.recognition.visits import named_time

Wide = Mapping[str, str | Mapping[str, str]]
_KINDS: Mapping[str, str] = {
    "infusions": (
        r"\b(infusions?|dosing|ketamine|exposure|study drug|infusionen|dosierung|administrations?|treatment session)\b"
    ),
    "adverse_events": r"\b(ae|aes|adverse|side effects?|sae|nebenwirkung(en)?|unerwuenscht\w*|adverse events?)\b",
    "medication": r"\b(con ?meds?|concomitant|medications?|cm|begleitmedikation)\b",
    "vitals": r"\b(vitals?|vital signs|monitoring|vitalparameter|vitalwerte)\b",
    "screening": r"\b(screening|eligibility|screened)\b",
    "deviations": r"\b(deviations?|violations?|protokollverletzung(en)?|abweichung(en)?)\b",
    "guesses": r"\b(guess(es)?|blinding|unblinding|verblindung)\b",
    "intercurrent_events": r"\b(intercurrent|ices?)\b",
    "discharge": r"\b(discharge|entlassung)\b",
    "laboratory": r"\b(labs?|laboratory|labor|laborwerte|bloods?|ecg|ekg)\b",
    "disposition": r"\b(disposition|end of study|completion|termination|studienende|eos)\b",
}
_NEEDED = {
    "infusions": ("start",),
    "adverse_events": ("term",),
    "medication": ("medicine",),
    "disposition": ("status",),
    "screening": ("screening", "eligible"),
    "deviations": ("deviation", "major"),
    "guesses": ("guess",),
    "intercurrent_events": ("event", "occurred"),
    "discharge": ("infusion",),
    "laboratory": ("test", "value"),
}
_TIMES = frozenset(
    {"start", "end", "onset", "taken", "left", "randomised", "first_dose", "consented", "occurred", "checked", "asked"}
)
_CLOCKED = {"infusions": ("start", "end"), "adverse_events": ("onset", "end")}
_WEIGHT_WORD = re.compile(r"(body|koerper)?(weight|gewicht)|wt|bw|wgt|kgs?|lbs?|pounds?|body")
_CATEGORIES = ("sex", "diagnosis", "subtype", "site")
_CODED = {
    "term": re.compile(r"(ae ?)?(decod|preferred term|pt( name)?)"),
    "medicine": re.compile(r"(cm ?)?(decod|preferred (term|name))"),
}
_MOST_ARMS = 8
_LIGHTEST, _HEAVY = 20.0, 130.0
_IN_METRES = 3.0


@dataclass(frozen=True)
class Found:
    """One canonical table that a part of a file can deliver.

    Attributes
    ----------
    table
        Name of the table.
    part
        The rows that deliver it.
    evidence
        Our column → the evidence for theirs.
    constants, values
        As in the plan.
    scales
        Columns of scales, for assessments.
    wide
        Measure → column, or → visit → column.
    """

    table: str
    part: Part
    evidence: Mapping[str, Evidence]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scales: tuple[ScaleColumn, ...] = ()
    wide: Wide = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """Our column → theirs."""
        return {role: evidence.column for role, evidence in self.evidence.items()}


def kind_of(part: Part) -> str:
    """Give the table that the rows of a part tell of by its name or its columns; empty where nothing says so."""
    name = plain(part.name or part.sample.file.rpartition(".")[0])
    for table, pattern in _KINDS.items():
        if re.search(pattern, name) and _is_there(part, table):
            return table
    for table in ("adverse_events", "infusions"):
        if _is_there(part, table) and _tells(part, table):
            return table
    return ""


def lacking(part: Part) -> str:
    """Say which columns a part lacks of the table that it is named after; empty where it is named after none.

    Parameters
    ----------
    part
        The rows.
    """
    name = plain(part.name or part.sample.file.rpartition(".")[0])
    named = next((table for table in _NEEDED if re.search(_KINDS[table], name)), "")
    columns = [one for one in names_of(part.frame) if one not in ordering(part)]
    without = [role for role in _NEEDED.get(named, ()) if not columns_for(role, columns, named)]
    if not without:
        return ""
    table = named.replace("_", " ")
    return f"is named after {table} and is not read: no column is called after {listed(without)}"


def repeating(part: Part, table: str, identifier: str, instance: str = "") -> Found:
    """Give a table whose rows are occurrences: infusions, adverse events, medicines.

    Parameters
    ----------
    part
        The rows.
    table
        Name of the table.
    identifier
        The column of ids.
    instance
        The column that numbers the occurrences, where there is one.
    """
    evidence: dict[str, Evidence] = {"id": Evidence("id", identifier)}
    taken = {identifier, *ordering(part)}
    for role in IN_CONTEXT[table]:
        found = _best(part, role, table, taken)
        if found:
            evidence[role] = found
            taken.add(found.column)
    if table == "infusions":
        if instance:
            evidence["number"] = Evidence("number", instance)
        evidence = doses(part, evidence)
    evidence = with_clocks(part, evidence, _CLOCKED.get(table, ()))
    values = {role: known for role in evidence if (known := terms(part, role, evidence[role].column))}
    return Found(table, part, evidence, values=values)


def participants(part: Part, identifier: str, roles: Iterable[str]) -> Found:
    """Give the participants' columns of a part."""
    evidence = {"id": Evidence("id", identifier)}
    for role in roles:
        found = _best(part, role, "", {identifier, *(one.column for one in evidence.values())})
        if found:
            evidence[role] = found
    if "arm" in roles and "arm" not in evidence and (arm := _arm_by_values(part)):
        evidence["arm"] = arm
    constants = {"height_unit": unit} if (unit := _height_unit(part, evidence)) else {}
    values = {role: known for role in _CATEGORIES if role in evidence and (known := labelled(part, evidence[role]))}
    return Found("participants", part, evidence, constants, values)


def _arm_by_values(part: Part) -> Evidence | None:
    """Give a column whose values are the names of treatments, whatever its own name."""
    for name in names_of(part.frame):
        found = {value for value in part.frame[name].unique() if value}
        labels = part.sample.labels.get(name, {})
        if len(found) <= _MOST_ARMS and are_arms(
            labels.get(value) or labels.get(code(value), value) for value in found
        ):
            return Evidence("arm", name, "guess", "its values are names of treatments, so it is taken for the arm")
    return None


def labelled(part: Part, one: Evidence) -> dict[str, str]:
    """Give code → label of a category, where the file or a dictionary has labels."""
    labels = part.sample.labels.get(one.column, {})
    found = [value for value in dict.fromkeys(part.frame[one.column]) if value]
    known = {value: labels.get(value) or labels.get(code(value), "") for value in found}
    return {code(value): label for value, label in known.items() if label and label != value}


def signs(part: Part) -> dict[str, Evidence]:
    """Give vital sign → the column that holds it."""
    found: dict[str, Evidence] = {}
    for sign, (pattern, unit, low, high) in SIGNS.items():
        for name in names_of(part.frame):
            if sign in found or not re.fullmatch(pattern, plain(name)):
                continue
            numbers = cells.without_codes(cells.numbers(part.frame[name], part.sample.decimal), low, high)
            if len(numbers) and low <= numbers.min() and numbers.max() <= high:
                found[sign] = Evidence(sign, name)
            elif len(numbers):
                reason = f"values {numbers.min():g}-{numbers.max():g} are unusual in {unit}"
                found[sign] = Evidence(sign, name, "guess", reason)
    return found


def weight(part: Part) -> tuple[Evidence, str] | None:
    """Give the column of body weight with its unit, ``kg`` or ``lb``; None where there is none."""
    for name in columns_for("weight_kg", names_of(part.frame)):
        numbers = cells.numbers(part.frame[name], part.sample.decimal)
        numbers = cells.without_codes(numbers, 20, 350)
        if not len(numbers):
            continue
        middle = float(pd.Series(numbers).median())
        said = re.search(r"\b(lbs?|pounds?)\b", plain(name))
        if said or middle > _HEAVY:
            reason = "" if said else f"median {middle:g} is no weight in kg"
            return Evidence("weight_kg", name, "sure" if said else "guess", reason), "lb"
        return Evidence("weight_kg", name), "kg"
    return None


def weights_by_visit(part: Part) -> tuple[dict[str, str], str] | None:
    """Give visit → column of body weight with the unit, where the names of two or more columns say a visit."""
    found: dict[str, str] = {}
    numbers: list[float] = []
    said = False
    for name in names_of(part.frame):
        words = plain(name).split()
        rest = " ".join(word for word in words if not _WEIGHT_WORD.fullmatch(word))
        if len(rest.split()) == len(words) or not rest or named_time(rest) is None:
            continue
        read = cells.without_codes(cells.numbers(part.frame[name], part.sample.decimal), 20, 350)
        if len(read) and read.min() >= _LIGHTEST:
            found[rest] = name
            numbers += read.tolist()
            said |= bool(re.search(r"\b(lbs?|pounds?)\b", plain(name)))
    if len(found) < 2:
        return None
    return found, "lb" if said or float(np.median(numbers)) > _HEAVY else "kg"


def _is_there(part: Part, table: str) -> bool:
    """Say whether a part has the columns that a table cannot lack."""
    if table == "vitals":
        return len(signs(part)) >= 2
    names = [name for name in names_of(part.frame) if name not in ordering(part)]
    return all(columns_for(role, names, table) for role in _NEEDED[table])


def _tells(part: Part, table: str) -> bool:
    """Say whether columns other than the needed ones tell of a table."""
    if table == "infusions":
        named = [name for name in names_of(part.frame) if re.search(r"\binf(usions?)?\b|\bketamine\b", plain(name))]
        has_period = all(columns_for(role, names_of(part.frame), table) for role in ("number", "start", "end"))
        return len(named) >= 2 or has_period or any(plays("dose_mg", name, table) for name in names_of(part.frame))
    return (
        sum(
            bool(columns_for(role, names_of(part.frame), table)) for role in ("severity", "serious", "onset", "related")
        )
        >= 2
    )


def _best(part: Part, role: str, table: str, taken: set[str]) -> Evidence | None:
    """Give the column that plays a part, where its cells can be that."""
    frame = part.frame
    for name in _coded_first(part, role, columns_for(role, names_of(frame), table)):
        if name in taken or not (frame[name] != "").any():
            continue
        if role in _TIMES and not cells.are_dates(frame[name]):
            continue
        if role in {"number", "dose_mg", "dose_mg_per_kg", "age", "height_cm", "minute", "infusion"} and not (
            cells.are_numbers(frame[name], part.sample.decimal)
        ):
            continue
        return _plausible(part, role, name)
    return None


def _coded_first(part: Part, role: str, names: list[str]) -> list[str]:
    """Give columns with those of coded terms first, where they are filled as far as any of what was written down."""
    form = _CODED.get(role)
    if form is None or len(names) < 2:
        return names
    filled = {name: np.count_nonzero(part.frame[name] != "") for name in names}
    coded = [name for name in names if form.fullmatch(plain(name)) and filled[name] == max(filled.values())]
    return [*coded, *(name for name in names if name not in coded)]


def _plausible(part: Part, role: str, name: str) -> Evidence | None:
    """Give the evidence for a column of which the values have to be plausible."""
    if role != "age":
        return Evidence(role, name)
    ages = cells.without_codes(cells.numbers(part.frame[name], part.sample.decimal), 0, 120)
    return Evidence(role, name) if len(ages) and ages.min() >= 5 and ages.max() <= 120 else None


def _height_unit(part: Part, evidence: dict[str, Evidence]) -> str:
    """Give the unit of heights where it is not cm."""
    if "height_cm" not in evidence:
        return ""
    numbers = cells.numbers(part.frame[evidence["height_cm"].column], part.sample.decimal)
    heights = cells.without_codes(numbers, 1, 230)
    if not len(heights) or (heights.min() < _IN_METRES) != (heights.max() < _IN_METRES):
        return ""  # no unit is that of all; the check tells the rows
    middle = float(np.median(heights))
    return "m" if middle < _IN_METRES else "inch" if middle < 100 else ""


def doses(part: Part, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
    """Tell a dose in mg/kg by its size where the name does not say the unit."""
    found = evidence.get("dose_mg")
    if found is None or "dose_mg_per_kg" in evidence:
        return evidence
    given = cells.numbers(part.frame[found.column], part.sample.decimal)
    if not len(given) or given.max() > 3:
        return evidence
    reason = f"doses {given.min():g}-{given.max():g} taken as mg/kg"
    rest = {role: one for role, one in evidence.items() if role != "dose_mg"}
    return {**rest, "dose_mg_per_kg": Evidence("dose_mg_per_kg", found.column, "guess", reason)}
