"""What the cells of a column look like, whatever its name: found in distinct values, counted, never shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from postinfusion.sources.gate.identifying_forms import (
    BARE_CARD,
    BARE_PHONE,
    BARE_TEN,
    CAPITALS,
    CERTAIN,
    DATE,
    EVERYDAY,
    FORMS,
    LONG_NUMBER,
    POSSIBLE_DATE,
    SHORT_INTEGER,
    Check,
    Counted,
    count,
    is_card,
    is_nhs_number,
    matches,
)
from postinfusion.sources.gate.identifying_names import Identifier
from postinfusion.sources.gate.narrative import is_narrative
from postinfusion.sources.gate.person_names import (
    Likeness,
    has_form_of_name,
    is_given_name,
    is_name_with_initial,
    likeness,
)

_ANSWERS = frozenset(
    ("0", "1", "2", "-1", "y", "n", "yes", "no", "true", "false", "ja", "nein", "oui", "non", "si", "sí", "x", ".",
     "checked", "unchecked", "done", "na", "n/a", "unknown", "missing", "urban", "rural", "suburban", "private",
     "public", "statutory", "gkv", "pkv", "hmo", "ppo")
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What is known of the cells of one column, or of a part of them; none of their values is kept.

    Attributes
    ----------
    filled
        How many distinct values were seen, once for each part.
    kinds
        Identifiers that some value cannot but be.
    answers
        Every value says yes, no or nothing more.
    dates, possible_dates
        How many values are dates, and how many could be dates or codes.
    ten_digits, cards, long_numbers
        Bare numbers of ten digits, of the length of a card, or at least long: how many, and how many satisfy their
        check digit.
    digits
        Some value has at least six digits, as a telephone number has.
    bare_phones
        How many values are digits as of a telephone number.
    narratives
        How many values are free text.
    forms
        How many values have each of the forms that count where most of a column has them.
    cells
        How many cells are filled.
    full_names, given_names, initialed
        How many values have the form of a full name, are a common given name, or a name with an initial.
    likely_names, possible_names, unknown_names, likely_full
        How many values are likely, possibly or not known to be the name of a person by lists of names, and how many of
        the likely ones have more than one word.
    spoken_names
        How many values have the form of a full name but for its capitals.
    counts
        Every value is a number of at most three digits.
    wordy
        Some value holds a word or at least five digits: an address or a name can be no less.
    """

    filled: int = 0
    kinds: frozenset[Identifier] = frozenset()
    answers: bool = True
    dates: int = 0
    possible_dates: int = 0
    ten_digits: tuple[int, int] = (0, 0)
    cards: tuple[int, int] = (0, 0)
    long_numbers: int = 0
    digits: bool = False
    bare_phones: int = 0
    narratives: int = 0
    forms: tuple[int, ...] = ()
    cells: int = 0
    full_names: int = 0
    given_names: int = 0
    initialed: int = 0
    likely_names: int = 0
    possible_names: int = 0
    unknown_names: int = 0
    likely_full: int = 0
    spoken_names: int = 0
    counts: bool = True
    wordy: bool = False

    def __or__(self, other: Evidence) -> Evidence:
        """Give what is known of both parts together."""
        return Evidence(
            self.filled + other.filled, self.kinds | other.kinds, self.answers and other.answers,
            self.dates + other.dates, self.possible_dates + other.possible_dates,
            _sum(self.ten_digits, other.ten_digits), _sum(self.cards, other.cards),
            self.long_numbers + other.long_numbers, self.digits or other.digits,
            self.bare_phones + other.bare_phones, self.narratives + other.narratives,
            tuple(one + two for one, two in zip_longest(self.forms, other.forms, fillvalue=0)),
            self.cells + other.cells, self.full_names + other.full_names, self.given_names + other.given_names,
            self.initialed + other.initialed, self.likely_names + other.likely_names,
            self.possible_names + other.possible_names,
            self.unknown_names + other.unknown_names, self.likely_full + other.likely_full,
            self.spoken_names + other.spoken_names, self.counts and other.counts, self.wordy or other.wordy,
        )  # fmt: skip

    def is_mostly(self, count: int) -> bool:
        """Say whether a count is more than half of the values."""
        return count * 2 > self.filled

    @property
    def are_names(self) -> bool:
        """Whether the values together are names of people: some are by the lists, and hardly any is anything else."""
        known = self.likely_names + self.possible_names
        fit = known + self.unknown_names >= _NEARLY_ALL * self.filled
        enough = self.likely_names >= max(_FEWEST_LIKELY, self.filled / 4)
        if self.filled > _FEWEST_LIKELY and self.initialed >= _NEARLY_ALL * self.filled and 4 * known >= self.filled:
            return True
        return fit and enough and (self.filled > _FEWEST_LIKELY or self.likely_full == self.filled)

    @property
    def are_full_names(self) -> bool:
        """Whether most values are full names by the lists."""
        return self.likely_full >= _FEWEST_LIKELY and self.is_mostly(self.likely_full)

    @property
    def formed(self) -> frozenset[Identifier]:
        """Identifiers whose form most values have."""
        return frozenset(kind for (kind, _), count in zip(FORMS, self.forms, strict=False) if self.is_mostly(count))


NOTHING = Evidence()
_FEWEST_LIKELY, _NEARLY_ALL = 2, 0.75


def evidence(cells: pd.Series, missing: frozenset[str] = frozenset()) -> Evidence:
    """Give what the cells of a column look like.

    Parameters
    ----------
    cells
        Text; each distinct value is looked at once.
    missing
        Values that stand for a missing cell, beside the empty one.
    """
    distinct = pa.array(cells.dropna().unique(), type=pa.string())
    distinct = pc.utf8_trim_whitespace(distinct)
    distinct = distinct.filter(pc.invert(pc.is_in(distinct, pa.array(["", *missing]))))
    telling = distinct.filter(pc.invert(matches(distinct, EVERYDAY)))
    answers = len(distinct) <= len(_ANSWERS) and all(value.lower() in _ANSWERS for value in distinct.to_pylist())
    found = _of_telling(telling, len(distinct), answers=answers) if len(telling) else Evidence(answers=answers)
    words = distinct.filter(matches(distinct, r"^[A-ZÀ-Þ][^0-9 ]+$")).to_pylist()
    filled = int(cells.notna().sum() - cells.isin(["", *missing]).sum())
    return replace(
        _with_names(found, distinct),
        filled=len(distinct),
        cells=filled,
        given_names=sum(map(is_given_name, words)),
        counts=count(distinct, SHORT_INTEGER) == len(distinct),
        wordy=bool(count(distinct, r"[^\W\d_]{3}|[0-9]{5}")),
    )


def _with_names(found: Evidence, distinct: pa.Array) -> Evidence:
    """Give the evidence with how many values are like names of people by the lists."""
    spoken = distinct.filter(matches(distinct, r"^[^0-9/+=<>%:;()\[\]{}]{2,60}$")).to_pylist()
    alike = [likeness(value) for value in spoken]
    several = [" " in value for value in spoken]
    return replace(
        found,
        likely_names=alike.count(Likeness.LIKELY),
        possible_names=alike.count(Likeness.POSSIBLE),
        unknown_names=alike.count(Likeness.UNKNOWN),
        likely_full=sum(kind is Likeness.LIKELY and parts for kind, parts in zip(alike, several, strict=True)),
        spoken_names=sum(
            has_form_of_name(value.title()) for value, parts in zip(spoken, several, strict=True) if parts
        ),
    )


@lru_cache(maxsize=1024)
def kinds_of(value: str) -> frozenset[Identifier]:
    """Give the identifiers that a single value looks like, a date included."""
    found = evidence(pd.Series([value], dtype="str"))
    kinds = found.kinds | ({Identifier.DATE} if found.dates else set())
    return kinds | ({Identifier.RECORD} if found.ten_digits[1] else set()) | _other_numbers(found)


def _other_numbers(found: Evidence) -> set[Identifier]:
    """Give the identifiers of which only the digits of a value tell."""
    cards = {Identifier.ACCOUNT} if found.cards[1] else set()
    return cards | found.formed | ({Identifier.PHONE} if found.bare_phones else set())


def looks_like_a_name(values: pd.Series) -> bool:
    """Say whether most values are words and no codes: two of letters only, or one of at least four letters.

    >>> looks_like_a_name(pd.Series(["Anna Smith", "Li, Wei"])), looks_like_a_name(pd.Series(["A", "KB", "P-001"]))
    (True, False)
    """
    distinct = pd.Series(values.dropna().unique(), dtype="str")
    words = distinct.str.fullmatch(r"[^\W\d_]{4,}|[^\W\d_][^\W\d_.'-]*[,.]? +[^\W\d_][^\W\d_'-]*[.]?( +[^\W\d_'-]+)?")
    return len(distinct) > 0 and bool(words.sum() * 2 > len(distinct))


def _of_telling(telling: pa.Array, filled: int, *, answers: bool) -> Evidence:
    """Give what those values look like that are more than a small number or a short word."""
    possible = matches(telling, POSSIBLE_DATE)
    named = telling.filter(matches(telling, CAPITALS)).to_pylist()
    return Evidence(
        filled=filled,
        kinds=frozenset(kind for kind, pattern, check in CERTAIN if _any(telling, pattern, check)),
        forms=tuple(_counted_form(telling, filled, form) for _, form in FORMS),
        full_names=sum(map(has_form_of_name, named)),
        initialed=sum(map(is_name_with_initial, telling.filter(matches(telling, "^[^ ]+ ?[^ ]+$")).to_pylist())),
        answers=answers,
        dates=count(telling, DATE),
        possible_dates=pc.sum(possible).as_py() or 0,
        ten_digits=_checked(telling, BARE_TEN, is_nhs_number),
        cards=_checked(telling, BARE_CARD, is_card),
        long_numbers=count(telling, LONG_NUMBER),
        digits=bool(count(telling, r"([0-9][^0-9]*){6}")),
        bare_phones=count(telling, BARE_PHONE),
        narratives=sum(map(is_narrative, telling.filter(matches(telling, r"[^ ] +[^ ]+ +[^ ]")).to_pylist())),
    )


def _counted_form(values: pa.Array, filled: int, form: str | Counted) -> int:
    """Give how many values have a form."""
    return count(values, form) if isinstance(form, str) else form(values, filled)


def _any(values: pa.Array, pattern: str, check: Check | None) -> bool:
    """Say whether some value holds what a pattern describes and passes the check."""
    found = values.filter(matches(values, pattern))
    return len(found) > 0 if check is None else any(map(check, found.to_pylist()))


def _checked(values: pa.Array, pattern: str, check: Check) -> tuple[int, int]:
    """Give how many values a pattern describes, and how many of them pass the check."""
    found = values.filter(matches(values, pattern)).to_pylist()
    return len(found), sum(map(check, found))


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Give pairs of counts together."""
    return one[0] + other[0], one[1] + other[1]
