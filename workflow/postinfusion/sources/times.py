"""What must hold of times: clocks that can be compared, hours where analyses need them, nothing out of place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.checks import Finding, Mask
from postinfusion.errors import Problem, listed
from postinfusion.plan import overlapping_windows
from postinfusion.plan.acute import UseOfHours, uses_of_hours
from postinfusion.plan.design import LAST, OutOfPlace
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Clock
from postinfusion.sources.tables import Delivery
from postinfusion.vocabulary import TimeZero

Deliveries = Mapping[str, Delivery]
DAY = 24.0
TIMES = {
    "infusions": "start",
    "assessments": "taken",
    "weights": "taken",
    "vitals": "taken",
    "laboratory": "taken",
    "adverse_events": "onset",
}
_OF_ENDPOINTS = ("assessments", "weights", "vitals")
_ZERO_COLUMNS = {TimeZero.RANDOMISATION: "randomised", TimeZero.FIRST_DOSE: "first_dose"}


def check(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Give everything in which the times of the tables do not fit each other or what the plan asks of them."""
    yield from _clocks(plan, deliveries)
    yield from _without_zero(plan, deliveries)
    if not plan.left_out.touches("schedule") and not plan.left_out.touches("design"):
        yield from overlapping_windows.check(plan)
        yield from _hours_missing(plan, deliveries)
        yield from _visits_without_infusion(plan, deliveries)
    for name, delivery in deliveries.items():
        yield from delivery.problems_of(list(_timing(deliveries, name)))
        yield from delivery.problems_of(list(_out_of_place(plan, deliveries, name)))


def kept(plan: Plan, deliveries: Deliveries) -> dict[str, Delivery]:
    """Give the tables without the rows that the plan excludes for their time; the others keep their places."""
    found: dict[str, Delivery] = {}
    for name, delivery in deliveries.items():
        keep = ~out_of_place(plan, deliveries, name)
        found[name] = delivery if keep.all() else delivery.keep(keep)
    return found


def out_of_place(plan: Plan, deliveries: Deliveries, name: str) -> Mask:
    """Say which rows of a table the plan excludes, because they precede consent or follow death.

    No adverse event is taken out for its onset before consent: it stays, is not treatment-emergent, and is counted.
    """
    none = np.zeros(len(deliveries[name].frame), dtype="bool")
    before, after = before_consent(plan, deliveries, name), after_death(plan, deliveries, name)
    excludes = plan.design.before_consent is OutOfPlace.EXCLUDE and name != "adverse_events"
    return (before if excludes else none) | (after if plan.design.after_death is OutOfPlace.EXCLUDE else none)


def before_consent(plan: Plan, deliveries: Deliveries, name: str) -> Mask:
    """Say which rows of a table are from before the participant's consent; by days where only a day is known."""
    if name not in TIMES:
        return np.zeros(len(deliveries[name].frame), dtype="bool")
    return _compared(plan, deliveries, name, ("participants", "consented")) < 0


def after_death(plan: Plan, deliveries: Deliveries, name: str) -> Mask:
    """Say which rows of a table are from after the participant's death, by days."""
    return _compared(plan, deliveries, name, ("disposition", "left")) > 0


def _compared(plan: Plan, deliveries: Deliveries, name: str, other: tuple[str, str]) -> np.ndarray:
    """Give the time of each row minus a time of its participant, in hours; NaN where one of them is not known."""
    frame, column = deliveries[name].frame, TIMES.get(name, "")
    table, of_person = other
    unknown = np.full(len(frame), np.nan)
    if table not in deliveries or column not in frame or not _same_clock(plan, name, table):
        return unknown
    people = deliveries[table].frame
    if of_person not in people or "id" not in people or "id" not in frame:
        return unknown
    if table == "disposition":
        died = people["died"].fillna(value=False).astype("bool") if "died" in people else pd.Series(False, people.index)
        people = people[died]
    people = people.dropna(subset=["id"]).drop_duplicates("id").set_index("id")
    limit = frame["id"].map(people[of_person]).astype("float64")
    by_day = frame[f"{column}_date_only"].astype("bool") | (table == "disposition")
    by_day |= frame["id"].map(people[f"{of_person}_date_only"]).astype("boolean").fillna(value=True).astype("bool")
    times = frame[column].astype("float64")
    days = np.floor(times / DAY) * DAY - np.floor(limit / DAY) * DAY
    return np.where(by_day, days, times - limit)


def _same_clock(plan: Plan, name: str, other: str) -> bool:
    """Say whether the times of two sources can be compared."""
    return name in plan.sources and other in plan.sources and plan.sources[name].clock is plan.sources[other].clock


def _out_of_place(plan: Plan, deliveries: Deliveries, name: str) -> Iterator[Finding]:
    """Give the rows from before consent and after death that the plan neither excludes nor keeps."""
    column = TIMES.get(name, "")
    if plan.design.before_consent is OutOfPlace.REFUSE:
        text = "is before the participant's consent. Correct it, or say in the design before_consent: exclude or keep."
        early = before_consent(plan, deliveries, name)
        if name == "adverse_events" and "worsened" in deliveries[name].frame:
            early = early & deliveries[name].frame["worsened"].isna().to_numpy()  # there before, and worse later
        yield from _rows((column,), early, text)
    if plan.design.after_death is OutOfPlace.REFUSE:
        text = "is after the participant's death. Correct one of the dates, or say in the design after_death: exclude."
        yield from _rows((column,), after_death(plan, deliveries, name), text)


def _clocks(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that dates are not to be counted from a time zero that has none."""
    if plan.clock_of_zero is Clock.DATE_TIME:
        return
    for name, column in TIMES.items():
        if name in deliveries and column in deliveries[name].frame and plan.sources[name].clock is Clock.DATE_TIME:
            text = f"{column} holds dates, but time zero is told on the clock {plan.clock_of_zero}. Say clock here too."
            yield plan.places.problem(("sources", name), text)


def _without_zero(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that no date is to be counted from an infusion that nothing dates."""
    if not plan.design.has_infusions or "infusions" in plan.sources or plan.left_out.touches("sources"):
        return
    if not plan.design.infusions:
        return  # the plan has its own message
    for name, column in TIMES.items():
        if name in deliveries and column in deliveries[name].frame and plan.sources[name].clock is Clock.DATE_TIME:
            text = f"{column} holds dates, but nothing says when the first infusion began. Add the source infusions."
            yield plan.places.problem(("sources", name), text)


def _hours_missing(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that times are known to the hour where analyses ask for hours after an infusion."""
    uses = uses_of_hours(plan)
    if not uses:
        return
    anchor = _anchor(plan, deliveries)
    if anchor is not None:
        delivery, column = anchor
        yield from delivery.problems_of(list(_anchored_by_day(uses, deliveries, delivery, column)))
    for name in _OF_ENDPOINTS:
        if name in deliveries and "taken" in deliveries[name].frame:
            yield from deliveries[name].problems_of(list(_measured_by_day(plan, deliveries, name)))


def _anchored_by_day(
    uses: Mapping[str, UseOfHours], deliveries: Deliveries, delivery: Delivery, column: str
) -> Iterator[Finding]:
    """Give the times that visits count from and that are known to the day only; a warning where visits are recorded."""
    day_only = (delivery.frame[f"{column}_date_only"].astype("bool") & delivery.frame[column].notna()).to_numpy()
    tables = [deliveries[name].frame for name in _OF_ENDPOINTS if name in deliveries]
    is_recorded = bool(tables) and all("visit" in frame for frame in tables)
    named = {key: use for key, use in uses.items() if use.is_named}
    strict = {key: use for key, use in named.items() if use.is_continuous or not is_recorded}
    if strict:
        yield from _rows((column,), day_only, _needed(_asked(strict), strict, column))
    elif named:
        yield from _rows((column,), day_only, _as_recorded(_asked(named), named), is_error=False)


def _anchor(plan: Plan, deliveries: Deliveries) -> tuple[Delivery, str] | None:
    """Give the table and the column that say when time zero, or each infusion, was; None where they were not read."""
    name, column = "infusions", "start"
    if not plan.design.has_infusions:
        name, column = "participants", _ZERO_COLUMNS.get(plan.design.time_zero, "")
    return (deliveries[name], column) if name in deliveries and column in deliveries[name].frame else None


def _measured_by_day(plan: Plan, deliveries: Deliveries, name: str) -> Iterator[Finding]:
    """Give the values of endpoints that are dated to the day of an infusion or the next one only."""
    frame = deliveries[name].frame
    near = _near_an_infusion(plan, deliveries, name)
    uses = uses_of_hours(plan)
    for endpoint in dict.fromkeys(use.endpoint for use in uses.values()):
        rows = near & _of_endpoint(plan, name, frame, endpoint)
        of_endpoint = {key: use for key, use in uses.items() if use.endpoint == endpoint}
        named = {key: use for key, use in of_endpoint.items() if use.is_named}
        if "visit" in frame:
            strict = {key: use for key, use in named.items() if use.is_continuous}
            if named and not strict:
                yield from _rows(("taken",), rows, _as_recorded(_asked(named), named), is_error=False)
            named = strict
        if not named and ("visit" in frame or not _several_on_a_day(frame, rows)):
            continue
        yield from _rows(("taken",), rows, _needed(_asked(named or of_endpoint), named or of_endpoint, "taken"))


def _near_an_infusion(plan: Plan, deliveries: Deliveries, name: str) -> Mask:
    """Say which rows are known to the day only, on the day of an infusion (unless flagged pre-dose) or the next."""
    frame = deliveries[name].frame
    day: pd.Series = frame["taken"].astype("float64") // DAY
    known = frame["taken_date_only"].astype("bool") & frame["taken"].notna()
    if "timing" in frame:
        known &= frame["timing"] != "pre-dose"
    anchor = _anchor(plan, deliveries)
    has_ids = anchor is not None and "id" in frame and "id" in anchor[0].frame
    if anchor is None or not has_ids or plan.sources[name].clock is not plan.clock_of_zero:
        first_two: Mask = (known & day.between(0, 1)).to_numpy(dtype="bool")
        return first_two
    delivery, column = anchor
    given = delivery.frame[["id", column]].dropna()
    days = pd.MultiIndex.from_arrays([given["id"], np.floor(given[column].astype("float64") / DAY)])
    on_day = [pd.MultiIndex.from_arrays([frame["id"], day - later]).isin(days) for later in (0, 1)]
    return known.to_numpy(dtype="bool") & (on_day[0] | on_day[1])


def _of_endpoint(plan: Plan, name: str, frame: pd.DataFrame, key: str) -> Mask:
    """Say which rows of a table hold values of an endpoint."""
    endpoint = plan.endpoints.get(key)
    if endpoint is None or (name != "weights" and "measure" not in frame):
        return np.zeros(len(frame), dtype="bool")
    if name == "weights":
        return np.full(len(frame), endpoint.measure in ("WEIGHT", "BMI"))
    score = frame["score"].fillna("total") if "score" in frame else pd.Series("total", index=frame.index)
    return ((frame["measure"] == endpoint.measure) & (score == endpoint.score)).to_numpy(dtype="bool")


def _several_on_a_day(frame: pd.DataFrame, rows: Mask) -> bool:
    """Say whether any participant has several values of these rows on one day."""
    if "id" not in frame:
        return False
    found = frame[rows]
    return bool(found.assign(day=np.floor(found["taken"] / DAY)).duplicated(["id", "day"]).any())


def _asked(uses: Mapping[str, UseOfHours]) -> tuple[str, ...]:
    """Give the visits and times that analyses need hours for."""
    return tuple(dict.fromkeys(time for use in uses.values() for time in use.times))


def _needed(asked: tuple[str, ...], uses: Mapping[str, UseOfHours], column: str) -> str:
    """Say that the hour is missing, what needs it, and what to do."""
    return (
        f"a time of day is missing, which {listed(asked)} in {listed(uses)} needs. Add it, map its column as "
        f"{column}_clock, or leave these times out there. Where the day is enough, call the visit Day 1, with a window "
        "of a day or more."
    )


def _as_recorded(asked: tuple[str, ...], uses: Mapping[str, UseOfHours]) -> str:
    """Say that only the recorded visit tells the hours."""
    return (
        f"times within the day are not known: that {listed(asked)} in {listed(uses)} was so many hours after the "
        "infusion rests on the recorded visit alone."
    )


def _timing(deliveries: Deliveries, name: str) -> Iterator[Finding]:
    """Give the rows that are flagged pre-dose although an infusion of the same day had begun, as warnings."""
    frame, infusions = deliveries[name].frame, deliveries.get("infusions")
    if infusions is None or not {"timing", "taken", "id"} <= {*frame} or not {"id", "start"} <= {*infusions.frame}:
        return
    given = infusions.frame.dropna(subset=["id", "start"])
    first = given.assign(day=given["start"] // DAY).groupby(["id", "day"])["start"].min().rename("begun")
    day = frame["taken"].astype("float64") // DAY
    begun = frame[["id"]].assign(day=day).join(first, on=["id", "day"])["begun"]
    exact = ~frame["taken_date_only"].astype("bool")
    late = exact & (frame["timing"] == "pre-dose") & (frame["taken"] > begun)
    text = "flagged pre-dose, but an infusion of that day had begun; its time counts. Correct one of them."
    yield from _rows(("taken", "timing"), late.to_numpy(dtype="bool"), text, is_error=False)


def _visits_without_infusion(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Warn of recorded visits after an infusion that the participant did not have."""
    infusions = deliveries.get("infusions")
    if infusions is None or not {"id", "number"} <= {*infusions.frame}:
        return
    for name, delivery in deliveries.items():
        frame = delivery.frame
        if "visit" not in frame or "visit" not in TABLES[name].names or "id" not in frame:
            continue
        for visit in plan.schedule:
            if visit.after is None or visit.after == LAST or not visit.is_anchored:
                continue
            had = infusions.frame.loc[infusions.frame["number"] == visit.after, "id"]
            rows = frame["visit"].isin([visit.visit, visit.recorded_as or visit.visit]) & ~frame["id"].isin(had)
            text = f"is after infusion {visit.after}, which the participant did not have; its planned time counts."
            yield from delivery.problems_of(list(_rows(("visit",), rows.to_numpy(), text, is_error=False)))


def _rows(columns: tuple[str, ...], which: np.ndarray, text: str, *, is_error: bool = True) -> Iterator[Finding]:
    """Give one finding for the rows of a mask; none where the mask is empty."""
    positions = np.flatnonzero(which)
    if positions.size:
        yield Finding(columns, positions, text, "error" if is_error else "warning")
