"""Records of a file under our names, before their cells are read."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Mask
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.sources.mapping import FLAG, Mapping, wide_columns
from postinfusion.sources.records import Records, Rows, added
from postinfusion.sources.whole_codes import as_codes
from postinfusion.sources.written_numbers import as_numbers

_EMPTY = ""


@dataclass(frozen=True)
class Raw:
    """A table under our names before its cells are read: text, the place of each row, the column of each wide value."""

    frame: pd.DataFrame
    rows: Rows
    labels: npt.NDArray[np.int32] | None = None
    missing: Mapped[str, Mapped[str, int]] = field(default_factory=dict)
    empty_cells: int = 0


def chosen(way: Mapping, frame: pd.DataFrame, decimal: str) -> Mask:
    """Say which records the plan wants."""
    found = np.ones(len(frame), dtype="bool")
    for theirs, values in way.source.where.items():
        found = found & as_codes(frame[theirs], values, decimal).isin(values).to_numpy(dtype="bool")
    return found


def without_score_of_numbers(way: Mapping, records: Records, decimal: str) -> tuple[Mapping, list[Problem]]:
    """Give the mapping without a column that is called score and holds values, and say what our score is."""
    if way.columns.get("score") != "score" or "score" in way.source.columns:
        return way, []
    text = records.frame["score"][chosen(way, records.frame, decimal)]
    wrong = as_numbers(filled := text[text != _EMPTY])[1]
    if filled.empty or 2 * wrong.sum() >= len(filled):
        return way, []
    remedy = "Rename it." if "value" in way.columns else "Map it: columns: {value: score}."
    what = "score names which score of a scale a row holds, but here it holds numbers."
    rest = {name: theirs for name, theirs in way.columns.items() if name != "score"}
    return replace(way, columns=rest), [Problem(records.file, "", f"{what} {remedy}")]


def as_delivered(plan: Plan, way: Mapping, records: Records, decimal: str) -> Raw:
    """Give records as a table under our names, a wide file as one row per value."""
    if way.wide:
        return _long(plan, way, records, decimal)
    given = records.keep(_are_given(plan, way, records))
    return Raw(_ours(way, given), given.rows, empty_cells=len(records.rows) - len(given.rows))


def _are_given(plan: Plan, way: Mapping, records: Records) -> Mask:
    """Say which records hold the infusion whose columns a source reads: all, where a row is an infusion.

    Where each infusion has columns of its own, its number is a constant and those who did not have it have empty cells.
    """
    named = [theirs for name, theirs in way.columns.items() if name != "id"]
    if way.table.name != "infusions" or "number" not in way.source.constants or not named:
        return np.ones(len(records.rows), dtype="bool")
    empty = records.frame[named].isin({_EMPTY, *plan.missing_codes})
    return ~empty.all(axis=1).to_numpy(dtype="bool")


def _ours(way: Mapping, records: Records) -> pd.DataFrame:
    """Give the records under our names, with constants."""
    named = {name: records.frame[theirs] for name, theirs in way.columns.items()}
    named |= {name: records.frame[theirs] for name, theirs in way.covariates.items()}
    named |= {f"{FLAG}{name}": records.frame[theirs] for name, theirs in way.flags.items()}
    fixed = {
        name: pd.Series(value, index=records.frame.index, dtype="str") for name, value in way.source.constants.items()
    }
    return pd.DataFrame({**named, **fixed}, index=records.frame.index)


def _long(plan: Plan, way: Mapping, records: Records, decimal: str) -> Raw:
    """Give a wide file as one row per value, those of one record together; cells that hold nothing are left out."""
    width, height = len(way.wide), len(records.rows)
    cells = pd.concat([records.frame[column] for _, _, column in way.wide], ignore_index=True)
    in_turn = np.arange(width * height).reshape(width, height).T.ravel()
    codes = {code for code in plan.missing_codes if code != _EMPTY}
    cells = as_codes(cells, codes, decimal)
    declared = cells.isin(codes).to_numpy(dtype="bool")
    kept = in_turn[(~declared & (cells != _EMPTY).to_numpy(dtype="bool"))[in_turn]]
    place, record = np.divmod(kept, max(height, 1))
    added_ = {"measure": [measure for measure, _, _ in way.wide]}
    if way.wide[0][1] is not None:
        added_["visit"] = [str(visit) for _, visit, _ in way.wide]
    if way.items:
        added_["item"] = [str(way.items.get(column, "")) for _, _, column in way.wide]
    texts = {name: pd.Series(values, dtype="str").take(place).reset_index(drop=True) for name, values in added_.items()}
    measure, value = texts.pop("measure"), cells.take(kept).reset_index(drop=True)
    columns_of_values = dict(zip(wide_columns(way.table)[::-1], (value, measure), strict=False))
    texts = {**dict(reversed(columns_of_values.items())), **texts}
    repeated = records.take(record)
    frame = _ours(way, repeated).assign(**texts)
    columns = [column for _, _, column in way.wide]
    of_column = np.flatnonzero(declared) // max(height, 1)
    missing = added(
        {columns[column]: {code: 1}} for column, code in zip(of_column.tolist(), cells[declared], strict=True)
    )
    return Raw(frame, repeated.rows, place.astype("int32"), missing, len(cells) - len(kept))
