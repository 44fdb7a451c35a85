"""``provenance``: what the report of a trial was made from."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("--check", type=Path, required=True, help="what the check of plan and data found (JSON)")
    parser.add_argument("--out", type=Path, required=True, help="file for inputs, versions and seeds (JSON)")


def run(arguments: Namespace) -> int:
    """Write inputs, versions and seeds; prints nothing, since people read them in the report."""
    from postinfusion.io import read, write
    from postinfusion.io.provenance import provenance

    inputs = json.loads(read.text(arguments.check))["sha256"]
    write.json(arguments.out, provenance(read.plan(arguments.plan), inputs))
    return 0
