"""``display``: results → the tables and figures of one section."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from postinfusion.vocabulary import Privacy, Section

if TYPE_CHECKING:
    import pandas as pd

    from postinfusion.plan.plan import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("section", type=Section, choices=list(Section), help="which section of the report")
    parser.add_argument("--plan", type=Path, required=True, help="the plan of the trial")
    parser.add_argument("--trial", required=True, help="name of the trial")
    parser.add_argument("--results", nargs="+", type=Path, required=True, help="results that it shows (Parquet)")
    parser.add_argument("--individual", type=Path, help="folder of individual courses; not opened for a public report")
    parser.add_argument("--out", type=Path, required=True, help="folder for the section")


def run(arguments: argparse.Namespace) -> int:
    """Make the displays of a section and write them with their index; print how many there are."""
    from postinfusion.cli.step_line import print_step
    from postinfusion.errors import counted
    from postinfusion.io import read, write
    from postinfusion.present.sections import section_displays
    from postinfusion.report.section_files import section_files

    began = perf_counter()
    plan = read.plan(arguments.plan)
    courses = _courses(plan, arguments.section, arguments.individual)
    displays = section_displays(plan, _results(plan, arguments.results), arguments.section, courses)
    for path, content in section_files(plan, displays).items():
        write.bytes_(arguments.out / path, content)
    absent = f", {len(displays.absent)} not possible" if displays.absent else ""
    message = f"{arguments.section.value:<18} {counted(len(displays.made), 'display')}{absent}"
    print_step(arguments.trial, "display", message, perf_counter() - began)
    return 0


def _results(plan: Plan, files: list[Path]) -> pd.DataFrame:
    """Read the results that a section shows; for a public report without what tells of single persons."""
    import pandas as pd

    from postinfusion.ard.assemble import assemble
    from postinfusion.ard.privacy import public
    from postinfusion.io import read
    from postinfusion.present.claims import ANALYSIS_ID

    parts = pd.concat([read.ard(file) for file in files], ignore_index=True)
    results = assemble(parts, (*plan.analyses, ANALYSIS_ID))
    is_public = plan.privacy.mode is Privacy.PUBLIC
    return public(results, small_cell=plan.privacy.small_cell) if is_public else results


def _courses(plan: Plan, section: Section, folder: Path | None) -> dict[str, pd.DataFrame]:
    """Read the individual courses that a section of an internal report shows."""
    from postinfusion.io import read
    from postinfusion.plan.sections import individual_shown

    if folder is None or plan.privacy.mode is Privacy.PUBLIC:
        return {}
    analyses = individual_shown(plan, section)
    files = {key: folder / f"{key}.parquet" for key in analyses}
    return {key: read.frame(file) for key, file in files.items() if file.is_file()}
