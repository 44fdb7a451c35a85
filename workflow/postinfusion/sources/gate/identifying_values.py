"""What the cells of a column look like, whatever its name: found in distinct values, counted, never shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from itertools import zip_longest

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from postinfusion.sources.gate.identifying_names import Identifier
from postinfusion.sources.gate.narrative import is_narrative
from postinfusion.sources.gate.person_names import (
    has_form_of_name,
    is_given_name,
    is_name_with_initial,
    names_a_person,
)

_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_YEAR = r"(19|20)[0-9]{2}"
_TIME = r"([T ,]+[0-9]{1,2}:[0-9]{2}.*)?"
_MONTH = (
    r"([Jj]an|[Ff]eb|[Mm][aä]r|[Aa]pr|[Mm]a[yi]|[Jj]u[nl]|[Aa]ug|[Ss]ep|[Oo][ck]t|[Nn]ov|[Dd]e[cz]|JAN|FEB|MAR|APR|MAY|"
    r"JUN|JUL|AUG|SEP|OCT|NOV|DEC)[a-z]*[.]?"
)
_DATE = (
    rf"^({_YEAR}[-./](0?[1-9]|1[0-2])[-./](0?[1-9]|[12][0-9]|3[01])|[0-9]{{1,2}}[-./] ?[0-9]{{1,2}}[-./] ?{_YEAR}"
    rf"|[0-9]{{1,2}}[-. ]*{_MONTH}[-, ]*{_YEAR}|{_MONTH} *[0-9]{{1,2}}[-, ]+{_YEAR}){_TIME}$"
)
_POSSIBLE_DATE = (
    r"^((19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{1,2}(-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{2})$"
)
_EVERYDAY = r"^([+-]?[0-9]{0,6}([.,][0-9]*)?|[A-Za-z]{0,20})$"
_PAIRS = r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$"
_TITLED = (
    r"(^|[^A-Za-z])(Mr|Mrs|Ms|Dr|Prof|Herr|Herrn|Frau|Mme|Mlle|Monsieur|Madame|Sra|Señor|Señora|Signor|Signora)"
    r"[.]? +[A-ZÄÖÜÉ][a-zäöüéèñ]+"
)
_EMAIL = r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@.,;<>\"]{2,}"
_WEB = r"(?i)((https?|ftp)://[^\s]|(^|[^a-z0-9])www\.[a-z0-9-]+\.[a-z])"
_GROUPED_TEN = r"(^|[^0-9])[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}([^0-9]|$)"
_GROUPED_NINE = r"(^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}([^0-9-]|$)"
_INTERNATIONAL = r"(^|[^0-9])(\+ ?[1-9]|00[1-9][0-9]?[ ()/-])[0-9 ()./-]{6,}[0-9]"
_AMERICAN = r"(\([0-9]{3}\) ?|(^|[^0-9.-])(1[ .-])?[0-9]{3}[.-])[0-9]{3}[ .-][0-9]{4}([^0-9.-]|$)"
_NATIONAL = r"^(\(?0[1-9][0-9]{1,4}\)?[ /-]{1,3}[0-9][0-9 /-]{3,}[0-9]|0[1-9]([ .-][0-9]{2}){4})$"
_BARE_PHONE = r"^(0[1-9][0-9]{8,9}|00[1-9][0-9]{8,12})$"
_BARE_TEN = r"^[0-9]{10}(\.0)?$"
_BARE_CARD = r"^[3-6][0-9]{12,18}(\.0)?$"
_GROUPED_CARD = r"[3-6][0-9]{3}[ -]([0-9]{4}[ -][0-9]{4}[ -][0-9]{1,7}|[0-9]{6}[ -][0-9]{5})"
_IBAN = r"(^|[^A-Z0-9])[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?([^A-Z0-9]|$)"
_COLONS = r"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]+)?$"
_LONG_NUMBER = r"^[A-Za-z]{0,3}-?[0-9]{6,14}(\.0)?$"
_PHONE_DIGITS = (8, 15)
_NHS_WEIGHTS = range(10, 1, -1)
_ANSWERS = frozenset(
    ("0", "1", "2", "-1", "y", "n", "yes", "no", "true", "false", "ja", "nein", "oui", "non", "si", "sí", "x", ".",
     "checked", "unchecked", "done", "na", "n/a", "unknown", "missing")
)  # fmt: skip

_DATED = (
    r"^[A-Za-zÄÖÜäöü]{2,3}[-_ .]?((19[0-9]{2}|20[01][0-9])[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])"
    r"|(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?(19[0-9]{2}|20[01][0-9]))$"
)
_SHORTLY_DATED = r"^[A-Za-zÄÖÜäöü]{2}[-_ .]?(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?[0-9]{2}$"
_MOBILE = r"^((0|0?0?49)1[5-7][0-9]{8,9}|447[0-9]{9}|33[67][0-9]{8}|34[67][0-9]{8})(\.0)?$"
_DOTTED_INITIALS = r"^[A-ZÄÖÜ]\.[ -]?[A-ZÄÖÜ]\.([ -]?[A-ZÄÖÜ]\.)?$"
_PLATE = r"^[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}[EH]?$"
_SERIAL = r"(?i)^s/?n[-: #.]+[0-9a-z-]*[0-9][0-9a-z-]*$"
_PENSION = r"^[0-9]{2} ?(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2} ?[A-Z] ?[0-9]{3}$"
_COORDINATES = r"^[+-]?[0-9]{1,2}\.[0-9]{3,}°?[NS]?[,; ]+[+-]?[0-9]{1,3}\.[0-9]{3,}°?[EWO]?$"
_POSTCODE_AND_PLACE = r"^([A-Z]{1,2}-)?[0-9]{5} +[A-ZÄÖÜ][a-zäöüß]{2,}"
_CAPITALS = r"[A-ZÀ-Þ].*[ ,].*[A-ZÀ-Þ]"

Check = Callable[[str], bool]


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
            self.initialed + other.initialed,
        )  # fmt: skip

    def is_mostly(self, count: int) -> bool:
        """Say whether a count is more than half of the values."""
        return count * 2 > self.filled

    @property
    def formed(self) -> frozenset[Identifier]:
        """Identifiers whose form most values have."""
        return frozenset(kind for (kind, _), count in zip(_FORMS, self.forms, strict=False) if self.is_mostly(count))


NOTHING = Evidence()


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
    telling = distinct.filter(pc.invert(_matches(distinct, _EVERYDAY)))
    answers = len(distinct) <= len(_ANSWERS) and all(value.lower() in _ANSWERS for value in distinct.to_pylist())
    found = _of_telling(telling, len(distinct), answers=answers) if len(telling) else Evidence(answers=answers)
    words = distinct.filter(_matches(distinct, r"^[A-ZÀ-Þ][^0-9 ]+$")).to_pylist()
    filled = int(cells.notna().sum() - cells.isin(["", *missing]).sum())
    return replace(found, filled=len(distinct), cells=filled, given_names=sum(map(is_given_name, words)))


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
    possible = _matches(telling, _POSSIBLE_DATE)
    named = telling.filter(_matches(telling, _CAPITALS)).to_pylist()
    return Evidence(
        filled=filled,
        kinds=frozenset(kind for kind, pattern, check in _CERTAIN if _any(telling, pattern, check)),
        forms=(*(_count(telling, pattern) for _, pattern in _FORMS[:-1]), _shortly_dated(telling)),
        full_names=sum(map(has_form_of_name, named)),
        initialed=sum(map(is_name_with_initial, telling.filter(_matches(telling, "^[^ ]+ ?[^ ]+$")).to_pylist())),
        answers=answers,
        dates=_count(telling, _DATE),
        possible_dates=pc.sum(possible).as_py() or 0,
        ten_digits=_checked(telling, _BARE_TEN, _is_nhs_number),
        cards=_checked(telling, _BARE_CARD, _is_card),
        long_numbers=_count(telling, _LONG_NUMBER),
        digits=bool(_count(telling, r"([0-9][^0-9]*){6}")),
        bare_phones=_count(telling, _BARE_PHONE),
        narratives=sum(map(is_narrative, telling.filter(_matches(telling, r"[^ ] +[^ ]+ +[^ ]")).to_pylist())),
    )


def _matches(values: pa.Array, pattern: str) -> pa.Array:
    """Say which values hold what a pattern describes."""
    return pc.match_substring_regex(values, pattern)


def _count(values: pa.Array, pattern: str) -> int:
    """Give how many values hold what a pattern describes."""
    return pc.sum(_matches(values, pattern)).as_py() or 0


def _any(values: pa.Array, pattern: str, check: Check | None) -> bool:
    """Say whether some value holds what a pattern describes and passes the check."""
    found = values.filter(_matches(values, pattern))
    return len(found) > 0 if check is None else any(map(check, found.to_pylist()))


def _checked(values: pa.Array, pattern: str, check: Check) -> tuple[int, int]:
    """Give how many values a pattern describes, and how many of them pass the check."""
    found = values.filter(_matches(values, pattern)).to_pylist()
    return len(found), sum(map(check, found))


def _shortly_dated(values: pa.Array) -> int:
    """Give how many values are initials and six digits of a date; none where all have the prefix of a trial."""
    found = values.filter(_matches(values, _SHORTLY_DATED)).to_pylist()
    initials = {value[:2] for value in found}
    return len(found) if len(initials) > 1 and len(initials) * 2 > len(found) else 0


def _digits(value: str) -> list[int]:
    """Give the digits of a value without the decimal place of a number read as a float."""
    return [int(digit) for digit in re.findall("[0-9]", value.removesuffix(".0"))]


def _is_nhs_number(value: str) -> bool:
    """Say whether ten digits end with the check digit of an NHS number (modulus 11)."""
    digits = _digits(value)
    check = 11 - sum(weight * digit for weight, digit in zip(_NHS_WEIGHTS, digits, strict=False)) % 11
    return (
        len(digits) == len(_NHS_WEIGHTS) + 1
        and any(digits)
        and check % 11 == digits[-1]
        and check != len(_NHS_WEIGHTS) + 1
    )


def _is_card(value: str) -> bool:
    """Say whether digits satisfy the check of payment cards (Luhn)."""
    digits = _digits(value)[::-1]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[1::2]]  # the digits of twice the digit
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_social_security(value: str) -> bool:
    """Say whether some nine digits of a text can be a social security number of the United States."""
    return any(
        area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"
        for area, group, serial in re.findall(r"(?<![\d-])(\d{3})-(\d{2})-(\d{4})(?![\d-])", value)
    )


def _has_as_many_digits_as_a_phone(value: str) -> bool:
    """Say whether some number of a text is as long as a telephone number."""
    numbers = re.findall(r"(?:\+|\b0)[\d ()./-]{6,}\d", value)
    low, high = _PHONE_DIGITS
    return any(low <= len(_digits(number)) <= high for number in numbers)


def _is_internet_address(value: str) -> bool:
    """Say whether a value is an address of the sixth version."""
    try:
        return bool(IPv6Address(value.partition("/")[0]))
    except ValueError:
        return False


def _is_iban(value: str) -> bool:
    """Say whether some account number of a text passes its check (ISO 13616)."""
    for found in re.finditer(_IBAN, value):
        code = re.sub("[^A-Z0-9]", "", found[0])
        if int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1:
            return True
    return False


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Give pairs of counts together."""
    return one[0] + other[0], one[1] + other[1]


_CERTAIN: tuple[tuple[Identifier, str, Check | None], ...] = (
    (Identifier.EMAIL, _EMAIL, None),
    (Identifier.WEB_ADDRESS, _WEB, None),
    (Identifier.INTERNET_ADDRESS, rf"(^|[ (\[=])({_OCTET}\.){{3}}{_OCTET}([:/][0-9]+)?([ ),;\]]|$)", None),
    (Identifier.INTERNET_ADDRESS, _COLONS, _is_internet_address),
    (Identifier.DEVICE, _PAIRS, None),
    (Identifier.SOCIAL_SECURITY, _GROUPED_NINE, _is_social_security),
    (Identifier.RECORD, _GROUPED_TEN, _is_nhs_number),
    (Identifier.ACCOUNT, _GROUPED_CARD, _is_card),
    (Identifier.ACCOUNT, _IBAN, _is_iban),
    (Identifier.PHONE, _INTERNATIONAL, _has_as_many_digits_as_a_phone),
    (Identifier.PHONE, _AMERICAN, None),
    (Identifier.PHONE, _NATIONAL, _has_as_many_digits_as_a_phone),
    (Identifier.NAME, _TITLED, None),
    (Identifier.NAME, _CAPITALS, names_a_person),
    (Identifier.SOCIAL_SECURITY, _PENSION, None),
)
"""Identifier, where to look for it, and what a value found there must satisfy; one value is enough."""
_FORMS: tuple[tuple[Identifier, str], ...] = (
    (Identifier.PHONE, _MOBILE),
    (Identifier.NAME, _DOTTED_INITIALS),
    (Identifier.BIRTH, _DATED),
    (Identifier.VEHICLE, _PLATE),
    (Identifier.DEVICE, _SERIAL),
    (Identifier.ADDRESS, _COORDINATES),
    (Identifier.ADDRESS, _POSTCODE_AND_PLACE),
    (Identifier.BIRTH, _SHORTLY_DATED),
)
"""Identifier and the form of a value, which counts where most values of a column have it; the last has a check."""
