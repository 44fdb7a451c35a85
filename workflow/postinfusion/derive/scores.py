"""Scores from single items and from other scores: canonical assessments as delivered → one row for each score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.derive import score_findings as tell
from postinfusion.derive.occasions import Occasions, occasions_of
from postinfusion.errors import DataError, Problem
from postinfusion.instruments import catalogue, scoring
from postinfusion.instruments.catalogue import Found
from postinfusion.instruments.scoring import Array, Mask, Scored
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import table_of

ANSWERED, PRORATED, CENSORED = "items_answered", "prorated", "censored"
_QUALIFIER = "qualifier"
_AT_LEAST = (">", "≥", ">=")


@dataclass(frozen=True)
class Assessed:
    """Assessments with one row for each score.

    Attributes
    ----------
    frame
        Canonical assessments without single items; where scores were computed or are censored also with
        ``items_answered``, ``prorated`` and ``censored``.
    rows
        For each row the position in the assessments as delivered: the row of the score, or that of its first item.
    findings
        What to tell, by positions in the assessments as delivered.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.intp]
    findings: tuple[Finding, ...] = ()


def with_scores(plan: Plan, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the canonical tables with every score that can be computed, and without single items.

    Raises
    ------
    DataError
        Items belong to no known scale, or to none of its items.
    """
    if "assessments" not in tables:
        return tables
    found = assessed(plan, tables["assessments"])
    errors = [finding.text for finding in found.findings if finding.severity == "error"]
    if errors:
        files = [source.file for name, source in plan.sources.items() if table_of(name) == "assessments"]
        raise DataError(Problem(", ".join(files), "", text) for text in errors)
    return {**tables, "assessments": found.frame}


def assessed(plan: Plan, assessments: pd.DataFrame) -> Assessed:
    """Give assessments with one row for each score: as delivered, or computed from items or other scores.

    Parameters
    ----------
    plan
        The plan: its own scales, and what counts where a delivered score differs from the computed one.
    assessments
        Canonical assessments; without ``item`` there are no single items.

    Notes
    -----
    A score from all of its items replaces the delivered one, unless the plan prefers the latter. A prorated score, and
    one from delivered subscales, only fills in where none was delivered.
    """
    positions = np.arange(len(assessments))
    of_items = assessments["item"].notna().to_numpy() if "item" in assessments else np.zeros(len(positions), "bool")
    kept = positions[~of_items]
    parts = [Assessed(assessments.iloc[kept], kept)]
    changed = assessments["value"].to_numpy(dtype="float64").copy()
    marks = {name: np.full(len(assessments), np.nan) for name in (ANSWERED, PRORATED, CENSORED)}
    at_least = _said_to_be_at_least(assessments)
    marks[CENSORED][at_least] = 1.0
    findings: list[Finding] = []
    for measure, here in _by_measure(assessments):
        found = catalogue.find(measure, plan.instruments)
        if found is None or found.instrument.versions:
            findings += tell.unknown_items(plan, measure, here[of_items[here]])
            continue
        occasions = occasions_of(found.instrument, assessments, here, of_items[here])
        findings += tell.stopped_tasks(measure, found.instrument, occasions)
        occasions = _up_to_caps(found, occasions)
        for name, values in occasions.values.items():
            rows = occasions.rows[name]
            changed[rows[rows >= 0]] = values[rows >= 0]
        one = _Measure(plan, measure, found, occasions, at_least)
        findings += one.findings()
        for score in one.scores():
            changed[score.replaced] = score.new_values
            for name, values in score.marks.items():
                marks[name][score.delivered] = values
            parts.append(score.added(assessments))
    return _joined(parts, changed, marks, findings)


def _said_to_be_at_least(assessments: pd.DataFrame) -> Mask:
    """Say which values were delivered with a mark that the true one is at least as large, as >300 of a timed task."""
    if _QUALIFIER not in assessments:
        return np.zeros(len(assessments), dtype="bool")
    return assessments[_QUALIFIER].isin(_AT_LEAST).to_numpy(dtype="bool")


def _by_measure(assessments: pd.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.intp]]]:
    """Give the positions of each measure's rows."""
    groups = assessments.groupby("measure", sort=False).indices
    yield from ((str(measure), np.asarray(positions)) for measure, positions in groups.items())


@dataclass(frozen=True)
class _Score:
    """One score of all occasions: which delivered rows it changes, and which it adds."""

    measure: str
    name: str
    result: Scored
    delivered: npt.NDArray[np.intp]
    marks: Mapping[str, Array]
    replaced: npt.NDArray[np.intp]
    new_values: Array
    first_rows: npt.NDArray[np.intp]
    is_added: Mask

    def added(self, assessments: pd.DataFrame) -> Assessed:
        """Give the rows of occasions that no score was delivered for."""
        rows = self.first_rows[self.is_added]
        result = self.result
        columns: dict[str, Any] = {
            "measure": self.measure,
            "score": self.name,
            "value": result.value[self.is_added],
            ANSWERED: result.answered[self.is_added].astype("float64"),
            PRORATED: result.prorated[self.is_added].astype("float64"),
            CENSORED: result.censored[self.is_added].astype("float64"),
        }
        if _QUALIFIER in assessments:
            columns[_QUALIFIER] = None
        return Assessed(assessments.iloc[rows].assign(**columns), rows)


@dataclass(frozen=True)
class _Measure:
    """One scale of a trial with what was delivered of it."""

    plan: Plan
    measure: str
    found: Found
    occasions: Occasions
    at_least: Mask

    def _marked(self, rows: npt.NDArray[np.intp]) -> Mask:
        """Say which of some rows, by their positions, were delivered as at least their value."""
        return np.asarray((rows >= 0) & self.at_least[rows], dtype="bool")

    @property
    def aligned(self) -> bool:
        """The export has turned the reversed items already."""
        keys = {catalogue.key_of(name) for name in self.plan.scoring.aligned}
        return bool(keys & {catalogue.key_of(name) for name in (self.measure, self.found.name)})

    @cached_property
    def results(self) -> dict[str, Scored]:
        """Give the scores that can be computed: from items where there are any, else from delivered scores."""
        instrument, occasions = self.found.instrument, self.occasions
        computed: dict[str, Scored] = {}
        if occasions.has_items.any():
            share = self.plan.scoring.prorate
            stopped = self._marked(occasions.item_rows)
            computed = scoring.from_items(
                instrument, occasions.answers, aligned=self.aligned, share=share, stopped=stopped
            )
        delivered = {
            name: _as_delivered(self.found, name, value, self._marked(occasions.rows[name]))
            for name, value in occasions.values.items()
        }
        for name, score in instrument.scores.items():
            if score.of and {*score.of} <= {*delivered}:
                composed = scoring.from_scores(score, delivered)
                computed[name] = _where(occasions.has_items, computed[name], composed) if name in computed else composed
        return computed

    def scores(self) -> Iterator[_Score]:
        """Give each score with what it changes and adds; a delivered one that nothing computes only with its marks."""
        computed = self.results
        for name in dict.fromkeys([*computed, *self.occasions.values]):
            delivered = self.occasions.rows.get(name, np.full(self.occasions.number, -1))
            given = self.occasions.values.get(name, np.full(self.occasions.number, np.nan))
            result = computed.get(name) or _as_delivered(self.found, name, given, self._marked(delivered))
            yield self._score(name, result, delivered, given, is_computed=name in computed)

    def findings(self) -> Iterator[Finding]:
        """Tell what is noticed about the items and about scores that differ."""
        instrument, occasions = self.found.instrument, self.occasions
        yield from tell.strange_items(self.measure, instrument, occasions)
        if scoring.runs_against_the_rest(instrument, occasions.answers, aligned=self.aligned):
            yield tell.turned_twice(self.measure, occasions)
        yield from tell.wrong_order(self.measure, instrument, occasions)
        yield from tell.not_scored(self.measure, instrument, occasions)
        for name, result in self.results.items():
            computed = tell.Computed(self.measure, name, instrument.scores[name], result, occasions)
            yield from tell.of_score(self.plan, computed)

    def _score(
        self, name: str, result: Scored, delivered: npt.NDArray[np.intp], given: Array, *, is_computed: bool
    ) -> _Score:
        """Give one score with what it changes and adds."""
        has_row, exists = delivered >= 0, ~np.isnan(result.value)
        wins = self.occasions.has_items & result.complete & (self.plan.scoring.prefer == "recomputed")
        takes = is_computed & has_row & exists & (wins | np.isnan(given))
        from_items = self.occasions.has_items & (result.answered > 0)
        marks = {
            ANSWERED: np.where(from_items, result.answered, np.nan)[has_row],
            PRORATED: np.where(takes, result.prorated, 0.0)[has_row],
            CENSORED: (result.censored | (self._marked(delivered) & ~takes))[has_row].astype("float64"),
        }
        return _Score(
            self.measure,
            name,
            replace(result, answered=np.where(self.occasions.has_items, result.answered, 0)),
            delivered[has_row],
            marks,
            delivered[takes],
            result.value[takes],
            self.occasions.first_rows,
            is_computed & ~has_row & (exists | from_items),
        )


def _up_to_caps(found: Found, occasions: Occasions) -> Occasions:
    """Give what was delivered with the cap of a task in place of each score above it; items follow later."""
    scores = found.instrument.scores
    caps = {name: score.cap for name in occasions.values if (score := scores.get(name)) and score.cap is not None}
    cut = {name: np.where(occasions.values[name] > cap, cap, occasions.values[name]) for name, cap in caps.items()}
    return replace(occasions, values={**occasions.values, **cut})


def _as_delivered(found: Found, name: str, value: Array, at_least: Mask) -> Scored:
    """Give a delivered score in the form of a computed one."""
    score = found.instrument.scores.get(name)
    cap = score.cap if score else None
    given = ~np.isnan(value)
    censored = at_least | (value >= cap if cap is not None else np.zeros(len(value), dtype="bool"))
    return Scored(value, given.astype("int64"), given, np.zeros(len(value), dtype="bool"), censored)


def _where(mask: Mask, first: Scored, second: Scored) -> Scored:
    """Give the first result where the mask holds, the second elsewhere."""
    return Scored(
        np.where(mask, first.value, second.value),
        np.where(mask, first.answered, second.answered),
        np.where(mask, first.complete, second.complete),
        np.where(mask, first.prorated, second.prorated),
        np.where(mask, first.censored, second.censored),
    )


def _joined(parts: list[Assessed], changed: Array, marks: Mapping[str, Array], findings: list[Finding]) -> Assessed:
    """Give delivered and added rows as one table; with the marks only where one of them says something."""
    kept = parts[0]
    says = any((values[kept.rows] > 0).any() for values in marks.values())
    if not (says or any(len(part.rows) for part in parts[1:])):
        frame = kept.frame.drop(columns="item", errors="ignore").reset_index(drop=True)
        return Assessed(frame.assign(value=changed[kept.rows]), kept.rows, tuple(findings))
    own = kept.frame.assign(value=changed[kept.rows], **{name: values[kept.rows] for name, values in marks.items()})
    filled = [part.frame for part in parts[1:] if len(part.rows)]
    frame = pd.concat([own, *filled], ignore_index=True).drop(columns="item", errors="ignore")
    return Assessed(frame, np.concatenate([part.rows for part in parts]), tuple(findings))
