"""Time zero, visits and infusions of a trial, from the rows that deliver them."""

from __future__ import annotations

import pandas as pd

from postinfusion.plan.design import LAST
from postinfusion.sources.recognition import schedule
from postinfusion.sources.recognition import values as cells
from postinfusion.sources.recognition.delivered import Delivered, Orders, deliveries, of_tables, with_role
from postinfusion.sources.recognition.redcap import event_label
from postinfusion.sources.recognition.schedule import DraftVisit
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.tables import Found
from postinfusion.sources.recognition.time_columns import clock_column
from postinfusion.sources.recognition.told_twice import is_early, is_timeless
from postinfusion.sources.recognition.visits import HOURS_PER_DAY, named_time

_SECONDS = 3600
_NONE = pd.DataFrame({"id": [], "number": [], "start": pd.to_datetime([])})
_BASELINE = "Baseline"
TIMED = ("assessments", "weights", "vitals")
_ZEROS = (
    ("infusions", "start", "first-infusion"),
    ("participants", "first_dose", "first-dose"),
    ("participants", "randomised", "randomisation"),
)


def zero(survey: Survey, orders: Orders) -> tuple[pd.Series | None, str]:
    """Give the time zero of each participant, where the data have it, and what it is."""
    for table, role, kind in _ZEROS:
        times = [
            pd.Series(schedule.as_times(rows.cells(role), rows.order(orders)).to_numpy(), rows.cells("id").to_numpy())
            for rows in deliveries(survey, table)
            if role in rows.columns
        ]
        if times:
            return pd.concat(times).groupby(level=0).min(), kind
    return None, "randomisation"


def zero_has_hours(survey: Survey) -> bool:
    """Say whether time zero is known to the hour."""
    for table, role, _ in _ZEROS:
        rows = with_role(survey, table, role)
        if rows is not None:
            return cells.have_hours(rows.cells(role))
    return False


def visits(survey: Survey, start: pd.Series | None, orders: Orders) -> tuple[list[DraftVisit], str, bool]:
    """Give the schedule, the clock of the assessments, and whether they have usable times."""
    measured = deliveries(survey, "assessments") or deliveries(survey, "weights")
    if not measured:
        return [DraftVisit("Baseline", 0.0)], "date-time", False
    timed = [rows for rows in measured if start is not None and "taken" in rows.columns and not _in_names(rows)]
    labels = visit_labels(survey)
    if labels:
        medians = _medians(timed, start, orders, labels)
        named = schedule.from_names(labels, medians, _infusions(survey, timed, orders, labels))
        return named, "date-time", bool(timed)
    if timed and start is not None:
        hours = [
            schedule.hours_since(rows.cells("id"), rows.cells("taken"), start, rows.order(orders)) for rows in timed
        ]
        ids = [rows.cells("id") for rows in timed]
        return schedule.from_hours(pd.concat(hours), pd.concat(ids)), "date-time", True
    return _by_clock(measured[0])


def records_visits(survey: Survey) -> bool:
    """Say whether a column names the visit of each row."""
    return any("visit" in rows.columns for rows in of_tables(survey, *TIMED))


def planned(survey: Survey, orders: Orders) -> list[float]:
    """Give the planned starts of infusions in hours, as the medians show them."""
    given = _given(survey, orders)
    return schedule.planned_infusions(
        given["number"], given["since"], max(_named_after(visit_labels(survey)), default=0)
    )


def _numbers(rows: Delivered) -> pd.Series:
    """Give the number of each infusion: of a column, or of all where each infusion has columns of its own."""
    if "number" in rows.columns:
        numbers: pd.Series = pd.to_numeric(rows.cells("number"), errors="coerce")
        return numbers
    constant = rows.found.constants.get("number") if rows.found else None
    return pd.Series(float(constant) if constant else float("nan"), rows.frame.index)


def _named_after(labels: list[str]) -> set[int]:
    """Give the infusions that visits are named after, with the last one where there are follow-ups."""
    named = [found for label in labels if (found := named_time(event_label(label)))]
    return {found.after for found in named if found.after} | {LAST for found in named if found.is_follow_up}


def _given(survey: Survey, orders: Orders) -> pd.DataFrame:
    """Give id, number, start and hours since the first one of each infusion that was given."""
    parts = [
        pd.DataFrame(
            {
                "id": rows.cells("id"),
                "number": _numbers(rows),
                "start": schedule.as_times(rows.cells("start"), rows.order(orders)),
            }
        )
        for rows in deliveries(survey, "infusions")
        if {"id", "start"} <= {*rows.columns}
    ]
    given = pd.concat(parts).dropna() if parts else _NONE
    first = given.groupby("id")["start"].transform("min")
    return given.assign(since=(given["start"] - first).dt.total_seconds() / _SECONDS)


def _infusions(survey: Survey, timed: list[Delivered], orders: Orders, labels: list[str]) -> schedule.Infusions:
    """Give the infusions that visits are named after, and how long after them the visits were."""
    given = _given(survey, orders).sort_values("number")
    since: dict[tuple[str, int], float] = {}
    for number in _named_after(labels) & {*given["number"].astype("int64"), LAST} if len(given) else ():
        chosen = given if number == LAST else given[given["number"] == number]
        starts = chosen.drop_duplicates("id", keep="last").set_index("id")["start"]
        found = _medians(timed, starts, orders, labels)
        since |= {(label, number): hours for label, hours in found.items()}
    return schedule.Infusions(planned(survey, orders), since)


def visit_labels(survey: Survey) -> list[str]:
    """Give the names of visits as the data have them, one for each event, in the order in which they occur."""
    found: dict[str, str] = {}
    for rows in of_tables(survey, *TIMED):
        seen = _observed(rows) if "visit" in rows.columns else _in_names(rows)
        for label in seen:
            if label:
                found.setdefault(event_label(label).casefold(), label)
    is_beside = any(rows.found is not None and is_timeless(rows.found) for rows in of_tables(survey, *TIMED))
    lacks_baseline = found and not any(map(is_early, found.values()))
    return [*([_BASELINE] if is_beside and lacks_baseline else []), *found.values()]


def _observed(rows: Delivered) -> list[str]:
    """Give the visits at which anything was measured, in the order in which they occur."""
    visits = rows.cells("visit")
    if rows.found is not None and (columns := _measured(rows.found)):
        visits = visits[(rows.frame[columns] != "").any(axis=1)]
    return list(dict.fromkeys(visits))


def _measured(found: Found) -> list[str]:
    """Give the columns of a part that hold what was measured."""
    wide = [name for one in found.wide.values() for name in ([one] if isinstance(one, str) else one.values())]
    of_roles = [found.columns[role] for role in ("value", "weight_kg") if role in found.columns]
    return [*(one.column for one in found.scales), *wide, *of_roles]


def _in_names(rows: Delivered) -> list[str]:
    """Give the visits that names of columns hold, in the order of the columns."""
    if rows.found is None:
        return []
    named = [one.visit for one in rows.found.scales if one.visit]
    by_visit = [visit for columns in rows.found.wide.values() if not isinstance(columns, str) for visit in columns]
    without = [one for one in rows.found.scales if not one.visit]
    return list(dict.fromkeys([*([""] if named and without else []), *named, *by_visit]))


def _medians(timed: list[Delivered], start: pd.Series | None, orders: Orders, labels: list[str]) -> dict[str, float]:
    """Give visit → median hours since time zero over all files; visits without dates are left out."""
    shown = {event_label(label).casefold(): label for label in labels}
    parts = [
        pd.DataFrame(
            {
                "visit": [shown.get(event_label(one).casefold(), "") for one in rows.cells("visit")],
                "hours": schedule.hours_since(rows.cells("id"), rows.cells("taken"), start, rows.order(orders)),
            }
        ).dropna()
        for rows in timed
        if start is not None and "visit" in rows.columns
    ]
    if not parts:
        return {}
    known = pd.concat(parts)
    return {str(visit): float(hours) for visit, hours in known.groupby("visit")["hours"].median().items()}


def _by_clock(rows: Delivered) -> tuple[list[DraftVisit], str, bool]:
    """Give the schedule from a column of hours or days since time zero; the baseline alone where there is none."""
    found = clock_column(rows.found.part) if rows.found else None
    if found is None:
        return [DraftVisit("Baseline", 0.0, "", "nothing says when it was assessed")], "date-time", False
    evidence, clock = found
    numbers = pd.to_numeric(rows.frame[evidence.column], errors="coerce")
    hours = numbers if clock == "hours" else (numbers - (1 if clock == "study-day" else 0)) * HOURS_PER_DAY
    return schedule.from_hours(hours, rows.cells("id")), clock, True
