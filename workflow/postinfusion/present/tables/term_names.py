"""The names of a model's terms and coefficients in words: ``ARMKetamine:AVISITDay 3`` becomes ``Ketamine × Day 3``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from postinfusion.datasets.adam import participant_column
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.results import Results

_WORDS = {
    "(Intercept)": "intercept",
    "ARM": "arm",
    "AVISIT": "visit",
    "BASE": "baseline",
    "LOGBASE": "log(count before + 0.5)",
    "LOGTIME0": "log(time at baseline)",
    "STOPPED0": "time at baseline at the limit",
    "LOGGIVEN": "log(time for the other task)",
    "PERIOD": "period",
    "SEQUENCE": "sequence",
    "BASE_MEAN": "mean baseline of the participant",
    "BASE_DEVIATION": "deviation of the period's baseline from it",
    "DAYS": "days",
    "log1p(DAYS)": "log(1 + days)",
    "SINCE": "days since the last infusion",
    "log1p(SINCE)": "log(1 + days since the last infusion)",
    "INFUSIONS": "infusions so far",
    "LOGSINCE": "log(1 + days since the last infusion)",
    "DECAY": "decay",
    "RATE": "last step of log tau",
    "TIME": "time",
}
_SPLINE = re.compile(r"ns\((?P<column>\w+), knots = c?\(?(?P<knots>[^()]*)\)?\)(?P<number>\d*)")
_VARYING = re.compile(r"\((?P<terms>.+) \|\|? \w+\)")
_OFFSET = re.compile(r"offset\((?P<term>.+)\)")
_ITS_LEVELS_SPEAK = frozenset({"ARM", "AVISIT"})


def term_in_words(results: Results, name: str) -> str:
    """Give a term, or a coefficient of one, in words; a part that the plan does not explain stays as it is.

    Parameters
    ----------
    results
        The results of the model.
    name
        The name that the fit gives: columns, each with its level where it is a factor, joined by colons.
    """
    bends = {
        f"BEND{number}": f"days after {hours_as_text(knot)}"
        for number, knot in enumerate(getattr(results.analysis, "knots", ()), start=1)
    }
    words = (
        _WORDS
        | bends
        | {
            participant_column(key): formats.in_sentence(key)
            for key in (*results.plan.design.strata, *getattr(results.analysis, "covariates", ()))
            if key != "baseline"
        }
    )
    shown = " × ".join(_part_in_words(words, part) for part in name.replace("`", "").split(":"))
    return shown[:1].upper() + shown[1:]


def formula_in_words(results: Results, formula: str) -> str:
    """Give a fitted model in words: ``change from baseline: arm, visit, arm × visit, site``.

    Parameters
    ----------
    results
        The results of the model.
    formula
        The formula as the fit wrote it; empty where there is none.
    """
    response, tilde, right = formula.partition(" ~ ")
    if not tilde:
        return formula
    endpoint = results.endpoint
    outcome = {"CHG": "change from baseline", "AVAL": "value"}.get(response, endpoint.label if endpoint else response)
    return f"{outcome}: {', '.join(dict.fromkeys(_summands(results, right)))}"


def _summands(results: Results, right: str) -> Iterator[str]:
    """Give what stands between the signs of plus outside brackets, in words."""
    for text in _split(right):
        if varying := _VARYING.fullmatch(text):
            parts = (_in_sentence(results, part) for part in varying["terms"].split(" + ") if part not in {"0", "1"})
            has_intercept = "0" not in varying["terms"].split(" + ")
            yield f"{' and '.join([*(['intercept'] if has_intercept else []), *parts])} varying between participants"
        elif offset := _OFFSET.fullmatch(text):
            yield f"offset {offset['term']}"
        else:
            factors = [_in_sentence(results, factor) for factor in text.split(" * ")]
            sizes = range(1, len(factors) + 1)
            yield from (" × ".join(chosen) for size in sizes for chosen in combinations(factors, size))


def _split(right: str) -> Iterator[str]:
    """Give what stands between the signs of plus that are in no bracket."""
    depth, start = 0, 0
    for place, sign in enumerate(right):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and right.startswith(" + ", place):
            yield right[start:place]
            start = place + len(" + ")
    yield right[start:]


def _in_sentence(results: Results, name: str) -> str:
    """Give a term as it stands within a sentence."""
    shown = term_in_words(results, name)
    return shown if shown[1:2].isupper() else shown[:1].lower() + shown[1:]


def _part_in_words(words: Mapping[str, str], part: str) -> str:
    """Give one column, or one level of a factor, in words."""
    if part in words:
        return words[part]
    if spline := _SPLINE.fullmatch(part):
        name = f"spline of {words.get(spline['column'], spline['column'])}"
        return f"{name}, part {spline['number']}" if spline["number"] else f"{name} (knots {spline['knots']})"
    column = max((name for name in words if part.startswith(name)), key=len, default="")
    level = part.removeprefix(column)
    return level if not column or column in _ITS_LEVELS_SPEAK else f"{words[column]} {level}"
