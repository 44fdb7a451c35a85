"""Open content as a source does: what the tests of readers share."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from postinfusion.plan.source import Source
from postinfusion.sources.formats import delimited
from postinfusion.sources.formats import registry as formats
from postinfusion.sources.records import Opened, Records


def text(content: str | bytes, **options: Any) -> Opened:
    """Open a text file."""
    data = content.encode() if isinstance(content, str) else content
    return delimited.opened_stream(lambda: BytesIO(data), Source(file="a.csv", **options))


def opened(path: Path, **options: Any) -> Opened:
    """Open a file."""
    return formats.opened(path, Source(file=path.name, **options))


def whole(found: Opened) -> Records:
    """Give all records with all columns that have a name."""
    return found.records([name for name in found.header if name])


def table(found: Opened) -> dict[str, list[str]]:
    """Give all cells by column."""
    return whole(found).frame.to_dict("list")
