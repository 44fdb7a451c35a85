"""The words of a column's name, however it is put together: ``DateOfBirth``, ``date_of_birth``, ``date of birth``."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_a-zA-Z]+")
_SEGMENT = re.compile(r"[^\W\d_]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "ł": "l", "Ł": "L", "ı": "i", "œ": "oe"})


def words(name: str) -> tuple[str, ...]:
    """Give the words of a name in small letters without accents and numbers, apart where capitals begin.

    >>> words("PatientDateOfBirth2"), words("Prénom"), words("bdi.2m")
    (('patient', 'date', 'of', 'birth'), ('prenom',), ('bdi', 'm'))
    """
    return tuple(word.lower() for word in _CAMEL.findall(_plain(name)))


def segments(name: str) -> tuple[str, ...]:
    """Give the parts of a name between anything that is no letter, whatever their capitals.

    >>> segments("NHSno_2"), segments("eMail")
    (('nhsno',), ('email',))
    """
    return tuple(segment.lower() for segment in _SEGMENT.findall(_plain(name)))


def _plain(name: str) -> str:
    """Give a name in the letters from A to Z as far as it has any."""
    decomposed = normalize("NFKD", name.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not combining(letter))
