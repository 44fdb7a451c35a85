"""What checks of many small trials have in common, done once: their plans, the files that are sound, their datasets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from postinfusion.derive import datasets
from postinfusion.plan import parse
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Source
from postinfusion.sources import read
from postinfusion.sources.records import Opened


class SharedWork:
    """The results of the slow steps of a check, each by everything that it depends on.

    Every step is run by the code under test the first time that its input is met; only an input that is the same in
    plan and content is not worked on again.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], Any] = {}
        self._contents: dict[str, str] = {}
        self._reading, self._opened = parse.reading, read.opened
        self._delivered, self._derivation = read._delivered, datasets.derivation

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the steps of the check look here first."""
        monkeypatch.setattr(parse, "reading", self._read)
        monkeypatch.setattr(read, "opened", self._open)
        monkeypatch.setattr(read, "_delivered", self._deliver)
        monkeypatch.setattr(datasets, "derivation", self._derive)

    def _once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        if key not in self._found:
            self._found[key] = work()
        return self._found[key]

    def _read(self, text: str, file: str) -> parse.Reading:
        return self._once(("plan", text, file), lambda: self._reading(text, file))

    def _open(self, path: Path, source: Source) -> Opened:
        self._contents[source.file] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._opened(path, source)

    def _deliver(self, plan: Plan, name: str, file: Opened, gates: dict[str, Any], **options: Any) -> Any:
        """Give a delivery; what it tells of the plan is told anew, for its lines differ from plan to plan."""
        own = {key: source for key, source in plan.sources.items() if source.file == file.file}
        written = plan.model_copy(update={"sources": own}).model_dump_json(), repr(plan.left_out)
        marked = tuple(options["marked"].items())
        key = ("delivery", name, *written, file.file, self._contents[file.file], file.file in gates, marked)
        if key not in self._found:
            problems, before = options["problems"], len(options["problems"])
            delivery = self._delivered(plan, name, file, gates, **options)
            if len(problems) > before:
                return delivery
            self._found[key] = delivery, gates[file.file]
        delivery, gates[file.file] = self._found[key]
        return delivery

    def _derive(self, plan: Plan, trial: str, tables: dict[str, pd.DataFrame]) -> datasets.Derivation:
        contents = tuple((name, *map(str, frame.dtypes), frame.to_csv()) for name, frame in sorted(tables.items()))
        clocks = tuple((name, source.clock) for name, source in sorted(plan.sources.items()))
        key = ("datasets", plan.model_dump_json(exclude={"sources"}), clocks, trial, contents)
        return self._once(key, lambda: self._derivation(plan, trial, tables))
