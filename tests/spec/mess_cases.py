"""The fixtures of messy data: one folder for each row of the table of mess, and what each file is to lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spec.small_trial import SmallTrial

FOLDER = Path(__file__).parent / "mess"
EVENTS = "  adverse_events: {file: events.csv, columns: {id: who, term: event, onset: began, end: ended}}\n"
WITHOUT_EVENTS = (EVENTS, "  # without adverse events\n")


@dataclass(frozen=True)
class Case:
    """One messy export.

    Attributes
    ----------
    row
        The row of the table of mess, which is the name of the folder.
    files
        File of the small trial that is replaced or added → fixture; with another ending, the plan names that.
    plan
        Parts of the plan and what replaces them.
    refused
        The check ends with an error.
    told
        File → how each line begins that is told about it; nothing else is told.
    read
        ``table.column`` or ``DATASET.COLUMN``, with ``where COLUMN=VALUE`` for some rows → the values.
    missing
        Column of the assessments → code → how many cells held it.
    ignored
        Table → columns that nothing uses.
    """

    row: str
    files: dict[str, str]
    plan: tuple[tuple[str, str], ...] = ()
    refused: bool = False
    told: dict[str, list[str]] = field(default_factory=dict)
    read: dict[str, list[Any]] = field(default_factory=dict)
    missing: dict[str, dict[str, int]] = field(default_factory=dict)
    ignored: dict[str, list[str]] = field(default_factory=dict)

    def trial(self) -> SmallTrial:
        """Give the small trial with the files and the plan of the case."""
        trial = SmallTrial() if self._has_events() else SmallTrial().with_plan(*WITHOUT_EVENTS).without("events.csv")
        for old, new in self.plan:
            trial = trial.with_plan(old, new)
        for target, fixture in self.files.items():
            path = FOLDER / self.row / fixture
            trial = trial.with_bytes(f"{target.partition('.')[0]}{path.suffix}", path.read_bytes())
        return trial

    def _has_events(self) -> bool:
        """Say whether the case is about adverse events; the others leave them out, which saves time."""
        return any("events" in name for name in (*self.files, *self.told, *(old for old, _ in self.plan)))


def cases() -> dict[str, Case]:
    """Give all cases as ``row/name``."""
    written = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
    return {f"{row}/{name}": Case(row, **entry) for row, part in written.items() for name, entry in part.items()}


def told_by_file(text: str) -> dict[str, list[str]]:
    """Give what the check prints as file → lines, without the last line that counts."""
    found: dict[str, list[str]] = {}
    file = ""
    for line in text.splitlines():
        if line.startswith("  "):
            found.setdefault(file, []).append(" ".join(line.split()))
        else:
            file = line
    return found
