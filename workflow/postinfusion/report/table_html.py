"""A table as a fragment of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from postinfusion.present.display import Table
from postinfusion.report.templates_of import template


def table_html(table: Table, banners: Sequence[str] = ()) -> str:
    """Give a table as HTML: a ``table`` per block, footnotes, and the line that says where the numbers come from.

    Neighbouring blocks of one ``folded`` heading are folded away under it.

    Parameters
    ----------
    table
        The table.
    banners
        Sentences that must stand on every page that shows it.
    """
    blocks = [(heading, [*parts]) for heading, parts in groupby(table.parts, key=lambda part: part.folded)]
    return template("table.html.j2").render(label=table.label, blocks=blocks, banners=banners)
