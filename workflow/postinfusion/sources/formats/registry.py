"""Which reader reads a file: by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from postinfusion.plan.source import JSON, SPREADSHEETS, STATISTICAL, TEXT, Source
from postinfusion.sources.formats import dataset_json, delimited, parquet, spreadsheet, statistical
from postinfusion.sources.records import Opened
from postinfusion.sources.standards import with_derived

READERS: Mapping[str, Callable[[Path, Source], Opened]] = MappingProxyType(
    {
        **dict.fromkeys(TEXT, delimited.opened),
        **dict.fromkeys(SPREADSHEETS, spreadsheet.opened),
        ".parquet": parquet.opened,
        **dict.fromkeys(STATISTICAL, statistical.opened),
        **dict.fromkeys(JSON, dataset_json.opened),
    }
)
"""How the name of a file ends → what opens it."""


def opened(path: Path, source: Source) -> Opened:
    """Open a file with the reader of its kind: what its columns are, and its records chunk by chunk.

    Parameters
    ----------
    path
        The file.
    source
        How the plan says it is written. ``Source(file=…)`` is enough for a file that nothing is known about.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    ending = next(ending for ending in READERS if source.file.lower().endswith(ending))
    return with_derived(READERS[ending](path, source), source)
