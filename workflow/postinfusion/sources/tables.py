"""Records of a file to one canonical table with its problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping as Mapped
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, check
from postinfusion.datasets.columns import Column
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.sources.cells import Typed, covariate, typed
from postinfusion.sources.mapping import FLAG, Mapping
from postinfusion.sources.records import Records, Rows, rows_as_text

_EMPTY = ""


@dataclass(frozen=True)
class Delivery:
    """One canonical table with what is known about the way it came.

    Attributes
    ----------
    frame
        The table.
    file
        Name of the file.
    rows
        Where each row of the table stands in the file.
    names
        Our column → their column.
    labels
        For a wide layout, their column of each value.
    excluded
        How many records ``where`` left out.
    empty_cells
        How many cells of a wide layout held nothing.
    problems
        What is wrong with it by itself.
    """

    frame: pd.DataFrame
    file: str
    rows: Rows
    names: Mapped[str, str]
    labels: np.ndarray | None = None
    excluded: int = 0
    empty_cells: int = 0
    problems: tuple[Problem, ...] = field(default=())

    def problems_of(self, findings: list[Finding]) -> list[Problem]:
        """Give findings with the file, the rows and the names of the columns as the user knows them."""
        return [problem for finding in findings for problem in self._problem(finding)]

    def _problem(self, finding: Finding) -> Iterator[Problem]:
        """Give one finding, apart for each column of a wide layout."""
        if self.labels is None or finding.columns != ("value",):
            names = ", ".join(dict.fromkeys(self.names.get(name, name) for name in finding.columns))
            yield Problem(
                self.file, rows_as_text(self.rows[finding.positions]), f"{names}: {finding.text}", finding.severity
            )
            return
        labels = self.labels[finding.positions]
        for label in dict.fromkeys(labels):
            rows = rows_as_text(self.rows[finding.positions[labels == label]])
            yield Problem(self.file, rows, f"{label}: {finding.text}", finding.severity)


def deliver(plan: Plan, way: Mapping, records: Records) -> Delivery:
    """Give the canonical table of one source.

    Parameters
    ----------
    plan
        The plan.
    way
        How the file becomes the table.
    records
        The file's wanted columns as text.
    """
    kept = records.keep(_chosen(way, records.frame))
    raw, rows, labels = _long(way, kept) if way.wide else (_ours(way, kept), kept.rows, None)
    missing = {_EMPTY, *plan.missing_codes}
    empty_cells = 0
    if labels is not None:
        filled = ~raw["value"].isin(missing).to_numpy(dtype="bool")
        empty_cells = int((~filled).sum())
        raw, rows, labels = raw.loc[filled].reset_index(drop=True), rows[filled], labels[filled]
    parts = {column.name: _typed(plan, way, column, raw) for column in way.table.columns if column.name in raw}
    frame = pd.DataFrame({name: cells for part in parts.values() for name, cells in part.columns.items()})
    frame = frame.assign(**_covariates(plan, way, raw))
    flags, flag_findings = _flags(plan, way, raw)
    unreadable = {name: part.unreadable for name, part in parts.items()}
    findings = [finding for part in parts.values() for finding in part.findings]
    findings += [*flag_findings, *check(way.table, frame, unreadable)]
    names = {**way.columns, **way.covariates, **{f"{FLAG}{key}": theirs for key, theirs in way.flags.items()}}
    delivery = Delivery(
        frame.assign(**flags), kept.file, rows, names, labels, len(records.rows) - len(kept.rows), empty_cells
    )
    return _with_problems(delivery, delivery.problems_of(findings))


def _with_problems(delivery: Delivery, problems: list[Problem]) -> Delivery:
    """Give a delivery with its problems, each told once."""
    fields = {name: getattr(delivery, name) for name in delivery.__dataclass_fields__}
    return Delivery(**(fields | {"problems": tuple(dict.fromkeys(problems))}))


def _chosen(way: Mapping, frame: pd.DataFrame) -> Mask:
    """Say which records the plan wants."""
    chosen = np.ones(len(frame), dtype="bool")
    for theirs, values in way.source.where.items():
        chosen = chosen & frame[theirs].isin(values).to_numpy(dtype="bool")
    return chosen


def _ours(way: Mapping, records: Records) -> pd.DataFrame:
    """Give the records under our names, with constants."""
    named = {name: records.frame[theirs] for name, theirs in way.columns.items()}
    named |= {name: records.frame[theirs] for name, theirs in way.covariates.items()}
    named |= {f"{FLAG}{name}": records.frame[theirs] for name, theirs in way.flags.items()}
    fixed = {
        name: pd.Series(value, index=records.frame.index, dtype="str") for name, value in way.source.constants.items()
    }
    return pd.DataFrame({**named, **fixed}, index=records.frame.index)


def _long(way: Mapping, records: Records) -> tuple[pd.DataFrame, Rows, np.ndarray]:
    """Give a wide file as one row per value, those of one record together, with their column of each value."""
    width, height = len(way.wide), len(records.rows)
    positions = np.repeat(np.arange(height), width)
    repeated = records.take(positions)
    long = _ours(way, repeated)
    labels = np.tile(np.array([column for _, _, column in way.wide], dtype="object"), height)
    long["measure"] = pd.Series(np.tile([measure for measure, _, _ in way.wide], height), dtype="str")
    if any(visit is not None for _, visit, _ in way.wide):
        long["visit"] = pd.Series(np.tile([visit or "" for _, visit, _ in way.wide], height), dtype="str")
    cells = records.frame[[column for _, _, column in way.wide]].to_numpy(dtype="object").ravel()
    long["value"] = pd.Series(cells, dtype="str")
    return long, repeated.rows, labels


def _typed(plan: Plan, way: Mapping, column: Column, raw: pd.DataFrame) -> Typed:
    """Give one column with its type."""
    text = _translated(plan, way, column.name, raw[column.name])
    spellings = _arms(plan) if column.name in {"arm", "arm_actual"} else None
    return typed(column, text, clock=way.source.clock, allowed=spellings)


def _translated(plan: Plan, way: Mapping, name: str, text: pd.Series) -> pd.Series:
    """Give cells after the plan's translation of values, with missing codes as missing."""
    values = way.source.values.get(name)
    if values:
        text = text.map(values).astype("str").fillna(text)
    return text.mask(text.isin({_EMPTY, *plan.missing_codes}))


def _arms(plan: Plan) -> dict[str, str]:
    """Give the spellings of the arms: code and name → name."""
    codes = {arm.code: arm.name for arm in plan.design.arms if arm.code}
    return codes | {arm.name: arm.name for arm in plan.design.arms}


def _covariates(plan: Plan, way: Mapping, raw: pd.DataFrame) -> dict[str, pd.Series]:
    """Give the covariates of the plan; strata and declared categories stay text."""
    categories = {*plan.design.strata, *way.source.categories}
    return {
        name: covariate(name, _translated(plan, way, name, raw[name]), category=name in categories)
        for name in way.covariates
    }


def _flags(plan: Plan, way: Mapping, raw: pd.DataFrame) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Give the flags of supplied populations as true and false; an empty cell is false."""
    flags: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for name in way.flags:
        column = Column(f"{FLAG}{name}", "yes_no", "belongs to the population")
        found = typed(column, _translated(plan, way, column.name, raw[column.name]), clock=way.source.clock)
        flags[column.name] = found.columns[column.name].fillna(value=False).astype("bool")
        findings.extend(found.findings)
    return flags, findings
