"""A table that several files deliver: rows one below the other, or columns side by side for each participant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.checks import not_in, repeated_key
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import PART, Source, table_of
from postinfusion.sources.records import added
from postinfusion.sources.tables import Delivery, Joined, Origin

ONE_ROW_EACH = ("id",)


def misplaced(plan: Plan) -> Iterator[Problem]:
    """Give the sources that are parts of a table whose first file the plan does not name, or on another clock."""
    for name, source in plan.sources.items():
        table = table_of(name)
        if name == table or table not in TABLES:
            continue
        if table not in plan.sources and not plan.left_out.touches("sources", table):
            text = f"this is a further file of {table}, but the plan does not name the first. Call one just {table}."
            yield plan.places.problem(("sources", name), text)
        elif table in plan.sources and source.clock is not plan.sources[table].clock:
            text = f"its clock is {source.clock}, that of {table} is {plan.sources[table].clock}. Use one clock."
            yield plan.places.problem(("sources", name), text)


def is_joined(name: str) -> bool:
    """Say whether a source adds columns, because its table has one row for each participant."""
    return PART in name and TABLES[table_of(name)].key == ONE_ROW_EACH


def whole(plan: Plan, deliveries: Mapping[str, Delivery]) -> tuple[dict[str, Delivery], list[Problem]]:
    """Give one delivery for each table, and in what its parts do not fit each other.

    Parameters
    ----------
    plan
        The plan: what it names in a further file, no other file may deliver.
    deliveries
        By name of the source.
    """
    found: dict[str, Delivery] = {}
    problems: list[Problem] = []
    for table in dict.fromkeys(map(table_of, deliveries)):
        names = [name for name in deliveries if table_of(name) == table]
        parts = [deliveries[name] for name in names]
        if len(parts) == 1:
            found[table] = parts[0]
        elif TABLES[table].key == ONE_ROW_EACH:
            found[table], wrong = _side_by_side(parts, [_named(plan.sources[name]) for name in names])
            problems += wrong
        else:
            found[table] = _one_below_the_other(parts)
            key = list(repeated_key(TABLES[table], found[table].frame, {}))
            problems += [one for one in found[table].problems_of(key) if one.file not in _told_of(parts)]
    return found, problems


def _told_of(parts: Sequence[Delivery]) -> set[str]:
    """Give the files with problems of their own: repeated rows may stand among them already."""
    return {part.file for part in parts if part.problems}


def _one_below_the_other(parts: Sequence[Delivery]) -> Delivery:
    """Give the rows of all parts; a column that a part does not have is missing there."""
    labels = None
    if any(part.labels is not None for part in parts):
        labels = np.concatenate([_labels(part) for part in parts])
    return replace(
        _counted(parts),
        frame=_stacked([part.frame for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        labels=labels,
        origins=tuple(Origin(part.file, part.names, is_wide=part.labels is not None) for part in parts),
        origin=np.repeat(np.arange(len(parts), dtype="int16"), [len(part.frame) for part in parts]),
    )


def _labels(part: Delivery) -> np.ndarray:
    """Give the column of each value; empty for a part with a row for each value."""
    return np.full(len(part.frame), "", dtype="object") if part.labels is None else part.labels


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Give frames one below the other with the types that their columns have; a time that is absent is no date."""
    columns = {str(name): kind for frame in frames for name, kind in frame.dtypes.items()}
    filled = [
        frame.assign(**{name: _absent(kind, name, frame.index) for name, kind in columns.items() if name not in frame})
        for frame in frames
    ]
    return pd.concat([frame[list(columns)] for frame in filled], ignore_index=True)


def _absent(kind: object, name: str, index: pd.Index) -> pd.Series:
    """Give a column that a part does not have."""
    if name.endswith("_date_only"):
        return pd.Series(data=False, index=index)
    return pd.Series(index=index, dtype="float64" if isinstance(kind, np.dtype) and kind.kind == "f" else kind)  # type: ignore[call-overload,no-any-return]


def _named(source: Source) -> set[str]:
    """Give our columns that a plan names in a source; a column that merely has our name is not among them."""
    return {*source.columns, *source.constants, *source.covariates, *source.flags}


def _side_by_side(parts: Sequence[Delivery], named: Sequence[Collection[str]]) -> tuple[Delivery, list[Problem]]:
    """Give the rows of the first part with the columns of the others, by participant.

    Where two files have a column of our name, the one delivers it in which the plan names it; the first, where it names
    it in neither.
    """
    first, *others = parts
    problems: list[Problem] = []
    if "id" not in first.frame:
        return first, problems
    table = _counted(parts)
    taken = {*named[0]}
    for part, wanted in zip(others, named[1:], strict=True):
        problems += list(_not_to_join(table, part, {*wanted} & taken))
        if "id" in part.frame:
            table = _joined(_without(table, {*wanted} - {*taken} - {"id"}), part)
        taken |= {*wanted}
    return table, problems


def _not_to_join(table: Delivery, part: Delivery, wanted: Collection[str]) -> Iterator[Problem]:
    """Give the participants that only the further file has, and the columns that both files have."""
    if "id" not in part.frame:
        return
    yield from part.problems_of(list(not_in(part.frame, "id", table.frame["id"], table.file)))
    for name in [name for name in _common(table, part) if name in wanted]:
        theirs = part.names.get(name, name)
        yield Problem(part.file, "", f"{theirs}: {table.file} delivers {name} too. Map it in one of them only.")


def _without(table: Delivery, columns: Collection[str]) -> Delivery:
    """Give a table without columns that merely have our name, because the plan names them in a further file."""
    given_up = {*columns, *(f"{name}_date_only" for name in columns)}
    return replace(table, frame=table.frame[[name for name in table.frame if name not in given_up]])


def _common(table: Delivery, part: Delivery) -> list[str]:
    """Give the columns but the key that both have."""
    return [name for name in map(str, part.frame) if name in table.frame and name != "id"]


def _joined(table: Delivery, part: Delivery) -> Delivery:
    """Give a table with the columns of a further file."""
    further = [name for name in map(str, part.frame) if name not in table.frame]
    of_id = part.frame.dropna(subset=["id"]).drop_duplicates("id").set_index("id")
    place = pd.Series(np.arange(len(part.frame)), index=part.frame["id"]).groupby(level=0).first()
    at = table.frame["id"].map(place).astype("Int64")
    columns = of_id[further].reindex(table.frame["id"]).set_axis(table.frame.index)
    for name in [name for name in further if name.endswith("_date_only")]:
        columns[name] = columns[name].astype("boolean").fillna(value=False).astype("bool")
    rows = np.where(at.isna(), 0, part.rows[at.fillna(0).to_numpy(dtype="int64")] if len(part.rows) else 0)
    new = dict.fromkeys(further, Joined(part.file, part.names, rows))
    return replace(table, frame=pd.concat([table.frame, columns], axis=1), joined={**table.joined, **new})


def _counted(parts: Sequence[Delivery]) -> Delivery:
    """Give the first part with what is counted over all parts."""
    return replace(
        parts[0],
        excluded=sum(part.excluded for part in parts),
        empty_cells=sum(part.empty_cells for part in parts),
        missing=added([part.missing for part in parts]),
        problems=tuple(dict.fromkeys(problem for part in parts for problem in part.problems)),
        ignored=tuple(dict.fromkeys(name for part in parts for name in part.ignored)),
    )
