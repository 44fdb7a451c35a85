"""The whole way of a trial in one process: from files to results, verdicts and the text of the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pandas as pd

from pictures import left_empty
from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.present.sections import section_displays
from postinfusion.report.page import Shown, page
from postinfusion.report.section_files import INDEX, read_index, section_files
from postinfusion.sources.read import canonical_tables
from postinfusion.vocabulary import Section

_MARKUP = re.compile(r"<style.*?</style>|<[^>]+>", re.DOTALL)
_ALTERNATIVE = re.compile(r'alt="([^"]*)"')


@dataclass(frozen=True)
class Way:
    """What a trial gives: its results with the verdicts, and the text of its report."""

    results: pd.DataFrame
    text: str


def whole_way(plan_file: Path, data: Path, *, with_report: bool = True) -> Way:
    """Go the whole way of a trial, or without the report as far as the verdicts."""
    plan, trial = read.plan(plan_file), plan_file.stem
    adam = derive(plan, trial, canonical_tables(plan, data).tables)
    outcomes = {key: analyse(plan, trial, key, adam) for key in plan.analyses}
    ard = pd.concat([outcome.results for outcome in outcomes.values()], ignore_index=True)
    ard = pd.concat([ard, synthesise(plan, trial, ard)], ignore_index=True)
    if not with_report:
        return Way(ard, "")
    courses = {key: outcome.individual for key, outcome in outcomes.items() if len(outcome.individual)}
    shown = []
    for section in Section:
        with left_empty("png", "narrow_svg"):  # pictures hold no text that is read here
            files = section_files(plan, section_displays(plan, ard, section, courses))
        index = read_index(files[INDEX].decode())
        shown.append(Shown(index, {file: files[file] for file in index.files}))
    html = page(plan, trial, ard, shown)
    text = " ".join([*_ALTERNATIVE.findall(html), _MARKUP.sub(" ", html)])
    return Way(ard, " ".join(unescape(text).split()))
