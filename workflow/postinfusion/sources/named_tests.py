"""What the names that CDISC datasets give to tests mean: the scale, its score, or the number of a single item."""

from __future__ import annotations

import re
from functools import cache

from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import TOTAL, Found

_ITEM = re.compile(r"(?P<prefix>[A-Z][A-Z0-9_]*?)(?P<number>[0-9]{1,2})", re.IGNORECASE)
_TWO_DIGITS = 2
_TOTAL_WORDS = re.compile(r"total|tot\b|sum\b|TOT[0-9]*$", re.IGNORECASE)
_FILLERS = re.compile(r"\b(total|tot|sum|scores?|global|subscale|analysis)\b", re.IGNORECASE)
_SCORE_AT_END = re.compile(r"\s+scores?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")


def is_total(text: str) -> bool:
    """Say whether the name of a test speaks of a total.

    >>> is_total("MADRS Total Score"), is_total("PHQTOT"), is_total("PHQ01-Feeling Tired")
    (True, True, False)
    """
    return _TOTAL_WORDS.search(text) is not None


@cache
def scale(name: str) -> Found | None:
    """Give the scale that a category or the label of a parameter names, alone or beside words such as "Total Score".

    >>> scale("PHQ-9 Total").name, scale("Montgomery-Asberg Depression Rating Scale (MADRS) - Total Score").name
    ('PHQ-9', 'MADRS')
    """
    inside = _IN_BRACKETS.findall(name)
    outside = _IN_BRACKETS.sub(" ", name)
    parts = (name, outside, *inside)
    tried = [*parts, *(_FILLERS.sub(" ", part).strip(" -:,") for part in parts)]
    found = (catalogue.find(part) for part in dict.fromkeys(tried) if part.strip())
    return next((one for one in found if one is not None), None)


@cache
def score(code: str, label: str = "") -> Found | None:
    """Give the score that an ADaM parameter means, by its code, by its label, or by what precedes TOT in its code.

    >>> [(one.name, one.score) for one in (score("PHQ9"), score("PHQTOT", "PHQ-9 Total"), score("MADRSTOT"))]
    [('PHQ-9', 'total'), ('PHQ-9', 'total'), ('MADRS', 'total')]
    """
    for name in (code, label, _SCORE_AT_END.sub("", label)):
        found = catalogue.find_score(name) if name else None
        if found is not None:
            return found
    if "item" in label.casefold():
        return None
    found = scale(label) if is_total(label) else None
    found = found or (scale(re.sub(r"_?TOT[0-9]*$", "", code, flags=re.IGNORECASE)) if is_total(code) else None)
    return catalogue.find_score(found.name) if found else None


@cache
def item(category: str, code: str, label: str = "") -> int | None:
    """Give the number of the item that a QSTESTCD means: the prefix of a scale and two digits; None for other tests.

    Parameters
    ----------
    category, code, label
        QSCAT, QSTESTCD and QSTEST.

    >>> item("PHQ-9", "PHQ0103"), item("HAMD 17", "HAMD117"), item("MADRS", "MADRSTOT"), item("PHQ-9", "PHQ9")
    (3, 17, None, None)
    """
    found, matched = scale(category) or _by_prefix(code), _ITEM.fullmatch(code)
    if found is None or matched is None or is_total(label) or is_total(code) or catalogue.find(code) is not None:
        return None
    number = int(matched["number"])
    is_in_form = len(matched["number"]) == _TWO_DIGITS or scale(matched["prefix"]) is not None
    return number if is_in_form and number in _item_numbers(found) else None


@cache
def scale_of(category: str, code: str) -> Found | None:
    """Give the scale of a QSCAT, or, where that names none, of the QSTESTCD before its number."""
    return scale(category) or _by_prefix(code)


def usual_score(found: Found) -> str:
    """Give the score of a scale that is looked at first."""
    usual = (name for name in (TOTAL, "global") if name in found.instrument.scores)
    return next(usual, next((name for name, one in found.instrument.scores.items() if one.used), TOTAL))


def _by_prefix(code: str) -> Found | None:
    """Give the scale that a code without its digits at the end names."""
    return scale(re.sub(r"_?(TOT)?[0-9]*$", "", code, flags=re.IGNORECASE))


def _item_numbers(found: Found) -> frozenset[int]:
    """Give the numbers of the items of a scale; of a name that stands for several, those of all of them."""
    versions = (catalogue.instrument(name) for name in found.instrument.versions)
    return frozenset(number for one in (found.instrument, *versions) for number in one.item_numbers)
