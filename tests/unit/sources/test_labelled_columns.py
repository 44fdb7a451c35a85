"""The gate finds identifiers, and leaves other columns alone, in a labelled set of several hundred columns."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from postinfusion.sources.gate.identifiers import Use, gate
from postinfusion.sources.gate.identifying_names import Identifier

LABELLED = Path(__file__).with_name("labelled") / "columns.txt"
KNOWN_FLOOR = 0.98  # 99.2 % as of the last change of the rules, 54.2 % before the set was made
DRAWN_FLOOR = 0.70  # names without a telling header; 72.7 %, and 11.7 % before
FALSE_ALARMS = 0.01  # none of 386; 7.0 % before


class Labelled(NamedTuple):
    """One column and what it is."""

    kind: str
    source: str
    name: str
    values: list[str]


def labelled() -> list[Labelled]:
    """Give the columns of the set."""
    lines = LABELLED.read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if not line.startswith("#"))
    return [Labelled(kind, source, name, values) for kind, source, name, *values in rows]


def is_stopped(column: Labelled) -> bool:
    """Say whether the gate stops a column; no message may hold a value of four letters or more."""
    frame = pd.DataFrame({column.name: pd.Series(column.values, dtype="str")})
    problems = gate("people.csv", [column.name], [frame], Use()).problems
    told = " ".join(problem.text.replace(f'("{column.name}")', "") for problem in problems)
    assert not any(value in told for value in column.values if len(value) > 3)
    return any(problem.severity == "error" for problem in problems)


def share_stopped(columns: list[Labelled]) -> float:
    """Give the part of some columns that the gate stops."""
    return sum(map(is_stopped, columns)) / len(columns)


def test_every_kind_of_identifier_is_in_the_set():
    kinds = {column.kind for column in labelled()}
    assert kinds == {"NONE", *Identifier.__members__}


def test_identifiers_are_found_in_headers_and_values_of_several_languages():
    assert share_stopped([one for one in labelled() if one.kind != "NONE" and one.source == "known"]) >= KNOWN_FLOOR


def test_names_are_found_in_columns_whose_header_tells_nothing():
    assert share_stopped([one for one in labelled() if one.source == "drawn"]) >= DRAWN_FLOOR


def test_drugs_sites_terms_scales_and_codes_raise_hardly_an_alarm():
    columns = [one for one in labelled() if one.kind == "NONE"]
    assert len(columns) > 300
    assert share_stopped(columns) <= FALSE_ALARMS
