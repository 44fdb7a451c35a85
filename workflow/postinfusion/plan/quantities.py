"""Quantities as a clinician writes them: ``24 h``, ``7 d``, ``95 %``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

HOURS_PER_UNIT = {"min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0}
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(min|h|d|wk)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def hours(text: object) -> float:
    """Give a duration in hours.

    >>> hours("24 h"), hours("7 d"), hours("-2 wk")
    (24.0, 168.0, -336.0)

    Raises
    ------
    ValueError
        The text is not a number with one of the units ``min``, ``h``, ``d``, ``wk``.
    """
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is not a time: write a number and min, h, d or wk, as in 24 h or 7 d")
    return float(found[1]) * HOURS_PER_UNIT[found[2]]


def hours_as_text(value: float) -> str:
    """Give hours in the largest unit that keeps the number short: ``4 h``, ``1.5 h``, ``7 d``.

    >>> hours_as_text(24), hours_as_text(72), hours_as_text(0.5)
    ('24 h', '3 d', '30 min')
    """
    if value % 24 == 0 and abs(value) > 24:
        return f"{value / 24:g} d"
    return f"{value * 60:g} min" if 0 < abs(value) < 1 else f"{value:g} h"


def proportion(text: object) -> float:
    """Give a percentage such as ``95 %`` as a proportion.

    Raises
    ------
    ValueError
        The text is not a number with the sign ``%``, or not strictly between 0 and 100.
    """
    found = _PERCENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or not 0 < float(found[1]) < 100:
        raise ValueError(f"{text!r} is not a percentage between 0 % and 100 %: write it as in 95 %")
    return float(found[1]) / 100


Hours = Annotated[
    float, BeforeValidator(hours), WithJsonSchema({"type": "string", "pattern": r"^[+-]?\d+(\.\d+)?\s*(min|h|d|wk)$"})
]
Percent = Annotated[
    float, BeforeValidator(proportion), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"})
]
Name = Annotated[str, Field(min_length=1, max_length=80)]
