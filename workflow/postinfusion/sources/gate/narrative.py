"""Free text: cells that tell a story, and columns of coded terms that hold some."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Mask

TERM_LENGTH, TERM_WORDS = 60, 8
"""Above either, text that reads as a sentence is no coded term."""
LONGEST_TERM, MOST_WORDS = 110, 16
"""Above either, text is no coded term however it reads; the longest terms of MedDRA have 100 characters."""

_SENTENCE = re.compile(
    r"\b(he|she|his|her|him|they|was|were|is|has|had|did|said|says|felt|reported|told|patient|participant|pt|"
    r"mother|father|husband|wife|daughter|son|"
    r"er|sie|ihr|ihre|war|wurde|hat|hatte|ist|il|elle|est|était|avait|su|fue|era|tenía|lei|lui|aveva)\b"
    r"|[.!?] +[A-Z]|[.!?]$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:(?:19|20)\d\d-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|"
    r"\d{1,2}[. ]+(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*[. ]+(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Mme|Mlle|Sra|Signora?)\.? +[A-ZÄÖÜÉ][a-zäöüéèñ]+"
    r"|\b(?:[Hh]er|[Hh]is|[Tt]he) (?:mother|father|husband|wife|sister|brother|son|daughter|friend) [A-Z][a-z]+"
)
_PLACE = re.compile(
    r"\b(?:lives|living|resides|born|wohnt|wohnhaft|geboren|habite|vive) (?:in|at|à|en) +[A-ZÄÖÜÉ][a-zäöüéèñ]+"
    r"|\b\d{1,4} [A-Z][a-z]+ (?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Way)\b"
    r"|\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|str\.) \d+"
)


def is_narrative(text: str) -> bool:
    """Say whether a cell is free text rather than a coded term.

    It is when it is longer than any term, when it is long and reads as a sentence, or when it names a person, a day or
    a place.

    >>> is_narrative("nausea"), is_narrative("felt sick after dinner at home on 3 March 2031")
    (False, True)
    """
    number = len(text.split())
    if len(text) > LONGEST_TERM or number > MOST_WORDS:
        return True
    if (len(text) > TERM_LENGTH or number > TERM_WORDS) and _SENTENCE.search(text):
        return True
    return any(pattern.search(text) for pattern in (_PERSON, _PLACE)) or bool(number > 1 and _is_dated(text))


def narratives(text: pd.Series) -> Mask:
    """Say which cells of a column are free text; each distinct value is looked at once."""
    distinct = text.dropna().unique()
    told = {value for value in distinct if is_narrative(value)}
    return np.asarray(text.isin(told), dtype="bool")


def _is_dated(text: str) -> bool:
    """Say whether a text holds a date among its words; a date alone is none."""
    found = _DATE.search(text)
    return found is not None and bool(re.search(r"[^\W\d_]{3,}", text[: found.start()] + text[found.end() :]))
