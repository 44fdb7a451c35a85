"""A copy of the repository with one tiny trial, and its workflow run as a user runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COPIED = (
    "Snakefile",
    "config/config.yaml",
    "workflow/postinfusion",
    "workflow/rules",
    "workflow/profiles",
    "workflow/report",
)
PLAN = """\
plan: 1
title: A tiny trial
data: synthetic
seed: 1
sources:
  participants: {file: participants.csv}
  assessments: {file: assessments.csv}
design:
  kind: parallel
  time_zero: randomisation
  arms:
    - {name: Active, role: experimental}
    - {name: Control, role: reference}
schedule:
  - {visit: Baseline, at: 0 h}
  - {visit: Week 1, at: 7 d}
  - {visit: Week 2, at: 14 d}
populations:
  randomised: {rule: allocated}
endpoints:
  madrs: {measure: MADRS, label: MADRS, better: lower}
estimands:
  primary:
    population: randomised
    treatment: {arm: Active, against: Control}
    variable: {endpoint: madrs, visit: Week 2}
analyses:
  flow: {method: disposition}
  madrs-by-visit: {method: summary, endpoint: madrs}
  madrs-week-2: {method: ancova, endpoint: madrs, visit: Week 2, estimand: primary}
  madrs-week-1: {method: ancova, endpoint: madrs, visit: Week 1}
"""
SCORES = ((31, 26, 22), (28, 25, 19), (35, 33, 30), (30, 21, 17), (27, 24, 23), (33, 29, 21))


@dataclass(frozen=True)
class Repository:
    """A repository with the tiny trial."""

    home: Path

    def snakemake(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the workflow as it stands."""
        return self._run("snakemake", "--cores", "2", *options)

    def postinfusion(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the package."""
        return self._run("postinfusion", *words)

    def jobs(self, *options: str) -> dict[str, int]:
        """Give how many jobs of each rule a run would start."""
        told = self.snakemake("-n", *options)
        assert told.returncode == 0, told.stdout + told.stderr
        table = re.search(r"^Job stats:\n.*\n[- ]+\n(.*?)^total", told.stdout + told.stderr, re.MULTILINE | re.DOTALL)
        lines = table[1].splitlines() if table else []
        return {name: int(count) for name, count in (line.split() for line in lines) if name != "all"}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file; it must be there."""
        file = self.home / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def results(self) -> dict[str, bytes]:
        """Give the content of every result, but for logs, benchmarks and Snakemake's own marks."""
        files = (file for file in (self.home / "results" / "tiny").rglob("*") if file.is_file())
        kept = (file for file in files if not {"logs", "benchmarks"} & set(file.parts) and file.name[0] != ".")
        return {file.relative_to(self.home).as_posix(): file.read_bytes() for file in kept}

    def copy(self, home: Path) -> Repository:
        """Give the same in another folder, its times kept."""
        shutil.copytree(self.home, home)
        return Repository(home)

    def _run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        # Bytecode is kept, as a user's Python does: else each job would compile the package anew.
        environment = {**os.environ, "PYTHONPATH": str(self.home / "workflow"), "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", module, *words]
        return subprocess.run(
            command, cwd=self.home, env=environment, capture_output=True, text=True, check=False, timeout=300
        )


def new_repository(home: Path) -> Repository:
    """Give a copy of this repository in which the tiny trial is the only one."""
    for name in COPIED:
        source, target = REPOSITORY / name, home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    data = home / "data" / "tiny"
    data.mkdir(parents=True)
    (home / "config" / "config.yaml").write_text("trials: [tiny]\n", encoding="utf-8")
    (home / "config" / "trials").mkdir()
    (home / "config" / "trials" / "tiny.yaml").write_text(PLAN, encoding="utf-8")
    (data / "participants.csv").write_text(_participants(), encoding="utf-8")
    (data / "assessments.csv").write_text(_assessments(), encoding="utf-8")
    return Repository(home)


def _participants() -> str:
    rows = [f"P{number:02},{'Active' if number % 2 else 'Control'}" for number in range(1, 13)]
    return "\n".join(["id,arm", *rows, ""])


def _assessments() -> str:
    rows = []
    for number in range(1, 13):
        scores = SCORES[number % len(SCORES)]
        effect = 3 if number % 2 else 0
        for place, visit in enumerate(("Baseline", "Week 1", "Week 2")):
            value = scores[place] - effect * place + number % 5
            rows.append(f"P{number:02},MADRS,total,{value},{visit}")
    return "\n".join(["id,measure,score,value,visit", *rows, ""])
