"""Records of a file to one canonical table with its problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Finding, Mask, check
from postinfusion.datasets.columns import Column
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.sources.cells import Typed, as_numbers, covariate, typed, without_dates
from postinfusion.sources.companions import completed
from postinfusion.sources.mapping import FLAG, Mapping
from postinfusion.sources.records import Records, Rows, rows_as_text

_EMPTY = ""
ARM_COLUMNS = ("arm", "arm_actual")
Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Raw:
    """A table under our names before its cells are read: text, the place of each row, the column of each wide value."""

    frame: pd.DataFrame
    rows: Rows
    labels: Labels | None = None
    empty_cells: int = 0


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
    labels: Labels | None = None
    excluded: int = 0
    empty_cells: int = 0
    problems: tuple[Problem, ...] = ()

    def problems_of(self, findings: Sequence[Finding]) -> list[Problem]:
        """Give findings with the file, the rows and the names of the columns as the user knows them."""
        return [problem for finding in findings for problem in self._problem(finding)]

    def _problem(self, finding: Finding) -> Iterator[Problem]:
        """Give one finding, apart for each column of a wide layout."""
        if self.labels is None or finding.columns != ("value",):
            names = ", ".join(dict.fromkeys(self.names.get(name, name) for name in finding.columns))
            rows = rows_as_text(self.rows[finding.positions], self.rows)
            yield Problem(self.file, rows, f"{names}: {finding.text}", finding.severity)
            return
        labels = self.labels[finding.positions]
        for label in dict.fromkeys(labels):
            rows = rows_as_text(self.rows[finding.positions[labels == label]], self.rows[self.labels == label])
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
    way, unread = way.within([*records.frame]), {*way.columns}
    kept = records.keep(_chosen(way, records.frame))
    way, misread = _without_score_of_numbers(way, kept)
    raw = _long(plan, way, kept) if way.wide else Raw(_ours(way, kept), kept.rows)
    parts = [_typed(plan, way, column, raw.frame) for column in way.table.columns if column.name in raw.frame]
    parts += [_flag(plan, way, name, raw.frame) for name in way.flags]
    parts += [_covariate(plan, way, name, raw.frame) for name in way.covariates]
    cells = {name: cells for part in parts for name, cells in part.columns.items()}
    whole = completed(way.table, cells, way.source.clock)
    frame = pd.DataFrame(whole.cells, index=raw.frame.index)
    findings = [*(finding for part in parts for finding in part.findings), *whole.findings]
    unreadable = {name: np.ones(len(frame), dtype="bool") for name in unread - {*way.columns}}
    unreadable |= {part.name: part.unreadable for part in parts}
    findings += check(way.table, frame, unreadable, implied=way.implied)
    delivery = Delivery(frame, kept.file, raw.rows, _names(way), raw.labels)
    problems = tuple(dict.fromkeys([*misread, *delivery.problems_of(findings)]))
    excluded = len(records.rows) - len(kept.rows)
    return replace(delivery, excluded=excluded, empty_cells=raw.empty_cells, problems=problems)


def _names(way: Mapping) -> dict[str, str]:
    """Give our column → their column for everything that is mapped."""
    return {**way.columns, **way.covariates, **{f"{FLAG}{name}": theirs for name, theirs in way.flags.items()}}


def _chosen(way: Mapping, frame: pd.DataFrame) -> Mask:
    """Say which records the plan wants."""
    chosen = np.ones(len(frame), dtype="bool")
    for theirs, values in way.source.where.items():
        chosen = chosen & frame[theirs].isin(values).to_numpy(dtype="bool")
    return chosen


def _without_score_of_numbers(way: Mapping, records: Records) -> tuple[Mapping, list[Problem]]:
    """Give the mapping without a column that is called score and holds values, and say what our score is."""
    if way.columns.get("score") != "score" or "score" in way.source.columns:
        return way, []
    text = records.frame["score"]
    wrong = as_numbers(filled := text[text != _EMPTY])[1]
    if filled.empty or 2 * wrong.sum() >= len(filled):
        return way, []
    remedy = "Rename it." if "value" in way.columns else "Map it: columns: {value: score}."
    what = "score names which score of a scale a row holds, but here it holds numbers."
    rest = {name: theirs for name, theirs in way.columns.items() if name != "score"}
    return replace(way, columns=rest), [Problem(records.file, "", f"{what} {remedy}")]


def _ours(way: Mapping, records: Records) -> pd.DataFrame:
    """Give the records under our names, with constants."""
    named = {name: records.frame[theirs] for name, theirs in way.columns.items()}
    named |= {name: records.frame[theirs] for name, theirs in way.covariates.items()}
    named |= {f"{FLAG}{name}": records.frame[theirs] for name, theirs in way.flags.items()}
    fixed = {
        name: pd.Series(value, index=records.frame.index, dtype="str") for name, value in way.source.constants.items()
    }
    return pd.DataFrame({**named, **fixed}, index=records.frame.index)


def _long(plan: Plan, way: Mapping, records: Records) -> Raw:
    """Give a wide file as one row per value, those of one record together; cells that hold nothing are left out."""
    width, height = len(way.wide), len(records.rows)
    measures, visits, columns = (
        np.tile(np.array(part, dtype="object"), height) for part in zip(*way.wide, strict=True)
    )
    cells = records.frame[[column for _, _, column in way.wide]].to_numpy(dtype="object").ravel()
    filled = np.flatnonzero(~np.isin(cells.astype("str"), [_EMPTY, *plan.missing_codes]))
    repeated = records.take(filled // width)
    added = {"measure": measures, "value": cells} | ({} if way.wide[0][1] is None else {"visit": visits})
    texts = {name: pd.Series(values[filled], dtype="str") for name, values in added.items()}
    frame = _ours(way, repeated).assign(**texts)
    return Raw(frame, repeated.rows, columns[filled], len(cells) - len(filled))


def _typed(plan: Plan, way: Mapping, column: Column, raw: pd.DataFrame) -> Typed:
    """Give one column with its type."""
    text = _translated(plan, way, column.name, raw[column.name])
    spellings = _arms(plan) if column.name in ARM_COLUMNS else None
    if spellings and plan.left_out.holds("design", "arms"):
        return Typed(column.name, {column.name: text}, np.zeros(len(text), dtype="bool"))
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


def _covariate(plan: Plan, way: Mapping, name: str, raw: pd.DataFrame) -> Typed:
    """Give a covariate of the plan; strata and declared categories stay text."""
    found = without_dates(name, _translated(plan, way, name, raw[name]))
    is_category = name in {*plan.design.strata, *way.source.categories}
    return replace(found, columns={name: covariate(name, found.columns[name], category=is_category)})


def _flag(plan: Plan, way: Mapping, name: str, raw: pd.DataFrame) -> Typed:
    """Give the flag of a supplied population as true and false; an empty cell is false."""
    column = Column(f"{FLAG}{name}", "yes_no", "belongs to the population")
    found = typed(column, _translated(plan, way, column.name, raw[column.name]), clock=way.source.clock)
    member = found.columns[column.name].fillna(value=False).astype("bool")
    return replace(found, columns={column.name: member})
