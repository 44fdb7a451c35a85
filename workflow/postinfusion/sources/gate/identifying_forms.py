"""What identifiers look like in a cell: patterns, and the check digits that tell numbers of one kind from codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv6Address

import pyarrow as pa
import pyarrow.compute as pc

from postinfusion.sources.gate.identifying_names import Identifier
from postinfusion.sources.gate.person_names import names_a_person

_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_YEAR = r"(19|20)[0-9]{2}"
_TIME = r"([T ,]+[0-9]{1,2}:[0-9]{2}.*)?"
_MONTH = (
    r"([Jj]an|[Ff]eb|[Mm][aä]r|[Aa]pr|[Mm]a[yi]|[Jj]u[nl]|[Aa]ug|[Ss]ep|[Oo][ck]t|[Nn]ov|[Dd]e[cz]|JAN|FEB|MAR|APR|MAY|"
    r"JUN|JUL|AUG|SEP|OCT|NOV|DEC)[a-z]*[.]?"
)
DATE = (
    rf"^({_YEAR}[-./](0?[1-9]|1[0-2])[-./](0?[1-9]|[12][0-9]|3[01])|[0-9]{{1,2}}[-./] ?[0-9]{{1,2}}[-./] ?{_YEAR}"
    rf"|[0-9]{{1,2}}[-. ]*{_MONTH}[-, ]*{_YEAR}|{_MONTH} *[0-9]{{1,2}}[-, ]+{_YEAR}){_TIME}$"
)
POSSIBLE_DATE = (
    r"^((19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{1,2}(-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{2})$"
)
EVERYDAY = r"^([+-]?[0-9]{0,6}([.,][0-9]*)?|[A-Za-z]{0,20})$"
_PAIRS = r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$"
_TITLED = (
    r"(^|[^A-Za-z])(Mr|Mrs|Ms|Dr|Prof|Herr|Herrn|Frau|Mme|Mlle|Monsieur|Madame|Sra|Señor|Señora|Signor|Signora)"
    r"[.]? +[A-ZÄÖÜÉ][a-zäöüéèñ]+"
)
_EMAIL = r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@.,;<>\"]{2,}"
_WEB = r"(?i)((https?|ftp)://[^\s]|(^|[^a-z0-9])www\.[a-z0-9-]+\.[a-z])"
_NEAR_MOBILE = r"^(7[1-9][0-9]{8}|1[5-7][0-9]{9}|[67][0-9]{8})(\.0)?$"
_BARE_TEN_PHONE = r"^([2-9][0-9]{2}[2-9][0-9]{6}|[6-9][0-9]{9})(\.0)?$"
_GROUPED_TEN = r"(^|[^0-9])[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}([^0-9]|$)"
_GROUPED_NINE = r"(^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}([^0-9-]|$)"
_INTERNATIONAL = r"(^|[^0-9])(\+ ?[1-9][0-9 ()./-]{6,}|00[1-9][0-9]?[ ()/-][0-9 ()./-]{7,})[0-9]"
_AMERICAN = r"(\([0-9]{3}\) ?|(^|[^0-9.-])(1[ .-])?[0-9]{3}[.-])[0-9]{3}[ .-][0-9]{4}([^0-9.-]|$)"
_NATIONAL = r"^(\(?0[1-9][0-9]{1,4}\)?[ /-]{1,3}[0-9][0-9 /-]{3,}[0-9]|0[1-9]([ .-][0-9]{2}){4})$"
BARE_PHONE = r"^(0[1-9][0-9]{8,9}|00[1-9][0-9]{8,12})$"
BARE_TEN = r"^[0-9]{10}(\.0)?$"
BARE_CARD = r"^[3-6][0-9]{12,18}(\.0)?$"
_GROUPED_CARD = r"[3-6][0-9]{3}[ -]([0-9]{4}[ -][0-9]{4}[ -][0-9]{1,7}|[0-9]{6}[ -][0-9]{5})"
_IBAN = r"(^|[^A-Z0-9])[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?([^A-Z0-9]|$)"
_COLONS = r"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]+)?$"
LONG_NUMBER = r"^[A-Za-z]{0,3}-?[0-9]{6,14}(\.0)?$"
_PHONE_DIGITS = (8, 15)
_NHS_WEIGHTS = range(10, 1, -1)

_DATED = (
    r"^[A-Za-zÄÖÜäöü]{2,3}[-_ .]?((19[0-9]{2}|20[01][0-9])[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])"
    r"|(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?(19[0-9]{2}|20[01][0-9]))$"
)
_DATE_FIRST = (
    r"^((19[0-9]{2}|20[01][0-9])[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])"
    r"|(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?(19[0-9]{2}|20[01][0-9]))[-_ .]?[A-Za-zÄÖÜäöü]{2,3}$"
)
_PICTURE = r"(?i)[^ ]\.(jpe?g|png|heic|tiff?|gif|bmp|dcm|mp4|mov|avi|wav|mp3|m4a)$"
_CHASSIS = r"^[A-HJ-NPR-Z0-9]{17}$"
_CHASSIS_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHASSIS_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
)
_SHORTLY_DATED = r"^[A-Za-zÄÖÜäöü]{2}[-_ .]?(0[1-9]|[12][0-9]|3[01])[-_.]?(0[1-9]|1[0-2])[-_.]?[0-9]{2}$"
_MOBILE = r"^((0|0?0?49)1[5-7][0-9]{8,9}|447[0-9]{9}|33[67][0-9]{8}|34[67][0-9]{8})(\.0)?$"
_DOTTED_INITIALS = r"^[A-ZÄÖÜ]\.[ -]?[A-ZÄÖÜ]\.([ -]?[A-ZÄÖÜ]\.)?$"
_PLATE = r"^[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}[EH]?$"
_SERIAL = r"(?i)^s/?n[-: #.]+[0-9a-z-]*[0-9][0-9a-z-]*$"
_PENSION = r"^[0-9]{2} ?(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2} ?[A-Z] ?[0-9]{3}$"
_COORDINATES = r"^[+-]?[0-9]{1,2}\.[0-9]{3,}°?[NS]?[,; ]+[+-]?[0-9]{1,3}\.[0-9]{3,}°?[EWO]?$"
_POSTCODE_AND_PLACE = r"^([A-Z]{1,2}-)?[0-9]{5} +[A-ZÄÖÜ][a-zäöüß]{2,}"
_NUMBERED_STREET = (
    r"(?i)^([0-9]{1,4}[a-z]?,? +(rue|avenue|boulevard|bd|place|impasse|all[ée]e|chemin|quai) .*"
    r"|[0-9]{1,4}[a-z]?,? +[^0-9]+ (street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|way|court|terrace|crescent)[.]?"
    r"|.*(stra(ß|ss)e|str[.]|weg|allee|platz|gasse|ring|damm|ufer|laan|straat|plein|gracht) +[0-9]{1,4} ?[a-z]?"
    r"|(calle|avenida|plaza|paseo|via|viale|piazza|corso) .*[0-9]{1,4})$"
)
_BRITISH_POSTCODE = r"(?i)^[a-z]{1,2}[0-9][0-9a-z]? [0-9][a-z]{2}$"
_DUTCH_POSTCODE = r"^[1-9][0-9]{3} [A-Z]{2}$"
_UNITS = ("IU", "MG", "ML", "KG", "CM", "MM", "UG", "NG", "HZ", "PG", "KB", "MB", "AM", "PM")
_NATIONAL_INSURANCE = r"(?i)^[a-ceghj-pr-tw-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]$"
_FISCAL = r"(?i)^[a-z]{6}[0-9]{2}[abcdehlmprst][0-9]{2}[a-z][0-9]{3}[a-z]$"
_SPANISH = r"(?i)^([0-9]{8}|[xyz][0-9]{7})-?[a-z]$"
_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
SHORT_INTEGER = r"^[0-9]{1,3}(\.0)?$"
CAPITALS = r"[A-ZÀ-Þ].*[ ,].*[A-ZÀ-Þ]"

Check = Callable[[str], bool]
Counted = Callable[[pa.Array, int], int]
_FEWEST_MOBILES, _FEWEST_BARE = 3, 5
_FEW = 64


def matches(values: pa.Array, pattern: str) -> pa.Array:
    """Say which values hold what a pattern describes."""
    if len(values) > _FEW:
        return pc.match_substring_regex(values, pattern)
    found = re.compile(pattern).search  # kept compiled by re, which Arrow does not; for few values that is what costs
    return pa.array([found(value) is not None for value in values.to_pylist()], type=pa.bool_())


def count(values: pa.Array, pattern: str) -> int:
    """Give how many values hold what a pattern describes."""
    if len(values) > _FEW:
        return pc.sum(matches(values, pattern)).as_py() or 0
    return sum(re.search(pattern, value) is not None for value in values.to_pylist())


def _scattered_phones(values: pa.Array, filled: int) -> int:
    """Give how many values are bare numbers of telephones; none unless all are, and they do not count on."""
    for pattern, fewest in ((_NEAR_MOBILE, _FEWEST_MOBILES), (_BARE_TEN_PHONE, _FEWEST_BARE)):
        found = values.filter(matches(values, pattern)).to_pylist()
        beginnings = {value[:5] for value in found}
        if len(found) >= max(fewest, filled) and 5 * len(beginnings) >= 4 * len(found):
            return len(found)
    return 0


def _dutch_postcodes(values: pa.Array, filled: int) -> int:
    """Give how many values are Dutch postcodes, and no amounts with their unit."""
    found = values.filter(matches(values, _DUTCH_POSTCODE)).to_pylist()
    return 0 if filled == 1 else sum(not value.endswith(_UNITS) for value in found)


def _british_postcodes(values: pa.Array, filled: int) -> int:
    """Give how many values are British postcodes; one alone could be a code."""
    return 0 if filled == 1 else count(values, _BRITISH_POSTCODE)


def _spanish_numbers(values: pa.Array, _: int) -> int:
    """Give how many values are Spanish identity numbers with the right letter (modulus 23)."""
    found = values.filter(matches(values, _SPANISH)).to_pylist()
    return sum(_is_spanish(value.upper().replace("-", "")) for value in found)


def _is_spanish(value: str) -> bool:
    """Say whether an identity number ends with its letter."""
    first = str("XYZ".find(value[0])) if value[0] in "XYZ" else value[0]
    return _SPANISH_LETTERS[int(first + value[1:-1]) % len(_SPANISH_LETTERS)] == value[-1]


def _shortly_dated(values: pa.Array, _: int) -> int:
    """Give how many values are initials and six digits of a date; none where all have the prefix of a trial."""
    found = values.filter(matches(values, _SHORTLY_DATED)).to_pylist()
    initials = {value[:2] for value in found}
    return len(found) if len(initials) > 1 and len(initials) * 2 > len(found) else 0


def _digits(value: str) -> list[int]:
    """Give the digits of a value without the decimal place of a number read as a float."""
    return [int(digit) for digit in re.findall("[0-9]", value.removesuffix(".0"))]


def is_nhs_number(value: str) -> bool:
    """Say whether ten digits end with the check digit of an NHS number (modulus 11)."""
    digits = _digits(value)
    check = 11 - sum(weight * digit for weight, digit in zip(_NHS_WEIGHTS, digits, strict=False)) % 11
    return (
        len(digits) == len(_NHS_WEIGHTS) + 1
        and any(digits)
        and check % 11 == digits[-1]
        and check != len(_NHS_WEIGHTS) + 1
    )


def is_card(value: str) -> bool:
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


def _is_chassis(value: str) -> bool:
    """Say whether seventeen characters are the number of a vehicle with its check digit (49 CFR 565, modulus 11)."""
    values = [int(one) if one.isdigit() else _CHASSIS_VALUES[one] for one in value]
    check = sum(weight * one for weight, one in zip(_CHASSIS_WEIGHTS, values, strict=True)) % 11
    return not value.isdigit() and value[8] == "0123456789X"[check]


def _is_iban(value: str) -> bool:
    """Say whether some account number of a text passes its check (ISO 13616)."""
    for found in re.finditer(_IBAN, value):
        code = re.sub("[^A-Z0-9]", "", found[0])
        if int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1:
            return True
    return False


CERTAIN: tuple[tuple[Identifier, str, Check | None], ...] = (
    (Identifier.EMAIL, _EMAIL, None),
    (Identifier.WEB_ADDRESS, _WEB, None),
    (Identifier.INTERNET_ADDRESS, rf"(^|[ (\[=])({_OCTET}\.){{3}}{_OCTET}([:/][0-9]+)?([ ),;\]]|$)", None),
    (Identifier.INTERNET_ADDRESS, _COLONS, _is_internet_address),
    (Identifier.DEVICE, _PAIRS, None),
    (Identifier.SOCIAL_SECURITY, _GROUPED_NINE, _is_social_security),
    (Identifier.RECORD, _GROUPED_TEN, is_nhs_number),
    (Identifier.ACCOUNT, _GROUPED_CARD, is_card),
    (Identifier.ACCOUNT, _IBAN, _is_iban),
    (Identifier.PHONE, _INTERNATIONAL, _has_as_many_digits_as_a_phone),
    (Identifier.PHONE, _AMERICAN, None),
    (Identifier.PHONE, _NATIONAL, _has_as_many_digits_as_a_phone),
    (Identifier.NAME, _TITLED, None),
    (Identifier.NAME, CAPITALS, names_a_person),
    (Identifier.SOCIAL_SECURITY, _PENSION, None),
    (Identifier.VEHICLE, _CHASSIS, _is_chassis),
    (Identifier.PHOTOGRAPH, _PICTURE, None),
)
"""Identifier, where to look for it, and what a value found there must satisfy; one value is enough."""
FORMS: tuple[tuple[Identifier, str | Counted], ...] = (
    (Identifier.PHONE, _MOBILE),
    (Identifier.NAME, _DOTTED_INITIALS),
    (Identifier.BIRTH, _DATED),
    (Identifier.BIRTH, _DATE_FIRST),
    (Identifier.VEHICLE, _PLATE),
    (Identifier.DEVICE, _SERIAL),
    (Identifier.ADDRESS, _COORDINATES),
    (Identifier.ADDRESS, _POSTCODE_AND_PLACE),
    (Identifier.ADDRESS, _NUMBERED_STREET),
    (Identifier.ADDRESS, _british_postcodes),
    (Identifier.ADDRESS, _dutch_postcodes),
    (Identifier.SOCIAL_SECURITY, _NATIONAL_INSURANCE),
    (Identifier.SOCIAL_SECURITY, _FISCAL),
    (Identifier.SOCIAL_SECURITY, _spanish_numbers),
    (Identifier.PHONE, _scattered_phones),
    (Identifier.BIRTH, _shortly_dated),
)
"""Identifier and the form of a value, or how such values are counted; what most values of a column have counts."""
