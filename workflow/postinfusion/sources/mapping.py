"""Which column of a file delivers which column of a table, and where plan, file and table do not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field, replace

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.columns import Column, Table
from postinfusion.errors import Problem, listed, nearest
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.scale_rules import by_visit, item_columns
from postinfusion.plan.source import Source, table_of
from postinfusion.sources.names import are_names
from postinfusion.sources.standards import DOMAINS, with_standard

FLAG = "flag:"
WEIGHT = "WEIGHT"
_WEIGHTS = "weights"
_ONE_ROW_EACH = ("id",)


@dataclass(frozen=True)
class Mapping:
    """How one file becomes one table.

    Attributes
    ----------
    table
        The definition of the table.
    source
        The part of the plan.
    columns
        Our column → their column, for those that the file has.
    covariates, flags
        Participants only: name in the plan → their column.
    wide
        (measure, visit or None, their column), for tables with a column per measure or per item.
    items
        Their column → number of the item, for columns of single items.
    """

    table: Table
    source: Source
    columns: dict[str, str]
    covariates: dict[str, str]
    flags: dict[str, str]
    wide: tuple[tuple[str, str | None, str], ...] = ()
    items: Mapped[str, int] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Their columns that are read; all others are not."""
        wide = [column for _, _, column in self.wide]
        used = [*self.columns.values(), *self.covariates.values(), *self.flags.values(), *wide, *self.source.where]
        return tuple(dict.fromkeys(used))

    @property
    def implied(self) -> tuple[str, ...]:
        """Our columns that a wide layout fills: what they hold is told by the place of a cell in its row."""
        filled = (*wide_columns(self.table), "visit") if self.wide else ()
        return tuple(name for name in filled if name not in self.columns)

    def within(self, columns: Collection[str]) -> Mapping:
        """Give the mapping without what comes from other columns than these."""
        where = {theirs: values for theirs, values in self.source.where.items() if theirs in columns}
        return replace(
            self,
            source=self.source.model_copy(update={"where": where}),
            columns={name: theirs for name, theirs in self.columns.items() if theirs in columns},
            covariates={name: theirs for name, theirs in self.covariates.items() if theirs in columns},
            flags={name: theirs for name, theirs in self.flags.items() if theirs in columns},
            wide=tuple(entry for entry in self.wide if entry[2] in columns),
        )

    def ignored(self, header: Collection[str]) -> tuple[str, ...]:
        """Give the columns of the file that nothing uses."""
        return tuple(name for name in header if name and name not in self.wanted)


def unknown_names(plan: Plan) -> Iterator[Problem]:
    """Give the names in the sources that no table has."""
    for name, source in plan.sources.items():
        if table_of(name) not in TABLES:
            remedy = nearest(table_of(name), TABLES) or f"There are: {', '.join(TABLES)}."
            yield plan.places.problem(("sources", name), f"there is no such table. {remedy}")
        else:
            yield from _unknown_columns(plan, name, source)
    if "participants" not in plan.sources and not plan.left_out.touches("sources", "participants"):
        yield plan.places.problem(("sources",), "every trial needs the source participants. Add it.")


def mapping(plan: Plan, name: str, header: Collection[str]) -> tuple[Mapping, list[Problem]]:
    """Give how a file becomes a table, with what its header lacks.

    Parameters
    ----------
    plan
        The plan.
    name
        Name of the source, whose table is one of ``TABLES``.
    header
        Names of the columns of the file.
    """
    source, table = with_standard(plan.sources[name], table_of(name), header), TABLES[table_of(name)]
    parts = {"columns": source.columns, "covariates": source.covariates, "flags": source.flags}
    problems = [
        problem
        for part, named in parts.items()
        for key, theirs in named.items()
        for problem in _absent(plan, ("sources", name, part, key), theirs, source, header)
    ]
    of_items = tuple(item_columns(plan, source))
    for measure, _, theirs, _ in of_items:
        problems.extend(_absent(plan, ("sources", name, "items", measure), theirs, source, header))
    wide = (*_wide(source), *((measure, visit, theirs) for measure, visit, theirs, _ in of_items))
    for measure, visit, theirs in _wide(source):
        way: Path = ("sources", name, "wide", measure) if visit is None else ("sources", name, "wide", measure, visit)
        problems.extend(_absent(plan, way, theirs, source, header))
    for theirs in source.where:
        problems.extend(_absent(plan, ("sources", name, "where", theirs), theirs, source, header))
    named = {name: source.columns.get(name, name) for name in table.names if name not in _elsewhere(table, source)}
    items = {theirs: item for _, _, theirs, item in of_items}
    found = Mapping(table, source, named, source.covariates, source.flags, wide, items).within(header)
    return found, [*problems, *_required(found, header, is_further=name != table.name)]


def wide_columns(table: Table) -> tuple[str, ...]:
    """Give our columns that a wide layout fills, that of the values last; none where a table cannot be wide."""
    if table.name == _WEIGHTS:
        return ("weight_kg",)
    return ("measure", "value") if {"measure", "value"} <= {*table.names} else ()


def _elsewhere(table: Table, source: Source) -> tuple[str, ...]:
    """Give the columns that constants or a wide layout fill."""
    if not source.wide and not source.items:
        return (*source.constants,)
    of_visits = ["visit"] if visits_of_columns(source) else []
    return (*source.constants, *wide_columns(table), *(["item"] if source.items else []), *of_visits)


def _wide(source: Source) -> Iterator[tuple[str, str | None, str]]:
    """Give measure, visit and their column for each column of a wide layout."""
    for measure, columns in source.wide.items():
        if isinstance(columns, str):
            yield measure, None, columns
        else:
            yield from ((measure, visit, column) for visit, column in columns.items())


def visits_of_columns(source: Source) -> set[str]:
    """Give the visits that a wide layout has columns for."""
    of_items = {visit for written in source.items.values() for visit, _ in by_visit(written)}
    return {visit for visit in {*of_items, *(visit for _, visit, _ in _wide(source))} if visit is not None}


def _required(found: Mapping, header: Collection[str], *, is_further: bool) -> Iterator[Problem]:
    """Give the required columns that nothing delivers, unless the plan named a column that is not there.

    A further file of a table with one row for each participant adds columns: it needs only the participant.
    """
    source, table = found.source, found.table
    adds_columns = is_further and table.key == _ONE_ROW_EACH
    for column in table.columns:
        delivered = column.name in {*found.columns, *source.columns, *_elsewhere(table, source)}
        delivered |= adds_columns and column.name not in table.key
        if column.required and not delivered:
            yield Problem(source.file, "", _how_to_map(column, header))


def _how_to_map(column: Column, header: Collection[str]) -> str:
    """Say that a required column is missing, and how to name the column that holds it."""
    near = nearest(column.name, header) if are_names(header) else ""
    others = "" if near else f" {_what_it_has(header)}"
    text = f'no column "{column.name}" ({column.meaning}).{others}'
    return f"{text} {near} Name it under columns: {{{column.name}: …}}.".replace("  ", " ")


def _absent(plan: Plan, way: Path, theirs: str, source: Source, header: Collection[str]) -> Iterator[Problem]:
    """Say that the plan names a column that the file does not have."""
    if theirs not in header:
        remedy = (nearest(theirs, header) if are_names(header) else "") or _what_it_has(header)
        yield plan.places.problem(way, f'{source.file} has no column "{theirs}". {remedy}')


def _what_it_has(header: Collection[str]) -> str:
    """Name the columns of a file; data that stand where their names belong are not shown."""
    if are_names(header):
        return f"It has: {listed(name for name in header if name)}."
    return "Where the names of its columns belong stand numbers, dates or no words: put the names there."


def _unknown_columns(plan: Plan, name: str, source: Source) -> Iterator[Problem]:
    """Give the names of columns in one source that its table does not have."""
    table = TABLES[table_of(name)]
    named = {
        "columns": [*source.columns],
        "constants": [*source.constants],
        "values": [key for key in source.values if key not in source.covariates],
        "qualifiers": [*source.qualifiers],
    }
    for part, keys in named.items():
        for key in keys:
            if key not in table.names:
                remedy = nearest(key, table.names) or f"There are: {', '.join(table.names)}."
                yield plan.places.problem(("sources", name, part, key), f"{table.name} have no such column. {remedy}")
    yield from _misplaced(plan, name, source)


def _misplaced(plan: Plan, name: str, source: Source) -> Iterator[Problem]:
    """Give the parts of a source that its table cannot have."""
    if table_of(name) != "participants":
        for part in ("covariates", "flags", "categories"):
            if getattr(source, part):
                yield plan.places.problem(("sources", name, part), "only participants can have these. Move them there.")
    for category in source.categories:
        if category not in source.covariates:
            remedy = nearest(category, source.covariates)
            text = f'"{category}" is not among the covariates. {remedy}'.strip()
            yield plan.places.problem(("sources", name, "categories"), text)
    for key in source.covariates:
        if key in TABLES["participants"].names:
            text = "participants have a column of this name. Map it under columns."
            yield plan.places.problem(("sources", name, "covariates", key), text)
    yield from _reading_misplaced(plan, name, source)
    yield from _wide_misplaced(plan, name, source)


def _reading_misplaced(plan: Plan, name: str, source: Source) -> Iterator[Problem]:
    """Give what a source says about how it is written and its table cannot use."""
    if source.standard and table_of(name) not in DOMAINS[source.standard]:
        text = f"the standard says nothing of {table_of(name)}. Map its columns under columns, and remove this key."
        yield plan.places.problem(("sources", name, "standard"), text)
    for key in source.qualifiers:
        if key != "value":
            text = "only the column value can keep what stands beside its numbers. Remove it."
            yield plan.places.problem(("sources", name, "qualifiers", key), text)


def _wide_misplaced(plan: Plan, name: str, source: Source) -> Iterator[Problem]:
    """Give what is wrong with a wide layout whatever the file holds."""
    table = TABLES[table_of(name)]
    if source.wide and not wide_columns(table):
        text = "only assessments, vitals and weights can be wide. Remove it."
        yield plan.places.problem(("sources", name, "wide"), text)
    for measure in source.wide if table.name == _WEIGHTS else ():
        if measure != WEIGHT:
            text = f"weights hold the measure {WEIGHT} only. Write {WEIGHT}, or move this to assessments."
            yield plan.places.problem(("sources", name, "wide", measure), text)
    for measure, columns in source.wide.items():
        for visit in columns if isinstance(columns, dict) else ():
            known = visit in plan.visit_names or visit in plan.left_out or plan.left_out.holds("schedule")
            if not known:
                remedy = nearest(visit, plan.visit_names) or f"There are: {listed(plan.visit_names)}."
                text = f"this is not a visit of the schedule. {remedy}"
                yield plan.places.problem(("sources", name, "wide", measure, visit), text)
    shapes = {isinstance(columns, str) for columns in source.wide.values()}
    shapes |= {visit is None for written in source.items.values() for visit, _ in by_visit(written)}
    if len(shapes) > 1:
        text = "give either every measure one column, or every measure its columns by visit."
        yield plan.places.problem(("sources", name, "wide"), text)
