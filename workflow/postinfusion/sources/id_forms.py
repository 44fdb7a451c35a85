"""Ids of participants in one form by the plan's rule: what it makes equal, and which rule would help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import product

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask
from postinfusion.plan.source import Drop, IdForm, LetterCase

_MADE_EQUAL = "ids that differ in the file are the same in the form that id_form says. Correct the ids, or the rule."
_PREFIX = re.compile(r"([^\W\d_]{1,8}[-_ ./]{0,2})[0-9]")
_FEWEST = 2
_USUAL = ("id", "p", "part", "participant", "pat", "patient", "pt", "s", "sub", "subj", "subject")


def in_form(text: str, form: IdForm) -> str:
    """Give an id in the form of a rule; an id of which nothing would be left stays as it is.

    >>> in_form("p- 007", IdForm(strip_prefix="P-", leading_zeros=Drop.DROP, blanks=Drop.DROP))
    '7'
    """
    found = re.sub(r"\s+", "", text) if form.blanks else text
    if form.case:
        found = found.upper() if form.case is LetterCase.UPPER else found.lower()
    if form.strip_prefix and found.casefold().startswith(form.strip_prefix.casefold()):
        found = found[len(form.strip_prefix) :].strip()
    if form.decimals:
        found = re.sub(r"^([0-9]+)\.0*$", r"\1", found)
    if form.leading_zeros:
        found = re.sub(r"^0+(?=[0-9])", "", found)
    return found or text


def made_equal(written: pd.Series, formed: pd.Series) -> Mask:
    """Say which rows have an id that is that of another row only since both are in one form."""
    spellings = written.groupby(formed.to_numpy()).transform("nunique")
    return ((spellings > 1) & formed.notna().to_numpy()).to_numpy(dtype="bool")


def equal_ids(equal: Mask) -> Iterator[Finding]:
    """Give the rows of different ids that a rule made equal; the ids are not told."""
    if equal.any():
        yield Finding(("id",), np.flatnonzero(equal), _MADE_EQUAL)


def suggested(here: Collection[str], participants: Collection[str], table: str) -> str:
    """Give the sentence with the simplest rule by which ids of two files would match; empty where none does.

    Parameters
    ----------
    here
        The ids of a table, those that match already among them.
    participants
        The ids of the participants.
    table
        Name of the table.
    """
    unmatched = {*here} - {*participants}
    for own, theirs in sorted(_forms(here, participants), key=_effort):
        of_people = {in_form(one, theirs) for one in participants}
        if len(of_people) == len({*participants}) and all(in_form(one, own) in of_people for one in unmatched):
            named = {table: _needed(own, here), "participants": _needed(theirs, participants)}
            written = [f"id_form: {_as_yaml(form)} to {name}" for name, form in named.items() if form != IdForm()]
            return f"Ids of both differ only in how they are written: add {' and '.join(written)}."
    return ""


def _forms(here: Collection[str], participants: Collection[str]) -> Iterator[tuple[IdForm, IdForm]]:
    """Give pairs of rules that could bring the ids of a table and those of the participants into one form."""
    switches = product((None, Drop.DROP), (None, LetterCase.UPPER), (None, Drop.DROP), (None, Drop.DROP))
    of_here, of_people = ("", *_prefixes(here)), ("", *_prefixes(participants))
    for (zeros, case, blanks, decimals), own, theirs in product([*switches], of_here, of_people):
        yield (
            IdForm(strip_prefix=own, leading_zeros=zeros, case=case, blanks=blanks, decimals=decimals),
            IdForm(strip_prefix=theirs, leading_zeros=zeros, case=case, blanks=blanks, decimals=decimals),
        )


def _prefixes(ids: Collection[str]) -> Iterator[str]:
    """Give the letters that most ids begin with; of a single id only a word that tells nobody."""
    counts = Counter(match[1] for one in ids if (match := _PREFIX.match(one)))
    for prefix in sorted(counts):
        word = prefix.rstrip("-_ ./").casefold()
        if counts[prefix] >= max(_FEWEST, len(ids) / 2) or word in _USUAL:
            yield prefix


def _needed(form: IdForm, ids: Collection[str]) -> IdForm:
    """Give a rule without the parts that change none of the ids."""
    for part in IdForm.model_fields:
        less = form.model_copy(update={part: IdForm.model_fields[part].default})
        if all(in_form(one, less) == in_form(one, form) for one in ids):
            form = less
    return form


def _effort(pair: tuple[IdForm, IdForm]) -> int:
    """Give how much a pair of rules changes: a prefix counts more than what both rules share."""
    shared = pair[0].model_dump(exclude={"strip_prefix"}, exclude_defaults=True)
    return len(shared) + 2 * sum(bool(form.strip_prefix) for form in pair)


def _as_yaml(form: IdForm) -> str:
    """Give a rule as it stands in a plan."""
    parts = form.model_dump(exclude_defaults=True, mode="json")
    return (
        "{"
        + ", ".join(f'{key}: "{part}"' if key == "strip_prefix" else f"{key}: {part}" for key, part in parts.items())
        + "}"
    )
