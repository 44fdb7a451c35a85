"""What a survey says of the trial as a whole: participants, arms, time zero, visits, endpoints, missing codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from postinfusion.instruments import catalogue
from postinfusion.sources.recognition import cdisc, timed_tasks, timing
from postinfusion.sources.recognition import values as cells
from postinfusion.sources.recognition.delivered import deliveries, with_role
from postinfusion.sources.recognition.evidence import Sample, names_of
from postinfusion.sources.recognition.names import code, is_control, plain
from postinfusion.sources.recognition.schedule import DraftVisit
from postinfusion.sources.recognition.score_rows import codes_of, names_scores
from postinfusion.sources.recognition.survey import Survey, scores_of
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.visits import HOURS_PER_DAY

MOST_ENDPOINTS = 24
_NOT_ARMS = ("", "screen failure", "not assigned", "not treated", "scrnfail", "notassgn", "nottrt")


@dataclass(frozen=True)
class Arm:
    """One arm: its name in the plan, and its code in the data where that differs."""

    name: str
    code: str = ""


@dataclass(frozen=True)
class DraftEndpoint:
    """One endpoint of the draft: its key, scale and score, why it is a guess, and the limit of a timed task."""

    key: str
    measure: str
    score: str = "total"
    doubt: str = ""
    cap: float = 0.0

    @property
    def is_timed(self) -> bool:
        """Its values are seconds of a task that is broken off at a limit."""
        found = catalogue.find_score(self.measure, self.score)
        return self.cap > 0 or bool(found and found.description and found.description.unit == "s")

    @property
    def days(self) -> int:
        """The days over which it counts episodes, as far as its answers look back; 0 where it counts none."""
        found = catalogue.find_score(self.measure, self.score)
        is_count = bool(found and found.description and found.description.unit == "episodes")
        scale = catalogue.find(self.measure) if is_count else None
        return int(scale.instrument.recall.days) if scale and scale.instrument.recall else 0

    @property
    def is_known(self) -> bool:
        """The catalogue says its label, direction and unit."""
        found = catalogue.find_score(self.measure, self.score)
        return found is not None and found.description is not None


@dataclass(frozen=True)
class Facts:
    """What is known of a trial.

    Attributes
    ----------
    n_participants, n_infusions
        How many there are.
    arms
        In the order of their codes; one stands for all where there is no column of arms.
    reference
        The arm whose name says that others are compared with it; empty where none does.
    zero
        ``first-infusion``, ``randomisation`` or ``first-dose``.
    zero_is_known
        The data say when time zero was.
    zero_has_hours
        Time zero is known to the hour.
    visits
        The schedule.
    infusions
        Planned starts in hours.
    endpoints
        What is measured.
    has_times
        Assessments have times that can be compared with time zero.
    records_visits
        A column names the visit of each row.
    clock
        What their column of times holds.
    missing
        Cells that stand for missing.
    orders
        File → order of its dates, and whether that is sure.
    """

    n_participants: int
    n_infusions: int
    arms: tuple[Arm, ...]
    reference: str
    zero: str
    zero_is_known: bool
    zero_has_hours: bool
    visits: tuple[DraftVisit, ...]
    infusions: tuple[float, ...]
    endpoints: tuple[DraftEndpoint, ...]
    has_times: bool
    records_visits: bool = False
    clock: str = "date-time"
    missing: tuple[str, ...] = ("NA",)
    orders: Mapping[str, tuple[cells.DateOrder, bool]] = field(default_factory=dict)


def facts(survey: Survey) -> Facts:
    """Give what a survey says of the trial."""
    orders = {sample.file: order for sample in survey.samples if (order := _order(sample))}
    ids = deliveries(survey, "participants")[0].cells("id")
    arms = _arms(survey)
    starts, zero = timing.zero(survey, orders)
    hours = timing.zero_has_hours(survey)
    visits, clock, has_times = timing.visits(survey, starts, orders)
    if starts is not None and not hours and has_times:
        visits = [visit for visit in visits if not _needs_hours(visit)]
    reference = next((arm.name for arm in arms if is_control(arm.name)), "") if len(arms) > 1 else ""
    return Facts(
        n_participants=int(ids[ids != ""].nunique()),
        n_infusions=sum(len(rows.frame) for rows in deliveries(survey, "infusions")),
        arms=arms,
        reference=reference,
        zero=zero,
        zero_is_known=starts is not None,
        zero_has_hours=hours,
        visits=tuple(visits),
        infusions=tuple(timing.planned(survey, orders)),
        endpoints=tuple(_endpoints(survey))[:MOST_ENDPOINTS],
        has_times=has_times,
        records_visits=timing.records_visits(survey),
        clock=clock,
        missing=tuple(_missing(survey)),
        orders=orders,
    )


def _needs_hours(visit: DraftVisit) -> bool:
    """Say whether a visit lies on the day of the infusion that it counts from, so that days cannot tell it apart."""
    since = visit.hours if visit.offset is None else visit.offset
    return since is not None and 0 < since < HOURS_PER_DAY


def slug(name: str) -> str:
    """Give a name as a key of the plan.

    >>> slug("EDE-Q global"), slug("MOAA/S"), slug("Stimmung (müde)")
    ('ede-q-global', 'moaa-s', 'stimmung-muede')
    """
    spelt = name.lower() if name.isascii() else plain(name)
    return re.sub(r"[^a-z0-9]+", "-", spelt).strip("-") or "endpoint"


def _order(sample: Sample) -> tuple[cells.DateOrder, bool] | None:
    """Give the order of the dates of a file."""
    dates = [sample.frame[name] for name in names_of(sample.frame) if cells.are_dates(sample.frame[name])]
    return cells.date_order(dates) if dates else None


def _arms(survey: Survey) -> tuple[Arm, ...]:
    """Give the arms by the codes in the data, with their labels where the file or a dictionary has them."""
    rows = with_role(survey, "participants", "arm")
    if rows is None:
        return (Arm(_only_arm(survey)),)
    if rows.found and "arm" in rows.found.values:
        return tuple(Arm(name) for name in dict.fromkeys(rows.found.values["arm"].values()))
    known = (spelt for spelt in sorted(rows.cells("arm").unique()) if spelt not in cells.MISSING)
    codes = [spelt for spelt in known if spelt.lower() not in _NOT_ARMS]
    labels = rows.found.part.sample.labels.get(rows.columns["arm"], {}) if rows.found else {}
    return tuple(_arm(spelt, labels.get(spelt) or labels.get(code(spelt)) or code(spelt)) for spelt in codes) or (
        Arm(_only_arm(survey)),
    )


def _arm(spelt: str, label: str) -> Arm:
    """Give an arm with a name that can be read."""
    name = label if len(label) > 1 and not label.isdecimal() else f"Arm {label}"
    return Arm(name[:80], spelt if spelt != name else "")


def _only_arm(survey: Survey) -> str:
    """Give the name of the only arm: the drug, where all infusions have the same."""
    rows = with_role(survey, "infusions", "drug")
    found = [name for name in rows.cells("drug").unique() if name] if rows else []
    return found[0] if len(found) == 1 else "Treatment"


def _endpoints(survey: Survey) -> Iterator[DraftEndpoint]:
    """Give what is measured, each score once; totals and global scores first, then a score of each other scale."""
    found = list(_measured(survey))
    main = [one for one in found if one.score in {"total", "global"}]
    whole = {one.measure for one in main}
    main += list({one.measure: one for one in reversed(found) if one.measure not in whole}.values())[::-1]
    taken: set[str] = set()
    for one in [*main, *(one for one in found if one not in main)]:
        if one.key not in taken:
            taken.add(one.key)
            yield one


def _measured(survey: Survey) -> Iterator[DraftEndpoint]:
    """Give every score that the assessments hold."""
    if "assessments" in survey.standards:
        sample, standard = survey.standards["assessments"]
        for _, _, measure, score in cdisc.scores(sample, standard):
            yield _endpoint(measure, score)
    for found in survey.parts("assessments"):
        yield from _in_rows(found) if "measure" in found.evidence else _in_columns(found)


def _in_rows(found: Found) -> Iterator[DraftEndpoint]:
    """Give the scores of a layout with one score in each row."""
    frame, columns = found.part.frame, found.columns
    codes = codes_of(found)
    known = codes.get("measure", {})
    for measure in dict.fromkeys(frame[columns["measure"]]):
        rows = frame[frame[columns["measure"]] == measure]
        if measure and cells.are_numbers(rows[columns["value"]], found.part.sample.decimal):
            scores = [score for score in rows[columns["score"]].unique() if score] if "score" in columns else ["total"]
            for score in scores or ["total"]:
                meant = codes["score"][score] if names_scores(found) else score
                yield _with_cap(_endpoint(known.get(measure, measure), meant), measure, rows[columns["value"]], found)


def _in_columns(found: Found) -> Iterator[DraftEndpoint]:
    """Give the scores that columns hold, and the totals that follow from items."""
    for one in scores_of(found):
        yield _endpoint(one.measure, one.score, one.reason if one.confidence == "guess" else "")
    for task, column in found.wide.items():
        if isinstance(column, str):
            yield _with_cap(_endpoint(task, "total"), column, found.part.frame[column], found)
    for measure in dict.fromkeys(one.measure for one in found.scales if one.item):
        described = catalogue.instrument(measure)
        usual = (name for name in ("total", "global") if name in described.scores)
        score = next(usual, next((name for name, one in described.scores.items() if one.used), ""))
        if score:
            yield _endpoint(measure, score)


def _endpoint(measure: str, score: str, doubt: str = "") -> DraftEndpoint:
    """Give one endpoint."""
    name = measure if score in {"total", "global"} else f"{measure} {score}"
    return DraftEndpoint(slug(name)[:50].strip("-"), measure, score, doubt)


def _with_cap(one: DraftEndpoint, name: str, text: pd.Series, found: Found) -> DraftEndpoint:
    """Give an endpoint of no known scale with the seconds at which its task is broken off, where it is one."""
    return one if one.is_known else replace(one, cap=timed_tasks.cap(name, text, found.part.sample.decimal))


def _missing(survey: Survey) -> Iterator[str]:
    """Give the cells that stand for missing in the columns that are used."""
    yield "NA"
    words: set[str] = set()
    codes: set[str] = set()
    for column, low, high in _used_numbers(survey):
        present = set(column.unique())
        words |= present & {*cells.MISSING}
        outside = [one for one in cells.CODES if one in present and not low <= float(one) <= high]
        codes |= {*outside}
    yield from sorted(words - {"NA"})
    yield from sorted(codes, key=float)


def _used_numbers(survey: Survey) -> Iterator[tuple[pd.Series, float, float]]:
    """Give each column of numbers that is used, with its plausible range."""
    for found in survey.found.values():
        frame = found.part.frame
        for one in found.scales:
            yield frame[one.column], *_range(one.measure, one.score)
        if found.table == "laboratory":
            continue
        for role in ("value", "weight_kg", "age", "height_cm", "dose_mg"):
            if role in found.columns:
                limits = {"weight_kg": (20, 770), "age": (0, 120), "height_cm": (1, 230)}.get(role, (0, np.inf))
                yield frame[found.columns[role]], float(limits[0]), float(limits[1])
        yield from ((frame[column], 0.0, 400.0) for column in _flat(found.wide.values()))


def _range(measure: str, score: str) -> tuple[float, float]:
    """Give the range of a score; of an item, that of all items."""
    instrument = catalogue.instrument(measure)
    described = instrument.scores.get(score)
    if described is None:
        limits = [block.maximum for block in instrument.items]
        return 0.0, float(max((limit for limit in limits if limit is not None), default=np.inf))
    low = -np.inf if described.minimum is None else described.minimum
    return float(low), float(np.inf if described.maximum is None else described.maximum)


def _flat(columns: Iterable[str | Mapping[str, str]]) -> Iterator[str]:
    """Give the columns of a wide layout."""
    for one in columns:
        yield from [one] if isinstance(one, str) else one.values()
