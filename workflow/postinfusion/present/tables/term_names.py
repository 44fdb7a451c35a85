"""The names of a model's terms and coefficients in words: ``ARMKetamine:AVISITDay 3`` becomes ``Ketamine × Day 3``."""

from __future__ import annotations

from collections.abc import Mapping

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


def _part_in_words(words: Mapping[str, str], part: str) -> str:
    """Give one column, or one level of a factor, in words."""
    if part in words:
        return words[part]
    column = max((name for name in words if part.startswith(name)), key=len, default="")
    level = part.removeprefix(column)
    return level if not column or column in _ITS_LEVELS_SPEAK else f"{words[column]} {level}"
