"""Rows of one score each: which scale and score the name in a row means, and rows of body weight among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import TOTAL
from postinfusion.sources.recognition.evidence import Evidence, Part
from postinfusion.sources.recognition.names import plain, plays
from postinfusion.sources.recognition.scale_columns import known_measures, named
from postinfusion.sources.recognition.sign_rows import rows_of_signs, signs_of
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.values import numbers, without_codes

_BMI = re.compile(r"bmi|body mass index|(koerper)?massenindex")
_LIGHTEST, _HEAVY, _HEAVIEST = 20.0, 130.0, 350.0


@dataclass(frozen=True)
class Score:
    """The scale and the score that a name means, as the catalogue calls them; an unknown scale as it is written."""

    measure: str
    score: str = TOTAL


def meaning(written: str) -> Score:
    """Give the scale and the score that a name in a row means.

    >>> meaning("EDE-Q restraint"), meaning("madrs_total")
    (Score(measure='EDE-Q', score='restraint'), Score(measure='MADRS', score='total'))
    """
    found = catalogue.find_score(written)
    if found is not None and found.description is not None:
        return Score(found.name, found.score)
    if (scale := catalogue.find(written)) is not None:
        return Score(scale.name)
    column = next((one for one in named(written) if not one.item and not one.visit), None)
    return Score(column.measure, column.score) if column else Score(written)


def names_scores(found: Found) -> bool:
    """Say whether the names in a column of measures say the scores too, because no other column does."""
    return "measure" in found.evidence and found.columns.get("score") == found.columns["measure"]


def codes_of(found: Found) -> dict[str, dict[str, str]]:
    """Give our column → their name → what it means, for rows of one score each."""
    written = [one for one in dict.fromkeys(found.part.frame[found.columns["measure"]]) if one]
    meant = {one: meaning(one) for one in written}
    if not names_scores(found):
        meant = {one: Score(known) for one, known in known_measures(written).items()}
        return _without_empty({"measure": {one: score.measure for one, score in meant.items() if score.measure != one}})
    measures = {one: score.measure for one, score in meant.items() if score.measure != one}
    return _without_empty({"measure": measures, "score": {one: score.score for one, score in meant.items()}})


def rows_by_kind(part: Part, evidence: Mapping[str, Evidence]) -> Iterator[Found]:
    """Give the rows of scores, of body weight and of vital signs, of a layout with one value in each row.

    Notes
    -----
    Beside weights, rows of the body mass index are left out: it is computed from weight and height.
    """
    column, value = evidence["measure"].column, evidence["value"].column
    written = [one for one in dict.fromkeys(part.frame[column]) if one]
    weights = [one for one in written if plays("weight_kg", one) and _unit(part, column, one, value)]
    signs = signs_of(part, column, value, written)
    others = [one for one in written if one not in {*weights, *signs} and not (weights and _BMI.fullmatch(plain(one)))]
    if others:
        chosen = _rows(part, column, others) if len(others) < len(written) else part
        yield Found("assessments", chosen, _with_scores(evidence, others))
    base = {role: one for role, one in evidence.items() if role in {"id", "visit", "taken"}}
    for one in weights:
        unit = _unit(part, column, one, value)
        constants = {"weight_unit": unit} if unit != "kg" else {}
        yield Found(
            "weights", _rows(part, column, [one]), {**base, "weight_kg": Evidence("weight_kg", value)}, constants
        )
    chosen = _rows(part, column, list(signs)) if len(signs) < len(written) else part
    if signs and (found := rows_of_signs(chosen, evidence, signs)):
        yield found


def _with_scores(evidence: Mapping[str, Evidence], written: list[str]) -> dict[str, Evidence]:
    """Take the score from the name of the measure, where a name says one and no other column does."""
    if "score" in evidence or all(meaning(one).score == TOTAL for one in written):
        return {**evidence}
    return {**evidence, "score": Evidence("score", evidence["measure"].column)}


def _unit(part: Part, column: str, written: str, value: str) -> str:
    """Give the unit of body weights by their name and size; empty where they are none."""
    cells: pd.Series = part.frame.loc[part.frame[column] == written, value]
    read = without_codes(numbers(cells, part.sample.decimal), _LIGHTEST, _HEAVIEST)
    if not len(read) or read.min() < _LIGHTEST:
        return ""
    said = re.search(r"\b(lbs?|pounds?)\b", plain(written))
    return "lb" if said or float(np.median(read)) > _HEAVY else "kg"


def _rows(part: Part, column: str, chosen: list[str]) -> Part:
    """Give the rows of a part that hold one of some names."""
    frame = part.frame[part.frame[column].isin(chosen)].reset_index(drop=True)
    return replace(part, frame=frame, where={**part.where, column: tuple(chosen)})


def _without_empty(codes: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Give the columns that have codes."""
    return {role: known for role, known in codes.items() if known}
