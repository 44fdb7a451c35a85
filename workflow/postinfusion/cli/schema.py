"""Write what is generated: the schema of plans and the page of their keys, and the catalogue of scales and its page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

INTRODUCTION = """\
# Plans: every key, its meaning, what it holds, its default

`config.yaml` names the trials of a run. Each trial has one plan, `trials/<trial>.yaml`, and its data in
`data/<trial>/`. This page and `plan.schema.json` are generated from the code: `python -m postinfusion schema`.
With the first line `# yaml-language-server: $schema=../plan.schema.json` an editor completes the keys of a plan and
marks mistakes.

Everything in a plan stays the text that was written: `No`, `12:30` and `010` are not turned into something else.
A time is a number with a unit (`30 min`, `24 h`, `7 d`, `2 wk`), counted from time zero. `postinfusion check <trial>`
reads a plan and its data and tells every mistake with its line or row.
"""
KEYS = """\
## Keys

`NAME` stands for a name of your own, `[]` for each item of a list.
"""
TABLES = """\
## Tables that sources deliver

Under `sources` stands the name of a table, and under `columns` how the file calls its columns; a column that has our
name needs no line. Files are CSV (UTF-8, commas, a header) or Parquet. Dates and times are `2024-03-05`,
`2024-03-05 09:30` or `2024-03-05T09:30:15`, local and without a zone, unless `clock` says otherwise. Yes and no are
`Y`, `N`, `yes`, `no`, `ja`, `nein`, `true`, `false`, `1` or `0`. A column of the file that nothing names is not read.
"""


REPOSITORY = Path(__file__).resolve().parents[3]
CATALOGUE = REPOSITORY / "workflow" / "postinfusion" / "instruments" / "catalogue.json"
SCALES = REPOSITORY / "workflow" / "docs" / "instruments.md"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--out", type=Path, default=REPOSITORY / "config", help="folder; left out: config/")


def run(arguments: Namespace) -> int:
    """Write the files on plans, then the catalogue, and last its page, which reads the catalogue."""
    from postinfusion.instruments.reference import page
    from postinfusion.instruments.source_files import as_json
    from postinfusion.io import write

    write.text(CATALOGUE, as_json())
    for name, content in generated().items():
        write.text(arguments.out / name, content)
    write.text(SCALES, page())
    return 0


def generated() -> dict[str, str]:
    """Give the generated files: name → content."""
    from json import dumps

    from postinfusion.plan import reference
    from postinfusion.plan.schema import schema
    from postinfusion.sources.reference import tables

    page = "\n".join([INTRODUCTION, KEYS, reference.keys(), "", TABLES, tables(), ""])
    return {"README.md": page, "plan.schema.json": dumps(schema(), indent=1, ensure_ascii=False) + "\n"}
