"""A table as a fragment of HTML."""

from __future__ import annotations

from collections.abc import Sequence

from postinfusion.present.display import Table
from postinfusion.report.templates_of import template


def table_html(table: Table, banners: Sequence[str] = ()) -> str:
    """Give a table as HTML: a ``table`` per block, footnotes, and the line that says where the numbers come from.

    Parameters
    ----------
    table
        The table.
    banners
        Sentences that must stand on every page that shows it.
    """
    return template("table.html.j2").render(label=table.label, parts=table.parts, banners=banners)
