"""``postinfusion compare``: the results of two runs side by side."""

from __future__ import annotations

import argparse
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path

from postinfusion.errors import DataError, Problem

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("first", type=Path, help="results of one run: ard.parquet, or the folder of a trial")
    parser.add_argument("second", type=Path, help="results of another run")


def run(arguments: argparse.Namespace) -> int:
    """Print which results are in one of the two only and which differ; 0 when nothing does, else 1."""
    from postinfusion.ard.compare import compare
    from postinfusion.io import read

    files = [_results(path) for path in (arguments.first, arguments.second)]
    found = compare(*(read.ard(file) for file in files))
    if found.trials:
        print("The trials are called {} and {}; their names are not compared.".format(*found.trials))
    parts = {
        f"only in {arguments.first}": found.only_first,
        f"only in {arguments.second}": found.only_second,
        "different": found.differing,
    }
    for title, rows in parts.items():
        print(f"{len(rows):,} results {title}")
        for record in rows.head(SHOWN).to_dict("records"):
            print("  " + ", ".join(_cells(record)))
        if len(rows) > SHOWN:
            print(f"  … and {len(rows) - SHOWN:,} more")
    return 0 if found.is_equal else 1


def _cells(record: Mapping[Hashable, object]) -> Iterator[str]:
    """Give the cells of a result that hold something, numbers with six digits."""
    first, second = record.get("stat_first"), record.get("stat_second")
    is_text = all(isinstance(value, float) and value != value for value in (first, second))  # noqa: PLR0124 - NaN
    for name, value in record.items():
        if value != "" and not (is_text and name in {"stat_first", "stat_second"}):
            yield f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}"
    if isinstance(first, float) and isinstance(second, float) and f"{first:.6g}" == f"{second:.6g}" and not is_text:
        yield f"difference={second - first:.2g}"


def _results(path: Path) -> Path:
    """Give the file of the results.

    Raises
    ------
    DataError
        There is none; it is named as the user named it.
    """
    file = path / "ard" / "ard.parquet" if path.is_dir() else path
    if not file.is_file():
        text = "it holds no results (ard/ard.parquet)." if path.is_dir() else "there is no such file or folder."
        raise DataError(Problem(str(path), "", f"{text} Name ard.parquet, or the folder of a trial under results/."))
    return file
