"""The catalogue of scales: looked up by name, by another spelling of it, or by what a parameter is called."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from postinfusion.errors import listed, nearest
from postinfusion.instruments.model import Instrument, Score

TOTAL = "total"
Instruments = Mapping[str, Instrument]


@dataclass(frozen=True)
class Found:
    """A scale, or one of its scores, that a name means.

    Attributes
    ----------
    name
        Name of the scale in the catalogue or in the plan.
    instrument
        Its description.
    score
        Name of the score, as the catalogue or the plan writes it; empty where the scale has no score of that name.
    """

    name: str
    instrument: Instrument
    score: str = ""

    @property
    def description(self) -> Score | None:
        """The description of the score; None where the scale has no score of that name."""
        return self.instrument.scores.get(self.score)

    @property
    def label(self) -> str:
        """The name of the score in tables and figures."""
        own = self.description.label if self.description else ""
        return own or (self.name if self.score in ("", TOTAL) else f"{self.name} {self.score.replace('_', ' ')}")

    @property
    def is_ambiguous(self) -> bool:
        """The name stands for several scales, and what it asks for differs between them."""
        return bool(self.instrument.versions) and self.description is None

    @property
    def which_version(self) -> str:
        """The sentence that asks for the version."""
        return f'"{self.name}" does not say which scale it is. Write one of: {", ".join(self.instrument.versions)}.'


def names() -> tuple[str, ...]:
    """Give the names of all scales of the catalogue."""
    return tuple(_written())


def instrument(name: str) -> Instrument:
    """Give a scale by its name in the catalogue; KeyError when there is none."""
    return _read(name)


def find(measure: str, own: Instruments | None = None) -> Found | None:
    """Give the scale that a name means, whatever its spelling; None where no scale is called so.

    Parameters
    ----------
    measure
        The name, as in a plan or in data.
    own
        Scales that the plan describes; they win over those of the catalogue.
    """
    own = own or {}
    for name, described in own.items():
        if key_of(measure) in {key_of(spelling) for spelling in (name, *described.aliases)}:
            return Found(name, described)
    name = _spellings().get(key_of(measure), "")
    return Found(name, _read(name)) if name else None


def width(measure: str, score: str = TOTAL, own: Instruments | None = None) -> float | None:
    """Give how far the largest possible value of a score lies from the smallest; None where either is not known.

    >>> width("MADRS")
    60.0
    """
    found = find_score(measure, score, own)
    known = found.description if found else None
    if known is None or known.minimum is None or known.maximum is None:
        return None
    return float(known.maximum - known.minimum)


def find_score(measure: str, score: str = TOTAL, own: Instruments | None = None) -> Found | None:
    """Give the score that a measure and a score mean; also where the name of the score is part of the measure.

    Parameters
    ----------
    measure
        Name of the scale, or of the scale with a score as in ``EDE-Q global``.
    score
        Name of the score.
    own
        Scales that the plan describes.

    Returns
    -------
    The scale with the score; without a score where it has none of that name; None where no scale is called so.
    """
    found = find(measure, own)
    if found is not None:
        return Found(found.name, found.instrument, _score_name(found.instrument, score))
    head, _, tail = measure.strip().rpartition(" ")
    whole = find(head, own) if head and score == TOTAL else None
    name = _score_name(whole.instrument, tail) if whole else ""
    return Found(whole.name, whole.instrument, name) if whole and name else None


def unknown(measure: str, own: Instruments | None = None) -> str:
    """Say that no scale has a name, and which name is near."""
    known = [*(own or {}), *names()]
    near = nearest(measure, known)
    return f'"{measure}" is no scale of the catalogue. {near or f"There are: {listed(known)}."}'


def key_of(name: str) -> str:
    """Give what of a name does not change with its spelling.

    >>> key_of("PHQ-9") == key_of("phq 9"), key_of("BPRS+") == key_of("BPRS")
    (True, False)
    """
    return re.sub(r"[\s\-_./]+", "", name.casefold())


def _score_name(described: Instrument, score: str) -> str:
    """Give the name of a score as the scale writes it; empty where it has none."""
    return next((name for name in described.scores if name.casefold() == score.casefold()), "")


@cache
def _written() -> dict[str, dict[str, Any]]:
    """Give all descriptions as they are written."""
    text = (files("postinfusion.instruments") / "catalogue.json").read_text(encoding="utf-8")
    written: dict[str, dict[str, Any]] = json.loads(text)
    return written


@cache
def _read(name: str) -> Instrument:
    """Give one scale; only what is asked for is read by the model."""
    return Instrument.model_validate(_written()[name])


@cache
def _spellings() -> dict[str, str]:
    """Give every spelling → the name of its scale."""
    return {
        key_of(spelling): name
        for name, content in _written().items()
        for spelling in (name, *content.get("aliases", ()))
    }
