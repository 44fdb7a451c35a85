"""A trial that is small enough to be read at a glance, to be broken by the tests of bad input."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

PLAN = """\
plan: 1
title: A small trial
data: synthetic
seed: 1
sources:
  participants: {file: people.csv, columns: {id: who, arm: group, site: centre}}
  infusions: {file: infusions.csv, columns: {id: who, start: began, end: ended}}
  assessments: {file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}
  adverse_events: {file: events.csv, columns: {id: who, term: event, onset: began, end: ended}}
missing_codes: [NA, "-99"]
design:
  kind: parallel
  time_zero: first-infusion
  arms:
    - {name: Ketamine, code: K, role: experimental}
    - {name: Midazolam, code: M, role: reference}
schedule:
  - {visit: Baseline, at: 0 h}
  - {visit: 24 h, at: 24 h, from: 20 h, until: 32 h}
  - {visit: Day 7, at: 7 d, from: 32 h, until: 10 d}
populations:
  randomised: {rule: allocated}
  safety: {rule: treated}
estimands:
  primary:
    population: randomised
    treatment: {arm: Ketamine, against: Midazolam}
    variable: {endpoint: madrs, visit: 24 h}
endpoints:
  madrs: {measure: MADRS, label: MADRS, better: lower}
analyses:
  madrs-mmrm: {estimand: primary, endpoint: madrs, method: mmrm, visits: [24 h, Day 7]}
  flow: {method: disposition}
instruments:  # of its own, without the recall of the catalogue, so that the sound trial gives no warning
  MADRS: {better: lower, scores: {total: {maximum: 60}}}
"""

FILES = {
    "people.csv": "who,group,centre\nA1,K,north\nA2,M,south\n",
    "infusions.csv": (
        "who,number,began,ended\n"
        "A1,1,2031-01-06T10:00,2031-01-06T10:40\n"
        "A1,2,2031-01-13T10:00,2031-01-13T10:40\n"
        "A2,1,2031-01-07T10:00,2031-01-07T10:40\n"
    ),
    "scores.csv": (
        "who,scale,points,when\n"
        "A1,MADRS,30,2031-01-06T09:00\n"
        "A1,MADRS,20,2031-01-07T10:00\n"
        "A2,MADRS,NA,2031-01-07T09:00\n"
        "A2,MADRS,28,2031-01-08T11:00\n"
    ),
    "events.csv": "who,event,began,ended\nA1,nausea,2031-01-06T11:00,2031-01-06T12:30\n",
}


@dataclass(frozen=True)
class SmallTrial:
    """Plan and files of the small trial, and files that are no text; ``with_`` functions give a changed copy."""

    plan: str = PLAN
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    raw: dict[str, bytes] = field(default_factory=dict)

    def with_plan(self, old: str, new: str) -> SmallTrial:
        """Give the trial with a part of the plan replaced, which must be there."""
        assert old in self.plan, f"the plan does not hold {old!r}"
        return replace(self, plan=self.plan.replace(old, new))

    def with_file(self, name: str, old: str, new: str) -> SmallTrial:
        """Give the trial with a part of a file replaced, which must be there."""
        assert old in self.files[name], f"{name} does not hold {old!r}"
        return self.with_text(name, self.files[name].replace(old, new))

    def with_text(self, name: str, text: str) -> SmallTrial:
        """Give the trial with a whole file replaced or added."""
        return replace(self, files=self.files | {name: text})

    def with_bytes(self, name: str, content: bytes) -> SmallTrial:
        """Give the trial with a whole file replaced or added byte by byte; of another ending, the plan names that."""
        former = next((file for file in self.files if file.partition(".")[0] == name.partition(".")[0]), name)
        changed = replace(self.without(former), raw=self.raw | {name: content})
        return changed if former == name else changed.with_plan(f"file: {former}", f"file: {name}")

    def without(self, name: str) -> SmallTrial:
        """Give the trial without a file."""
        return replace(self, files={file: text for file, text in self.files.items() if file != name})

    def write(self, root: Path) -> Path:
        """Write plan and files below a folder, where the commands look for them; give the path of the plan."""
        plan = root / "config" / "trials" / "small.yaml"
        data = root / "data" / "small"
        for folder in (plan.parent, data):
            folder.mkdir(parents=True, exist_ok=True)
        plan.write_text(self.plan, encoding="utf-8")
        for name, text in self.files.items():
            (data / name).write_text(text, encoding="utf-8")
        for name, content in self.raw.items():
            (data / name).write_bytes(content)
        return plan
