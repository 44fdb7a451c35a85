"""Records of a file to one canonical table with its problems, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.canonical import CLOCK
from postinfusion.datasets.checks import Finding, Mask, check, copies
from postinfusion.datasets.columns import Column
from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.sources.cells import covariate, typed
from postinfusion.sources.codes import undeclared_codes
from postinfusion.sources.companions import completed
from postinfusion.sources.gate.free_text import coded
from postinfusion.sources.gathered import Gathered
from postinfusion.sources.id_forms import equal_ids, in_form, made_equal
from postinfusion.sources.mapping import FLAG, Mapping
from postinfusion.sources.raw import as_delivered, chosen, without_score_of_numbers
from postinfusion.sources.records import Records, Rows, added, distinct_problems, rows_as_text
from postinfusion.sources.typed import Spelling, Typed
from postinfusion.sources.whole_codes import as_codes

_EMPTY = ""
_MANY_COLUMNS = 4
_OF_VALUES = (("value",), ("weight_kg",))
_BY_CELL = ("number", "integer", "time")
ARM_COLUMNS = ("arm", "arm_actual", "arm_2", "arm_given")
Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Origin:
    """One of several files of a table: its name, our column → its column, and whether it has a column per measure."""

    file: str
    names: Mapped[str, str]
    is_wide: bool = False


@dataclass(frozen=True)
class Joined:
    """The further file that a column comes from: its name, our column → its column, and where each row stands in it.

    A row that the file does not have stands at 0.
    """

    file: str
    names: Mapped[str, str]
    rows: Rows


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
    missing
        Their column → code → how many cells held this code for missing, declared in the plan or in the file.
    problems
        What is wrong with it by itself.
    ignored
        Columns of the file that nothing uses.
    origins, origin
        Of a table whose rows come from several files: the files, and the position of that of each row.
    changed_ids
        The ids that the rule of the plan brought into another form, as the file writes them.
    joined
        Of a table whose columns come from several files: our column → the further file it comes from.
    """

    frame: pd.DataFrame
    file: str
    rows: Rows
    names: Mapped[str, str]
    labels: Labels | None = None
    excluded: int = 0
    empty_cells: int = 0
    missing: Mapped[str, Mapped[str, int]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    origin: npt.NDArray[np.int16] | None = None
    joined: Mapped[str, Joined] = field(default_factory=dict)
    changed_ids: frozenset[str] = frozenset()

    def keep(self, mask: Mask) -> Delivery:
        """Give some rows of the table, and count the others as excluded."""
        return replace(
            self,
            frame=self.frame[mask].reset_index(drop=True),
            rows=self.rows[mask],
            labels=None if self.labels is None else self.labels[mask],
            origin=None if self.origin is None else self.origin[mask],
            joined={name: replace(part, rows=part.rows[mask]) for name, part in self.joined.items()},
            excluded=self.excluded + int((~mask).sum()),
        )

    def problems_of(self, findings: Sequence[Finding]) -> list[Problem]:
        """Give findings with the file, the rows and the names of the columns as the user knows them."""
        return [problem for finding in findings for problem in self._problem(finding)]

    def _problem(self, finding: Finding) -> Iterator[Problem]:
        """Give one finding, apart for each file of the table and each column of a wide layout."""
        further = next((self.joined[name] for name in finding.columns if name in self.joined), None)
        if further is not None:
            yield from _told(finding, Origin(further.file, {**self.names, **further.names}), further.rows, None)
        elif self.origin is None:
            yield from _told(finding, Origin(self.file, self.names, self.labels is not None), self.rows, self.labels)
        else:
            for number, origin in enumerate(self.origins):
                here = finding.positions[self.origin[finding.positions] == number]
                if len(here) or not len(finding.positions):
                    own = np.where(self.origin == number, self.rows, 0)
                    yield from _told(replace(finding, positions=here), origin, own, self.labels)


def _told(finding: Finding, origin: Origin, rows: Rows, labels: Labels | None) -> Iterator[Problem]:
    """Give one finding in one file; rows at 0 are not in it."""
    here = rows > 0
    if labels is None or not origin.is_wide or finding.columns not in _OF_VALUES:
        names = ", ".join(_spelt(finding.columns, origin.names))
        found = rows[finding.positions]
        place = rows_as_text(found[found > 0], rows[here])
        yield Problem(origin.file, place, f"{names}: {finding.text}", finding.severity)
        return
    of_finding = labels[finding.positions]
    distinct = [*dict.fromkeys(of_finding)]
    of_these = here & np.isin(labels, distinct)
    if len(distinct) >= _MANY_COLUMNS and 2 * len(finding.positions) >= of_these.sum():
        shown = f"{distinct[0]} to {distinct[-1]} ({len(distinct)} columns)"
        place = rows_as_text(np.unique(rows[finding.positions]), np.unique(rows[of_these]))
        yield Problem(origin.file, place, f"{shown}: {finding.text}", finding.severity)
        return
    for label in distinct:
        place = rows_as_text(rows[finding.positions[of_finding == label]], rows[here & (labels == label)])
        yield Problem(origin.file, place, f"{label}: {finding.text}", finding.severity)


def _spelt(columns: Sequence[str], names: Mapped[str, str]) -> list[str]:
    """Give columns as the file names them, those of one date apart by the columns of the hours beside it."""
    theirs = [names.get(name, name) for name in columns]
    clocks = [names.get(f"{name}{CLOCK}", "") for name in columns]
    told = [
        f"{one} with {clock}" if clock and theirs.count(one) > 1 else one
        for one, clock in zip(theirs, clocks, strict=True)
    ]
    return list(dict.fromkeys(told))


class GrowingTable:
    """One canonical table while the chunks of its file come in.

    Parameters
    ----------
    plan
        The plan.
    way
        How the file becomes the table.
    decimal
        The decimal mark of the file, where the plan does not say it.
    """

    def __init__(self, plan: Plan, way: Mapping, decimal: str = ".") -> None:
        self._plan, self._way = plan, way
        self._decimal = way.source.decimal.mark if way.source.decimal else decimal
        self._unread = {*way.columns}
        self._misread: list[Problem] = []
        self._columns: dict[str, Gathered] = {}
        self._rows: list[Rows] = []
        self._labels: list[npt.NDArray[np.int32]] = []
        self._missing: list[Mapped[str, Mapped[str, int]]] = []
        self._problems: list[tuple[Problem, ...]] = []
        self._excluded = self._empty_cells = 0
        self._changed_ids: set[str] = set()
        self._written_ids: list[pd.Series] = []

    def add(self, records: Records) -> None:
        """Add a chunk of the file; it may have more columns than are wanted."""
        if not self._rows:
            self._way, self._misread = without_score_of_numbers(
                self._way.within([*records.frame]), records, self._decimal
            )
        kept = records.keep(chosen(self._way, records.frame, self._decimal))
        raw = as_delivered(self._plan, self._way, kept, self._decimal)
        if not self._columns:
            self._columns = {name: self._gathered(name) for name in map(str, raw.frame)}
        for name, column in self._columns.items():
            column.add(raw.frame[name])
        if self._compares_ids and "id" in raw.frame:
            self._written_ids.append(raw.frame["id"])
        self._rows.append(raw.rows)
        self._missing += [records.missing, raw.missing]
        self._problems.append(records.problems)
        if raw.labels is not None:
            self._labels.append(raw.labels)
        self._excluded += len(records.rows) - len(kept.rows)
        self._empty_cells += raw.empty_cells

    @property
    def _compares_ids(self) -> bool:
        """No two rows may have one id, and the plan says in which form ids are."""
        return self._way.source.id_form is not None and self._way.table.key == ("id",)

    def _gathered(self, name: str) -> Gathered:
        """Give the place where a column is gathered."""
        read, by_cell = _reader(self._plan, self._way, name, self._decimal)
        codes = tuple(self._plan.missing_codes)
        decimal = self._decimal
        return Gathered(
            read,
            lambda text: self._in_form(name, _translated(self._plan, self._way, name, text, decimal)),
            lambda text: as_codes(text, codes, decimal),
            codes,
            by_cell=by_cell,
        )

    def _in_form(self, name: str, text: pd.Series) -> pd.Series:
        """Give ids in the form that the plan says, and remember which it changes; other columns as they are."""
        form = self._way.source.id_form
        if name != "id" or form is None:
            return text
        formed = text.map({one: in_form(one, form) for one in text.dropna()}).astype("str")
        self._changed_ids |= {*text[text.notna() & (formed != text)]}
        return formed

    def delivery(self) -> Delivery:
        """Give the table with everything that is wrong with it."""
        read, stories = coded(self._way.table, [column.result() for column in self._columns.values()])
        parts = {part.name: part for part in read}
        cells = {name: cells for part in parts.values() for name, cells in part.columns.items()}
        whole = completed(self._way.table, cells, self._way.source.clock)
        rows = np.concatenate(self._rows)
        frame = pd.DataFrame(_in_order(self._way, whole.cells), index=pd.RangeIndex(len(rows)))
        findings = [*(finding for part in parts.values() for finding in part.findings), *whole.findings, *stories]
        unreadable = {name: np.ones(len(frame), dtype="bool") for name in self._unread - {*self._way.columns}}
        unreadable |= {name: part.unreadable for name, part in parts.items()}
        checked, copied = self._checked(frame, unreadable)
        findings += checked
        findings += undeclared_codes(self._way.table, frame, _declared(self._way))
        names = _names(self._way)
        missing = {names.get(name, name): column.missing for name, column in self._columns.items() if column.missing}
        delivery = Delivery(frame, self._way.source.file, rows, names, self._all_labels())
        told = [*self._misread, *distinct_problems(self._problems), *delivery.problems_of(findings)]
        return replace(
            delivery.keep(~copied) if copied.any() else delivery,
            excluded=self._excluded + int(copied.sum()),
            empty_cells=self._empty_cells,
            missing=added([*self._missing, missing]),
            problems=tuple(dict.fromkeys(told)),
            changed_ids=frozenset(self._changed_ids),
        )

    def _checked(self, frame: pd.DataFrame, unreadable: Mapped[str, Mask]) -> tuple[list[Finding], Mask]:
        """Give in what the table does not satisfy its definition, and which rows are copies of an earlier one."""
        findings = check(self._way.table, frame, unreadable, implied=self._way.implied)
        if self._written_ids and (equal := made_equal(pd.concat(self._written_ids), frame["id"])).any():
            others = [finding for finding in findings if not equal[finding.positions].all()]
            return [*equal_ids(equal), *others], np.zeros(len(frame), dtype="bool")
        copied = copies(frame, findings)
        if not copied.any():
            return findings, copied
        kept = np.flatnonzero(~copied)
        whole = {name: mask[kept] for name, mask in unreadable.items()}
        findings = check(self._way.table, frame.iloc[kept].reset_index(drop=True), whole, implied=self._way.implied)
        at = [replace(finding, positions=kept[finding.positions]) for finding in findings]
        text = "the row is in everything that is read from it the same as an earlier one; it is read once."
        return [*at, Finding(self._way.table.key[:1], np.flatnonzero(copied), text, "warning")], copied

    def _all_labels(self) -> Labels | None:
        """Give their column of each value of a wide layout."""
        if not self._way.wide:
            return None
        columns = np.array([column for _, _, column in self._way.wide], dtype="object")
        labels: Labels = columns[np.concatenate(self._labels)]
        return labels


def _in_order(way: Mapping, cells: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Give the columns in the order of the table's definition, a time with its date_only beside it; then all others."""
    ours = [name for column in way.table.names for name in (column, f"{column}_date_only") if name in cells]
    flags = [f"{FLAG}{name}" for name in way.flags if f"{FLAG}{name}" in cells]
    return {name: cells[name] for name in dict.fromkeys([*ours, *flags, *cells])}


def _names(way: Mapping) -> dict[str, str]:
    """Give our column → their column for everything that is mapped."""
    return {**way.columns, **way.covariates, **{f"{FLAG}{name}": theirs for name, theirs in way.flags.items()}}


def _reader(plan: Plan, way: Mapping, name: str, decimal: str) -> tuple[Callable[[pd.Series, int | None], Typed], bool]:
    """Give how the cells of one column are read, and whether each by itself."""
    source = way.source
    spelling = Spelling(
        source.clock, decimal, source.dates, source.standard is not None, tuple(source.qualifiers), _declared(way)
    )
    if name.startswith(FLAG):
        return lambda text, filled: _flag(name, text, spelling, filled), False
    if name in way.covariates:
        is_category = name in {*plan.design.strata, *source.categories}
        return lambda text, _: _covariate(name, text, spelling, category=is_category), False
    column = way.table.column(name)
    spellings = _arms(plan) if name in ARM_COLUMNS else None
    if spellings and plan.left_out.holds("design", "arms"):
        return lambda text, _: Typed(name, {name: text}, np.zeros(len(text), dtype="bool")), False
    return (
        lambda text, filled: typed(column, text, spelling, allowed=spellings, filled=filled),
        column.type in _BY_CELL,
    )


def _translated(plan: Plan, way: Mapping, name: str, text: pd.Series, decimal: str) -> pd.Series:
    """Give cells after the plan's translation of values, with missing codes as missing."""
    values = way.source.values.get(name)
    if values:
        text = as_codes(text, values, decimal).map(values).astype("str").fillna(text)
    return text.mask(as_codes(text, plan.missing_codes, decimal).isin({_EMPTY, *plan.missing_codes}))


def _declared(way: Mapping) -> dict[str, tuple[str, ...]]:
    """Give the values that the plan names, by our column."""
    return {name: tuple(values.values()) for name, values in way.source.values.items()}


def _arms(plan: Plan) -> dict[str, str]:
    """Give the spellings of the arms: code and name → name."""
    codes = {arm.code: arm.name for arm in plan.design.arms if arm.code}
    return codes | {arm.name: arm.name for arm in plan.design.arms}


def _covariate(name: str, text: pd.Series, spelling: Spelling, *, category: bool) -> Typed:
    """Give a covariate of the plan; strata and declared categories stay text."""
    found = typed(Column(name, "text", "a covariate"), text, spelling)
    cells = covariate(name, found.columns[name], category=category, decimal=spelling.decimal)
    return replace(found, columns={name: cells})


def _flag(name: str, text: pd.Series, spelling: Spelling, filled: int | None) -> Typed:
    """Give the flag of a supplied population as true and false; an empty cell is false."""
    found = typed(Column(name, "yes_no", "belongs to the population"), text, spelling, filled=filled)
    member = found.columns[name].fillna(value=False).astype("bool")
    return replace(found, columns={name: member})
