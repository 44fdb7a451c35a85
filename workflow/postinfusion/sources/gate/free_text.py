"""Free text never passes: a column of terms that holds some is left out, or refused where it cannot be missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from postinfusion.datasets.checks import Finding
from postinfusion.datasets.columns import Table
from postinfusion.errors import Severity
from postinfusion.sources.gate.narrative import narratives
from postinfusion.sources.typed import Typed

_WARNING: Severity = "warning"
_ERROR: Severity = "error"
_LEFT_OUT = "holds free text (not shown), so the column is not read. Code it as terms."
_REFUSED = "holds free text (not shown). Write a coded term of a few words."


def coded(table: Table, parts: Sequence[Typed]) -> tuple[list[Typed], list[Finding]]:
    """Give the columns of a table without free text, and what to tell about those that held some.

    A column that the table can lack is left out whole, with a warning: whoever wrote a story in one cell may have
    written a name in another. One that is required, that tells rows apart, or that the plan names as a covariate is
    refused with its rows.

    Parameters
    ----------
    table
        The definition of the table.
    parts
        Its columns as they were read.
    """
    needed = {column.name for column in table.columns if column.required} | {*table.key}
    optional = {column.name for column in table.columns} - needed
    findings = {part.name: finding for part in parts for finding in _found(table, part, optional)}
    kept = [part for part in parts if part.name not in findings or part.name not in optional]
    return kept, list(findings.values())


def _found(table: Table, part: Typed, optional: Iterable[str]) -> Iterable[Finding]:
    """Say that a column holds free text."""
    kinds = {column.name: "id" if column.identifier else column.type for column in table.columns}
    if kinds.get(part.name, "text") != "text" or part.columns[part.name].dtype != "str":
        return
    if (found := narratives(part.columns[part.name])).any():
        positions = np.flatnonzero(found)
        is_optional = part.name in optional
        text, severity = (_LEFT_OUT, _WARNING) if is_optional else (_REFUSED, _ERROR)
        yield Finding((part.name,), positions, text, severity)
