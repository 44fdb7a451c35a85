"""``postinfusion compare``: the results of two runs side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("first", type=Path, help="results of one run: ard.parquet, or the folder of a trial")
    parser.add_argument("second", type=Path, help="results of another run")


def run(arguments: argparse.Namespace) -> int:
    """Print which results are in one of the two only and which differ; 0 when nothing does, else 1."""
    from postinfusion.ard.compare import compare
    from postinfusion.io import read

    found = compare(*(read.ard(_results(path)) for path in (arguments.first, arguments.second)))
    parts = {
        f"only in {arguments.first}": found.only_first,
        f"only in {arguments.second}": found.only_second,
        "different": found.differing,
    }
    for title, rows in parts.items():
        print(f"{len(rows):,} results {title}")
        for record in rows.head(SHOWN).to_dict("records"):
            print("  " + ", ".join(f"{name}={value}" for name, value in record.items() if value != ""))
    return 0 if found.is_equal else 1


def _results(path: Path) -> Path:
    """Give the file of the results."""
    return path / "ard" / "ard.parquet" if path.is_dir() else path
