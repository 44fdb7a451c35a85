"""``report``: results and displays → one page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from postinfusion.errors import Problem
    from postinfusion.plan.plan import Plan
    from postinfusion.report.page import Shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--plan", type=Path, required=True, help="the plan of the trial")
    parser.add_argument("--trial", required=True, help="name of the trial")
    parser.add_argument("--ard", type=Path, required=True, help="results of the trial (Parquet)")
    parser.add_argument("--claims", type=Path, help="the verdicts on the claims (Parquet)")
    parser.add_argument("--displays", type=Path, required=True, help="folder with a folder of displays per section")
    parser.add_argument("--check", type=Path, help="what the check of plan and data found (JSON)")
    parser.add_argument("--provenance", type=Path, help="inputs, versions and seeds (JSON)")
    parser.add_argument("--out", type=Path, required=True, help="the page")
    parser.add_argument("--headline", type=Path, required=True, help="its primary result as one line of text")


def run(arguments: argparse.Namespace) -> int:
    """Write the page; print where it stands in the order of steps."""
    from postinfusion.cli.step_line import print_step
    from postinfusion.io import read, write
    from postinfusion.present.headline import headline
    from postinfusion.report.page import page

    began = perf_counter()
    provenance = json.loads(read.text(arguments.provenance)) if arguments.provenance else None
    plan = read.plan(arguments.plan)
    results = _results(plan, arguments.ard, arguments.claims)
    content = page(
        plan,
        arguments.trial,
        results,
        _sections(arguments.displays),
        problems=_problems(arguments.check),
        provenance=provenance,
        anonymity=_anonymity(arguments.check),
    )
    write.text(arguments.out, content)
    write.text(arguments.headline, headline(plan, results) + "\n")
    print_step(arguments.trial, "report", f"{len(content.encode()) / 1e6:.1f} MB, one page", perf_counter() - began)
    return 0


def _results(plan: Plan, ard: Path, claims: Path | None) -> pd.DataFrame:
    """Read the results with the verdicts; for a public report the verdicts too without what tells of single persons."""
    import pandas as pd

    from postinfusion.ard.privacy import public
    from postinfusion.io import read
    from postinfusion.vocabulary import Privacy

    results = read.ard(ard)
    if claims is None:
        return results
    verdicts = read.ard(claims)
    if plan.privacy.mode is Privacy.PUBLIC:
        verdicts = public(verdicts, small_cell=plan.privacy.small_cell)
    return pd.concat([results, verdicts], ignore_index=True)


def _sections(folder: Path) -> list[Shown]:
    """Read every section below the folder with the files that the page shows."""
    from postinfusion.io import read
    from postinfusion.report.page import Shown
    from postinfusion.report.section_files import INDEX, read_index

    found = []
    for path in sorted(folder.glob(f"*/{INDEX}")):
        index = read_index(read.text(path))
        found.append(Shown(index, {file: read.bytes_(path.parent / file) for file in index.files}))
    return found


def _problems(path: Path | None) -> list[Problem]:
    """Read what the check found: a list of problems, or a mapping that holds it under ``problems``."""
    from postinfusion.errors import Problem
    from postinfusion.io import read

    if path is None:
        return []
    found = json.loads(read.text(path))
    listed = found["problems"] if isinstance(found, dict) else found
    return [Problem(item["file"], item["place"], item["text"], item["severity"]) for item in listed]


def _anonymity(path: Path | None) -> dict[str, Any] | None:
    """Read how exposed the participants are, as the check found it."""
    from postinfusion.io import read

    found = json.loads(read.text(path)) if path else {}
    return found.get("anonymity") if isinstance(found, dict) else None
