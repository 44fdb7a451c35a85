"""What must hold between the tables of a trial, and between its tables and its plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.checks import Finding, not_in, overlapping_infusions, quoted
from postinfusion.errors import Problem, Severity, listed, nearest
from postinfusion.instruments import catalogue
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import table_of
from postinfusion.plan.uses import columns_used
from postinfusion.sources import (
    birth_dates,
    body_size,
    event_review,
    guess_values,
    times,
    unknown_measures,
    unused_tables,
)
from postinfusion.sources.id_forms import suggested
from postinfusion.sources.mapping import visits_of_columns
from postinfusion.sources.scales import scores_of_items, scores_of_scores
from postinfusion.sources.tables import Delivery
from postinfusion.vocabulary import DesignKind

Deliveries = Mapping[str, Delivery]
_SHOWN_VISITS = 5
_ONE_SEX = (("f", "female", "w", "woman", "weiblich"), ("m", "male", "man", "männlich"))
_MEASURING = ("participants", "assessments", "vitals", "laboratory", "weights")


def check(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Give everything in which tables do not fit each other or the plan."""
    yield from _participants(deliveries)
    yield from _sexes(plan, deliveries)
    if "infusions" in deliveries and {"id", "number", "start"} <= {*deliveries["infusions"].frame}:
        infusions = deliveries["infusions"]
        yield from infusions.problems_of(list(overlapping_infusions(infusions.frame)))
    yield from _copied_events(deliveries)
    yield from _arms(plan, deliveries)
    yield from _columns(plan, deliveries)
    yield from _without_arm(plan, deliveries)
    yield from _without_time_zero(plan, deliveries)
    yield from birth_dates.check(plan, deliveries)
    yield from times.check(plan, deliveries)
    yield from body_size.check(plan, deliveries)
    yield from _visits(plan, deliveries)
    yield from guess_values.check(plan, deliveries)
    if all(name in deliveries for name in _MEASURING if name in plan.sources or name in plan.left_out):
        yield from _endpoints(plan, deliveries)
    if "intercurrent_events" in deliveries or "intercurrent_events" not in plan.sources:
        yield from _events(plan, deliveries)


def unused(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Give what counts by a rule, or is read although nothing uses it; told where all else is right."""
    yield from event_review.check(plan, deliveries)
    yield from event_review.without_hour(deliveries)
    if all(name in deliveries for name in _MEASURING if name in plan.sources):
        yield from unknown_measures.check(plan, deliveries)
    yield from unused_tables.check(plan, deliveries)


def _participants(deliveries: Deliveries) -> Iterator[Problem]:
    """Check that every row belongs to a participant."""
    participants = deliveries.get("participants")
    if participants is None or "id" not in participants.frame:
        return
    if participants.frame.empty:
        yield Problem(participants.file, "", "there is no participant in it. Add rows, or correct where in the plan.")
    for name, delivery in deliveries.items():
        if name != "participants" and "id" in delivery.frame:
            known = participants.frame["id"]
            for finding in not_in(delivery.frame, "id", known, participants.file):
                remedy = suggested({*delivery.frame["id"].dropna()}, {*known.dropna()}, name)
                told = replace(finding, text=f"{finding.text} {remedy}".strip())
                yield from delivery.problems_of([told])


def _copied_events(deliveries: Deliveries) -> Iterator[Problem]:
    """Warn of adverse events that are the same in everything that is read; none is dropped.

    Two events of one day, of which neither an hour nor an end is known, may well be two.
    """
    events = deliveries.get("adverse_events")
    if events is None or not {"id", "term", "onset"} <= {*events.frame}:
        return
    frame = events.frame
    is_told = ~frame["onset_date_only"].astype("bool") | (frame["end"].notna() if "end" in frame else False)
    copied = frame.duplicated(keep=False) & frame[["id", "term", "onset"]].notna().all(axis="columns") & is_told
    text = (
        "one participant has the same event more than once, the same in everything that is read; each is counted. Keep "
        "one row of each, or tell them apart by their times."
    )
    columns = tuple(name for name in ("id", "term", "onset", "end") if name in frame)
    yield from events.problems_of(list(_in_rows(columns, copied, text, "warning")))


def _sexes(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that no sex is a number that the plan does not explain, and that none is spelt in two ways."""
    participants = deliveries.get("participants")
    if participants is None or "sex" not in participants.frame:
        return
    sex = participants.frame["sex"].astype("str")
    named = plan.sources["participants"].values.get("sex", {}).values() if "participants" in plan.sources else ()
    is_used = "growth_reference" in deliveries or "sex" in {name for _, name in columns_used(plan)}
    severity: Severity = "error" if is_used else "warning"
    codes = sex.str.fullmatch(r"[0-9]+").fillna(value=False).astype("bool") & ~sex.isin([*named])
    if codes.any():
        pairs = ", ".join(f'"{code}": …' for code in sorted(sex[codes].unique())[:_SHOWN_VISITS])
        text = f"a code stands for the sex, and codes differ between trials. Say each: values: {{sex: {{{pairs}}}}}."
        yield from participants.problems_of(list(_in_rows(("sex",), codes, text, severity)))
    for spellings in _ONE_SEX:
        found = sorted(sex[sex.str.casefold().isin(spellings)].dropna().unique())
        if len(found) > 1:
            text = f"one sex is spelt in several ways: {listed(found)}. Map them to one under values."
            yield from participants.problems_of(list(_in_rows(("sex",), sex.isin(found), text, severity)))


def _arms(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that every arm has participants."""
    if plan.design.kind is DesignKind.CROSSOVER:
        yield from _treatments(plan, deliveries)
        return
    participants = deliveries.get("participants")
    if participants is None or participants.frame.empty or not _compares(plan):
        return
    if "arm" not in participants.frame:
        text = 'no column "arm" (the arm of each participant). Name it under columns: {arm: …}.'
        yield Problem(participants.file, "", text)
        return
    present = set(participants.frame["arm"].dropna())
    for position, arm in enumerate(plan.design.arms):
        if arm.name not in present:
            text = f"no participant in {participants.file} has this arm. Check its code."
            yield plan.places.problem(("design", "arms", position), text)


def _treatments(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that a crossover trial tells who had which treatment when."""
    crossover, infusions = plan.design.crossover, deliveries.get("infusions")
    if crossover is None or crossover.sequences or infusions is None or infusions.frame.empty:
        return
    if "arm_given" not in infusions.frame:
        text = (
            'no column "arm_given" (the treatment that was given). Name it under columns: {arm_given: …}, or write '
            "the sequences under design, crossover."
        )
        yield Problem(infusions.file, "", text)
        return
    given = set(infusions.frame["arm_given"].dropna())
    for position, arm in enumerate(plan.design.arms):
        if arm.name not in given:
            text = f"no infusion in {infusions.file} gave this treatment. Check its code."
            yield plan.places.problem(("design", "arms", position), text)


def _compares(plan: Plan) -> bool:
    """Say whether the plan has arms to compare, as far as it could be read."""
    return len(plan.design.arms) > 1 and not plan.left_out.holds("design", "arms")


def _without_arm(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that whoever has no arm was not treated: such a participant is in no arm of any table."""
    participants = deliveries.get("participants")
    if participants is None or not {"id", "arm"} <= {*participants.frame} or not _compares(plan):
        return
    label = f"{participants.names.get('arm', 'arm')}:"
    if any(problem.text.startswith(label) for problem in participants.problems):
        return  # an arm that could not be read has its own message
    frame = participants.frame
    lacking = frame["arm"].isna() | (frame["arm"] == "")
    infusions = deliveries["infusions"].frame if "infusions" in deliveries else pd.DataFrame()
    treated = lacking & frame["id"].isin(infusions.get("id", []))
    found = [
        *_in_rows(("arm",), treated, "the participant has no arm but was given infusions. Write the arm."),
        *_in_rows(("arm",), lacking & ~treated, "the participant has no arm and is in no population.", "warning"),
    ]
    yield from participants.problems_of(found)


def _without_time_zero(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that every participant with an arm has a first infusion."""
    if not plan.design.has_infusions or not {"participants", "infusions"} <= {*deliveries}:
        return
    participants, infusions = deliveries["participants"], deliveries["infusions"]
    if "id" not in participants.frame or "id" not in infusions.frame:
        return
    if infusions.frame.empty:
        yield Problem(infusions.file, "", "there is no infusion in it, so nobody has a time zero. Add rows.")
        return
    frame = participants.frame
    never = ~frame["id"].isin(infusions.frame["id"])
    if "arm" in frame:
        never &= frame["arm"].notna() & (frame["arm"] != "")
    text = "the participant has no infusion, so no time zero: assessments count for no visit."
    yield from participants.problems_of(list(_in_rows(("id",), never, text, "warning")))


def _in_rows(columns: tuple[str, ...], which: pd.Series, text: str, severity: Severity = "error") -> Iterator[Finding]:
    """Give one finding for the rows of a mask; none where the mask is empty."""
    positions = np.flatnonzero(which.to_numpy(dtype="bool"))
    if positions.size:
        yield Finding(columns, positions, text, severity)


def _columns(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that participants have the columns that strata and analyses use."""
    participants = deliveries.get("participants")
    if participants is None:
        return
    sources = [source for name, source in plan.sources.items() if table_of(name) == "participants"]
    # A mapped column that the file lacks has its own message.
    told = {name for source in sources for name in (*source.columns, *source.covariates)}
    for way, name in columns_used(plan):
        if name in TABLES["participants"].names and name not in {*participants.frame, *told}:
            text = f'no column of {participants.file} delivers "{name}". Name one under columns: {{{name}: …}}.'
            yield plan.places.problem(way, text)


def _visits(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check recorded visits against the schedule; of two names that look like one visit, the plan's is told."""
    recorded = {name: delivery for name, delivery in deliveries.items() if "visit" in delivery.frame}
    if plan.left_out.holds("schedule") or not recorded:
        return
    spelt = {spelling for visit in plan.schedule for spelling in (visit.visit, visit.recorded_as) if spelling}
    of_columns = {visit for source in plan.sources.values() for visit in visits_of_columns(source)}
    told = of_columns - spelt
    found = {visit for delivery in recorded.values() for visit in delivery.frame["visit"].dropna().unique()}
    lacking = dict(_never_recorded(plan, found, of_columns)) if found and _all_delivered(plan, deliveries) else {}
    yield from lacking.values()
    meant = {*told, *lacking, *plan.left_out.names}
    for delivery in recorded.values():
        yield from delivery.problems_of(list(_unscheduled(_of_measured(delivery.frame), spelt, meant)))


def _of_measured(frame: pd.DataFrame) -> pd.Series:
    """Give the visits of the rows that hold a measurement; a form without one, such as the end, is no visit."""
    held = [name for name in ("value", "weight_kg") if name in frame]
    visits: pd.Series = frame["visit"].where(frame[held].notna().any(axis=1)) if held else frame["visit"]
    return visits


def _all_delivered(plan: Plan, deliveries: Deliveries) -> bool:
    """Say whether every source that could record a visit was read."""
    named = {table_of(name) for name in (*plan.sources, *plan.left_out.names)}
    lacking = {name for name in named if name in TABLES} - {*deliveries}
    return not any("visit" in TABLES[name].names for name in lacking)


def _unscheduled(visits: pd.Series, spelt: Collection[str], meant: Collection[str]) -> Iterator[Finding]:
    """Give the recorded visits that the schedule does not have, as warnings, but for those told about elsewhere."""
    strange = visits[visits.notna() & ~visits.isin([*spelt, *meant])]
    for visit in strange.unique()[:_SHOWN_VISITS]:
        text = f"{quoted(visit)} is not a visit of the schedule; its rows count as unscheduled. {nearest(visit, spelt)}"
        yield Finding(("visit",), strange.index[strange == visit].to_numpy(), text.strip(), "warning")


def _never_recorded(plan: Plan, found: set[str], of_columns: Collection[str]) -> Iterator[tuple[str, Problem]]:
    """Give the visits of the schedule that no file records, each with the recorded name that is near, if any.

    A visit for which a wide layout names a column, be it under a misspelt name, has its message there.
    """
    for position, visit in enumerate(plan.schedule):
        if {visit.visit, visit.recorded_as} & found or nearest(visit.visit, of_columns):
            continue
        near = nearest(visit.visit, found)
        remedy = near or f"Recorded are: {', '.join(sorted(found)[:20])}."
        text = f"no file records this visit. {remedy} Use recorded_as where the name differs."
        problem = plan.places.problem(("schedule", position), text)
        yield near.removeprefix("Did you mean ").removesuffix("?") or visit.visit, problem


def _endpoints(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check that every endpoint is measured in some file."""
    of_items = set(_of_items(plan, deliveries))
    measured = {*_measured(deliveries), *of_items}
    told: set[str] = set()
    for key, endpoint in plan.endpoints.items():
        if endpoint.parameter not in measured:
            told.add(endpoint.measure)
            others = f"Measured are: {', '.join(sorted(measured)) or 'none'}."
            why = body_size.why_not(endpoint.parameter, deliveries)
            remedy = why[:1].upper() + why[1:] or nearest(endpoint.parameter, measured) or others
            yield plan.places.problem(
                ("endpoints", key, "measure"), f'no file measures "{endpoint.parameter}". {remedy}'
            )
        elif endpoint.parameter in measured - of_items - set(_measured(deliveries, with_values=True)):
            text = f'every value of "{endpoint.parameter}" is missing. It can only be described as such.'
            yield plan.places.problem(("endpoints", key, "measure"), text, "warning")
    assessments = deliveries.get("assessments")
    if assessments is not None and "measure" in assessments.frame:
        wanted = {endpoint.measure for endpoint in plan.endpoints.values()} - told
        read = {endpoint.parameter for endpoint in plan.endpoints.values()}
        measures = assessments.frame["measure"]
        is_other = measures.map(lambda name: name not in read and not _names_a_score(plan, name)).astype("bool")
        yield from assessments.problems_of(list(_misspelt(measures.where(is_other), wanted)))


def _measured(deliveries: Deliveries, *, with_values: bool = False) -> Iterator[str]:
    """Give the parameters that the files deliver, or only those that have any value."""
    for name in ("assessments", "vitals"):
        if name in deliveries and "measure" in deliveries[name].frame:
            frame = deliveries[name].frame
            yield from _parameters(frame[frame["value"].notna()] if with_values and "value" in frame else frame)
    if "laboratory" in deliveries and "test" in deliveries["laboratory"].frame:
        yield from deliveries["laboratory"].frame["test"].dropna().unique()
    yield from body_size.measured(deliveries)


def _of_items(plan: Plan, deliveries: Deliveries) -> Iterator[str]:
    """Give the parameters that are computed: from single items, and from the scores that the files deliver."""
    if "assessments" in deliveries and {"measure", "value"} <= {*deliveries["assessments"].frame}:
        frame = deliveries["assessments"].frame
        yield from scores_of_items(plan, frame)
        yield from scores_of_scores(plan, frame)


def _parameters(frame: pd.DataFrame) -> Iterator[str]:
    """Give the measures, with their score where it is not the total; single items are none."""
    frame = frame[frame["item"].isna()] if "item" in frame else frame
    scores = frame["score"].fillna("total") if "score" in frame else pd.Series("total", index=frame.index)
    pairs = pd.DataFrame({"measure": frame["measure"], "score": scores}).dropna().drop_duplicates()
    for measure, score in pairs.itertuples(index=False):
        yield measure if score == "total" else f"{measure} {score}"


def _names_a_score(plan: Plan, measure: object) -> bool:
    """Say whether a measure is a known scale with one of its scores, as in ``TMT B``; the total is the scale itself."""
    found = catalogue.find_score(measure, own=plan.instruments) if isinstance(measure, str) else None
    return found is not None and found.score not in {"", catalogue.TOTAL}


def _misspelt(measures: pd.Series, wanted: set[str]) -> Iterator[Finding]:
    """Give measures that no endpoint has but that differ little from one that an endpoint has, as warnings."""
    for measure in measures.dropna().unique():
        near = nearest(measure, wanted) if measure not in wanted else ""
        if near and measure[:3].lower() == near.removeprefix("Did you mean ")[:3].lower():
            positions = (measures == measure).to_numpy().nonzero()[0]
            yield Finding(("measure",), positions, f"{quoted(measure)} is no endpoint's measure. {near}", "warning")


def _events(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Check the intercurrent events of the estimands against the data."""
    table = deliveries.get("intercurrent_events")
    happened = set(table.frame["event"].dropna()) if table is not None and "event" in table.frame else set()
    for key, estimand in plan.estimands.items():
        for event in estimand.events:
            if event not in happened:
                remedy = nearest(event, happened) or "Leave it if it never happened."
                text = f"this event is in no file. {remedy}"
                yield plan.places.problem(("estimands", key, "events", event), text, "warning")
        for event in sorted(happened - {*estimand.events}) if estimand.events else ():
            text = f'"{event}" happened, and nothing says what to do then; assessments after it are used.'
            yield plan.places.problem(("estimands", key, "events"), text, "warning")
