"""A table as a fragment of HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from markupsafe import Markup

from postinfusion.present import formats
from postinfusion.present.display import Part, Table
from postinfusion.report.templates_of import template

_BETWEEN_LIMITS = re.compile(rf"(?<=\S) to (?=[{formats.MINUS}\d∞])")
_KEPT = f"{formats.NO_BREAK}to{formats.NO_BREAK}"


def table_html(table: Table, banners: Sequence[str] = ()) -> str:
    """Give a table as HTML: a ``table`` per block, footnotes, and the line that says where the numbers come from.

    Neighbouring blocks of one ``folded`` heading are folded away under it. Where cells wrap, the limits of an interval
    stay on one line.

    Parameters
    ----------
    table
        The table.
    banners
        Sentences that must stand on every page that shows it.
    """
    parts = map(_with_kept_intervals, table.parts)
    blocks = [(heading, [*of_heading]) for heading, of_heading in groupby(parts, key=lambda part: part.folded)]
    return template("table.html.j2").render(label=table.label, blocks=blocks, banners=banners)


def _with_kept_intervals(part: Part) -> Part:
    """Give a block in whose cells no line breaks within the limits of an interval."""
    rows = (replace(row, cells=tuple(map(_with_kept_limits, row.cells))) for row in part.rows)
    return replace(part, rows=tuple(rows))


def _with_kept_limits(cell: str) -> str:
    """Give a cell in which no line breaks within limits; a link stays a link."""
    return cell if isinstance(cell, Markup) else _BETWEEN_LIMITS.sub(_KEPT, cell)
