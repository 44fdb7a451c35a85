"""What a scale is: its items, scores, ranges, rules for missing items, thresholds, sources and licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from math import ceil
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from postinfusion.vocabulary import Better

_PIECE = re.compile(r"([0-9]{1,3})(?:\s*-\s*([0-9]{1,3}))?")
_MOST_ITEMS = 200


class Construct(StrEnum):
    """What a scale measures; a claim is decided by an endpoint of its own construct only."""

    MOOD = "mood"
    ANHEDONIA = "anhedonia"
    MANIA = "mania"
    ANXIETY = "anxiety"
    SUICIDALITY = "suicidality"
    SELF_INJURY = "self-injury"
    APPETITE = "appetite"
    CRAVING = "craving"
    EATING_DISORDER = "eating-disorder-symptoms"
    EATING_BEHAVIOUR = "eating-behaviour"
    WEIGHT = "weight"
    QUALITY_OF_LIFE = "quality-of-life"
    COGNITION = "cognition"
    FLEXIBILITY = "cognitive-flexibility"
    ACCEPTANCE = "psychological-flexibility"
    SELF_AWARENESS = "self-awareness"
    OBSESSION = "obsessive-compulsive-symptoms"
    TRAITS = "psychological-traits"
    DISSOCIATION = "dissociation"
    PSYCHOSIS = "psychosis"
    SEDATION = "sedation"


class Entry(BaseModel):
    """One part of the description of a scale."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Sourced(Entry):
    """A fact with where it comes from."""

    source: str = ""
    """Where this is said."""
    verified: bool = False
    """true: the source was read; false: a literature value that must be confirmed before it decides anything."""


def item_numbers(written: object) -> tuple[int, ...]:
    """Give the numbers of items that a text or a list names.

    >>> item_numbers("1-3, 7"), item_numbers([4, 2]), item_numbers(5)
    ((1, 2, 3, 7), (4, 2), (5,))

    Raises
    ------
    ValueError
        Something in it is neither a number nor a range of numbers.
    """
    pieces = written if isinstance(written, list | tuple) else str(written).split(",")
    numbers = tuple(number for piece in pieces for number in _piece(str(piece).strip()))
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{written!r} names an item twice: keep one of them")
    return numbers


def _piece(text: str) -> Iterator[int]:
    """Give the numbers of one piece such as ``7`` or ``1-5``."""
    found = _PIECE.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 0 < first <= last <= _MOST_ITEMS:
        raise ValueError(f"{text!r} is no number of an item: write numbers and ranges, as in 1-5, 7")
    yield from range(first, last + 1)


Items = Annotated[
    tuple[int, ...], BeforeValidator(item_numbers), WithJsonSchema({"type": ["string", "integer", "array"]})
]


class Rule(StrEnum):
    """How a score is computed."""

    SUPPLIED = "supplied"
    SUM = "sum"
    MEAN = "mean"
    MAXIMUM = "maximum"
    HIGHEST = "highest-present"
    NUMBER = "number-at-least"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    PROFILE = "profile"


RULE_NAMES = {
    Rule.SUPPLIED: "supplied, not computed",
    Rule.SUM: "sum",
    Rule.MEAN: "mean",
    Rule.MAXIMUM: "largest",
    Rule.HIGHEST: "place of the last item that is present, 0 if none",
    Rule.NUMBER: "number of items at or above the threshold",
    Rule.DIFFERENCE: "first minus second",
    Rule.RATIO: "first divided by second",
    Rule.PROFILE: "digits side by side; a name, not a quantity",
}


class MissingRule(StrEnum):
    """How many items must be answered for a score."""

    ALL = "all"
    MORE_THAN_HALF = "more-than-half"
    AT_LEAST = "at-least"
    ANY = "any"


class Missing(Sourced):
    """When a score is computed although items are missing."""

    rule: MissingRule = MissingRule.ALL
    """all; more-than-half (strictly); at-least (a number); any (one is enough)."""
    at_least: int | None = Field(default=None, ge=1)
    """How many items must be answered, with rule: at-least."""
    may_lack: Items = ()
    """Items that may be missing because they do not apply, as work does to who is retired."""

    @model_validator(mode="after")
    def _number_goes_with_its_rule(self) -> Missing:
        """Refuse a number without its rule, and the rule without its number."""
        if (self.at_least is None) == (self.rule is MissingRule.AT_LEAST):
            raise ValueError("rule: at-least and the number at_least go together: write both or neither")
        return self

    def needed(self, n_items: int, *, share: float | None = None) -> int:
        """Give how many of the items must be answered.

        Parameters
        ----------
        n_items
            How many items the score has.
        share
            Where the rule asks for all and nothing may be lacking: the share that is enough by the plan.
        """
        if self.rule is MissingRule.AT_LEAST:
            return self.at_least or n_items
        if self.rule is not MissingRule.ALL:
            return 1 if self.rule is MissingRule.ANY else n_items // 2 + 1
        return ceil(share * n_items - 1e-9) if share and not self.may_lack else n_items - len(self.may_lack)


class ItemRange(Sourced):
    """What the answers to some items can be."""

    items: Items
    """Numbers of the items, as in 1-12, 19-28."""
    minimum: float = 0
    """Smallest answer."""
    maximum: float | None = None
    """Largest answer; left out for counts and times."""
    whole: bool = True
    """Answers are whole numbers."""
    missing_codes: tuple[float, ...] = ()
    """Numbers by which the scale itself says "missing" or "not assessed"."""
    not_scored: tuple[float, ...] = ()
    """Numbers by which the scale itself says that the item is not scored: it adds nothing to a sum."""
    cap: float | None = None
    """The value at which the task is stopped: a result there or above it counts as this value and is censored."""


class CutOff(Sourced):
    """One value of a score that divides."""

    name: str
    """What is said of scores at or beyond it."""
    at_least: float | None = None
    """Scores from here on."""
    at_most: float | None = None
    """Scores up to here."""


class ChangeKind(StrEnum):
    """Whose change a threshold is about."""

    GROUP = "group"
    INDIVIDUAL = "individual"
    PER_CENT = "per-cent"


class Change(Sourced):
    """One threshold of meaningful change."""

    kind: ChangeKind
    """group: a difference between groups; individual: one person's change; per-cent: that in per cent of baseline."""
    value: float = Field(gt=0)
    """Size of the change, whatever its direction."""
    note: str = ""
    """In whom, and how it was found."""


class ReliableChange(Sourced):
    """What a reliable change index is computed from: RC = (x₂ − x₁) / (SD √2 √(1 − r))."""

    sd: float = Field(gt=0)
    """Standard deviation of the score in the reference group."""
    reliability: float | None = Field(default=None, gt=0, lt=1)
    """Reliability r of the score; without it no index is computed."""
    mean: float | None = None
    """Mean of the score in the reference group."""


class Score(Sourced):
    """One score of a scale."""

    label: str = ""
    """Name in tables and figures; left out: the name of the scale, with that of the score where it is not the total."""
    aliases: tuple[str, ...] = ()
    """What files call it beside its own name, in other languages too."""
    constructs: tuple[Construct, ...] = ()
    """What it measures; left out: what the scale measures."""
    rule: Rule = Rule.SUPPLIED
    """How it is computed from items or from other scores; supplied: only taken as it is delivered."""
    items: Items = ()
    """Numbers of its items."""
    groups: tuple[Items, ...] = ()
    """Groups of items of which the largest answer counts."""
    of: tuple[str, ...] = ()
    """Scores above it that it is computed from."""
    threshold: float | None = None
    """With rule: number-at-least, the answer from which an item counts."""
    missing: Missing = Missing()
    """When it is computed although items are missing."""
    minimum: float | None = 0
    """Smallest possible value."""
    maximum: float | None = None
    """Largest possible value; left out for counts and times."""
    missing_codes: tuple[float, ...] = ()
    """Numbers by which the scale itself says "missing"."""
    cap: float | None = None
    """The value at which the task is stopped: a result there or above it counts as this value and is censored."""
    visual_analogue: bool = False
    """A mark on a line, which exports give in 0-10 or 0-100."""
    unit: str = "points"
    """Unit of the values."""
    better: Better | None = None
    """Which direction is a benefit; left out: that of the scale."""
    decimals: int = Field(default=0, ge=0, le=4)
    """Decimals of a single value."""
    cut_offs: tuple[CutOff, ...] = ()
    """Values that divide."""
    changes: tuple[Change, ...] = ()
    """Thresholds of meaningful change."""
    reliable_change: ReliableChange | None = None
    """What a reliable change index is computed from."""

    @property
    def n_parts(self) -> int:
        """How many items, groups or scores it is computed from."""
        return len(self.items) or len(self.groups) or len(self.of)

    @property
    def used(self) -> tuple[int, ...]:
        """The items that it is computed from itself."""
        return self.items or tuple(item for group in self.groups for item in group)

    @model_validator(mode="after")
    def _is_computed_from_one_kind_of_parts(self) -> Score:
        """Refuse a rule without parts, or with parts of more than one kind."""
        kinds = [part for part in (self.items, self.groups, self.of) if part]
        if (self.rule is Rule.SUPPLIED) == bool(kinds) or len(kinds) > 1:
            raise ValueError("a rule needs one of items, groups or of; a supplied score has none of them")
        if (self.threshold is None) == (self.rule is Rule.NUMBER):
            raise ValueError("threshold and rule: number-at-least go together: write both or neither")
        if self.rule in {Rule.DIFFERENCE, Rule.RATIO} and self.n_parts != 2:
            raise ValueError(f"{self.rule} needs two parts: the first and the second")
        return self


class Licence(Sourced):
    """Who may use a scale for what."""

    terms: str
    """The terms in a clause."""
    items_shipped: bool = True
    """false: the owner keeps the key, so that only totals and subscales are taken."""


class Recall(Sourced):
    """The time that answers look back on."""

    days: float = Field(ge=0)
    """Days; 0 for the present moment."""


class Instrument(Entry):
    """One scale or task."""

    title: str = ""
    """The name in full."""
    acronym: str = ""
    """The short name that it shares with its other versions."""
    aliases: tuple[str, ...] = ()
    """Other spellings of its name."""
    constructs: tuple[Construct, ...] = ()
    """What it measures, by which `check` tells an endpoint that does not fit the claim it decides."""
    columns: tuple[str, ...] = ()
    """How names of its columns begin in exports."""
    versions: tuple[str, ...] = ()
    """For a name that stands for several scales: what they are called."""
    items: tuple[ItemRange, ...] = ()
    """What the answers can be."""
    reversed: Items = ()
    """Items that are turned, x → smallest + largest − x, before they are summed."""
    not_above: tuple[Items, ...] = ()
    """Pairs of items of which the first is normally not above the second."""
    appetite_weight_items: Items = ()
    """Items about appetite or weight, whose change is recovery in an eating disorder."""
    suicidality_items: Items = ()
    """Items about suicidal thoughts."""
    scores: dict[str, Score] = Field(default_factory=dict)
    """Its scores; `total` is the one that needs no name."""
    better: Better = Better.NONE
    """Which direction is a benefit."""
    recall: Recall | None = None
    """The time that answers look back on."""
    licence: Licence | None = None
    """Who may use it for what."""
    composition: Sourced = Sourced()
    """Where the composition of the scores comes from."""
    notes: str = ""
    """What else must be known."""

    @property
    def item_numbers(self) -> tuple[int, ...]:
        """The numbers of all items."""
        return tuple(number for part in self.items for number in part.items)

    @property
    def scored_items(self) -> tuple[int, ...]:
        """The numbers of the items that some score is computed from."""
        used = {number for score in self.scores.values() for number in score.used}
        return tuple(number for number in self.item_numbers if number in used)

    def item(self, number: int) -> ItemRange | None:
        """Give what the answer to an item can be; None where there is no such item."""
        return next((part for part in self.items if number in part.items), None)

    @model_validator(mode="after")
    def _parts_fit_each_other(self) -> Instrument:
        """Refuse scores of items or scores that the scale does not have."""
        known = self.item_numbers
        if len(set(known)) < len(known):
            raise ValueError("items: a number stands there twice. Keep one of them")
        if any(len(pair) != 2 for pair in self.not_above):
            raise ValueError("not_above: each entry has two items, as in [14, 13]. Correct it")
        for number in (*self.reversed, *(item for pair in self.not_above for item in pair)):
            if number not in known:
                raise ValueError(f"reversed or not_above: there is no item {number}. Describe it under items")
        for number in self.reversed:
            if (part := self.item(number)) is None or part.maximum is None:
                raise ValueError(f"reversed: item {number} needs a maximum to be turned. Write it under items")
        earlier: list[str] = []
        for name, score in self.scores.items():
            _refuse_unknown_parts(name, score, known, earlier)
            earlier.append(name)
        return self


def _refuse_unknown_parts(name: str, score: Score, items: tuple[int, ...], earlier: list[str]) -> None:
    """Refuse a score of items that the scale does not have, or of scores that do not stand above it."""
    lacking = [str(item) for item in score.used if item not in items]
    lacking += [part for part in score.of if part not in earlier]
    if lacking:
        raise ValueError(f"scores, {name}: {', '.join(lacking)} must be described above it. Add it or correct the name")
