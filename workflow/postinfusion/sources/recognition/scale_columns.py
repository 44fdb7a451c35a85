"""Columns of known scales: which scale, score, item and visit the name of a column means, and whether values agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import TOTAL, Found
from postinfusion.instruments.model import Score
from postinfusion.sources.recognition.evidence import Confidence, names_of
from postinfusion.sources.recognition.item_blocks import Block, blocks
from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.values import are_dates, filled, look_like_numbers, numbers, without_codes
from postinfusion.sources.recognition.visits import named_time

_SCORE_WORDS = frozenset(
    ("total", "tot", "score", "scores", "sum", "summe", "gesamt", "gesamtscore", "raw", "ts", "sumscore", "punkte",
     "wert", "value", "scale")
)  # fmt: skip
_SECONDS = frozenset(("s", "sec", "secs", "seconds", "sek", "sekunden"))
_ITEM = re.compile(r"(?:item|i|q|nr|frage)? ?(\d{1,2})")
_FEWEST_ITEMS = 3
_SELF_REPORT = {"EDE 17.0D": ("EDE-Q", '"EDE" taken for the questionnaire EDE-Q, not the interview')}
_SHORTEST_PREFIX = 3


@dataclass(frozen=True)
class ScaleColumn:
    """A column that holds a score or an item of a known scale.

    Attributes
    ----------
    column
        Its name in the file.
    measure
        Name of the scale in the catalogue.
    score
        Name of the score; empty for an item.
    item
        Number of the item; 0 for a score.
    visit
        What of the name says the visit; empty where it says none.
    confidence, reason
        Whether name and values agree, and why not.
    """

    column: str
    measure: str
    score: str = TOTAL
    item: int = 0
    visit: str = ""
    confidence: Confidence = "sure"
    reason: str = ""


def scale_columns(frame: pd.DataFrame, decimal: str = ".", title: str = "") -> list[ScaleColumn]:
    """Give the columns of a table that hold scores or items of scales of the catalogue.

    Parameters
    ----------
    frame
        Cells as text.
    decimal
        The decimal mark of the numbers.
    title
        What the file is called: where that is a scale, its columns need not say it again.
    """
    scale = next((one.measure for one in named(title)), "")
    in_blocks = blocks(frame, _by_key().get, decimal)
    items = [one for block in in_blocks if block.has_key for one in _items_of(block)]
    taken = {column for block in in_blocks for column in block.columns.values()}
    rest = [name for name in names_of(frame) if name not in taken and look_like_numbers(frame[name])]
    read = [found for name in rest for found in _within(scale, name)]
    scores = [_judged(found, frame[found.column], decimal) for found in _items_or_visits(read, frame, decimal)]
    order = {name: position for position, name in enumerate(names_of(frame))}
    return sorted([*items, *scores], key=lambda one: order[one.column])


def without_key(frame: pd.DataFrame, decimal: str = ".") -> list[Block]:
    """Give the items of scales of the catalogue that has no key for them."""
    return [block for block in blocks(frame, _by_key().get, decimal) if not block.has_key]


def answered_in_words(frame: pd.DataFrame, decimal: str = ".") -> list[Block]:
    """Give the items of scales that are answered in words."""
    return [block for block in blocks(frame, _by_key().get, decimal) if block.in_words(frame, decimal)]


def in_words(frame: pd.DataFrame, decimal: str = ".") -> list[ScaleColumn]:
    """Give the columns that are named after a scale and hold words where its numbers would stand."""
    in_blocks = {column for block in blocks(frame, _by_key().get, decimal) for column in block.columns.values()}
    words = [
        name
        for name in names_of(frame)
        if name not in in_blocks and len(filled(frame[name])) and not are_dates(frame[name])
    ]
    return [one for name in words if not look_like_numbers(frame[name]) for one in named(name)]


def _items_of(block: Block) -> Iterator[ScaleColumn]:
    """Give the columns of a block as items."""
    confidence: Confidence = "guess" if block.doubt else "sure"
    for number, column in block.columns.items():
        yield ScaleColumn(column, block.measure, "", number, "", confidence, block.doubt)


def known_measures(values: Iterable[str]) -> dict[str, str]:
    """Give the values of a column of measures that are scales of the catalogue → their name there."""
    found = {value: catalogue.find_score(value) or catalogue.find(value) for value in values}
    return {value: scale.name for value, scale in found.items() if scale is not None}


def _within(scale: str, name: str) -> Iterator[ScaleColumn]:
    """Give what the name of a column means by itself, or in a file that is called like a scale."""
    alone = list(named(name))
    yield from alone
    if not alone and scale and not plain(name).isdecimal():
        yield from (replace(found, column=name) for found in named(f"{scale} {name}") if found.measure == scale)


def named(name: str) -> Iterator[ScaleColumn]:
    """Give what a name of a column or measure means where all of it is understood; the longest name of a scale wins."""
    tokens = plain(name).split()
    spans = [(start, end) for start in range(len(tokens)) for end in range(len(tokens), start, -1)]
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        scale = _by_key().get("".join(tokens[start:end]))
        if scale is None:
            continue
        found = _rest(name, scale, [*tokens[:start], *tokens[end:]])
        if found is not None:
            yield found
            return


def _rest(name: str, scale: str, tokens: list[str]) -> ScaleColumn | None:
    """Give a column of a scale by what stands in its name beside the scale; None where that is not understood."""
    doubt = ""
    if scale in _SELF_REPORT:
        scale, doubt = _SELF_REPORT[scale]
    instrument = catalogue.instrument(scale)
    if any(score.unit == "s" for score in instrument.scores.values()):
        tokens = [token for token in tokens if token not in _SECONDS]
    score, tokens = _alias(instrument.scores, tokens)
    if not score:
        score, tokens = _score(instrument.scores, [token for token in tokens if token not in _SCORE_WORDS])
    text = " ".join(tokens)
    confidence: Confidence = "guess" if doubt else "sure"
    score = score or _only_score(scale)
    item = _ITEM.fullmatch(text)
    if item and not item[0].isdecimal():
        return ScaleColumn(name, scale, "", int(item[1]), "", confidence, doubt)
    if text and named_time(text) is None:
        return None
    return ScaleColumn(name, scale, score, 0, text, confidence, doubt)


def _alias(scores: Mapping[str, Score], tokens: list[str]) -> tuple[str, list[str]]:
    """Give the score of which some words are another name, and the words that are left."""
    for name, score in scores.items():
        for words in (plain(alias).split() for alias in score.aliases):
            for start in range(len(tokens) - len(words) + 1):
                if tokens[start : start + len(words)] == words:
                    return name, [*tokens[:start], *tokens[start + len(words) :]]
    return "", tokens


def _score(scores: Iterable[str], tokens: list[str]) -> tuple[str, list[str]]:
    """Give the score that some words name, in full or shortened, and the words that are left."""
    for score in scores:
        parts = score.casefold().replace("-", " ").replace("/", " ").split("_")
        for start in range(len(tokens)):
            span = tokens[start : start + len(parts)]
            shortened = len(span) == len(parts) and all(map(_shortens, span, parts))
            if shortened:
                return score, [*tokens[:start], *tokens[start + len(parts) :]]
            initials = "".join(part[0] for part in parts)
            if (tokens[start] == initials and len(initials) > 1) or _shortens(tokens[start], parts[0]):
                return score, [*tokens[:start], *tokens[start + 1 :]]
    return "", tokens


def _shortens(word: str, part: str) -> bool:
    """Say whether a word is a name or its beginning."""
    return word == part or (len(word) >= _SHORTEST_PREFIX and part.startswith(word))


def _only_score(scale: str) -> str:
    """Give the score that is meant where none is named."""
    scores = catalogue.instrument(scale).scores
    for usual in (TOTAL, "global", "index"):
        if usual in scores:
            return usual
    return TOTAL


def _items_or_visits(read: list[ScaleColumn], frame: pd.DataFrame, decimal: str) -> list[ScaleColumn]:
    """Tell numbers behind a scale apart: items where there are several within their range, else visits."""
    kept: list[ScaleColumn] = []
    for measure in dict.fromkeys(column.measure for column in read):
        columns = [column for column in read if column.measure == measure]
        bare = [column for column in columns if column.visit.isdecimal()]
        if bare and _are_items(measure, bare, frame, decimal):
            columns = [_as_item(column) if column in bare else column for column in columns]
        kept += columns
    return kept


def _are_items(measure: str, columns: list[ScaleColumn], frame: pd.DataFrame, decimal: str) -> bool:
    """Say whether numbered columns are the items of their scale."""
    instrument = catalogue.instrument(measure)
    scored = instrument.scored_items
    known = {int(column.visit) for column in columns} & {*scored}
    largest = max((block.maximum or 0 for block in instrument.items), default=0)
    seen = [value for column in columns for value in numbers(frame[column.column], decimal)]
    within = not seen or pd.Series(without_codes(pd.Series(seen).to_numpy(), 0, largest)).max() <= largest
    return len(known) >= max(_FEWEST_ITEMS, len(scored) // 2) and within


def _as_item(column: ScaleColumn) -> ScaleColumn:
    """Give a column as an item."""
    return ScaleColumn(column.column, column.measure, "", int(column.visit), "", column.confidence, column.reason)


def _judged(column: ScaleColumn, text: pd.Series, decimal: str) -> ScaleColumn:
    """Compare the values of a column with the range of its score."""
    found = Found(column.measure, catalogue.instrument(column.measure), column.score)
    if column.item:
        return column
    if found.description is None:
        return _version(column, text, decimal)
    low, high = found.description.minimum, found.description.maximum
    values = without_codes(numbers(text, decimal), low or 0, high if high is not None else float("inf"))
    if not len(values) or ((low is None or values.min() >= low) and (high is None or values.max() <= high)):
        observed = f" (range {values.min():g}-{values.max():g})" if len(values) and column.reason else ""
        return _with(column, column.confidence, column.reason + observed)
    limits = f"{low:g}-{high:g}" if high is not None else f"from {low:g}"
    return _with(column, "guess", f"values {values.min():g}-{values.max():g}, but the scale has {limits}")


def _version(column: ScaleColumn, text: pd.Series, decimal: str) -> ScaleColumn:
    """Choose the version of a scale that the values fit."""
    values = numbers(text, decimal)
    for version in catalogue.instrument(column.measure).versions:
        score = catalogue.instrument(version).scores.get(TOTAL)
        if score is None or (len(values) and score.maximum is not None and values.max() > score.maximum):
            continue
        reason = f'"{column.measure}" taken for {version}'
        return ScaleColumn(column.column, version, TOTAL, 0, column.visit, "guess", reason)
    return _with(column, "guess", f"which version of {column.measure} it is")


def _with(column: ScaleColumn, confidence: Confidence, reason: str) -> ScaleColumn:
    """Give a column with another judgement."""
    return ScaleColumn(
        column.column, column.measure, column.score, column.item, column.visit, confidence, reason.strip()
    )


@cache
def _by_key() -> Mapping[str, str]:
    """Give the letters and digits of every spelling → the name of its scale."""
    spellings: dict[str, str] = {}
    for name in catalogue.names():
        instrument = catalogue.instrument(name)
        for spelling in (name, *instrument.aliases, *instrument.columns):
            spellings.setdefault(plain(spelling).replace(" ", ""), name)
    return spellings
