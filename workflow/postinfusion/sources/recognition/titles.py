"""Columns under the labels that SPSS, Stata and SAS keep beside their names, where only the label says what they are.

A survey recognises columns by one name each. A column such as ``v12`` with the label *Messzeitpunkt* is surveyed under
its label, and what was found there is told under its own name again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from postinfusion.sources.recognition.evidence import Part, Sample, names_of
from postinfusion.sources.recognition.names import IN_CONTEXT, ROLES, SIGNS, plain, plays
from postinfusion.sources.recognition.scale_columns import scale_columns
from postinfusion.sources.recognition.tables import Found

_BESIDE = re.compile(r"\s*[(\[].*?[)\]]\s*")


def titled(sample: Sample) -> tuple[Sample, dict[str, str]]:
    """Give a sample with its columns under those labels that say more than the name, and label → name of each."""
    names = names_of(sample.frame)
    said: dict[str, str] = {}
    for name in names:
        title = _title(sample, name) if name in sample.titles and not _is_known(sample, name) else ""
        if title and title not in names and title not in said:
            said[title] = name
    if not said:
        return sample, {}
    shown = {name: title for title, name in said.items()}
    labels = {shown.get(name, name): known for name, known in sample.labels.items()}
    return replace(sample, frame=sample.frame.rename(columns=shown), labels=labels), said


def untitled(found: Found, sample: Sample, said: Mapping[str, str]) -> Found:
    """Give what was found in a sample under labels with the own names of its columns.

    Parameters
    ----------
    found
        What was found.
    sample
        The file under its own names.
    said
        Label → name of each column that was surveyed under its label.
    """
    part = Part(
        sample,
        found.part.frame.rename(columns=said),
        {said.get(name, name): values for name, values in found.part.where.items()},
        found.part.name,
        found.part.is_repeating,
    )
    wide = {measure: _own(columns, said) for measure, columns in found.wide.items()}
    return replace(
        found,
        part=part,
        evidence={role: replace(one, column=said.get(one.column, one.column)) for role, one in found.evidence.items()},
        scales=tuple(replace(one, column=said.get(one.column, one.column)) for one in found.scales),
        wide=wide,
    )


def _own(columns: str | Mapping[str, str], said: Mapping[str, str]) -> str | dict[str, str]:
    """Give the own names of the columns of a measure."""
    if isinstance(columns, str):
        return said.get(columns, columns)
    return {visit: said.get(column, column) for visit, column in columns.items()}


def _title(sample: Sample, name: str) -> str:
    """Give the label of a column in the form in which it is known; empty where it is not."""
    full = sample.titles[name]
    forms = dict.fromkeys((full, _BESIDE.sub(" ", full).strip()))
    return next((form for form in forms if form and _is_known(sample, name, form)), "")


def _is_known(sample: Sample, name: str, spoken: str = "") -> bool:
    """Say whether a column has a known part by its name, or by another name that it is spoken of."""
    called = spoken or name
    roles = any(plays(role, called) for role in ROLES)
    in_context = any(plays(role, called, table) for table, known in IN_CONTEXT.items() for role in known)
    is_sign = any(re.fullmatch(pattern, plain(called)) for pattern, *_ in SIGNS.values())
    if roles or in_context or is_sign:
        return True
    return bool(tuple(scale_columns(sample.frame[[name]].rename(columns={name: called}), sample.decimal, "")))
