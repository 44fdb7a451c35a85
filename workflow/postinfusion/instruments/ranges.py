"""What a value of a scale can be, and what values that cannot be most likely are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import Found

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]
_FEWEST_FOR_SHIFT = 50
_FEWEST_FOR_LENGTH = 10
# Of answers that are the lowest or the next, at least so large a share is the lowest in any rating of this catalogue
# (literature values are above it even in severe illness), and a share this improbable is taken as impossible.
_LEAST_SHARE_OF_LOWEST = 0.1
_IMPOSSIBLE = 0.001
# Answers of one participant resemble each other: more than so many of them say nothing further.
_MOST_OF_ONE = 10
_SHORT_LINE, _LONG_LINE = 10, 100
_SHORT = " 0-10"


@dataclass(frozen=True)
class Range:
    """What the values of a score, or the answers to some items, can be.

    Attributes
    ----------
    what
        The scale with its score, or ``PHQ-9 items``.
    scale
        Name of the scale.
    minimum, maximum
        Limits; infinite where there is none.
    whole
        Whole numbers only.
    missing_codes
        Numbers that mean "missing" on the form.
    is_of_items
        These are answers to single items.
    is_visual_analogue
        These are marks on a line.
    further
        Numbers beside the range by which the form says that an item is not scored.
    """

    what: str
    scale: str
    minimum: float
    maximum: float
    whole: bool
    missing_codes: tuple[float, ...]
    is_of_items: bool = False
    is_visual_analogue: bool = False
    further: tuple[float, ...] = ()

    def coded(self, values: Array) -> Mask:
        """Say which values are a code of the form for missing."""
        return np.isin(values, self.missing_codes)

    def is_rating(self, values: Array) -> Mask:
        """Say which values are there and say something: no code for missing, nor that the item is not scored."""
        return np.asarray(~np.isnan(values) & ~np.isin(values, (*self.missing_codes, *self.further)), dtype="bool")

    def outside(self, values: Array) -> Mask:
        """Say which values cannot be; missing ones can."""
        broken = (values != np.floor(values)) & ~np.isnan(values) if self.whole else np.zeros(len(values), dtype="bool")
        beyond = ((values < self.minimum) | (values > self.maximum)) & ~np.isin(values, self.further)
        return np.asarray(beyond | broken, dtype="bool")

    @property
    def allowed(self) -> str:
        """The limits in words, as in ``0–3``."""
        if np.isinf(self.maximum):
            return f"from {self.minimum:g}"
        return ("whole numbers " if self.whole and not self.is_of_items else "") + f"{self.minimum:g}–{self.maximum:g}"


def of_score(found: Found) -> Range | None:
    """Give the range of a score; None where the scale has no such score, or no limits are known."""
    score = found.description
    if score is None or (score.minimum is None and score.maximum is None):
        return None
    low, high = _limit(score.minimum, -np.inf), _limit(score.maximum, np.inf)
    what = found.name if found.score == catalogue.TOTAL else f"{found.name} {found.score}"
    codes = score.missing_codes
    return Range(
        what, found.name, low, high, whole=False, missing_codes=codes, is_visual_analogue=score.visual_analogue
    )


def of_item(found: Found, number: int) -> Range | None:
    """Give the range of an item; None where the scale has no such item."""
    part = found.instrument.item(number)
    if part is None:
        return None
    high = _limit(part.maximum, np.inf)
    what, codes = f"{found.name} items", part.missing_codes
    return Range(what, found.name, part.minimum, high, part.whole, codes, is_of_items=True, further=part.not_scored)


def is_shifted(allowed: Range, values: Array) -> bool:
    """Say whether values that reach just above their range have left its lowest value empty: then all are shifted."""
    bounded = np.isfinite(allowed.minimum) and np.isfinite(allowed.maximum) and allowed.is_of_items
    return bool(bounded and values.min() >= allowed.minimum + 1 and values.max() == allowed.maximum + 1)


def lowest_is_never_used(allowed: Range, values: Array) -> bool:
    """Say whether none of many answers is the lowest, although all are in range: they may be shifted all the same."""
    is_rating = allowed.is_of_items and np.isfinite(allowed.maximum) and len(values) >= _FEWEST_FOR_SHIFT
    return bool(is_rating and values.min() > allowed.minimum)


def lowest_must_have_been_used(allowed: Range, values: Array, people: Codes) -> bool:
    """Say whether it is impossible that none of the answers is the lowest, so that they are most likely shifted.

    Severe illness may leave out the lowest answer, and then the next is rare too. Where the next, m = lowest + 1, is
    given often and the lowest never, the line breaks off as a shifted one does: with a share q or more of the lowest
    among both, the probability of none is at most (1 − q)ᵐ.

    Parameters
    ----------
    allowed
        What the answers can be; ratings of three steps or more only, for a list of those that are present may hold
        nothing but the upper of two answers.
    values
        Answers to single items; none is missing.
    people
        Whose answer each is, as a number from 0; of one person no more than ten count.
    """
    if not lowest_is_never_used(allowed, values) or allowed.maximum - allowed.minimum < 2:
        return False
    of_each = np.bincount(people[values == allowed.minimum + 1])
    number = int(np.minimum(of_each, _MOST_OF_ONE).sum())
    return bool((1 - _LEAST_SHARE_OF_LOWEST) ** number < _IMPOSSIBLE)


def is_on_a_short_line(allowed: Range, values: Array) -> bool:
    """Say whether marks on a line of 0–100 all lie in 0–10, as those of an export in centimetres do."""
    is_long = allowed.is_visual_analogue and allowed.maximum == _LONG_LINE and len(values) >= _FEWEST_FOR_LENGTH
    return bool(is_long and 0 < values.max() <= _SHORT_LINE)


def suggestion(allowed: Range, values: Array) -> str:
    """Give what values out of their range most likely are, and what to do; nothing is ever shifted by itself."""
    low, high = values.min(), values.max()
    if allowed.is_of_items and allowed.minimum < low and high == allowed.maximum + 1:
        return counts_from_one_more(allowed)
    if allowed.is_of_items and low == allowed.minimum - 1 and high < allowed.maximum:
        return _counts_from(int(allowed.minimum - 1), int(allowed.minimum))
    if allowed.maximum == _SHORT_LINE and _SHORT_LINE < high <= _LONG_LINE and low >= 0:
        other = _of_length(allowed.scale.removesuffix(_SHORT))
        return f"The export probably has 0–100 where the scale has 0–10: divide it, or {other}."
    if allowed.maximum == _LONG_LINE and high <= _SHORT_LINE:
        other = _of_length(allowed.scale + _SHORT)
        return f"The export probably has 0–10 where the scale has 0–100: multiply it, or {other}."
    fitting = [name for name, other in _versions(allowed) if not other.outside(values).any()]
    if fitting:
        return f"The values fit {', '.join(fitting)}: name this version in the plan."
    return "Correct the values, add codes to missing_codes, or name the version of the scale that was used."


def _of_length(name: str) -> str:
    """Say what to do where the line that was used has another length than that of the scale that is named."""
    return f"name {name} where this is what was used" if name in catalogue.names() else "describe the scale as it is"


def counts_from_one_more(allowed: Range) -> str:
    """Say that the export counts from one more than the scale, and what to do."""
    return _counts_from(int(allowed.minimum + 1), int(allowed.minimum))


def _counts_from(found: int, expected: int) -> str:
    """Say that the export counts from another number than the scale."""
    return (
        f"The export probably counts from {found} where the scale counts from {expected}: recode under values, or "
        "correct the export."
    )


def _versions(allowed: Range) -> list[tuple[str, Range]]:
    """Give the other versions of a scale with the range that they have in the same place."""
    acronym = catalogue.instrument(allowed.scale).acronym if allowed.scale in catalogue.names() else ""
    found = catalogue.find(acronym) if acronym else None
    versions = found.instrument.versions if found else ()
    score = allowed.what.removeprefix(allowed.scale).strip() or catalogue.TOTAL
    others = [(name, catalogue.find_score(name, score)) for name in versions if name != allowed.scale]
    ranges = [(name, of_score(other)) for name, other in others if other is not None]
    return [(name, one) for name, one in ranges if one is not None]


def _limit(value: float | None, unlimited: float) -> float:
    """Give a limit as a number."""
    return unlimited if value is None else value
