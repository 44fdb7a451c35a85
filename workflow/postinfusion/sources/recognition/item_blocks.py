"""Blocks of items: numbered columns of one stem, the scale that the stem means, and whether it has their key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.instruments import catalogue
from postinfusion.instruments.model import Instrument
from postinfusion.sources.recognition.evidence import names_of
from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.values import filled, numbers, without_codes

_NUMBERED = re.compile(r"(.*[^0-9])([0-9]{1,2})")
_ITEM_WORDS = frozenset(("item", "items", "i", "q", "nr", "frage"))
_FEWEST_ITEMS = 3
_LARGEST_ANSWER = 10
_MANY = 12


@dataclass(frozen=True)
class Block:
    """Numbered columns that hold the items of one scale.

    Attributes
    ----------
    measure
        Name of the scale in the catalogue.
    columns
        Number of the item → column.
    has_key
        The catalogue says how its scores are computed from its items.
    doubt
        Why the scale is a guess; empty where the name says it.
    """

    measure: str
    columns: Mapping[int, str]
    has_key: bool
    doubt: str = ""

    def in_words(self, frame: pd.DataFrame, decimal: str = ".") -> bool:
        """Say whether the items are answered in words, of which no score comes before each has its number."""
        return self.has_key and not any(len(numbers(frame[column], decimal)) for column in self.columns.values())

    @property
    def words(self) -> str:
        """What is to be done about items that are answered in words."""
        names = [*self.columns.values()]
        return (
            f"{names[0]} to {names[-1]} are items of {self.measure} and hold words, so no score comes of them: write "
            "the number of each word under values of their source: {value: {word: number}}"
        )

    @property
    def remark(self) -> str:
        """What is to be done about items without a key."""
        names = [*self.columns.values()]
        return (
            f"{names[0]} to {names[-1]} are {len(names)} items of {self.measure}, of which the catalogue has no key: "
            "describe the scale under instruments, or give its totals"
        )


def blocks(frame: pd.DataFrame, scale_of: Callable[[str], str | None], decimal: str = ".") -> list[Block]:
    """Give the blocks of items in a table.

    Parameters
    ----------
    frame
        Cells as text.
    scale_of
        The scale that some letters and digits mean; None where they mean none.
    decimal
        The decimal mark of the numbers.
    """
    found: list[Block] = []
    for stem, columns in _runs(frame).items():
        measure = _measure(stem, scale_of)
        block = _block(measure, columns) if measure else None
        if block is not None and _are_answers(block, frame, decimal):
            found.append(block)
    return found


def _runs(frame: pd.DataFrame) -> dict[str, dict[int, str]]:
    """Give stem → number → column for the runs of numbered columns from 1 on."""
    named: dict[str, dict[int, str]] = {}
    for name in names_of(frame):
        if found := _NUMBERED.fullmatch(name):
            named.setdefault(found[1], {})[int(found[2])] = name
    return {
        stem: dict(sorted(columns.items()))
        for stem, columns in named.items()
        if all(number in columns for number in range(1, _FEWEST_ITEMS + 1))
    }


def _measure(stem: str, scale_of: Callable[[str], str | None]) -> str | None:
    """Give the scale that a stem means, with or without a word for items."""
    tokens = plain(stem).split()
    rest = [token for token in tokens if token not in _ITEM_WORDS]
    return scale_of("".join(tokens)) or (scale_of("".join(rest)) if rest else None)


def _block(measure: str, columns: Mapping[int, str]) -> Block:
    """Give the block of a scale, or of that version of it which has so many items."""
    versions = catalogue.instrument(measure).versions
    fitting = [version for version in versions or (measure,) if _fits(catalogue.instrument(version), columns)]
    if not fitting:
        return Block(measure, columns, has_key=False)
    chosen = fitting[0]
    described = catalogue.instrument(chosen)
    known = {number: column for number, column in columns.items() if number in described.item_numbers}
    doubt = f'"{measure}" taken for {chosen} by the number of its items' if chosen != measure else ""
    return Block(chosen, known, has_key=True, doubt=doubt)


def _fits(described: Instrument, columns: Mapping[int, str]) -> bool:
    """Say whether a scale has the items of some columns: all that it scores, or half of them and no others."""
    scored, known = {*described.scored_items}, {*columns}
    if not scored:
        return False
    is_whole = scored <= known <= {*range(1, max(described.item_numbers) + 1)}
    is_part = len(known & scored) >= max(_FEWEST_ITEMS, len(scored) // 2) and known <= {*described.item_numbers}
    return is_whole or is_part


def _are_answers(block: Block, frame: pd.DataFrame, decimal: str) -> bool:
    """Say whether columns hold answers and not totals at numbered visits.

    Notes
    -----
    All items of a scale are answers also where they are coded one too high: only the check can say that with rows.
    """
    columns = [*block.columns.values()]
    described = catalogue.instrument(block.measure)
    seen = np.concatenate([numbers(frame[column], decimal) for column in columns])
    if not len(seen):
        return any(len(filled(frame[column])) for column in columns)
    is_whole = block.has_key and {*described.scored_items} <= {*block.columns}
    limits = [part.maximum for part in described.items] if block.has_key else [_LARGEST_ANSWER]
    if any(limit is None for limit in limits):
        return bool((seen == np.round(seen)).mean() > 1 / 2)
    largest = max(limit for limit in limits if limit is not None) + (1 if is_whole else 0)
    answers = without_codes(seen, 0, largest)
    within = not len(answers) or float(answers.max()) <= largest
    return (within and bool((answers == np.round(answers)).all())) or (not block.has_key and len(columns) > _MANY)
